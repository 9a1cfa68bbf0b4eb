import { closest, distance } from "fastest-levenshtein";

/** The most names that are listed in a message. */
const mostListed = 12;

/** What a name may have been meant to be, if one is near, and what there is: a sentence without its full stop. */
export function candidates(given: string, known: readonly string[]): string {
  if (known.length === 0) return "The manifests have no object that it could name";
  const [wanted, names] = [given.toLowerCase(), known.map((name) => name.toLowerCase())];
  const best = closest(wanted, names);
  const guess = distance(wanted, best) * 2 < given.length ? `Did you mean ${known[names.indexOf(best)] ?? ""}? ` : "";
  const more = known.length > mostListed ? ` and ${known.length - mostListed} more` : "";
  return `${guess}The manifests have ${known.slice(0, mostListed).join(", ")}${more}`;
}
