import { nearest } from "../suggestion";
import { at, field, isObject, listAt, sameJson } from "../json";
import type { OrdinalRange } from "../ordinals";
import { checkPodTemplate } from "./podTemplate";
import { sizeOf } from "../quantity";
import { badField, hasMap, noMap } from "../finding";
import type { Finding } from "../finding";
import { asLabels, invalidExpressions, selects, selectsEverything } from "./selectors";
import { checkName, isDnsLabel } from "./setName";
import { checkVolumeNames, checkVolumeUse } from "./volumeUse";

/** The most ordinals of a set. A cluster is supported up to 5,000 nodes; a bigger number is a slip of the hand. */
const mostReplicas = 10_000;
/** The highest ordinal: its digits must fit the range annotation. */
const highestOrdinal = 999_999_999;

/** The API server keeps sizes as 64-bit integers, and makes more than that this. */
const mostBytes = 2n ** 63n - 1n;

/** Finds everything that keeps a StatefulSet from being moved. */
export function* checkSet(set: unknown): Iterable<Finding> {
  const apiVersion = field(set, "apiVersion");
  if (apiVersion !== "apps/v1") {
    yield {
      path: "apiVersion",
      what: "has no start ordinal (spec.ordinals), without which a set cannot be cut",
      received: apiVersion,
      legal: "apps/v1",
      todo: String(apiVersion).startsWith("apps/")
        ? "Change it: the API server serves the same set as apps/v1"
        : "Only Kubernetes' own StatefulSets can be moved",
    };
  }
  const name = at(set, "metadata", "name");
  yield* checkName(name);
  const namespace = at(set, "metadata", "namespace");
  if (namespace !== undefined && !isDnsLabel(namespace)) {
    yield badField("metadata.namespace", namespace, "at most 63 lower case letters, digits and -");
  }
  const spec = field(set, "spec");
  if (!isObject(spec)) {
    yield badField("spec", spec, "the spec of a StatefulSet");
    return;
  }
  const { serviceName } = spec;
  if (serviceName !== undefined && !isDnsLabel(serviceName)) {
    yield badField("spec.serviceName", serviceName, "the name of the set's headless Service");
  }
  yield* checkFields(spec);
  yield* checkOrdinals(spec);
  yield* checkSelector(spec);
  yield* checkPodTemplate(set);
  yield* checkVolumeUse(set);
  yield* checkVolumeNames(set);
  yield* checkPolicies(spec);
  yield* checkClaimTemplates(spec);
}

/** The fields of a set's spec, and those of its own maps. */
const knownFields: Readonly<Record<string, readonly string[]>> = {
  spec: [
    ...["replicas", "selector", "template", "volumeClaimTemplates", "serviceName", "podManagementPolicy"],
    ...[
      "updateStrategy",
      "revisionHistoryLimit",
      "minReadySeconds",
      "persistentVolumeClaimRetentionPolicy",
      "ordinals",
    ],
  ],
  "spec.ordinals": ["start"],
  "spec.updateStrategy": ["type", "rollingUpdate"],
  "spec.updateStrategy.rollingUpdate": ["partition", "maxUnavailable"],
  "spec.persistentVolumeClaimRetentionPolicy": ["whenScaled", "whenDeleted"],
};

/**
 * Finds fields that are no map where they should be, and mistyped ones: read as absent, they would silently mean
 * another number of replicas, another first ordinal or another policy. A name like no other may be a newer Kubernetes'.
 */
function* checkFields(spec: unknown): Iterable<Finding> {
  for (const [path, known] of Object.entries(knownFields)) {
    const map = at({ spec }, ...path.split("."));
    yield* noMap(path, map, `a map with ${known.join(", ")}`);
    for (const name of Object.keys(isObject(map) ? map : {})) {
      const near = nearest(name, known);
      if (known.includes(name) || near === undefined || near.letters > 2) continue;
      yield { path: `${path}.${name}`, what: "is no field of a StatefulSet", todo: `Did you mean ${near.name}?` };
    }
  }
  for (const name of ["revisionHistoryLimit", "minReadySeconds"]) {
    const value = field(spec, name) ?? 0;
    if (!isInteger(value, 0, 2 ** 31 - 1)) yield badField(`spec.${name}`, value, "an integer from 0");
  }
}

function* checkOrdinals(spec: unknown): Iterable<Finding> {
  const replicas = field(spec, "replicas") ?? 1;
  const start = at(spec, "ordinals", "start") ?? 0;
  if (replicas === 0) {
    yield {
      path: "spec.replicas",
      what: "is 0: there is nothing to move",
      todo: "Give the number of pods of the whole set",
    };
  } else if (!isInteger(replicas, 1, mostReplicas)) {
    yield badNumber("spec.replicas", replicas, 1, mostReplicas);
  }
  const highestStart = highestOrdinal - mostReplicas;
  if (!isInteger(start, 0, highestStart)) yield badNumber("spec.ordinals.start", start, 0, highestStart);
}

function badNumber(path: string, value: unknown, from: number, to: number): Finding {
  const isNumber = typeof value === "number" && Number.isInteger(value);
  return {
    path,
    what: isNumber ? "is out of range" : "is not an integer",
    ...(hasMap(value) ? {} : { received: value }),
    legal: `an integer from ${from} to ${to}`,
    todo: typeof value === "string" ? "Write the number, without quotes" : "Correct it",
  };
}

/** First ordinal and number of replicas of a set, or undefined where they cannot be told. */
export function readableRange(set: unknown): OrdinalRange | undefined {
  const replicas = at(set, "spec", "replicas") ?? 1;
  const start = at(set, "spec", "ordinals", "start") ?? 0;
  const legible = isInteger(replicas, 1, mostReplicas) && isInteger(start, 0, highestOrdinal - mostReplicas);
  return legible && isObject(field(set, "spec")) ? { start: start as number, replicas: replicas as number } : undefined;
}

function isInteger(value: unknown, from: number, to: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= from && value <= to;
}

function* checkSelector(spec: unknown): Iterable<Finding> {
  const selector = field(spec, "selector");
  const wanted = field(selector, "matchLabels");
  if (selectsEverything(selector)) {
    yield badField("spec.selector.matchLabels", wanted, "the labels of the set's pods");
    return;
  }
  const invalid = invalidExpressions(selector);
  for (const { path, ...problem } of invalid) yield { path: `spec.selector.${path}`, ...problem };
  const labels = at(spec, "template", "metadata", "labels");
  const todo = "Give the pod template the labels of the selector";
  for (const [name, value] of Object.entries(isObject(wanted) ? wanted : {})) {
    if (sameJson(field(labels, name), value)) continue;
    const what = `does not have ${name}: ${String(value)}, which spec.selector.matchLabels asks for`;
    yield { path: "spec.template.metadata.labels", what, todo };
  }
  if (invalid.length > 0 || selects({ matchExpressions: listAt(selector, "matchExpressions") }, asLabels(labels)))
    return;
  yield { path: "spec.template.metadata.labels", what: "are not what spec.selector.matchExpressions asks for", todo };
}

function* checkPolicies(spec: unknown): Iterable<Finding> {
  const management = field(spec, "podManagementPolicy") ?? "OrderedReady";
  if (management !== "OrderedReady" && management !== "Parallel") {
    yield badField("spec.podManagementPolicy", management, "OrderedReady or Parallel");
  }
  const strategy = at(spec, "updateStrategy", "type") ?? "RollingUpdate";
  if (strategy !== "RollingUpdate" && strategy !== "OnDelete") {
    yield badField("spec.updateStrategy.type", strategy, "RollingUpdate or OnDelete");
  }
  const rolling = at(spec, "updateStrategy", "rollingUpdate") ?? undefined;
  if (strategy === "OnDelete" && rolling !== undefined) {
    const what = "is refused by the API server: it is for updateStrategy.type RollingUpdate only";
    yield { path: "spec.updateStrategy.rollingUpdate", what, todo: "Remove it" };
  }
  const partition = field(rolling, "partition") ?? 0;
  if (!isInteger(partition, 0, highestOrdinal)) {
    yield badField("spec.updateStrategy.rollingUpdate.partition", partition, "an integer from 0");
  }
  const reasons = {
    whenScaled: "deletes the claims of each ordinal that leaves a cluster, and with them its data",
    whenDeleted: "deletes all claims with the set, and with them their data",
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const policy = at(spec, "persistentVolumeClaimRetentionPolicy", name) ?? "Retain";
    if (policy === "Retain") continue;
    const place = `spec.persistentVolumeClaimRetentionPolicy.${name}`;
    if (policy !== "Delete") yield badField(place, policy, "Retain");
    else
      yield {
        path: place,
        what: `is Delete, which ${reason}`,
        legal: "Retain",
        todo: "Change it on the running set first",
      };
  }
}

function* checkClaimTemplates(spec: unknown): Iterable<Finding> {
  const seen = new Set<unknown>();
  const templates = field(spec, "volumeClaimTemplates") ?? [];
  if (!Array.isArray(templates)) yield badField("spec.volumeClaimTemplates", templates, "a list of claim templates");
  for (const [index, template] of listAt(spec, "volumeClaimTemplates").entries()) {
    const place = `spec.volumeClaimTemplates[${index}]`;
    const name = at(template, "metadata", "name");
    if (!isDnsLabel(name)) {
      yield badField(`${place}.metadata.name`, name, "at most 63 lower case letters, digits and -");
    } else if (seen.has(name)) {
      yield {
        path: `${place}.metadata.name`,
        what: `is given twice: ${name}`,
        todo: "Give each claim template its own name",
      };
    }
    seen.add(name);
    const modes = at(template, "spec", "accessModes");
    const legalModes = ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"];
    if (!Array.isArray(modes) || modes.length === 0 || !modes.every((mode) => legalModes.includes(String(mode)))) {
      yield badField(`${place}.spec.accessModes`, modes, `a list of ${legalModes.join(", ")}`);
    }
    const size = at(template, "spec", "resources", "requests", "storage");
    yield* checkSize(size, `${place}.spec.resources.requests.storage`);
    const storageClass = at(template, "spec", "storageClassName") ?? "";
    if (typeof storageClass !== "string") {
      yield badField(`${place}.spec.storageClassName`, storageClass, "the name of a storage class");
    }
    for (const key of Object.keys(asMap(at(template, "metadata", "annotations")))) {
      if (!key.startsWith("statefulset-cutover/")) continue;
      yield {
        path: `${place}.metadata.annotations`,
        what: `has ${key}, which every claim of the set would get`,
        todo: "Remove it: it is written on single claims",
      };
    }
  }
}

/** A size that is not stored as it was written would be another one. */
function* checkSize(written: unknown, place: string): Iterable<Finding> {
  const size = typeof written === "string" || typeof written === "number" ? sizeOf(written) : undefined;
  if (size === undefined) {
    yield badField(place, written, "a size such as 10Gi");
  } else if (size.rounded) {
    const what = "is finer than the API server keeps sizes, which rounds it up";
    yield { path: place, what, received: written, legal: size.canonical, todo: "Write whole bytes" };
  } else if (size.bytes !== undefined && size.bytes > mostBytes) {
    const what = "is more than a size can be";
    yield { path: place, what, received: written, legal: `at most ${mostBytes} bytes`, todo: "Correct it" };
  }
}

function asMap(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
