import type { OrdinalRange, Side } from "../core/ordinals";
import type { Advice } from "../core/protocol/decision";
import type { Problem } from "../core/userError";
import type { RunStep } from "./gates/checkpoints";
import type { CheckListener, CheckReport } from "./gates/report";
import type { WriteListener, Written } from "./write/stepWriter";

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
  /** Which gates are asked and which actions are done on the way, in words; empty if there are none. */
  readonly asks: string;
  readonly ups: readonly Advice[];
}

/** How a walk went. */
export interface WalkReport extends Omit<WalkPlan, "ups"> {
  /** What was planned at the start. */
  readonly planned: readonly Advice[];
  /** What was run, those of the way back included. */
  readonly ups: readonly UpReport[];
  /** How every gate and action went, in order. */
  readonly checks: readonly CheckReport[];
  /** What was written into the project's files, and committed. Left out where that was not asked for. */
  readonly written?: Written;
  /**
   * `planned`: nothing was run, as asked. `stopped`: it did not arrive. `paused`: a gate does not hold, or an action cannot go on.
   * `rolledBack`: so it was, and the step was walked back. `problems` say what to do.
   */
  readonly outcome: "arrived" | "planned" | "stopped" | "paused" | "rolledBack";
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
  /** Gates and actions. */
  readonly checks?: CheckListener;
  /** What is written into the project's files. */
  readonly writes?: WriteListener;
  /** A step is walked back, since its gates do not hold. */
  readonly goesBack?: (step: RunStep) => void;
}
