import { isObject, parsedJson } from "../core/json";
import type { Problem } from "../core/userError";

/**
 * Reads the map of storage classes; adds every problem.
 *
 * @param text the value in the config; undefined if it is not set.
 * @param set how to set the first of them, a sentence.
 * @param edit where to change it, a sentence.
 */
export function readStorageClasses(
  text: string | undefined,
  set: string,
  edit: string,
  problems: Problem[],
): Readonly<Record<string, string>> {
  if (text === undefined) return {};
  const map = parsedJson(text);
  if (!isObject(map)) {
    const legal = "source storage class to destination storage class";
    const received = map === undefined ? text : map;
    problems.push({ where: "storageClasses", what: "is not a map", received, legal, todo: set });
    return {};
  }
  for (const [from, to] of Object.entries(map)) {
    if (from !== "" && typeof to === "string" && to !== "") continue;
    const where = `storageClasses[${JSON.stringify(from)}]`;
    problems.push({ where, what: "is not the name of a storage class", received: to, todo: edit });
  }
  return map as Record<string, string>;
}
