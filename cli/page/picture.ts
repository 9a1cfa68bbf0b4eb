import type { OrdinalRange } from "../../core/ordinals";
import { endOf, holds, ordinalsOf } from "../../core/ordinals";
import type { Markup } from "./markup";
import { markup } from "./markup";
import type { PlacedStep } from "./rehearsed";

/** Sets with more ordinals than this are drawn as bars, one a step: so many columns fit a sheet of paper. */
const mostColumns = 20;

/** Where an ordinal lives after a step. */
type Home = "source" | "destination" | "both" | "none";

/** Letters of the homes: colour alone says nothing. */
const letters: Record<Home, string> = { source: "S", destination: "D", both: "S+D", none: "–" };

const homesInWords: Record<Home, string> = {
  source: "in the source",
  destination: "in the destination",
  both: "in both clusters",
  none: "in neither cluster",
};

/** Ordinals next to each other that share their home, and whether they have just moved. */
interface Run extends OrdinalRange {
  readonly home: Home;
  readonly moved: boolean;
}

/** The table of where every ordinal lives after every step: one row a step; one cell an ordinal, or one bar for large sets. */
export function ordinalTable(set: OrdinalRange, steps: readonly PlacedStep[]): Markup {
  const asCells = set.replicas <= mostColumns;
  const heads = asCells
    ? ordinalsOf(set).map((ordinal) => markup`<th scope="col">${ordinal}</th>`)
    : markup`<th scope="col">${set.start} to ${endOf(set) - 1}</th>`;
  const columns = asCells ? Math.max(set.replicas, 1) : 1;
  const part = asCells ? "column for each ordinal" : "bar, roughly to scale";
  return markup`<p class="lead" id="picture">One row for each step, one ${part}: where every ordinal lives after the step.</p>
<div class="where">
<div class="scroll" role="region" aria-labelledby="picture" tabindex="0">
<table class="picture${asCells ? "" : " bars"}">
<caption class="hidden">Where each ordinal lives after each step</caption>
<thead>
<tr><td colspan="2"></td><th scope="colgroup" colspan="${columns}">Ordinal</th></tr>
<tr><th scope="col">After</th><th scope="col"><abbr title="cutover index">k</abbr></th>${heads}</tr>
</thead>
<tbody>
${steps.map((step) => renderRow(set, step, asCells))}
</tbody>
</table>
</div>
${renderLegend(set, steps)}
</div>`;
}

function renderRow(set: OrdinalRange, placed: PlacedStep, asCells: boolean): Markup {
  const { number, step, forward, trouble } = placed;
  const name = number === 0 ? "Start" : `Step ${number}`;
  const direction = number === 0 ? "" : markup` <small>${forward ? "forward" : "back"}</small>`;
  const flag = trouble === undefined ? "" : markup` <strong class="bad">✕ ${trouble}</strong>`;
  const cells = asCells ? runsOf(set, placed).flatMap(renderCells) : markup`<td>${renderBar(set, placed)}</td>`;
  return markup`<tr><th scope="row"><a href="#step-${number}">${name}</a>${direction}${flag}</th><td class="k">${step.cutoverIndex}</td>${cells}</tr>
`;
}

function renderCells({ home, moved, ...range }: Run): Markup[] {
  return ordinalsOf(range).map(() => markup`<td class="${classOf(home, moved)}">${letterOf(home, moved)}</td>`);
}

/** Where the ordinals live after one step, drawn to scale: a part for each run of ordinals with the same home. */
export function renderBar(set: OrdinalRange, placed: PlacedStep): Markup {
  return markup`<span class="bar">${runsOf(set, placed).map(
    ({ home, moved, ...run }) =>
      markup`<span class="${classOf(home, moved)}" style="flex-grow:${run.replicas}">${letterOf(home, moved)} <span class="ordinals">${numbers(run)}</span></span>`,
  )}</span>`;
}

/** Every look of an ordinal, in the order of the legend. */
const allLooks: readonly Pick<Run, "home" | "moved">[] = [
  { home: "source", moved: false },
  { home: "destination", moved: false },
  { home: "destination", moved: true },
  { home: "source", moved: true },
  { home: "both", moved: false },
  { home: "none", moved: false },
];

/** What the letters mean that are in the picture. */
function renderLegend(set: OrdinalRange, steps: readonly PlacedStep[]): Markup {
  const used = new Set(steps.flatMap((step) => runsOf(set, step)).map(({ home, moved }) => classOf(home, moved)));
  return markup`<ul class="legend" aria-label="Letters of the picture">
${allLooks
  .filter(({ home, moved }) => used.has(classOf(home, moved)))
  .map(
    ({ home, moved }) =>
      markup`<li><span class="${classOf(home, moved)}">${letterOf(home, moved)}</span> ${wordsOf(home, moved)}</li>
`,
  )}<li><b>k</b> the cutover index: the first ordinal that lives in the destination</li>
</ul>`;
}

function wordsOf(home: Home, moved: boolean): string {
  if (!moved) return `lives ${homesInWords[home]}`;
  return home === "destination" ? "has just moved to the destination" : "has just come back to the source";
}

/** `S`, `D`, `→D` for an ordinal that has just moved there, `←S` for one that came back. */
function letterOf(home: Home, moved: boolean): string {
  if (!moved || home === "both" || home === "none") return letters[home];
  return `${home === "destination" ? "→" : "←"}${letters[home]}`;
}

function classOf(home: Home, moved: boolean): string {
  return `home ${home}${moved ? " moved" : ""}`;
}

function homeOf({ step }: PlacedStep, ordinal: number): Home {
  const [source, destination] = [holds(step.source, ordinal), holds(step.destination, ordinal)];
  return source && destination ? "both" : source ? "source" : destination ? "destination" : "none";
}

/** The set cut into runs: only the ends of the ranges can be where one begins. */
function runsOf(set: OrdinalRange, placed: PlacedStep): Run[] {
  const { source, destination } = placed.step;
  const [first = 0, last = -1] = [placed.moved[0], placed.moved[placed.moved.length - 1]];
  const goal: Home = placed.forward ? "destination" : "source";
  const cuts = [source.start, endOf(source), destination.start, endOf(destination), first, last + 1];
  const starts = [...new Set([set.start, ...cuts])]
    .filter((cut) => cut >= set.start && cut < endOf(set))
    .sort((a, b) => a - b);
  const runs = starts.map((start, at): Run => {
    const home = homeOf(placed, start);
    const moved = home === goal && start >= first && start <= last;
    return { start, replicas: (starts[at + 1] ?? endOf(set)) - start, home, moved };
  });
  return runs.reduce<Run[]>((merged, run) => {
    const before = merged[merged.length - 1];
    if (before?.home !== run.home || before.moved !== run.moved) return [...merged, run];
    return [...merged.slice(0, -1), { ...before, replicas: before.replicas + run.replicas }];
  }, []);
}

function numbers({ start, replicas }: OrdinalRange): string {
  return replicas === 1 ? `${start}` : `${start}–${start + replicas - 1}`;
}
