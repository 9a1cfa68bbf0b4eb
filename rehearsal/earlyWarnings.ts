import type { Side } from "../core/ordinals";
import type { Diagnostic, HalfReport, StepReport } from "./engine/report";

/** Warnings of steps that are run and not shown: an `up` does not repeat those of the one before. */
export class EarlyWarnings {
  private readonly warnings: Record<Side, Diagnostic[]> = { source: [], destination: [] };

  public add(step: StepReport): void {
    for (const side of step.order) {
      const found = (step[side].diagnostics ?? []).filter(({ severity }) => severity === "warning");
      this.warnings[side].push(...found);
    }
  }

  /** The step with them in front. */
  public on(step: StepReport): StepReport {
    const withThem = (side: Side): HalfReport => {
      const diagnostics = [...this.warnings[side], ...(step[side].diagnostics ?? [])];
      return diagnostics.length === 0 ? step[side] : { ...step[side], diagnostics };
    };
    return { ...step, source: withThem("source"), destination: withThem("destination") };
  }
}
