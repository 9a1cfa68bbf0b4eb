import { checksInWords } from "../core/gates/checks";
import type { Advice } from "../core/protocol/decision";
import { planWalk, walkInWords } from "../core/protocol/walk";
import { throwIfAny, UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import { Checkpoints } from "./gates/checkpoints";
import { realWorld } from "./gates/realWorld";
import type { CheckReport } from "./gates/report";
import type { Asked, World } from "./gates/world";
import type { Pulumi } from "./pulumi";
import { Ups } from "./ups";
import { readWalkInput } from "./walkInput";
import type { WalkInput, WalkOptions } from "./walkInput";
import { StepWriter } from "./write/stepWriter";
import { mostDetours, pausedProblem, stoppedProblem, upProblem, wentBackProblem } from "./walkProblems";
import type { UpReport, WalkListener, WalkPlan, WalkReport } from "./walkReport";

export type { WalkOptions } from "./walkInput";
export type { Outcome, UpReport, WalkListener, WalkPlan, WalkReport } from "./walkReport";

/** Opens the outside for what gates and actions ask. */
export type AskGates = (about: Asked, pulumi: Pulumi) => World;

const reallyAsk: AskGates = (about, pulumi) => realWorld(about, pulumi, process.env);

/** Why a walk ends before its goal: problems, or a gate or action with trouble. */
type End = { readonly problems: readonly Problem[] } | { readonly check: CheckReport };

/**
 * Walks from the applied cutover index to the wanted one, one `pulumi up` after the other, and stops at the first that
 * fails. Where an `up` is refused and its message names the one to run first, that one is run. Gates are asked and actions
 * done where the config says so.
 *
 * @param interrupted whether someone asked to stop: no further `up` is begun then.
 * @throws UserError on bad input: nothing has been run then.
 */
export async function walk(
  options: WalkOptions,
  pulumi: Pulumi,
  listener: WalkListener = {},
  interrupted: () => boolean = () => false,
  askGates: AskGates = reallyAsk,
): Promise<WalkReport> {
  const input = await readWalkInput(options, pulumi);
  const plan = planOf(input, options);
  const writer = await StepWriter.open(options, input, listener.writes ?? {});
  listener.planned?.(plan, [...input.warnings, ...(writer?.notes ?? [])]);
  const walking = new Walking(pulumi, listener, interrupted, askGates(input.asked, pulumi), writer);
  const { ups: planned, ...about } = plan;
  const report = (outcome: WalkReport["outcome"], problems: readonly Problem[] = []): WalkReport => {
    const { ups, checks } = walking;
    const written = writer && { changes: writer.changes, commits: writer.commits };
    return { ...about, planned, ups, checks, ...(written && { written }), outcome, problems };
  };
  if (options.dryRun) return report("planned");

  const { end, points } = await walking.go(options, input, plan.ups, false);
  if (end === undefined) return report("arrived");
  if ("problems" in end) return report("stopped", end.problems);
  const step = points.unproven;
  if (options.onTrouble === "pause" || step === undefined) return report("paused", [pausedProblem(end.check, step)]);

  listener.goesBack?.(step);
  const back = await walking.goBack(options, step.from);
  if (back === undefined) return report("rolledBack", [wentBackProblem(end.check, step)]);
  const problems = "problems" in back ? back.problems : [pausedProblem(back.check, undefined)];
  return report("problems" in back ? "stopped" : "paused", [pausedProblem(end.check, step), ...problems]);
}

function planOf(input: WalkInput, { stacks }: WalkOptions): WalkPlan {
  const { value: ups, problems } = planWalk(input);
  throwIfAny(problems);
  const { name, namespace, set, to, batch, records, checks } = input;
  const { source, destination } = records;
  const from = {
    ...(source === undefined ? {} : { source: source.cutoverIndex }),
    ...(destination === undefined ? {} : { destination: destination.cutoverIndex }),
  };
  const words = walkInWords(input);
  return { set: { name, namespace, ...set }, stacks, from, to, batch, words, asks: checksInWords(checks), ups };
}

/** A walk on its way. */
class Walking {
  public readonly ups: UpReport[] = [];
  public readonly checks: CheckReport[] = [];

  public constructor(
    private readonly pulumi: Pulumi,
    private readonly listener: WalkListener,
    private readonly interrupted: () => boolean,
    private readonly world: World,
    private readonly writer: StepWriter | undefined,
  ) {}

  /**
   * Runs these ups, and whatever comes before them.
   *
   * @param passed whether the gates need not be asked before the first step.
   * @returns `end`: why it did not arrive.
   */
  public async go(
    options: WalkOptions,
    input: WalkInput,
    ups: readonly Advice[],
    passed: boolean,
  ): Promise<{ readonly end: End | undefined; readonly points: Checkpoints }> {
    const { listener, interrupted, world } = this;
    const points = new Checkpoints(input, world, this.checks, listener.checks ?? {}, interrupted, passed);
    const end = await this.run(options, input, ups, points);
    return { end, points };
  }

  /** The last step back. Its gates do not hold, so they are asked when it is done. */
  public async goBack(options: WalkOptions, to: number): Promise<End | undefined> {
    const back = { ...options, to };
    const input = await this.inputAgain(back);
    if ("problems" in input) return input;
    return (await this.go(back, input, planOf(input, back).ups, true)).end;
  }

  private async run(
    options: WalkOptions,
    input: WalkInput,
    planned: readonly Advice[],
    points: Checkpoints,
  ): Promise<End | undefined> {
    const runner = new Ups(input, options, this.pulumi, this.listener, this.interrupted);
    let left = [...planned];
    let detours = 0;
    let onDetour = false;
    let again = false;
    for (let up = left[0]; up !== undefined; up = left[0]) {
      if (this.interrupted()) return { problems: [stoppedProblem(this.ups)] };
      const before = again ? undefined : await points.before(up);
      if (before !== undefined) return this.endOf(before);
      again = false;
      // What a detour is about, its own half says; the file says what the walk is about.
      const unwritten = onDetour ? [] : ((await this.writer?.before(up)) ?? []);
      if (unwritten.length > 0) return { problems: unwritten };
      const done = this.ups.filter(({ outcome }) => outcome === "done").length;
      const { advice, ...ended } = await runner.run(up, done + 1, done + left.length);
      this.ups.push(ended);
      this.listener.ended?.(ended, advice);
      if (ended.outcome === "done") {
        const after = await points.after(up);
        if (after !== undefined) return this.endOf(after);
        left.shift();
        const uncommitted = onDetour ? [] : ((await this.writer?.after(up, left[0])) ?? []);
        if (uncommitted.length > 0) return { problems: uncommitted };
        if (!onDetour) continue;
        // What the detour has changed, outputs tell.
        const rest = await this.inputAgain(options);
        if (this.interrupted()) return { problems: [stoppedProblem(this.ups)] };
        if ("problems" in rest) return rest;
        left = [...planOf(rest, options).ups];
        onDetour = false;
      } else if (ended.outcome === "locked" && (await runner.unlock(up.side))) {
        again = true;
      } else if (advice !== undefined && ++detours <= mostDetours) {
        left = [advice];
        onDetour = true;
      } else {
        return { problems: [upProblem(ended)] };
      }
    }
    const last = await points.end();
    return last && this.endOf(last);
  }

  private endOf(check: CheckReport): End {
    return check.outcome === "interrupted" ? { problems: [stoppedProblem(this.ups)] } : { check };
  }

  /** The input as it is now. What is wrong was not when the walk began, so it is no bad input. */
  private async inputAgain(options: WalkOptions): Promise<WalkInput | { readonly problems: readonly Problem[] }> {
    try {
      const input = await readWalkInput(options, this.pulumi);
      planOf(input, options);
      return input;
    } catch (error) {
      if (error instanceof UserError) return { problems: error.problems };
      throw error;
    }
  }
}
