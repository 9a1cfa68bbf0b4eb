import { sha256Of } from "../json";

/** Enough of a SHA-256 that two warnings of one half are told apart. */
const digits = 12;

/** How much of each known warning stands in the one line about them. */
const longest = 100;

/**
 * What an `up` has warned about, as its output `warned`: a few digits of each warning's SHA-256, one text. The texts
 * themselves would stand below every `up` as an output.
 */
export function warnedText(warnings: readonly string[]): string {
  return [...new Set(warnings.map(digest))].sort().join(" ");
}

/**
 * Tells the warnings that are new from those that the last completed `up` of this half gave already; each once.
 *
 * @param recorded output `warned`; undefined if the half has none yet.
 */
export function newAndKnown(
  warnings: readonly string[],
  recorded: string | undefined,
): { readonly fresh: readonly string[]; readonly known: readonly string[] } {
  const before = new Set((recorded ?? "").split(" "));
  const each = [...new Set(warnings)];
  return {
    fresh: each.filter((warning) => !before.has(digest(warning))),
    known: each.filter((warning) => before.has(digest(warning))),
  };
}

/** One line about warnings that are known. */
export function knownInWords(known: readonly string[]): string {
  const [noun, they] = known.length === 1 ? ["warning", "It is"] : ["warnings", "They are"];
  return `${known.length} ${noun} as in the last up: ${known.map(shortened).join(" | ")}. ${they} not repeated in the up`;
}

function shortened(warning: string): string {
  const line = warning.replaceAll(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function digest(warning: string): string {
  return sha256Of(warning).slice(0, digits);
}
