// eslint-disable-next-line no-restricted-imports -- a pure function that Node has built in
import { createHash } from "node:crypto";

/** A JSON object whose fields nobody has looked at yet. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object: no list, no null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value of an object's own field.
 *
 * Names come from user input, and `value["constructor"]` would find a function that no manifest holds.
 */
export function field(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The value at a path of own fields, or undefined. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((current, name) => field(current, name), value);
}

/** The list in a field; an empty one if there is no list. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
}

/** A value that should be a text; anything else is the fallback. */
export function textOr(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : fallback;
}

/** Removes fields of an object. */
export function drop(object: JsonObject, ...names: readonly string[]): void {
  for (const name of names) Reflect.deleteProperty(object, name);
}

/** A copy that shares nothing with the original. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)])) as T;
}

/** JSON with the fields of every object in alphabetical order: equal values give equal text. Undefined fields are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`);
  return `{${fields.join(",")}}`;
}

/** Whether two JSON values are equal, whatever the order of their fields. A field that is undefined counts as absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  return (
    Object.keys(a).every((name) => sameJson(a[name], field(b, name))) &&
    Object.keys(b).every((name) => b[name] === undefined || Object.hasOwn(a, name))
  );
}

/** SHA-256 of the canonical JSON of a value, in hexadecimal. */
export function sha256Of(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** What text says as JSON, or undefined if it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value without fields that are undefined, which JSON does not have; the same value if it has none. */
export function withoutUndefined<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map(withoutUndefined) as unknown[];
    return items.every((item, index) => item === value[index]) ? value : (items as T);
  }
  let copy: JsonObject | undefined;
  for (const [name, item] of Object.entries(value as JsonObject)) {
    const inner = withoutUndefined(item);
    if (inner === item && item !== undefined) continue;
    copy ??= { ...(value as JsonObject) };
    if (inner === undefined) drop(copy, name);
    else copy[name] = inner;
  }
  return (copy ?? value) as T;
}

/**
 * Freezes a value and all within, and returns it. What the simulated API server stores is frozen: readers get the
 * stored object itself, and a reader that changes it fails instead of changing the cluster behind its back.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
