import { isObject, parsedJson } from "../core/json";
import type { Reading } from "../core/verdict";

/**
 * Reads the map of storage classes.
 *
 * @param text the value in the config; undefined if it is not set.
 * @param set how to set the first of them, a sentence.
 * @param edit where to change it, a sentence.
 */
export function readStorageClasses(
  text: string | undefined,
  set: string,
  edit: string,
): Reading<Readonly<Record<string, string>>> {
  if (text === undefined) return { value: {}, problems: [] };
  const map = parsedJson(text);
  if (!isObject(map)) {
    const legal = "source storage class to destination storage class";
    const received = map === undefined ? text : map;
    return { value: {}, problems: [{ where: "storageClasses", what: "is not a map", received, legal, todo: set }] };
  }
  const problems = Object.entries(map)
    .filter(([from, to]) => from === "" || typeof to !== "string" || to === "")
    .map(([from, to]) => {
      const where = `storageClasses[${JSON.stringify(from)}]`;
      return { where, what: "is not the name of a storage class", received: to, todo: edit };
    });
  return { value: map as Record<string, string>, problems };
}
