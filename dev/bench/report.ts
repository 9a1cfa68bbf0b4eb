/**
 * What a person reads: tables in Markdown. Times are compared as ratios within one run, never with those of another day.
 */
import type { Machine } from "./machine";
import { WAYS } from "./measure";
import type { GrowthResult, Results, Way, WayResult } from "./measure";
import { awaitedMs, momentOf } from "./pulumiProject";
import type { Up } from "./pulumiProject";
import { median, summary } from "./statistics";

/** Where and when something was measured. */
export interface Circumstances {
  readonly command: string;
  /** As `2026-11-22`. */
  readonly date: string;
  readonly machine: Machine;
}

const names: Readonly<Record<Way, string>> = {
  byHand: "by hand (kubectl)",
  plain: "`pulumi up` twice",
  withoutLock: "`rangeLock: false`",
  withLivePeer: "with `peerContext`",
};

/** The whole report. */
export function renderReport(results: Results, circumstances: Circumstances): string {
  const { machine, command, date } = circumstances;
  const sections = [
    `\`${command}\` on ${date}: ${machine.cores} cores (${machine.processor}), load ${machine.load.join(" ")} before; ` +
      `Node ${machine.versions.node}, Pulumi ${machine.versions.pulumi}, Kubernetes ${machine.versions.kubernetes}. ` +
      `Median (least–most). Pods of one ordinal in both clusters at once: **${results.duplicates}**.`,
    renderWays(results),
    renderUps(results),
    renderGrowth(results.growth),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function renderWays({ ways }: Results): string {
  const found = WAYS.flatMap((name) => {
    const way = ways[name];
    return way === undefined ? [] : [{ name, way }];
  });
  if (found.length === 0) return "";
  const row = (title: string, cell: (way: WayResult) => string): string[] => [
    title,
    ...found.map(({ way }) => cell(way)),
  ];
  return table([
    [`One step of a set of 6`, ...found.map(({ name }) => names[name])],
    row("ordinal down", ({ downMs }) => seconds(downMs)),
    row("wall time", ({ stepMs }) => seconds(stepMs)),
    row("API requests, both clusters", ({ requests }) => {
      const total = Object.values(requests).reduce((sum, count) => sum + count, 0);
      const verbs = Object.entries(requests).map(([verb, count]) => `${verb} ${count}`);
      return `${total} (${verbs.join(", ")})`;
    }),
  ]);
}

/** What an `up` spends its time on, in the order in which it happens. */
const moments = [
  ["engine, provider, refresh", "nodeMs"],
  ["Node, Pulumi's runner, a compiler", "entryMs"],
  ["the program and the SDK are loaded", "loadedMs"],
  ["looks, decides, declares", "declaredMs"],
  ["is carried out, and read again", "provenMs"],
] as const;

function renderUps({ ups: { source, destination, bare, typeScript, floor } }: Results): string {
  const all = [source, destination, bare, typeScript, floor];
  if (source.length === 0) return "";
  const row = (title: string, cell: (up: Up) => number): string[] => [
    title,
    ...all.map((some) => {
      const known = some.map(cell).filter((ms) => !Number.isNaN(ms));
      return known.length === 0 ? "–" : seconds(known);
    }),
  ];
  const parts = moments.map(([title, moment], index) => {
    const before = moments[index - 1]?.[1] ?? "startedMs";
    return row(`– ${title}`, (up) => momentOf(up, moment) - momentOf(up, before));
  });
  const awaited = row("&nbsp;&nbsp;of which writes and awaiters", (up) => (up.marks?.provenMs ? awaitedMs(up) : NaN));
  const last = row("– state is saved", ({ startedMs, ms, marks }) => {
    // A program that declares something without a mark at its end: what comes after cannot be told apart.
    const from = marks?.declaredMs === undefined ? marks?.entryMs : marks.provenMs;
    return startedMs + ms - (from ?? NaN);
  });
  const wall = row("wall time", ({ ms }) => ms);
  const head = ["One `up`", "source", "destination", "bare program", "empty, TypeScript", "empty program"];
  const rows = [head, wall, ...parts, awaited, last];
  for (const [name, some] of [
    ["the bare program's", bare],
    ["that of an empty one in TypeScript", typeScript],
    ["the empty program's", floor],
  ] as const) {
    if (some.length === 0) continue;
    const base = median(some.map(({ ms }) => ms));
    const ratio = (ups: readonly Up[]): string =>
      ups.length === 0 ? "–" : (median(ups.map((up) => up.ms - awaitedMs(up))) / base).toFixed(2);
    rows.push([`without writes and awaiters, × ${name}`, ...all.map(ratio)]);
  }
  return table(rows);
}

function renderGrowth(growth: readonly GrowthResult[]): string {
  const [first] = growth;
  if (first === undefined) return "";
  const base = median(first.stepMs);
  const rows = growth.map(({ replicas, stepMs, refreshMs, decideMs, carryOutMs, reads, writes }) => [
    String(replicas),
    seconds(stepMs),
    (median(stepMs) / base).toFixed(2),
    ...[refreshMs, decideMs, carryOutMs].map(seconds),
    ...[reads, writes].map(String),
  ]);
  const parts = [moments[0], moments[3], moments[4]].map(([title]) => title);
  return table([
    ["Replicas", "wall time of a step", `× that of ${first.replicas}`, ...parts, "reads", "writes"],
    ...rows,
  ]);
}

/** `2.1 s (1.9–2.4)`. */
export function seconds(ms: readonly number[]): string {
  const { median: middle, min, max } = summary(ms);
  const text = (value: number): string => (value / 1000).toFixed(2);
  return `${text(middle)} s (${text(min)}–${text(max)})`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
