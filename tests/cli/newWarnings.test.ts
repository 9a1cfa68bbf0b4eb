import { NewWarnings } from "../../cli/newWarnings";
import { renderStep } from "../../cli/renderStep";
import { paletteFor } from "../../cli/colour";
import { EarlyWarnings } from "../../rehearsal/earlyWarnings";
import type { HalfReport, StepReport } from "../../rehearsal/engine/report";

const half = (...warnings: readonly string[]): HalfReport => ({
  start: 0,
  replicas: 2,
  operations: [],
  diagnostics: [
    ...warnings.map((message) => ({ severity: "warning", message }) as const),
    { severity: "info", message: "told each time" },
  ],
});
const step = (source: HalfReport, destination: HalfReport): StepReport => ({
  cutoverIndex: 1,
  order: ["destination", "source"],
  source,
  destination,
});
const messages = ({ diagnostics = [] }: HalfReport): string[] => diagnostics.map(({ message }) => message);

test("each warning is shown once, by the half that ran first", () => {
  const fresh = new NewWarnings();
  const first = fresh.of(step(half("a", "b"), half("a")));
  expect(messages(first.destination)).toEqual(["a", "told each time"]);
  expect(messages(first.source)).toEqual(["b", "told each time"]);
  const next = fresh.of(step(half("b", "c"), half("a")));
  expect([messages(next.destination), messages(next.source)]).toEqual([["told each time"], ["c", "told each time"]]);
});

test("warnings of steps that are not shown stand with the state that a rehearsal starts from", () => {
  const early = new EarlyWarnings();
  early.add(step(half("a"), half()));
  early.add(step(half(), half("b")));
  const still: StepReport = {
    ...step({ start: 0, replicas: 1, operations: [] }, { start: 1, replicas: 1, operations: [] }),
  };
  const shown = early.on(still);
  expect([messages(shown.source), messages(shown.destination)]).toEqual([["a"], ["b"]]);
  const style = { palette: paletteFor({ isTTY: false, env: {} }), columns: 80 };
  const lines = renderStep({ set: { start: 0, replicas: 2 }, previousIndex: undefined, step: shown }, style);
  expect(lines.filter((line) => line.includes("warning:"))).toEqual(["    warning: b", "    warning: a"]);
  expect(lines.join("\n")).not.toContain("pulumi up");
});
