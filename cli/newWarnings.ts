import type { HalfReport, StepReport } from "../rehearsal/engine/report";

/** Leaves out what has been warned about before: both halves give most of their warnings, and each is shown once. */
export class NewWarnings {
  private readonly given = new Set<string>();

  /** The step with new warnings only, in the order in which its halves ran. */
  public of(step: StepReport): StepReport {
    const halves = step.order.map((side) => [side, this.ofHalf(step[side])] as const);
    return { ...step, ...Object.fromEntries(halves) };
  }

  private ofHalf(half: HalfReport): HalfReport {
    if (half.diagnostics === undefined) return half;
    const diagnostics = half.diagnostics.filter(({ severity, message }) => {
      const known = severity === "warning" && this.given.has(message);
      if (severity === "warning") this.given.add(message);
      return !known;
    });
    return { ...half, diagnostics };
  }
}
