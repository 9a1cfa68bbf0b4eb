import { noOrdinals, ordinalsText, sides } from "../../core/ordinals";
import type { OrdinalRange, Side } from "../../core/ordinals";
import type { CellState, HalfStatus, Next, StatusReport } from "../../core/status/report";
import { renderProblem } from "../../core/userError";
import type { Problem } from "../../core/userError";
import { rangeText, renderPicture } from "../renderPicture";
import type { Style } from "../renderPicture";

/** Behind an ordinal in the picture. */
const marks: Readonly<Record<CellState, string>> = { ready: " ", notReady: "*", noPod: "*", leaving: "-" };

const legend: Readonly<Record<string, string>> = {
  "!": "in BOTH clusters",
  "*": "not Ready",
  "-": "leaving",
  "?": "by its last up only: the cluster is not seen",
};

/** The most lines about ordinals that are not Ready: after a roll-out gone wrong they say the same. */
const mostWarnings = 12;

const labelWidth = "destination".length;

/** Where a move stands, for a person. */
export function renderStatus(report: StatusReport, style: Style): string[] {
  const { set, halves, problems, warnings } = report;
  const { palette } = style;
  const title = `StatefulSet ${set.namespace}/${set.name}, ${ordinalsText(set)}: ${standsAt(report)}`;
  const shown = warnings.slice(0, mostWarnings);
  const more = warnings.length - shown.length;
  return [
    palette.bold(title),
    "",
    ...pictureOf(report, style),
    "",
    ...sides.flatMap((side) => renderHalf(side, halves[side], report)),
    ...(report.offered === undefined ? [] : [line("offered", offeredText(report.offered))]),
    ...report.gates.map(({ title: gate, holds, saw }) =>
      line("gate", holds ? `${gate}: ${palette.green("holds")}` : palette.yellow(`${gate}: ${saw.join("; ")}`)),
    ),
    ...section("problems", problems, (text) => palette.bold(palette.red(text))),
    ...section("warnings", shown, palette.yellow),
    ...(more > 0 ? [palette.yellow(`  … and ${more} more (--json has all)`)] : []),
    "",
    `${palette.bold("next")}  ${nextText(report.next)}`,
  ];
}

function section(title: string, problems: readonly Problem[], paint: (text: string) => string): string[] {
  if (problems.length === 0) return [];
  return ["", paint(`${title}:`), ...problems.map((problem) => paint(`  - ${renderProblem(problem)}`))];
}

function line(label: string, text: string): string {
  return `${label.padEnd(labelWidth)}  ${text}`;
}

function standsAt({ halves, ended }: StatusReport): string {
  if (ended) return "the move has ended";
  const [low, high] = sides.map((side) => halves[side].recorded?.cutoverIndex);
  const wanted = [...new Set(sides.map((side) => halves[side].wanted))];
  const [to] = wanted;
  if (low === undefined && high === undefined) return "no up has completed yet";
  const at =
    low !== undefined && low === high
      ? `cutoverIndex ${low}`
      : `cutoverIndex ${low ?? "none yet"} in the source, ${high ?? "none yet"} in the destination`;
  return wanted.length > 1 || to === undefined || (to === low && to === high) ? at : `${at}, on the way to ${to}`;
}

function pictureOf({ set, ordinals, halves }: StatusReport, style: Style): string[] {
  const used = new Set<string>();
  const cellsOf = (side: Side): ReadonlyMap<number, string> => {
    const { cluster, recorded } = halves[side];
    const cells = ordinals.flatMap(({ ordinal, home, [side]: cell }): [number, string][] => {
      const isRecorded = recorded !== undefined && isIn(recorded.held, ordinal);
      if (cell === undefined) return cluster?.reachable === false && isRecorded ? [[ordinal, "?"]] : [];
      return [[ordinal, home === "both" ? "!" : marks[cell.state]]];
    });
    for (const [, mark] of cells) used.add(mark);
    return new Map(cells);
  };
  const really = { source: cellsOf("source"), destination: cellsOf("destination") };
  const rangeOf = (side: Side): OrdinalRange =>
    halves[side].cluster?.set?.range ?? halves[side].recorded?.held ?? noOrdinals;
  const picture = { set, source: rangeOf("source"), destination: rangeOf("destination"), moved: [], really };
  const said = Object.entries(legend).filter(([mark]) => used.has(mark));
  return [
    ...renderPicture(picture, style),
    ...(said.length === 0 ? [] : [style.palette.dim(`  ${said.map(([mark, text]) => `${mark} ${text}`).join("   ")}`)]),
  ];
}

function isIn({ start, replicas }: OrdinalRange, ordinal: number): boolean {
  return ordinal >= start && ordinal < start + replicas;
}

function renderHalf(side: Side, half: HalfStatus, { ended }: StatusReport): string[] {
  const { stack, cluster } = half;
  const place = cluster === undefined ? "" : `, context ${cluster.context}`;
  return [
    line(side, `stack ${stack}${place}`),
    line("  last up", recordedText(half, ended)),
    line("  live", liveText(half)),
    line("  locks", locksText(half)),
  ];
}

function recordedText({ recorded }: HalfStatus, ended: boolean): string {
  if (recorded === undefined) return ended ? "none" : "none has completed yet";
  const { cutoverIndex, held, turn } = recorded;
  return `cutoverIndex ${cutoverIndex}; it vouches for ${ordinalsText(held)} (turn ${turn})`;
}

function liveText({ cluster }: HalfStatus): string {
  if (cluster === undefined) return "not looked at";
  if (!cluster.reachable) return "not seen";
  if (cluster.set === undefined) return "no set";
  const { range, turn, ready } = cluster.set;
  const turnText = turn === undefined ? "no turn" : `turn ${turn}`;
  return `${ordinalsText(range)} (${turnText}), ${ready} of ${range.replicas} Ready`;
}

function locksText({ cluster, stackLock }: HalfStatus): string {
  const range = { present: "range lock", absent: "no range lock", unknown: "range lock not known" };
  const { state, by } = stackLock;
  const stack = {
    free: "the stack is not locked",
    locked: `the stack is locked${by === undefined ? "" : ` by ${by}`}`,
    unknown: "whether the stack is locked, its backend does not tell",
  };
  return cluster === undefined ? stack[state] : `${range[cluster.rangeLock]}; ${stack[state]}`;
}

function offeredText(offered: readonly number[]): string {
  return offered.length === 0 ? "nothing" : `the volumes of ${offered.join(", ")}, by the source`;
}

function nextText({ up, words, left }: Next): string {
  if (up === undefined) return words;
  const more = left > 1 ? `; ${left - 1} more after it` : "";
  return `${up.command}  (cutoverIndex ${up.cutoverIndex}): ${words}${more}`;
}

/** What a status says, line by line: the name of the line to its text. Two of them tell what has changed in between. */
export function linesOf(report: StatusReport): ReadonlyMap<string, string> {
  const { ordinals, halves, gates, problems, warnings, next } = report;
  const lines: [string, string][] = [
    ...ordinals.map(({ ordinal, home, ...cells }): [string, string] => {
      const states = sides.flatMap((side) => {
        const cell = cells[side];
        return cell === undefined ? [] : [`${side} ${stateWords[cell.state]}`];
      });
      const where = home === "both" ? "IN BOTH CLUSTERS: " : home === "unknown" ? "not known: " : "";
      return [`ordinal ${ordinal}`, `${where}${states.join(", ") || "in no cluster"}`];
    }),
    ...sides.flatMap((side): [string, string][] => [
      [`${side}'s last up`, recordedText(halves[side], report.ended)],
      [`${side}'s set`, rangeOnly(halves[side])],
      [`${side}'s locks`, locksText(halves[side])],
    ]),
    ...gates.map(({ title, holds, saw }): [string, string] => [title, holds ? "holds" : saw.join("; ")]),
    ...problems.map((each): [string, string] => [`problem: ${renderProblem(each)}`, ""]),
    // Of pods the ordinals tell.
    ...warnings
      .filter(({ where }) => !where.startsWith("ordinal"))
      .map((each): [string, string] => [`warning: ${renderProblem(each)}`, ""]),
    ["next", nextText(next)],
  ];
  return new Map(lines);
}

const stateWords: Readonly<Record<CellState, string>> = {
  ready: "Ready",
  notReady: "not Ready",
  noPod: "without a pod yet",
  leaving: "leaving",
};

function rangeOnly({ cluster }: HalfStatus): string {
  if (cluster?.set === undefined) return cluster?.reachable === false ? "not seen" : "none";
  const { range, turn } = cluster.set;
  return `${rangeText(range)}, turn ${turn ?? "none"}`;
}
