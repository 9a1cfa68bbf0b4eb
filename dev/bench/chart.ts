/**
 * The results as a picture: horizontal bars, one scale a panel.
 */
import type { Results } from "./measure";
import { median, summary } from "./statistics";

const WIDTH = 760;
const LABELS = 210;
const BARS = 430;
const ROW = 26;
const TITLE = 40;

interface Bar {
  readonly label: string;
  readonly ms: readonly number[];
  readonly colour: string;
}

interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const HAND = "#9aa5b1";
const OURS = "#5a30c5";
const FLOOR = "#d4b106";

/** A standalone SVG. Bars are medians, the thin lines go from the least to the most. */
export function renderChart(results: Results): string {
  const panels = panelsOf(results).filter(({ bars }) => bars.length > 0);
  let y = 0;
  const drawn = panels.map((panel) => {
    const text = drawPanel(panel, y);
    y += TITLE + panel.bars.length * ROW + 12;
    return text;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" ` +
      'font-family="system-ui, sans-serif" font-size="13">',
    `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

function panelsOf({ ways: { byHand, plain }, ups, growth }: Results): Panel[] {
  const bar = (label: string, ms: readonly number[] | undefined, colour: string): Bar[] =>
    ms === undefined || ms.length === 0 ? [] : [{ label, ms, colour }];
  const wall = (some: readonly { readonly ms: number }[]): number[] => some.map(({ ms }) => ms);
  return [
    {
      title: "How long the ordinal is down",
      bars: [...bar("by hand", byHand?.downMs, HAND), ...bar("pulumi up twice", plain?.downMs, OURS)],
    },
    {
      title: "Wall time of a step",
      bars: [...bar("by hand", byHand?.stepMs, HAND), ...bar("pulumi up twice", plain?.stepMs, OURS)],
    },
    {
      title: "One up",
      bars: [
        ...bar("bare program", wall(ups.bare), FLOOR),
        ...bar("empty, TypeScript", wall(ups.typeScript), FLOOR),
        ...bar("empty program", wall(ups.floor), FLOOR),
        ...bar("source", wall(ups.source), OURS),
        ...bar("destination", wall(ups.destination), OURS),
      ],
    },
    {
      title: "Wall time of a step, by the size of the set",
      bars: growth.flatMap(({ replicas, stepMs }) => bar(`${replicas} replicas`, stepMs, OURS)),
    },
  ];
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.flatMap(({ ms }) => ms));
  const x = (ms: number): string => (LABELS + (ms / longest) * BARS).toFixed(1);
  const rows = bars.flatMap(({ label, ms, colour }, index) => {
    const y = top + TITLE + index * ROW;
    const { min, max } = summary(ms);
    const middle = median(ms);
    return [
      `<text x="${LABELS - 10}" y="${y + 14}" text-anchor="end" fill="#1f2933">${label}</text>`,
      `<rect x="${LABELS}" y="${y + 2}" width="${((middle / longest) * BARS).toFixed(1)}" height="16" fill="${colour}"/>`,
      `<line x1="${x(min)}" y1="${y + 10}" x2="${x(max)}" y2="${y + 10}" stroke="#1f2933" stroke-width="1.5"/>`,
      `<text x="${LABELS + BARS + 12}" y="${y + 14}" fill="#1f2933">${(middle / 1000).toFixed(2)} s</text>`,
    ];
  });
  return [`<text x="12" y="${top + 26}" font-weight="600" fill="#1f2933">${title}</text>`, ...rows].join("\n");
}
