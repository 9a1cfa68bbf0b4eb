import type { WalkReport } from "../../driver/walk";
import type { FileChange } from "../../driver/write/indexFiles";
import type { WriteListener } from "../../driver/write/stepWriter";
import type { Palette } from "../colour";
import type { Output } from "../io";
import { writeLines } from "../io";

/** What is written and committed, for stdout. */
export function writeDrawer(output: Output, palette: Palette): WriteListener {
  return {
    wrote: (change) => {
      writeLines(output, ["", ...diffOf(change, palette)]);
    },
    committed: ({ id, message }) => {
      writeLines(output, [`  commit ${id}: ${message.split("\n")[0] ?? ""}`]);
    },
  };
}

function diffOf({ file, line, removed, added }: FileChange, palette: Palette): string[] {
  return [
    palette.bold(`${file}:${line}`),
    ...removed.map((text) => palette.red(`- ${text}`)),
    ...added.map((text) => palette.green(`+ ${text}`)),
  ];
}

/** What a walk that did not arrive leaves in the files, a note for stderr. */
export function leftWritten({ outcome, written, to }: WalkReport): string[] {
  const last = written?.changes.at(-1);
  if (last === undefined || outcome === "arrived" || outcome === "planned") return [];
  const files = [...new Set(written?.changes.map(({ file }) => file))].join(", ");
  const says = `note: ${files} now has "${last.added.join(" ").trim()}", the index that was last asked for.`;
  return [`${says} The same command goes on to ${to}; with another --to it is changed again`];
}
