import type { RehearsalPlan } from "../../rehearsal/rehearse";
import type { StepReport } from "../../rehearsal/engine/report";
import { moved } from "../renderStep";

/** A step as it was told while the rehearsal ran. */
export interface ToldStep {
  readonly step: StepReport;
  /** Invariants that broke in it, in words. */
  readonly violations: readonly string[];
}

/** All that the page shows. */
export interface Rehearsed {
  readonly plan: RehearsalPlan;
  /** The steps that were run, the state to start from first. */
  readonly steps: readonly ToldStep[];
  /** Every broken invariant, also of steps that are not shown. */
  readonly violations: readonly string[];
  /** The command line that rehearses the same again. */
  readonly command: string;
  /** Version of this program. */
  readonly version: string;
  readonly date: Date;
}

/** A step, and what stood before it. */
export interface PlacedStep extends ToldStep {
  /** 0 for the state to start from. */
  readonly number: number;
  /** The cutover index before it; undefined for the first one. */
  readonly previousIndex: number | undefined;
  /** The ordinals that it moves, ascending. */
  readonly moved: readonly number[];
  readonly forward: boolean;
  /** What went wrong in it: one of its ups failed, or only an invariant broke. */
  readonly trouble?: "stopped" | "broken";
}

/** Numbers the steps, and says of each what it moves. */
export function placed(steps: readonly ToldStep[]): PlacedStep[] {
  return steps.map(({ step, violations }, number) => {
    const previousIndex = steps[number - 1]?.step.cutoverIndex;
    return {
      step,
      violations,
      number,
      previousIndex,
      moved: moved(previousIndex, step),
      forward: previousIndex !== undefined && step.cutoverIndex < previousIndex,
      ...([step.source, step.destination].some(hasFailed)
        ? { trouble: "stopped" as const }
        : violations.length > 0
          ? { trouble: "broken" as const }
          : {}),
    };
  });
}

/** Whether an `up` failed. */
export function hasFailed({ diagnostics = [] }: StepReport["source"]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}
