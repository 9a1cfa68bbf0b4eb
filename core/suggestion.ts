import { distance } from "fastest-levenshtein";

/** The most names that are listed in a message. */
const mostListed = 12;

/** A known name, and how many letters away a given one is. */
interface Near {
  readonly name: string;
  readonly letters: number;
}

/** The known name that is nearest to a given one, whatever their capitals; undefined if none is known. */
export function nearest(given: string, known: readonly string[]): Near | undefined {
  const near = known.map((name) => ({ name, letters: distance(given.toLowerCase(), name.toLowerCase()) }));
  return near.sort((a, b) => a.letters - b.letters)[0];
}

/** The clause `did you mean …? If not, `, or nothing if no known key is near or begins so. */
export function suggestion(given: string, known: readonly string[]): string {
  const begin = given.toLowerCase();
  const begun = begin.length < 4 ? undefined : known.find((name) => name.toLowerCase().startsWith(begin));
  const near = begun === undefined ? nearest(given, known) : { name: begun, letters: 0 };
  if (near === undefined || near.letters > Math.max(2, Math.floor(near.name.length / 4))) return "";
  return `did you mean ${near.name}? If not, `;
}

/** Which object of the manifests a name may have been meant to be, and what there is: a sentence without its full stop. */
export function candidates(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  if (near === undefined) return "The manifests have no object that it could name";
  const guess = near.letters * 2 < given.length ? `Did you mean ${near.name}? ` : "";
  const more = known.length > mostListed ? ` and ${known.length - mostListed} more` : "";
  return `${guess}The manifests have ${known.slice(0, mostListed).join(", ")}${more}`;
}

/** A clause as the beginning of a sentence. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
