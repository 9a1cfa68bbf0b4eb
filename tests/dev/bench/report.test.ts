import { renderChart } from "../../../dev/bench/chart";
import type { Results } from "../../../dev/bench/measure";
import { awaitedMs, momentOf, operationsIn } from "../../../dev/bench/pulumiProject";
import type { Up } from "../../../dev/bench/pulumiProject";
import { renderReport, seconds } from "../../../dev/bench/report";
import { median, summary } from "../../../dev/bench/statistics";

const up = (startedMs: number): Up => ({
  startedMs,
  ms: 3_000,
  output: "",
  operationsMs: { Service: 90, PersistentVolume: 100, PersistentVolumeClaim: 150, StatefulSet: 250 },
  marks: {
    nodeMs: startedMs + 900,
    entryMs: startedMs + 1_700,
    loadedMs: startedMs + 2_000,
    declaredMs: startedMs + 2_300,
    provenMs: startedMs + 2_900,
  },
});

const floor: Up = { startedMs: 0, ms: 2_000, output: "", operationsMs: {}, marks: { nodeMs: 900, entryMs: 1_600 } };

const parts = { refreshMs: [1_800], decideMs: [600], carryOutMs: [1_200] };

const results: Results = {
  ways: {
    byHand: { downMs: [500, 700, 600], stepMs: [900, 1_000, 1_100], requests: { GET: 9, PATCH: 3 } },
    plain: { downMs: [3_000, 3_600, 3_300], stepMs: [6_000, 6_400, 6_500], requests: { GET: 40, APPLY: 4 } },
  },
  ups: {
    source: [up(0)],
    destination: [up(3_100)],
    floor: [floor],
    typeScript: [{ ...floor, ms: 2_500 }],
    bare: [floor, floor],
  },
  growth: [
    { replicas: 6, stepMs: [6_000], ...parts, reads: 40, writes: 9 },
    { replicas: 1000, stepMs: [6_600], ...parts, reads: 40, writes: 9 },
  ],
  duplicates: 0,
};
const machine = {
  cores: 2,
  processor: "Any",
  load: [0.1, 0.2, 0.3],
  versions: { node: "v20", pulumi: "v3", kubernetes: "v1.36.3" },
};
const circumstances = { command: "npm run bench", date: "2026-11-22", machine };

test("median and spread", () => {
  expect(summary([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow("no median of nothing");
  expect(seconds([1_000, 2_500, 1_234])).toBe("1.23 s (1.00–2.50)");
});

test("what the engine says that an operation took", () => {
  const output = [
    " ~  kubernetes:apps/v1:StatefulSet web refresh (0.37s) ",
    " +  kubernetes:core/v1:PersistentVolumeClaim data-web-2 creating (0s) ",
    " +  kubernetes:core/v1:PersistentVolumeClaim data-web-2 created (0.14s) ",
    " ~  kubernetes:apps/v1:StatefulSet web updated (1s) [diff: ~metadata,spec]; ",
    " -  kubernetes:core/v1:PersistentVolumeClaim data-web-4 deleted (0.01s)[retain] ",
  ].join("\n");
  expect(operationsIn(output)).toEqual({ PersistentVolumeClaim: 140, StatefulSet: 1000 });
  expect(awaitedMs(up(0))).toBe(500);
});

test("when what was reached", () => {
  const moments = (["startedMs", "nodeMs", "declaredMs"] as const).map((moment) => momentOf(up(100), moment));
  expect(moments).toEqual([100, 1_000, 2_400]);
  expect(momentOf(floor, "provenMs")).toBeNaN();
});

test("a report has the ways, the parts of an up, and growth", () => {
  const lines = renderReport(results, circumstances).split("\n");
  const cells = (start: string): string[] | undefined =>
    lines
      .find((line) => line.startsWith(`| ${start}`))
      ?.split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  expect(lines[0]).toContain("both clusters at once: **0**");
  expect(cells("ordinal down")?.slice(1)).toEqual(["0.60 s (0.50–0.70)", "3.30 s (3.00–3.60)"]);
  expect(cells("API requests")?.slice(1)).toEqual(["12 (GET 9, PATCH 3)", "44 (GET 40, APPLY 4)"]);
  const [ours, empty] = ["0.80 s (0.80–0.80)", "0.70 s (0.70–0.70)"];
  expect(cells("– Node")?.slice(1)).toEqual([ours, ours, empty, empty, empty]);
  expect(cells("without writes and awaiters, × the bare")?.slice(1)).toEqual(["1.25", "1.25", "1.00", "1.25", "1.00"]);
  expect(cells("without writes and awaiters, × that")?.slice(1)).toEqual(["1.00", "1.00", "0.80", "1.00", "0.80"]);
  expect(cells("without writes and awaiters, × the empty")?.slice(1)).toEqual(["1.25", "1.25", "1.00", "1.25", "1.00"]);
  expect(cells("1000")).toEqual([
    "1000",
    "6.60 s (6.60–6.60)",
    "1.10",
    ...["1.80", "0.60", "1.20"].map((s) => `${s} s (${s}–${s})`),
    "40",
    "9",
  ]);
});

test("what was not measured is left out", () => {
  const only: Results = {
    ...results,
    ways: {},
    ups: { source: [], destination: [], floor: [], typeScript: [], bare: [] },
    growth: [],
  };
  expect(renderReport(only, circumstances)).not.toContain("|");
  expect(renderChart(only)).not.toContain("<text");
});

test("the chart has a bar for each measurement", () => {
  expect(renderChart(results).match(/<rect x=/g)).toHaveLength(11);
});
