import { isObject } from "../../core/json";
import type { JsonObject } from "../../core/json";
import { wire } from "./sdk";

/** Values as on the wire between a program and the engine: JSON, with secrets wrapped and unknowns as a marker. */

/** What stands in reports for a secret. */
export const hidden = "[secret]";

/** Whether a value is a wrapped secret. */
export function isSecret(value: unknown): value is { value: unknown } {
  return isObject(value) && value[wire.signature] === wire.secret;
}

/** Wraps a value as a secret. A secret within a secret is one secret. */
export function makeSecret(value: unknown): unknown {
  return isSecret(value) ? value : { [wire.signature]: wire.secret, value: reveal(value) };
}

/** Changes a value below every object and list; answers with the same value if nothing changed. */
function mapValue(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== value) return changed;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => mapValue(item, change));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  let copy: JsonObject | undefined;
  for (const [key, item] of Object.entries(value)) {
    const mapped = mapValue(item, change);
    if (mapped === item) continue;
    copy ??= { ...value };
    copy[key] = mapped;
  }
  return copy ?? value;
}

/** The value with its secrets unwrapped; the same value if it has none. References to resources become their id. */
export function reveal(value: unknown): unknown {
  return mapValue(value, (item) => {
    if (isSecret(item)) return reveal(item.value);
    if (isObject(item) && item[wire.signature] === wire.resource) return item.id ?? item.urn;
    return item;
  });
}

/** `reveal` for an object. */
export function revealObject(value: JsonObject): JsonObject {
  return reveal(value) as JsonObject;
}

/** The value with `[secret]` in place of every secret, and `[unknown]` in place of what is not known yet. */
export function redact(value: unknown): unknown {
  return mapValue(value, (item) => {
    if (isSecret(item)) return hidden;
    return item === wire.unknown ? "[unknown]" : item;
  });
}

/** Whether a secret is anywhere in the value. */
export function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isSecret(value) || (isObject(value) && Object.values(value).some(hasSecret));
}

/** Whether something in the value is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  return value === wire.unknown || (isObject(value) && Object.values(value).some(hasUnknown));
}

/**
 * Marks in an object what is secret in its inputs, as the Kubernetes provider does: `data` and `stringData` of a Secret
 * always; elsewhere an object's fields one by one, a list as a whole.
 */
export function annotateSecrets(output: JsonObject, inputs: JsonObject): JsonObject {
  const result = { ...output };
  if (output.kind === "Secret") {
    for (const name of ["data", "stringData"]) {
      if (result[name] !== undefined) result[name] = makeSecret(result[name]);
    }
    return result;
  }
  for (const [key, input] of Object.entries(inputs)) {
    const value = result[key];
    if (value === undefined || !hasSecret(input)) continue;
    const both = isObject(value) && isObject(input) && !isSecret(value) && !isSecret(input);
    result[key] = both ? annotateSecrets(value, input) : makeSecret(value);
  }
  return result;
}
