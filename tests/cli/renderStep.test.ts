import { ansi, noColour } from "../../cli/colour";
import { renderChange, renderStep, renderTitle } from "../../cli/renderStep";
import { renderVerdict } from "../../cli/renderVerdict";
import type { StepReport } from "../../rehearsal/engine/report";
import { back, creation, forward, report } from "./fixture";

const style = { columns: 80, palette: noColour };
const set = report.set;

test("the first step lists what is created, the destination first", () => {
  const rendered = { set, previousIndex: undefined, step: creation };
  expect(renderTitle(rendered, 0, 2)).toBe("Start, cutover index 2: all ordinals live in the source");
  expect(renderStep(rendered, style)).toEqual([
    "pulumi up -s destination  (cutoverIndex 2)",
    " +  kubernetes:apps/v1:StatefulSet  web  create",
    "",
    "pulumi up -s source  (cutoverIndex 2)",
    " +  kubernetes:core/v1:Service      web  create",
    " +  kubernetes:apps/v1:StatefulSet  web  create",
    "",
    "  source       0 1",
    "  destination  . .",
  ]);
});

test("a step forward: source first, field by field, what stays the same left out", () => {
  const rendered = { set, previousIndex: 2, step: forward };
  expect(renderTitle(rendered, 1, 2)).toBe("Step 1 of 2, forward: ordinal 1 moves to the destination");
  expect(renderStep(rendered, style)).toEqual([
    "pulumi up -s destination  (cutoverIndex 2 => 1)  tried before its turn",
    "    refused: cutoverIndex 1: ordinal 1 is still held by the source.",
    "      Run the other first",
    "",
    "pulumi up -s source  (cutoverIndex 2 => 1)",
    " ~  kubernetes:apps/v1:StatefulSet  web  update",
    '       ~ metadata.annotations["statefulset-cutover/range"]: "0+2" => "0+1"',
    "       ~ spec.replicas: 2 => 1",
    "",
    "pulumi up -s destination  (cutoverIndex 2 => 1)",
    " +  kubernetes:core/v1:PersistentVolume       data-web-1  create",
    " ~  kubernetes:apps/v1:StatefulSet            web         update",
    "       ~ spec.ordinals.start: 2 => 1",
    "       ~ spec.replicas: 0 => 1",
    '       + spec.template.spec.hostname: "x"',
    "       - spec.paused: true",
    "       ~ spec.offer: [secret] => [secret]",
    " -  kubernetes:core/v1:PersistentVolumeClaim  data-web-2  retain (stays in the cluster)",
    "    warning: first line",
    "      second line",
    "",
    "  source       0 .",
    "  destination  . 1",
  ]);
});

test("a step back", () => {
  expect(renderTitle({ set, previousIndex: 1, step: back }, 2, 2)).toBe(
    "Step 2 of 2, back: ordinal 1 returns to the source",
  );
  expect(
    renderTitle({ set: { start: 0, replicas: 5 }, previousIndex: 5, step: { ...forward, cutoverIndex: 3 } }, 1, 9),
  ).toBe("Step 1 of 9, forward: ordinals 3 to 4 move to the destination");
});

test("where a rehearsal starts in the middle, the way there is not shown", () => {
  const still: StepReport = {
    cutoverIndex: 1,
    order: ["source", "destination"],
    source: { start: 0, replicas: 1, operations: [] },
    destination: { start: 1, replicas: 1, operations: [] },
  };
  const rendered = { set, previousIndex: undefined, step: still };
  expect(renderTitle(rendered, 0, 1)).toBe("Start, cutover index 1: the way here was run, not shown");
  expect(renderStep(rendered, style)).toEqual(["  source       0 .", "  destination  . 1"]);
});

test("an up that changes nothing says so", () => {
  const step: StepReport = { ...back, source: { start: 0, replicas: 2, operations: [] } };
  expect(renderStep({ set, previousIndex: 1, step }, style).slice(4, 6)).toEqual([
    "pulumi up -s source  (cutoverIndex 1 => 2)",
    "    no changes",
  ]);
});

test("a long value is cut off, and a replace shows its fields", () => {
  expect(renderChange({ path: "data.x", from: "a".repeat(100), to: { b: [1] } }, noColour)).toBe(
    `~ data.x: "${"a".repeat(58)}… => {"b":[1]}`,
  );
  const step = {
    ...back,
    source: { ...back.source, operations: [{ op: "replace", type: "t", name: "n", changes: [] }] },
  } as const;
  expect(renderStep({ set, previousIndex: 1, step }, style)).toContain(" +- t  n  replace");
});

test("colour is the Pulumi CLI's", () => {
  const lines = renderStep({ set, previousIndex: 1, step: back }, { columns: 80, palette: ansi });
  expect(lines.slice(0, 3)).toEqual([
    "\u001b[1mpulumi up -s destination\u001b[22m  (cutoverIndex 1 => 2)",
    " \u001b[33m~  kubernetes:apps/v1:StatefulSet  web  update\u001b[39m",
    "       \u001b[33m~ spec.replicas: 1 => 0\u001b[39m",
  ]);
});

test("the verdict", () => {
  expect(renderVerdict(set, [2, 1, 0, 1, 2], [], noColour)).toEqual([
    "All well: web (ordinals 0 to 1) moved in 4 steps, cutover index 2 => 0 => 2. " +
      "No ordinal ran twice, no volume was lost, empty or shared.",
  ]);
  expect(renderVerdict(set, [2, 1], [], noColour)[0]).toContain("moved in 1 step, cutover index 2 => 1.");
  expect(renderVerdict(set, [2], ["it broke"], noColour)).toEqual(["FAILED: 1 violation.", "  - it broke"]);
  expect(renderVerdict(set, [2], ["a", "b"], noColour)).toEqual(["FAILED: 2 violations.", "  - a", "  - b"]);
});
