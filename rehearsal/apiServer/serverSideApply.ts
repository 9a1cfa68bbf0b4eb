import { field, isObject, sameJson } from "../../core/json";
import type { JsonObject } from "../../core/json";

/** Lists whose items the API server tells apart by these fields; every other list is one value. */
const keysOfList: Readonly<Record<string, readonly (readonly string[])[]>> = {
  conditions: [["type"]],
  containers: [["name"]],
  env: [["name"]],
  ephemeralContainers: [["name"]],
  hostAliases: [["ip"]],
  imagePullSecrets: [["name"]],
  initContainers: [["name"]],
  ownerReferences: [["uid"]],
  ports: [
    ["containerPort", "protocol"],
    ["port", "protocol"],
  ],
  topologySpreadConstraints: [["topologyKey", "whenUnsatisfiable"]],
  volumeDevices: [["devicePath"]],
  volumeMounts: [["mountPath"]],
  volumes: [["name"]],
};

/** Key fields of a list, or undefined if the list is one value. */
function keyFields(name: string, list: readonly unknown[]): readonly string[] | undefined {
  const choices = Object.hasOwn(keysOfList, name) ? (keysOfList[name] ?? []) : [];
  return choices.find((fields) => {
    const first = fields[0] ?? "";
    return list.every((item) => field(item, first) !== undefined);
  });
}

function keyOf(item: unknown, fields: readonly string[]): string {
  return JSON.stringify(fields.map((name) => field(item, name) ?? (name === "protocol" ? "TCP" : null)));
}

/** An item of a list that another manager or an earlier apply may hold. */
function itemIn(list: unknown, key: string, fields: readonly string[]): unknown {
  return Array.isArray(list) ? list.find((item) => keyOf(item, fields) === key) : undefined;
}

function mergeList(
  name: string,
  live: unknown,
  config: readonly unknown[],
  before: unknown,
  others: readonly unknown[],
): unknown[] {
  const fields = keyFields(name, config);
  if (fields === undefined) return [...config];
  const keys = config.map((item) => keyOf(item, fields));
  const merged = config.map((item, index) => {
    const key = keys[index] ?? "";
    const of = (list: unknown): unknown => itemIn(list, key, fields);
    return merge(name, of(live), item, of(before), others.map(of));
  });
  const kept = (Array.isArray(live) ? live : []).filter((item) => {
    const key = keyOf(item, fields);
    const withdrawn =
      itemIn(before, key, fields) !== undefined && others.every((o) => itemIn(o, key, fields) === undefined);
    return !keys.includes(key) && !withdrawn;
  });
  return [...merged, ...(kept as unknown[])];
}

/** What is left of a value that a manager no longer applies: whatever it never applied, or what another still applies. */
function withdraw(live: unknown, before: unknown, others: readonly unknown[]): unknown {
  if (isObject(live) && isObject(before)) {
    const rest: JsonObject = {};
    for (const [key, value] of Object.entries(live)) {
      const left =
        before[key] === undefined
          ? value
          : withdraw(
              value,
              before[key],
              others.map((other) => field(other, key)),
            );
      if (left !== undefined) rest[key] = left;
    }
    return Object.keys(rest).length === 0 ? undefined : rest;
  }
  return others.some((other) => other !== undefined) ? live : undefined;
}

/**
 * Server-side apply: what the API server makes of a live value when one manager applies `config`.
 *
 * @param name field that holds the value: it tells how a list is merged.
 * @param before what the same manager applied last; fields that are in it but no longer in `config` are removed.
 * @param others what the other managers apply: their fields stay.
 */
export function merge(
  name: string,
  live: unknown,
  config: unknown,
  before: unknown,
  others: readonly unknown[],
): unknown {
  if (Array.isArray(config)) return mergeList(name, live, config, before, others);
  if (!isObject(config)) return config;
  const result: JsonObject = isObject(live) ? { ...live } : {};
  const earlier = isObject(before) ? before : {};
  for (const key of Object.keys(earlier)) {
    if (config[key] !== undefined && config[key] !== null) continue;
    const left = withdraw(
      result[key],
      earlier[key],
      others.map((other) => field(other, key)),
    );
    // `Reflect.deleteProperty` is `delete` on a name that is not known beforehand.
    if (left === undefined) Reflect.deleteProperty(result, key);
    else result[key] = left;
  }
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined || value === null) continue;
    result[key] = merge(
      key,
      result[key],
      value,
      earlier[key],
      others.map((other) => field(other, key)),
    );
  }
  return result;
}

/** The first pair of list items with the same key, as the API server words it; undefined if there is none. */
export function duplicateKey(value: unknown, path = ""): string | undefined {
  if (Array.isArray(value)) {
    const fields = keyFields(path.slice(path.lastIndexOf(".") + 1), value);
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const key = fields === undefined ? String(index) : keyOf(item, fields);
      if (seen.has(key)) {
        const names = (fields ?? []).map((name) => `${name}=${JSON.stringify(field(item, name) ?? "TCP")}`);
        return `${path}: duplicate entries for key [${names.join(",")}]`;
      }
      seen.add(key);
      const below =
        fields === undefined
          ? `${path}[${index}]`
          : `${path}[${(fields[0] ?? "") + "=" + JSON.stringify(field(item, fields[0] ?? ""))}]`;
      const found = duplicateKey(item, below);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(value)) return undefined;
  for (const [key, below] of Object.entries(value)) {
    const found = duplicateKey(below, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A field that another manager applies with another value, as a path; undefined if nobody disagrees. */
export function conflictIn(config: unknown, other: unknown, path = ""): string | undefined {
  if (other === undefined || config === undefined) return undefined;
  if (isObject(config) && isObject(other)) {
    for (const key of Object.keys(config)) {
      const found = conflictIn(config[key], other[key], `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return sameJson(config, other) ? undefined : path;
}
