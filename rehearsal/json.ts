import { createHash } from "crypto";

/** A JSON object whose fields are not known beforehand. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of a value, or undefined if the value is not an object. */
export function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

/** The value below a path of names; undefined where there is none. */
export function pluck(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(field, value);
}

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

/** A copy with every object's fields sorted by name: equal values become equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** A short name for a value: equal values have equal names. */
export function digest(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest("hex")
    .slice(0, 10);
}

/** A value that should be a text; anything else is the fallback. */
export function text(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : fallback;
}
