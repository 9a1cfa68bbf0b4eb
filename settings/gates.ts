import { readChecks } from "../core/gates/checks";
import type { CheckKey, Checks } from "../core/gates/checks";
import { parsedJson } from "../core/json";
import type { Reading } from "../core/verdict";

/**
 * Reads `gates`, `before` and `after`. The kinds and their options are known in `core/gates/`.
 *
 * @param valueOf the text of a key, undefined if it is not set.
 * @param editOf where to change a key, a sentence.
 */
export function readGates(
  valueOf: (key: CheckKey) => string | undefined,
  editOf: (key: CheckKey) => string,
): Reading<Checks> {
  const read = <K extends CheckKey>(key: K): Reading<Checks[K]> => {
    const text = valueOf(key);
    return readChecks(key, text === undefined ? undefined : (parsedJson(text) ?? text), editOf(key));
  };
  const [gates, before, after] = [read("gates"), read("before"), read("after")];
  return {
    value: { gates: gates.value, before: before.value, after: after.value },
    problems: [...gates.problems, ...before.problems, ...after.problems],
  };
}
