import { at, copyOf, drop, field, isObject, listAt } from "./json";
import type { JsonObject } from "./json";
import { typeOf } from "./kinds";
import type { KubernetesObject } from "./kubernetes";
import { sizeOf } from "./quantity";
import { dropUnset } from "./unset";

/** An object without what a server added to it, in the form in which it is stored. */
export interface Cleaned {
  readonly object: KubernetesObject;
  /** What a person should know about what was dropped. */
  readonly warnings: readonly string[];
  /** What is declared in another form than it was written in. */
  readonly notes: readonly string[];
}

const serverMetadata = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
  "ownerReferences",
  "generateName",
];

const serverAnnotations = ["kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision"];

/** Prefix of this program's annotations: pasted from a live set, they would speak for another half. */
export const ownPrefix = "statefulset-cutover/";

/**
 * Drops what servers and controllers set, so that the output of `kubectl get -o yaml` can be pasted: it names the
 * cluster that it came from, and would be wrong or refused in the other one. What stays is written as the API server
 * stores it.
 */
export function cleaned(original: KubernetesObject): Cleaned {
  const object = copyOf(original);
  const { metadata } = object;
  // Only a server gives these. In a manifest written by hand, a port or an address is somebody's wish.
  const pasted = metadata.uid !== undefined || metadata.resourceVersion !== undefined;
  drop(object, "status");
  drop(metadata, ...serverMetadata);
  if ([null, ""].includes(field(metadata, "namespace") as string | null)) delete metadata.namespace;
  cleanFinalizers(metadata);
  removeFields(metadata, "annotations", (name) => serverAnnotations.includes(name) || name.startsWith(ownPrefix));
  removeFields(metadata, "labels", () => false);
  dropUnset(object);
  let warnings: readonly string[] = [];
  let notes: readonly string[] = [];
  switch (typeOf(object)) {
    case "apps/StatefulSet":
      cleanSet(object);
      notes = canonicalSizes(object);
      break;
    case "Service":
      warnings = cleanService(object, pasted);
      break;
    case "ServiceAccount":
      cleanServiceAccount(object);
      break;
    case "Namespace":
      // The API server sets both; the label's value would be wrong under another name.
      drop(object, "spec");
      removeFields(metadata, "labels", (name) => name === "kubernetes.io/metadata.name");
      break;
    default:
  }
  return { object, warnings, notes };
}

/** Finalizers of Kubernetes' own controllers: set again where they are needed, and a lasting block where they are not. */
function cleanFinalizers(metadata: JsonObject): void {
  const finalizers = metadata.finalizers;
  if (!Array.isArray(finalizers)) return;
  const kept = finalizers.filter(
    (name) =>
      !["foregroundDeletion", "orphan"].includes(String(name)) && !/^([\w.-]+\.)?kubernetes\.io\//.test(String(name)),
  );
  if (kept.length > 0) metadata.finalizers = kept;
  else drop(metadata, "finalizers");
}

/** Removes fields of a map in a field, and the map if that empties it. */
function removeFields(parent: JsonObject, name: string, unwanted: (name: string) => boolean): void {
  const map = parent[name];
  if (map === null) drop(parent, name);
  if (!isObject(map)) return;
  const kept = Object.entries(map).filter(([key]) => !unwanted(key));
  if (kept.length === Object.keys(map).length) return;
  if (kept.length > 0) parent[name] = Object.fromEntries(kept);
  else drop(parent, name);
}

/**
 * Of the templates, only what kubectl prints although it says nothing is dropped: claim templates cannot be changed
 * once the set exists, so whatever else stands in them must stay as it is.
 */
function cleanSet(set: KubernetesObject): void {
  const templates = [at(set, "spec", "template"), ...listAt(set, "spec", "volumeClaimTemplates")];
  for (const template of templates) {
    const metadata = field(template, "metadata");
    if (isObject(metadata) && metadata.creationTimestamp === null) drop(metadata, "creationTimestamp");
  }
  for (const template of listAt(set, "spec", "volumeClaimTemplates")) {
    if (isObject(template)) drop(template, "status");
  }
}

/**
 * Writes the sizes of claim templates as they are stored, and tells which: after a refresh Pulumi would take another form of
 * the same size for a change of the set, which it answers by replacing it. What is no size stays, and is refused.
 */
function canonicalSizes(set: KubernetesObject): string[] {
  return listAt(set, "spec", "volumeClaimTemplates").flatMap((template, index) =>
    ["requests", "limits"].flatMap((kind) => {
      const amounts = at(template, "spec", "resources", kind);
      return Object.entries(isObject(amounts) ? amounts : {}).flatMap(([name, written]) => {
        const size = sizeOf(written);
        if (!isObject(amounts) || size === undefined || size.rounded || size.canonical === written) return [];
        amounts[name] = size.canonical;
        // A number without quotes is a matter of YAML, and worth no word where it reads the same.
        if (size.canonical === String(written)) return [];
        const place = `spec.volumeClaimTemplates[${index}].spec.resources.${kind}.${name}`;
        return [`${place} is ${String(written)}, and declared as ${size.canonical}, which is how it is stored`];
      });
    }),
  );
}

function cleanService(service: KubernetesObject, pasted: boolean): string[] {
  const spec = service.spec;
  if (!isObject(spec)) return [];
  const warnings: string[] = [];
  const address = spec.clusterIP;
  if (address !== undefined && address !== "None") {
    drop(spec, "clusterIP");
    if (!pasted && address !== "" && address !== null) {
      warnings.push(`spec.clusterIP is dropped: each cluster has addresses of its own`);
    }
  }
  if (spec.clusterIP !== "None") drop(spec, "clusterIPs");
  // 0 asks for one, and would differ from the one that is given.
  for (const port of listAt(spec, "ports")) {
    if (isObject(port) && (pasted || port.nodePort === 0)) drop(port, "nodePort");
  }
  if (pasted || spec.healthCheckNodePort === 0) drop(spec, "healthCheckNodePort");
  if (pasted) {
    // One family is what a cluster gives by default, and it may be another one there.
    if (spec.ipFamilyPolicy === "SingleStack") {
      drop(spec, "ipFamilyPolicy", "ipFamilies");
    }
  }
  for (const name of ["loadBalancerIP", "externalIPs"]) {
    if (spec[name] === undefined || spec[name] === "" || (Array.isArray(spec[name]) && spec[name].length === 0))
      continue;
    warnings.push(
      `spec.${name} is the same in both clusters, which may both answer for it: give one of them another by patches`,
    );
  }
  return warnings;
}

/** Secrets that were made for the ServiceAccount in its cluster. */
function cleanServiceAccount(account: KubernetesObject): void {
  const { name } = account.metadata;
  for (const list of ["secrets", "imagePullSecrets"]) {
    const entries = account[list];
    if (!Array.isArray(entries)) continue;
    const kept = entries.filter((entry: unknown) => {
      const secret = String(field(entry, "name"));
      return !["token", "dockercfg"].some(
        (kind) =>
          secret.startsWith(`${name}-${kind}-`) && /^[a-z0-9]{5}$/.test(secret.slice(name.length + kind.length + 2)),
      );
    });
    if (kept.length > 0) account[list] = kept;
    else drop(account, list);
  }
}
