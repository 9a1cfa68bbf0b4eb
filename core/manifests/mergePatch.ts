import { copyOf, drop, field, isObject } from "../json";
import type { JsonObject } from "../json";
import { PatchError } from "./jsonPatch";
import { keyOf, mergeKeyOf } from "../listKeys";

/**
 * Applies a merge patch and returns the result; the target itself is left alone.
 *
 * As in RFC 7386 maps are merged and `null` removes. Unlike there, lists whose entries are told apart by a key (by
 * `name`; ports by `containerPort` or `port`, mounts by `mountPath`) are merged entry by entry, as `kubectl patch`
 * does for the kinds that it knows, and other lists are replaced. An entry `{ name: x, $patch: delete }` removes x, an
 * entry `{ $patch: replace }` makes the rest of the patch's list replace the whole one, and a map with
 * `$patch: replace` replaces the map. `$patch: merge` says what happens anyway.
 */
export function applyMergePatch(target: unknown, patch: JsonObject): unknown {
  const directive = directiveOf(patch);
  if (directive === "delete") throw new PatchError("has $patch: delete for the whole object, which is not supported");
  const result: JsonObject = isObject(target) && directive !== "replace" ? copyOf(target) : {};
  for (const [name, value] of Object.entries(patch)) {
    if (name === "$patch") continue;
    if (name.startsWith("$")) throw new PatchError(`has ${name}, which is not supported: use $patch or a JSON patch`);
    if (name === "__proto__") throw new PatchError("has the key __proto__, which is not read");
    if (value === null || directiveOf(value) === "delete") drop(result, name);
    else if (isObject(value)) result[name] = applyMergePatch(field(result, name), value);
    else if (Array.isArray(value)) result[name] = mergeLists(name, field(result, name), value);
    else result[name] = value;
  }
  return result;
}

function mergeLists(list: string, target: unknown, patch: readonly unknown[]): unknown[] {
  const entries = Array.isArray(target) ? (target as unknown[]) : [];
  const all = patch.some(
    (entry) => directiveOf(entry) === "replace" && isObject(entry) && Object.keys(entry).length === 1,
  );
  const given = patch.filter((entry) => !(isObject(entry) && Object.keys(entry).join() === "$patch"));
  const key = all ? undefined : mergeKeyOf(list, [...entries, ...given]);
  if (key === undefined) {
    if (given.some((entry) => directiveOf(entry) === "delete")) {
      throw new PatchError(`has $patch: delete in ${list}, a list whose entries have no key`);
    }
    return given.map((entry) => (isObject(entry) ? applyMergePatch(undefined, entry) : copyOf(entry)));
  }
  const result = copyOf(entries);
  for (const entry of given as JsonObject[]) {
    const found = result.findIndex((other) => keyOf(other, key) === keyOf(entry, key));
    if (directiveOf(entry) === "delete") {
      if (found >= 0) result.splice(found, 1);
    } else if (found >= 0) {
      result[found] = applyMergePatch(result[found], entry);
    } else {
      result.push(applyMergePatch(undefined, entry));
    }
  }
  return result;
}

function directiveOf(value: unknown): "replace" | "delete" | "merge" | undefined {
  const directive = field(value, "$patch");
  if (directive === undefined || directive === "replace" || directive === "delete" || directive === "merge") {
    return directive;
  }
  throw new PatchError(`has $patch: ${JSON.stringify(directive)}, which is none of delete, merge and replace`);
}
