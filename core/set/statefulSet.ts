import { nearest } from "../suggestion";
import { at, field, isObject, listAt, sameJson } from "../json";
import type { OrdinalRange } from "../ordinals";
import { checkPodTemplate } from "./podTemplate";
import { sizeOf } from "../quantity";
import { hasMap, reportField, reportNoMap } from "../problemReport";
import type { Report } from "../problemReport";
import { asLabels, invalidExpressions, selects, selectsEverything } from "./selectors";
import { checkName, isDnsLabel } from "./setName";
import { checkVolumeNames, checkVolumeUse } from "./volumeUse";

/** The most ordinals of a set. A cluster is supported up to 5,000 nodes; a bigger number is a slip of the hand. */
const mostReplicas = 10_000;
/** The highest ordinal: its digits must fit the range annotation. */
const highestOrdinal = 999_999_999;

/** The API server keeps sizes as 64-bit integers, and makes more than that this. */
const mostBytes = 2n ** 63n - 1n;

/** Reports everything that keeps a StatefulSet from being moved. */
export function checkSet(set: unknown, report: Report): void {
  const apiVersion = field(set, "apiVersion");
  if (apiVersion !== "apps/v1") {
    report("apiVersion", {
      what: "has no start ordinal (spec.ordinals), without which a set cannot be cut",
      received: apiVersion,
      legal: "apps/v1",
      todo: String(apiVersion).startsWith("apps/")
        ? "Change it: the API server serves the same set as apps/v1"
        : "Only Kubernetes' own StatefulSets can be moved",
    });
  }
  const name = at(set, "metadata", "name");
  checkName(name, report);
  const namespace = at(set, "metadata", "namespace");
  if (namespace !== undefined && !isDnsLabel(namespace)) {
    reportField(report, "metadata.namespace", namespace, "at most 63 lower case letters, digits and -");
  }
  const spec = field(set, "spec");
  if (!isObject(spec)) {
    reportField(report, "spec", spec, "the spec of a StatefulSet");
    return;
  }
  const { serviceName } = spec;
  if (serviceName !== undefined && !isDnsLabel(serviceName)) {
    reportField(report, "spec.serviceName", serviceName, "the name of the set's headless Service");
  }
  checkFields(spec, report);
  checkOrdinals(spec, report);
  checkSelector(spec, report);
  checkPodTemplate(set, report);
  checkVolumeUse(set, report);
  checkVolumeNames(set, report);
  checkPolicies(spec, report);
  checkClaimTemplates(spec, report);
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
 * Reports fields that are no map where they should be, and mistyped ones: read as absent, they would silently mean
 * another number of replicas, another first ordinal or another policy. A name like no other may be a newer Kubernetes'.
 */
function checkFields(spec: unknown, report: Report): void {
  for (const [path, known] of Object.entries(knownFields)) {
    const map = at({ spec }, ...path.split("."));
    reportNoMap(report, path, map, `a map with ${known.join(", ")}`);
    for (const name of Object.keys(isObject(map) ? map : {})) {
      const near = nearest(name, known);
      if (known.includes(name) || near === undefined || near.letters > 2) continue;
      report(`${path}.${name}`, { what: "is no field of a StatefulSet", todo: `Did you mean ${near.name}?` });
    }
  }
  for (const name of ["revisionHistoryLimit", "minReadySeconds"]) {
    const value = field(spec, name) ?? 0;
    if (!isInteger(value, 0, 2 ** 31 - 1)) reportField(report, `spec.${name}`, value, "an integer from 0");
  }
}

function checkOrdinals(spec: unknown, report: Report): void {
  const replicas = field(spec, "replicas") ?? 1;
  const start = at(spec, "ordinals", "start") ?? 0;
  if (replicas === 0) {
    report("spec.replicas", {
      what: "is 0: there is nothing to move",
      todo: "Give the number of pods of the whole set",
    });
  } else if (!isInteger(replicas, 1, mostReplicas)) {
    reportNumber(report, "spec.replicas", replicas, 1, mostReplicas);
  }
  const highestStart = highestOrdinal - mostReplicas;
  if (!isInteger(start, 0, highestStart)) reportNumber(report, "spec.ordinals.start", start, 0, highestStart);
}

function reportNumber(report: Report, path: string, value: unknown, from: number, to: number): void {
  const isNumber = typeof value === "number" && Number.isInteger(value);
  report(path, {
    what: isNumber ? "is out of range" : "is not an integer",
    ...(hasMap(value) ? {} : { received: value }),
    legal: `an integer from ${from} to ${to}`,
    todo: typeof value === "string" ? "Write the number, without quotes" : "Correct it",
  });
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

function checkSelector(spec: unknown, report: Report): void {
  const selector = field(spec, "selector");
  const wanted = field(selector, "matchLabels");
  if (selectsEverything(selector)) {
    reportField(report, "spec.selector.matchLabels", wanted, "the labels of the set's pods");
    return;
  }
  const invalid = invalidExpressions(selector);
  for (const { path, ...problem } of invalid) report(`spec.selector.${path}`, problem);
  const labels = at(spec, "template", "metadata", "labels");
  const todo = "Give the pod template the labels of the selector";
  for (const [name, value] of Object.entries(isObject(wanted) ? wanted : {})) {
    if (sameJson(field(labels, name), value)) continue;
    const what = `does not have ${name}: ${String(value)}, which spec.selector.matchLabels asks for`;
    report("spec.template.metadata.labels", { what, todo });
  }
  if (invalid.length > 0 || selects({ matchExpressions: listAt(selector, "matchExpressions") }, asLabels(labels)))
    return;
  report("spec.template.metadata.labels", { what: "are not what spec.selector.matchExpressions asks for", todo });
}

function checkPolicies(spec: unknown, report: Report): void {
  const management = field(spec, "podManagementPolicy") ?? "OrderedReady";
  if (management !== "OrderedReady" && management !== "Parallel") {
    reportField(report, "spec.podManagementPolicy", management, "OrderedReady or Parallel");
  }
  const strategy = at(spec, "updateStrategy", "type") ?? "RollingUpdate";
  if (strategy !== "RollingUpdate" && strategy !== "OnDelete") {
    reportField(report, "spec.updateStrategy.type", strategy, "RollingUpdate or OnDelete");
  }
  const rolling = at(spec, "updateStrategy", "rollingUpdate") ?? undefined;
  if (strategy === "OnDelete" && rolling !== undefined) {
    const what = "is refused by the API server: it is for updateStrategy.type RollingUpdate only";
    report("spec.updateStrategy.rollingUpdate", { what, todo: "Remove it" });
  }
  const partition = field(rolling, "partition") ?? 0;
  if (!isInteger(partition, 0, highestOrdinal)) {
    reportField(report, "spec.updateStrategy.rollingUpdate.partition", partition, "an integer from 0");
  }
  const reasons = {
    whenScaled: "deletes the claims of each ordinal that leaves a cluster, and with them its data",
    whenDeleted: "deletes all claims with the set, and with them their data",
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const policy = at(spec, "persistentVolumeClaimRetentionPolicy", name) ?? "Retain";
    if (policy === "Retain") continue;
    const place = `spec.persistentVolumeClaimRetentionPolicy.${name}`;
    if (policy !== "Delete") reportField(report, place, policy, "Retain");
    else
      report(place, {
        what: `is Delete, which ${reason}`,
        legal: "Retain",
        todo: "Change it on the running set first",
      });
  }
}

function checkClaimTemplates(spec: unknown, report: Report): void {
  const seen = new Set<unknown>();
  const templates = field(spec, "volumeClaimTemplates") ?? [];
  if (!Array.isArray(templates))
    reportField(report, "spec.volumeClaimTemplates", templates, "a list of claim templates");
  listAt(spec, "volumeClaimTemplates").forEach((template, index) => {
    const place = `spec.volumeClaimTemplates[${index}]`;
    const name = at(template, "metadata", "name");
    if (!isDnsLabel(name)) {
      reportField(report, `${place}.metadata.name`, name, "at most 63 lower case letters, digits and -");
    } else if (seen.has(name)) {
      report(`${place}.metadata.name`, {
        what: `is given twice: ${name}`,
        todo: "Give each claim template its own name",
      });
    }
    seen.add(name);
    const modes = at(template, "spec", "accessModes");
    const legalModes = ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"];
    if (!Array.isArray(modes) || modes.length === 0 || !modes.every((mode) => legalModes.includes(String(mode)))) {
      reportField(report, `${place}.spec.accessModes`, modes, `a list of ${legalModes.join(", ")}`);
    }
    checkSize(
      at(template, "spec", "resources", "requests", "storage"),
      `${place}.spec.resources.requests.storage`,
      report,
    );
    const storageClass = at(template, "spec", "storageClassName") ?? "";
    if (typeof storageClass !== "string") {
      reportField(report, `${place}.spec.storageClassName`, storageClass, "the name of a storage class");
    }
    for (const key of Object.keys(asMap(at(template, "metadata", "annotations")))) {
      if (!key.startsWith("statefulset-cutover/")) continue;
      report(`${place}.metadata.annotations`, {
        what: `has ${key}, which every claim of the set would get`,
        todo: "Remove it: it is written on single claims",
      });
    }
  });
}

/** A size that is not stored as it was written would be another one. */
function checkSize(written: unknown, place: string, report: Report): void {
  const size = typeof written === "string" || typeof written === "number" ? sizeOf(written) : undefined;
  if (size === undefined) {
    reportField(report, place, written, "a size such as 10Gi");
  } else if (size.rounded) {
    const what = "is finer than the API server keeps sizes, which rounds it up";
    report(place, { what, received: written, legal: size.canonical, todo: "Write whole bytes" });
  } else if (size.bytes !== undefined && size.bytes > mostBytes) {
    const what = "is more than a size can be";
    report(place, { what, received: written, legal: `at most ${mostBytes} bytes`, todo: "Correct it" });
  }
}

function asMap(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
