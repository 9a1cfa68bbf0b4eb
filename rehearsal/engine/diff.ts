import type { KubernetesObject } from "../../core/kubernetes";
import { isObject, sameJson } from "../../core/json";
import type { JsonObject } from "../../core/json";
import { isNamespaced } from "../apiServer/references";
import type { Change } from "./report";
import { hasSecret, hidden, isSecret, redact } from "./secrets";

/** A path below an object: names of fields and indexes of lists. */
type Path = readonly (string | number)[];

/** One difference, before it is known whether it is secret. */
interface Difference {
  readonly path: Path;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What an update would do. */
export interface ResourceDiff {
  readonly changes: readonly Change[];
  /** Whether the object must be made anew. */
  readonly replace: boolean;
}

/**
 * A path as the Kubernetes provider writes it in its detailed diffs, which is what `pulumi preview --json` prints: a
 * name is quoted only if it has a dot, a quote or a bracket, so a slash is not quoted.
 */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (/[."[\]]/.test(step)) return `${text}["${step.replace(/"/g, '\\"')}"]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** The part of a live object that the inputs it was made from speak of. */
export function prune(live: unknown, inputs: unknown): unknown {
  if (Array.isArray(live) && Array.isArray(inputs)) {
    if (live.length === 0 || inputs.length === 0) return [];
    if (isObject(live[0]) !== isObject(inputs[0])) return live;
    return inputs.slice(0, live.length).map((input, index) => prune(live[index], input));
  }
  if (!isObject(live) || !isObject(inputs)) return live;
  return Object.fromEntries(
    Object.entries(live)
      .filter(([key]) => inputs[key] !== undefined)
      .map(([key, value]) => [key, prune(value, inputs[key])]),
  );
}

/** Every difference between two values: a field that is new or gone is one difference, however much is in it. */
function differences(path: Path, from: unknown, to: unknown): Difference[] {
  if (from === undefined || to === undefined) return from === to ? [] : [{ path, from, to }];
  if (Array.isArray(from) && Array.isArray(to)) {
    const longest = Math.max(from.length, to.length);
    return Array.from({ length: longest }, (_, i) => differences([...path, i], from[i], to[i])).flat();
  }
  if (isObject(from) && isObject(to)) {
    // Pulumi sorts the fields of an object by name.
    const names = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...names].sort().flatMap((name) => differences([...path, name], from[name], to[name]));
  }
  return sameJson(from, to) ? [] : [{ path, from, to }];
}

/** Every difference between two objects. Most have none, which is found out without a path to every field. */
function allDifferences(from: JsonObject, to: JsonObject): Difference[] {
  return sameJson(from, to) ? [] : differences([], from, to);
}

/** Fields whose change makes a new object, from the provider's diff.go. */
const forceNew: Readonly<Record<string, readonly string[]>> = {
  "apps/v1/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "policy/v1beta1/PodDisruptionBudget": ["spec"],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1/RoleBinding": ["roleRef"],
  "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
  "v1/PersistentVolume": [
    ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"],
    ...["gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk"],
    ...["portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"],
  ].map((source) => `spec.${source}`),
  "v1/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "v1/ResourceQuota": ["spec.scopes"],
  "v1/Service": ["spec.clusterIP"],
};

/** Switches of the provider that keep a change of data from replacing the object. */
export interface MutableSwitches {
  readonly secrets: boolean;
  readonly configMaps: boolean;
}

function forceNewFields(object: JsonObject, mutable: MutableSwitches): readonly string[] {
  const id = `${String(object.apiVersion)}/${String(object.kind)}`;
  const fixed = object.immutable === true;
  const identity = ["metadata.name", "metadata.namespace"];
  if (id === "v1/Secret") {
    return [...identity, "type", ...(mutable.secrets && !fixed ? [] : ["stringData", "data"])];
  }
  if (id === "v1/ConfigMap") return mutable.configMaps && !fixed ? identity : [...identity, "binaryData", "data"];
  return [...identity, ...(forceNew[id] ?? [])];
}

const within = (path: string, other: string): boolean =>
  path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);

/** Whether a wire value has a secret at a path, above it or below it. */
function secretAt(value: unknown, path: Path): boolean {
  if (isSecret(value)) return true;
  const [step, ...rest] = path;
  if (step === undefined) return hasSecret(value);
  if (typeof step === "number") return Array.isArray(value) && secretAt(value[step], rest);
  return isObject(value) && secretAt(value[step], rest);
}

/** An object's inputs, without what only the server writes, its namespace filled in. */
function comparable(object: JsonObject, namespaced: boolean): JsonObject {
  const metadata = Object.entries(isObject(object.metadata) ? object.metadata : {}).filter(
    ([name]) => !serverFields.has(name),
  );
  const { namespace, ...rest } = Object.fromEntries(metadata);
  return { ...object, metadata: namespaced ? { ...rest, namespace: namespace ?? "default" } : rest };
}

const serverFields = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
]);

/**
 * What the Kubernetes provider's `Diff` answers: the recorded live object, pruned to the old inputs, against the new
 * inputs. Secrets are hidden in the changes.
 */
export function diffKubernetes(
  old: { readonly live: JsonObject; readonly inputs: JsonObject; readonly wire: JsonObject },
  next: { readonly inputs: JsonObject; readonly wire: JsonObject },
  mutable: MutableSwitches,
  ignoreChanges: readonly string[],
): ResourceDiff {
  const namespaced = isNamespaced(next.inputs as KubernetesObject);
  const before = comparable(prune(old.live, old.inputs) as JsonObject, namespaced);
  const after = comparable(next.inputs, namespaced);
  const found = allDifferences(before, after).filter(({ path }) => {
    const text = formatPath(path);
    return !ignoreChanges.some((ignored) => within(text, ignored));
  });
  const fields = forceNewFields(after, mutable);
  const replace = found.some(({ path }) =>
    fields.some((name) => within(formatPath(path), name) || within(name, formatPath(path))),
  );
  return { replace, changes: found.map((difference) => shownChange(difference, old.wire, next.wire)) };
}

/** What the engine finds between two sets of inputs of a resource that has no provider to ask. */
export function diffInputs(before: JsonObject, after: JsonObject): readonly Change[] {
  return allDifferences(before, after).map((difference) => shownChange(difference, before, after));
}

function shownChange({ path, from, to }: Difference, before: unknown, after: unknown): Change {
  const secret = secretAt(before, path) || secretAt(after, path);
  const shown = (value: unknown): unknown => (secret ? hidden : redact(value));
  return {
    path: formatPath(path),
    ...(from === undefined ? {} : { from: shown(from) }),
    ...(to === undefined ? {} : { to: shown(to) }),
  };
}
