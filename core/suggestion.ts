import { distance } from "fastest-levenshtein";

/** The clause `did you mean …? If not, `, or nothing if no known key is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const given = name.toLowerCase();
  const near = (candidate: string) => {
    const begins = given.length >= 4 && candidate.toLowerCase().startsWith(given);
    return begins ? 0 : distance(given, candidate.toLowerCase());
  };
  const best = [...known].sort((a, b) => near(a) - near(b))[0] ?? "";
  return near(best) <= Math.max(2, Math.floor(best.length / 4)) ? `did you mean ${best}? If not, ` : "";
}

/** A clause as the beginning of a sentence. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
