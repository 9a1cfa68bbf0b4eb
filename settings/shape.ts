import { parsedJson } from "../core/json";
import type { Problem } from "../core/userError";
import type { Reading } from "../core/verdict";

/** What a value is, for messages that may not show it. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (value === "") return "empty";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A list of texts in the config, none of them twice. */
interface TextList {
  readonly key: string;
  /** What is legal as a whole, such as `a list of names`. */
  readonly legal: string;
  readonly isLegal: (entry: string) => boolean;
  /** What is wrong with an entry that is not legal, a clause. */
  readonly otherwise: string;
  /** What is legal as an entry. */
  readonly legalEntry: string;
}

/**
 * Reads a list of texts.
 *
 * @param text the value as the config holds it, JSON; undefined if it is not set.
 * @param edit where to change it, a sentence.
 */
export function readTexts(list: TextList, text: string | undefined, edit: string): Reading<string[]> {
  if (text === undefined) return { value: [], problems: [] };
  const { key, legal, isLegal, otherwise, legalEntry } = list;
  const entries = parsedJson(text);
  if (!Array.isArray(entries)) {
    const what = `is ${kindOf(entries === undefined ? text : entries)}`;
    return { value: [], problems: [{ where: key, what, legal, todo: edit }] };
  }
  const problems: Problem[] = [];
  const value = entries.filter((entry: unknown, index): entry is string => {
    const first = entries.indexOf(entry);
    if (typeof entry === "string" && isLegal(entry) && first === index) return true;
    const what = first < index ? `is the same as ${key}[${first}]` : otherwise;
    problems.push({ where: `${key}[${index}]`, what, received: entry, legal: legalEntry, todo: edit });
    return false;
  });
  return { value, problems };
}
