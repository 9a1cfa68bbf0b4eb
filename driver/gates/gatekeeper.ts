import type { Answer } from "../../core/gates/ask";
import type { ActionEntry, Checks, GateEntry } from "../../core/gates/checks";
import type { Deed, Next } from "../../core/gates/kind";
import { podsIn } from "../../core/gates/scene";
import type { ActionScene, MovedSet, Scene, Step } from "../../core/gates/scene";
import { Settling } from "../../core/gates/settling";
import type { Verdict } from "../../core/gates/settling";
import type { GateStatus } from "../../core/status/report";
import { NotAllowed, Unreachable } from "../../live/client/cluster";
import type { CheckListener, CheckReport, CheckTurn } from "./report";
import type { World } from "./world";

/** How long it rests between two rounds. */
const gateRestMs = 1_000;
const actionRestMs = 500;
/** In how small pieces it rests, so that a wish to stop is heard. */
const napMs = 200;
/** How often what has not changed is told again. */
const reminderMs = 30_000;

/** What a gate showed in one round. `lasting`: waiting does not help. */
interface Seen {
  readonly why: readonly string[];
  readonly lasting: boolean;
}

interface Trouble {
  readonly saw: readonly string[];
  readonly todo?: string;
}

/** Who is told, and who may ask to stop. */
interface Around {
  /** How every gate and action went is added here. */
  readonly reports: CheckReport[];
  readonly listener: CheckListener;
  readonly interrupted: () => boolean;
}

/** Asks the gates and does the actions of a walk, at the moments that it is told. */
export class Gatekeeper {
  public constructor(
    private readonly checks: Checks,
    private readonly set: MovedSet,
    private readonly world: World,
    private readonly around: Around,
  ) {}

  /**
   * Asks all gates until each has held for as long as it must, all in the same round.
   *
   * @returns undefined if they did, otherwise the first that did not, or that was interrupted.
   */
  public async gatesHold(step: Step): Promise<CheckReport | undefined> {
    const startedMs = this.world.nowMs();
    const asked = this.checks.gates.map((entry) => ({
      entry,
      settling: new Settling(entry, startedMs),
      teller: this.begin({ title: entry.title, moment: step.moment, cutoverIndex: step.to }, startedMs),
    }));
    if (asked.length === 0) return undefined;
    for (;;) {
      const beganMs = this.world.nowMs();
      const seen = await this.round(step, this.checks.gates);
      const round = { beganMs, endedMs: this.world.nowMs() };
      const verdicts = asked.map(({ settling, teller }, index): Verdict => {
        const { why, lasting } = seen[index] ?? { why: [], lasting: false };
        teller.saw(why);
        const verdict = settling.see(round, why.length === 0);
        return lasting ? "overdue" : verdict;
      });
      const failed = verdicts.indexOf("overdue");
      const stopped = failed < 0 && this.around.interrupted();
      if (failed >= 0 || stopped) {
        return asked
          .map(({ teller }, index) => teller.end(stopped ? "interrupted" : "trouble", index === failed || stopped))
          .find((report) => report !== undefined);
      }
      if (verdicts.every((verdict) => verdict === "settled")) {
        for (const { teller } of asked) teller.end("held", true);
        return undefined;
      }
      await this.rest(gateRestMs);
    }
  }

  /** Asks every gate once: what it says now, whether or not it would go on to. */
  public async now(step: Step): Promise<GateStatus[]> {
    const seen = await this.round(step, this.checks.gates);
    return this.checks.gates.map(({ title }, index) => {
      const saw = (seen[index]?.why ?? []).map((sentence) => this.world.withoutSecrets(sentence));
      return { title, holds: saw.length === 0, saw };
    });
  }

  /** Does the actions of one key for every ordinal of the step. Returns as `gatesHold`. */
  public async act(key: "before" | "after", step: Step): Promise<CheckReport | undefined> {
    for (const entry of this.checks[key]) {
      for (const ordinal of step.ordinals) {
        const report = await this.actFor(entry, step, ordinal);
        if (report !== undefined) return report;
      }
    }
    return undefined;
  }

  private async actFor(entry: ActionEntry, step: Step, ordinal: number): Promise<CheckReport | undefined> {
    const startedMs = this.world.nowMs();
    const turn = { title: entry.title, moment: step.moment, cutoverIndex: step.to, ordinal };
    const teller = this.begin(turn, startedMs);
    const deeds: (Omit<Deed, "agoMs"> & { readonly atMs: number })[] = [];
    for (;;) {
      const next = await this.next(
        entry,
        step,
        ordinal,
        deeds.map(({ atMs, ...deed }) => ({ ...deed, agoMs: this.world.nowMs() - atMs })),
      );
      if ("done" in next) {
        teller.saw([next.done]);
        teller.end("done", true);
        return undefined;
      }
      const isOverdue = this.world.nowMs() - startedMs >= entry.deadlineMs;
      if ("does" in next) {
        teller.saw([next.does]);
        if (isOverdue) return teller.end("trouble", true);
        const answers = await Promise.all(next.asks.map((ask) => this.world.ask(ask)));
        deeds.push({ says: next.does, answers, atMs: this.world.nowMs() });
      } else {
        teller.saw(next.saw);
        if (isOverdue || next.todo !== undefined) return teller.end("trouble", true, next.todo);
      }
      if (this.around.interrupted()) return teller.end("interrupted", true);
      if (!("does" in next)) await this.rest(actionRestMs);
    }
  }

  /** One round of an action. */
  private async next(
    { action }: ActionEntry,
    step: Step,
    ordinal: number,
    deeds: readonly Deed[],
  ): Promise<Extract<Next, { done: string } | { does: string }> | Trouble> {
    const looked = await this.look(step);
    if ("why" in looked) return { saw: looked.why, ...(looked.lasting ? { todo: rights } : {}) };
    const scene: ActionScene = { ...looked, ordinal };
    const answers = await Promise.all(action.asks(scene).map((ask) => this.world.ask(ask)));
    const lasting = lastingIn(answers);
    if (lasting !== undefined) return { saw: [lasting], todo: rights };
    const next = action.next(answers, scene, deeds);
    if ("waits" in next) return { saw: [next.waits] };
    if ("refuses" in next) return { saw: [next.refuses], todo: next.todo };
    return next;
  }

  /** One round of all gates: one look, then every question at once. */
  private async round(step: Step, entries: readonly GateEntry[]): Promise<Seen[]> {
    const scene = await this.look(step);
    if ("why" in scene) return entries.map(() => scene);
    return Promise.all(
      entries.map(async ({ gate }): Promise<Seen> => {
        const answers = await Promise.all(gate.asks(scene).map((ask) => this.world.ask(ask)));
        const why = gate.why(answers, scene);
        return { why, lasting: why.length > 0 && lastingIn(answers) !== undefined };
      }),
    );
  }

  private async look(step: Step): Promise<Scene | Seen> {
    try {
      return { set: this.set, step, pods: podsIn(this.set, await this.world.pods()) };
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { why: [error.message.replace(/\.$/, "")], lasting: error instanceof NotAllowed };
    }
  }

  private begin(turn: CheckTurn, startedMs: number): Teller {
    this.around.listener.begun?.(turn);
    return new Teller(turn, startedMs, this.world, this.around);
  }

  private async rest(ms: number): Promise<void> {
    const untilMs = this.world.nowMs() + ms;
    while (!this.around.interrupted() && this.world.nowMs() < untilMs) await this.world.pause(napMs);
  }
}

const rights = "Give what it needs";

function lastingIn(answers: readonly Answer[]): string | undefined {
  return answers.flatMap((answer) => ("trouble" in answer && answer.lasting === true ? [answer.trouble] : []))[0];
}

/** Passes on what one gate or action shows, without secrets, when it is new and now and then again. */
class Teller {
  private last: readonly string[] | undefined;
  private toldMs = 0;

  public constructor(
    private readonly turn: CheckTurn,
    private readonly startedMs: number,
    private readonly world: World,
    private readonly around: Around,
  ) {}

  public saw(sentences: readonly string[]): void {
    const shown = sentences.map((sentence) => this.world.withoutSecrets(sentence));
    const nowMs = this.world.nowMs();
    const known = this.last?.join("\n") === shown.join("\n") && nowMs - this.toldMs < reminderMs;
    this.last = shown;
    if (known) return;
    this.toldMs = nowMs;
    this.around.listener.saw?.(this.turn, shown, nowMs - this.startedMs);
  }

  /** @param told whether this one is to be reported: of several gates only the one that did not hold is. */
  public end(outcome: CheckReport["outcome"], told: boolean, todo?: string): CheckReport | undefined {
    if (!told) return undefined;
    const ms = Math.round(this.world.nowMs() - this.startedMs);
    const report = { ...this.turn, outcome, ms, saw: this.last ?? [], ...(todo === undefined ? {} : { todo }) };
    this.around.reports.push(report);
    this.around.listener.ended?.(report);
    return report;
  }
}
