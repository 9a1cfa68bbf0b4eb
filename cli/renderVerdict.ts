import type { OrdinalRange } from "../core/ordinals";
import { ordinalsText } from "../core/ordinals";
import type { StepReport } from "../rehearsal/engine/report";
import type { Palette } from "./colour";

/** The last line of a rehearsal: whether all is well, and how much was tried. */
export function renderVerdict(
  set: { readonly name: string } & OrdinalRange,
  indexes: readonly number[],
  violations: readonly string[],
  palette: Palette,
): string[] {
  if (violations.length > 0) {
    const count = violations.length === 1 ? "1 violation" : `${violations.length} violations`;
    return [palette.red(palette.bold(`FAILED: ${count}.`)), ...violations.map((text) => `  - ${text}`)];
  }
  const steps = Math.max(indexes.length - 1, 0);
  const path = indexes.length === 0 ? "" : `, cutover index ${turningPoints(indexes).join(" => ")}`;
  const count = steps === 1 ? "1 step" : `${steps} steps`;
  return [
    `${palette.green(palette.bold("All well:"))} ${set.name} (${ordinalsText(set)}) moved in ${count}${path}. ` +
      "No ordinal ran twice, no volume was lost, empty or shared.",
  ];
}

/** First, last, and the indexes between them where the direction changes. */
export function turningPoints(indexes: readonly number[]): number[] {
  return indexes.filter((index, at) => {
    const [before, after] = [indexes[at - 1], indexes[at + 1]];
    return before === undefined || after === undefined || Math.sign(index - before) !== Math.sign(after - index);
  });
}

/** Whether a violation only repeats an error that stands with the step's own `up`. */
export function alreadySaid(violation: string, { source, destination }: StepReport): boolean {
  const said = [...(source.diagnostics ?? []), ...(destination.diagnostics ?? [])];
  return said.some(({ severity, message }) => severity === "error" && violation.includes(message.trim()));
}
