import { field, isObject, sameJson } from "../json";
import { keyOf, mergeKeyOf } from "../listKeys";

/** One field in which an object differs from another one of its kind. */
export interface Difference {
  /** The names that lead to the field; an entry of a list is in brackets, such as `[web]`. */
  readonly path: readonly string[];
  /** What the one has; undefined if it lacks the field. */
  readonly live: unknown;
  /** What the other one has; undefined if it lacks the field. */
  readonly wanted: unknown;
}

/**
 * Every field in which two values differ. Entries of lists are told apart by name where Kubernetes does so; such a list in
 * another order is a difference too, since the order of a template's entries is part of its revision.
 */
export function differences(live: unknown, wanted: unknown, path: readonly string[] = []): Difference[] {
  if (sameJson(live, wanted)) return [];
  if (isObject(live) && isObject(wanted)) {
    const names = [...new Set([...Object.keys(live), ...Object.keys(wanted)])].sort();
    return names.flatMap((name) => differences(field(live, name), field(wanted, name), [...path, name]));
  }
  if (Array.isArray(live) && Array.isArray(wanted)) return listDifferences(live, wanted, path);
  return [{ path, live, wanted }];
}

function listDifferences(live: readonly unknown[], wanted: readonly unknown[], path: readonly string[]): Difference[] {
  const key = mergeKeyOf(path[path.length - 1] ?? "", [...live, ...wanted]);
  const keysOf = (list: readonly unknown[]): string[] => list.map((entry) => (key && keyOf(entry, key)) ?? "");
  const [mine, theirs] = [keysOf(live), keysOf(wanted)];
  const told = [mine, theirs].every((keys) => new Set(keys).size === keys.length);
  if (key === undefined || !told) {
    // Of a list of texts, such as a command, the whole is told: an index would say little.
    if (![...live, ...wanted].every(isObject)) return [{ path, live, wanted }];
    const longest = Math.max(live.length, wanted.length);
    return Array.from({ length: longest }, (_, i) => differences(live[i], wanted[i], [...path, `[${i}]`])).flat();
  }
  const entries = [...new Set([...mine, ...theirs])].flatMap((name) =>
    differences(live[mine.indexOf(name)], wanted[theirs.indexOf(name)], [...path, `[${name}]`]),
  );
  return entries.length > 0 ? entries : [{ path: [...path, "(order)"], live: mine, wanted: theirs }];
}

/** A path in words, such as `spec.template.spec.containers[web].image` or `metadata.labels["example.com/team"]`. */
export function formatPath(path: readonly string[]): string {
  return path.reduce((text, name) => {
    if (name.startsWith("[")) return `${text}${name}`;
    if (name === "(order)") return `${text}, in another order,`;
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}
