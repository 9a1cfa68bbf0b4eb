import { field, isObject, listAt } from "./json";
import type { Finding } from "./finding";

/**
 * By which fields Kubernetes tells the entries of a list apart. Server-side apply rejects two entries with the same
 * key, and kubectl merges patches by it.
 */
interface KeyedList {
  /** Name of the field that holds the list. */
  readonly list: string;
  /** The fields of the key, with the value that a missing one stands for. */
  readonly key: Readonly<Record<string, string | undefined>>;
  /** Lists in its entries. */
  readonly inner?: readonly KeyedList[];
}

const byName = { name: undefined };

const inContainer: readonly KeyedList[] = [
  { list: "env", key: byName },
  { list: "ports", key: { containerPort: undefined, protocol: "TCP" } },
  { list: "volumeMounts", key: { mountPath: undefined } },
  { list: "volumeDevices", key: { devicePath: undefined } },
];

/** The keyed lists of a pod's spec. */
export const podLists: readonly KeyedList[] = [
  { list: "containers", key: byName, inner: inContainer },
  { list: "initContainers", key: byName, inner: inContainer },
  { list: "volumes", key: byName },
  { list: "imagePullSecrets", key: byName },
  { list: "hostAliases", key: { ip: undefined } },
  { list: "resourceClaims", key: byName },
  { list: "schedulingGates", key: byName },
  { list: "topologySpreadConstraints", key: { topologyKey: undefined, whenUnsatisfiable: undefined } },
];

/** The keyed lists of a Service's spec. */
export const serviceLists: readonly KeyedList[] = [{ list: "ports", key: { port: undefined, protocol: "TCP" } }];

/** The key of an entry as text, or undefined if the entry has none. */
export function keyOf(entry: unknown, key: KeyedList["key"]): string | undefined {
  if (!isObject(entry)) return undefined;
  const parts = Object.entries(key).map(([name, absent]) => field(entry, name) ?? absent);
  return parts.every((part) => typeof part === "string" || typeof part === "number") ? parts.join("/") : undefined;
}

/** Finds entries that have the key of an earlier entry of their list: server-side apply rejects them. */
export function* checkDoubles(parent: unknown, path: string, lists: readonly KeyedList[]): Iterable<Finding> {
  for (const { list, key, inner } of lists) {
    const given = field(parent, list) ?? [];
    if (!Array.isArray(given))
      yield { path: `${path}.${list}`, what: "is no list", legal: "a list", todo: "Correct it" };
    const seen = new Set<string>();
    for (const [index, entry] of listAt(parent, list).entries()) {
      const place = `${path}.${list}[${index}]`;
      const text = keyOf(entry, key);
      if (text !== undefined && seen.has(text)) {
        const fields = Object.keys(key).join(" and ");
        yield { path: place, what: `has the same ${fields} as an entry before it: ${text}`, todo: "Remove one" };
      }
      if (text !== undefined) seen.add(text);
      if (inner !== undefined) yield* checkDoubles(entry, place, inner);
    }
  }
}

const atomic = ["subjects", "httpHeaders", "volumeClaimTemplates", "ownerReferences"];

/** The keys by which a patch may merge a list, the first that all entries have; none for a list that is replaced. */
export function mergeKeyOf(list: string, entries: readonly unknown[]): KeyedList["key"] | undefined {
  if (atomic.includes(list) || entries.length === 0) return undefined;
  const known = [...inContainer, ...podLists, ...serviceLists].filter((keyed) => keyed.list === list);
  const keys = [...known.map(({ key }) => key), byName];
  return keys.find((key) => entries.every((entry) => keyOf(entry, key) !== undefined));
}
