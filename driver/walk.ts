import { adviceIn } from "../core/protocol/advice";
import type { Advice } from "../core/protocol/decision";
import type { OrdinalRange, Side } from "../core/ordinals";
import { throwIfAny, UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import { planWalk, walkInWords } from "../core/protocol/walk";
import type { Pulumi } from "./pulumi";
import { withIndex } from "./stackFile";
import { plainName, readWalkInput } from "./walkInput";
import type { WalkInput, WalkOptions } from "./walkInput";

export type { WalkOptions } from "./walkInput";

/** What became of one `up`. `refused`: nothing was changed, and the advised `up` came first. */
export type Outcome = "done" | "refused" | "locked" | "failed" | "interrupted";

/** One `up` of a walk. */
export interface UpReport extends Advice {
  /** The stack, as `pulumi -s` takes it. */
  readonly stack: string;
  readonly outcome: Outcome;
  readonly ms: number;
}

/** Where a walk starts, and where it goes. */
export interface WalkPlan {
  readonly set: { readonly name: string; readonly namespace: string } & OrdinalRange;
  readonly stacks: Readonly<Record<Side, string>>;
  /** The cutover index that each half has applied; left out before its first completed `up`. */
  readonly from: Readonly<Partial<Record<Side, number>>>;
  readonly to: number;
  readonly batch: number;
  /** What will happen, in words. */
  readonly words: string;
  readonly ups: readonly Advice[];
}

/** How a walk went. */
export interface WalkReport extends Omit<WalkPlan, "ups"> {
  /** What was planned at the start. */
  readonly planned: readonly Advice[];
  /** What was run. */
  readonly ups: readonly UpReport[];
  /** `planned`: nothing was run, as asked. `stopped`: it did not arrive, and `problems` say what to do. */
  readonly outcome: "arrived" | "planned" | "stopped";
  readonly problems: readonly Problem[];
}

/** Told of a walk while it goes on. */
export interface WalkListener {
  /** The input is good, and nothing has been run yet. */
  readonly planned?: (plan: WalkPlan, warnings: readonly string[]) => void;
  /** An `up` begins: its number among all, as far as they are known yet. */
  readonly started?: (up: Advice & { readonly stack: string }, number: number, of: number) => void;
  readonly ended?: (up: UpReport, advice: Advice | undefined) => void;
  /** What Pulumi prints. */
  readonly output?: (text: string) => void;
}

/** The refused ups of one walk. Two are enough from every state that ups can leave behind, as the tests find. */
const mostDetours = 6;

/**
 * Walks from the applied cutover index to the wanted one, one `pulumi up` after the other, and stops at the first that
 * fails. Where an `up` is refused and its message names the one to run first, that one is run.
 *
 * @param interrupted whether someone asked to stop: no further `up` is begun then.
 * @throws UserError on bad input: nothing has been run then.
 */
export async function walk(
  options: WalkOptions,
  pulumi: Pulumi,
  listener: WalkListener = {},
  interrupted: () => boolean = () => false,
): Promise<WalkReport> {
  const input = await readWalkInput(options, pulumi);
  const plan = planOf(input, options);
  listener.planned?.(plan, input.warnings);
  const ups: UpReport[] = [];
  const report = (outcome: WalkReport["outcome"], problems: readonly Problem[] = []): WalkReport => {
    const { ups: planned, ...about } = plan;
    return { ...about, planned, ups, outcome, problems };
  };
  if (options.dryRun) return report("planned");

  const steps = new Steps(input, options, pulumi, listener, interrupted);
  let left = [...plan.ups];
  let detours = 0;
  let onDetour = false;
  for (let up = left[0]; up !== undefined; up = left[0]) {
    if (interrupted()) return report("stopped", [stoppedProblem(ups)]);
    const done = ups.filter(({ outcome }) => outcome === "done").length;
    const { advice, ...ended } = await steps.run(up, done + 1, done + left.length);
    ups.push(ended);
    listener.ended?.(ended, advice);
    if (ended.outcome === "done") {
      left.shift();
      if (!onDetour) continue;
      // What the detour has changed, outputs tell.
      const rest = await replanned(options, pulumi);
      if (interrupted()) return report("stopped", [stoppedProblem(ups)]);
      if ("problems" in rest) return report("stopped", rest.problems);
      left = [...rest.ups];
      onDetour = false;
    } else if (ended.outcome === "locked" && (await steps.unlock(up.side))) {
      // The same again.
    } else if (advice !== undefined && ++detours <= mostDetours) {
      left = [advice];
      onDetour = true;
    } else {
      return report("stopped", [problemOf(ended)]);
    }
  }
  return report("arrived");
}

/** The rest of the way. What is wrong now was not when the walk began, so it is no bad input. */
async function replanned(
  options: WalkOptions,
  pulumi: Pulumi,
): Promise<Pick<WalkPlan, "ups"> | { readonly problems: readonly Problem[] }> {
  try {
    return planOf(await readWalkInput(options, pulumi), options);
  } catch (error) {
    if (error instanceof UserError) return { problems: error.problems };
    throw error;
  }
}

function planOf(input: WalkInput, { stacks }: WalkOptions): WalkPlan {
  const problems: Problem[] = [];
  const ups = planWalk(input, problems);
  throwIfAny(problems);
  const { name, namespace, set, to, batch, records } = input;
  const { source, destination } = records;
  const from = {
    ...(source === undefined ? {} : { source: source.cutoverIndex }),
    ...(destination === undefined ? {} : { destination: destination.cutoverIndex }),
  };
  return { set: { name, namespace, ...set }, stacks, from, to, batch, words: walkInWords(input), ups };
}

/** Runs the ups of a walk. */
class Steps {
  private readonly unlocked = new Set<Side>();

  public constructor(
    private readonly input: WalkInput,
    private readonly options: WalkOptions,
    private readonly pulumi: Pulumi,
    private readonly listener: WalkListener,
    private readonly interrupted: () => boolean,
  ) {}

  public async run(up: Advice, number: number, of: number): Promise<UpReport & { readonly advice?: Advice }> {
    const { side, cutoverIndex } = up;
    const { files, to } = this.input;
    const { stacks } = this.options;
    const stack = stacks[side];
    this.listener.started?.({ side, cutoverIndex, stack }, number, of);
    const startedMs = performance.now();
    const { code, output } = await withIndex(files, plainName(stack), { cutoverIndex, to }, (configFile) => {
      const args = ["up", "-s", stack, "--yes", "--skip-preview", "--suppress-progress", "--config-file", configFile];
      return this.pulumi.run(args, this.listener.output);
    });
    const ended = { side, cutoverIndex, stack, ms: Math.round(performance.now() - startedMs) };
    if (code === 0) return { ...ended, outcome: "done" };
    if (this.interrupted()) return { ...ended, outcome: "interrupted" };
    if (isLocked(output)) return { ...ended, outcome: "locked" };
    const plain = { source: plainName(stacks.source), destination: plainName(stacks.destination) };
    const advice = adviceIn(output, plain);
    return advice === undefined ? { ...ended, outcome: "failed" } : { ...ended, outcome: "refused", advice };
  }

  /** Takes the lock of a half away, once a walk and only if it was asked to. False if it was not. */
  public async unlock(side: Side): Promise<boolean> {
    if (!this.options.cancelLocks || this.unlocked.has(side)) return false;
    this.unlocked.add(side);
    await this.pulumi.run(["cancel", "--yes", "-s", this.options.stacks[side]], this.listener.output);
    return true;
  }
}

/** In the words of Pulumi's own backends (S3, file, …) and of Pulumi Cloud. */
function isLocked(output: string): boolean {
  return /the stack is currently locked by|\[409\] Conflict: Another update is currently in progress/.test(output);
}

const again = "Then run the same again: it goes on from where it stands";

function problemOf({ outcome, side, stack, cutoverIndex }: UpReport): Problem {
  const where = `pulumi up -s ${stack} with cutoverIndex ${cutoverIndex}`;
  if (outcome === "locked") {
    return {
      where,
      what: "was not run: another run has locked the stack",
      todo:
        `Wait until it ends and run the same again. If it is dead (see above who made the lock): pulumi cancel -s ${stack}, ` +
        "then the same again; or add --cancel-locks",
    };
  }
  if (outcome === "interrupted") return { where, what: "was interrupted", todo: again };
  if (outcome === "refused") {
    const what = `was refused, and following its advice ${mostDetours} times has not led on`;
    return {
      where,
      what,
      todo: `Read what it says above, and see that nobody else moves the ${side} meanwhile. ${again}`,
    };
  }
  return { where, what: "failed", todo: `Do what it says above. ${again}` };
}

function stoppedProblem(ups: readonly UpReport[]): Problem {
  const last = ups[ups.length - 1];
  const where = last === undefined ? "the walk" : `the walk, after pulumi up -s ${last.stack},`;
  return { where, what: "was interrupted", todo: again.replace("Then run", "Run") };
}
