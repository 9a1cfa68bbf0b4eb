import { checkKeys, readChecks } from "../core/gates/checks";
import type { CheckKey, Checks } from "../core/gates/checks";
import { parsedJson } from "../core/json";
import type { Problem } from "../core/userError";

/**
 * Reads `gates`, `before` and `after`; adds every problem. The kinds and their options are known in `core/gates/`.
 *
 * @param valueOf the text of a key, undefined if it is not set.
 * @param editOf where to change a key, a sentence.
 */
export function readGates(
  valueOf: (key: CheckKey) => string | undefined,
  editOf: (key: CheckKey) => string,
  problems: Problem[],
): Checks {
  const [gates, before, after] = checkKeys.map((key) => {
    const text = valueOf(key);
    return text === undefined ? undefined : (parsedJson(text) ?? text);
  });
  return {
    gates: readChecks("gates", gates, editOf("gates"), problems),
    before: readChecks("before", before, editOf("before"), problems),
    after: readChecks("after", after, editOf("after"), problems),
  };
}
