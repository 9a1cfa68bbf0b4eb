import { isObject, sha256Of } from "../../core/json";
import type { JsonObject } from "../../core/json";

/** Whether two JSON values are equal; fields that are undefined count as absent, the order of fields does not matter. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  return (
    Object.keys(a).every((key) => equal(a[key], b[key])) &&
    Object.keys(b).every((key) => b[key] === undefined || a[key] !== undefined)
  );
}

/** A value without fields that are undefined, which JSON does not have; the same value if it has none. */
export function clean<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map(clean) as unknown[];
    return items.every((item, index) => item === value[index]) ? value : (items as T);
  }
  let copy: JsonObject | undefined;
  for (const [key, item] of Object.entries(value as JsonObject)) {
    const cleaned = clean(item);
    if (cleaned === item && item !== undefined) continue;
    copy ??= { ...(value as JsonObject) };
    if (cleaned === undefined) Reflect.deleteProperty(copy, key);
    else copy[key] = cleaned;
  }
  return (copy ?? value) as T;
}

/** A short name for a value: equal values have equal names. */
export function digest(value: unknown): string {
  return sha256Of(value).slice(0, 10);
}

/** A value that should be a text; anything else is the fallback. */
export function text(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : fallback;
}
