import type { Problem } from "../core/userError";

const largestInteger = 999_999_999;

/** Reads an option that is a whole number, from `min` on; undefined if it is not given, or reported as not legal. */
export function readInteger(
  option: string,
  given: string | undefined,
  min: number,
  problems: Problem[],
): number | undefined {
  if (given === undefined) return undefined;
  const value = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= largestInteger) return value;
  const legal = `a whole number from ${min} to ${largestInteger}`;
  problems.push({ where: option, what: "is not legal", received: given, legal, todo: "Correct the option" });
  return undefined;
}
