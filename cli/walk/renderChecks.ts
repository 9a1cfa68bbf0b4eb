import { durationText } from "../../core/gates/duration";
import type { CheckListener, CheckTurn } from "../../driver/gates/report";
import type { Palette } from "../colour";
import type { Output } from "../io";
import { writeLines } from "../io";

/** The most sentences of a gate that are said at once. */
const mostSaid = 3;

/** What gates and actions see while they have their turn, a line each, for stderr. */
export function checkTalker(output: Output): CheckListener {
  return {
    begun: (turn) => {
      if (turn.ordinal === undefined) writeLines(output, [`${heading(turn)}: asked`]);
    },
    saw: (turn, saw, sinceMs) => {
      const more = saw.length > mostSaid ? [`and ${saw.length - mostSaid} more`] : [];
      const what = saw.length === 0 ? "holds" : [...saw.slice(0, mostSaid), ...more].join("; ");
      writeLines(output, [`${heading(turn)}, since ${durationText(sinceMs)}: ${what}`]);
    },
  };
}

/** How each ended, for stdout. */
export function checkDrawer(output: Output, palette: Palette): CheckListener {
  return {
    ended: ({ title, outcome, ms, saw, ordinal }) => {
      const of = ordinal === undefined ? title : `${title}, ordinal ${ordinal}:`;
      const [last = "done"] = saw;
      const lines = {
        held: palette.green(`${title} holds (${durationText(ms)})`),
        done: palette.green(`${of} ${last} (${durationText(ms)})`),
        trouble: palette.red(
          `${of} ${ordinal === undefined ? "does not hold" : "cannot go on"} after ${durationText(ms)}`,
        ),
        interrupted: palette.yellow(`${of} interrupted after ${durationText(ms)}`),
      };
      writeLines(output, [`  ${lines[outcome]}`]);
    },
  };
}

function heading({ title, cutoverIndex, ordinal }: CheckTurn): string {
  return ordinal === undefined ? `${title}, at cutoverIndex ${cutoverIndex}` : `${title}, ordinal ${ordinal}`;
}
