/** What is compared: the objects of one set, without the names and times that differ between two clusters. */
import type { KubernetesObject } from "../../core/kubernetes";
import { versionAnnotation } from "./controllerObjects";

/** The objects of one set in one cluster. */
export interface Found {
  readonly set: KubernetesObject | undefined;
  readonly pods: readonly KubernetesObject[];
  readonly claims: readonly KubernetesObject[];
  readonly volumes: readonly KubernetesObject[];
  readonly revisions: readonly KubernetesObject[];
}

/** Lines that say all that is compared. */
export type State = readonly string[];

const pluck = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((each, name) => (each as Record<string, unknown> | undefined)?.[name], value);

const text = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value));

function owners(object: KubernetesObject): string {
  const references = (object.metadata.ownerReferences ?? []) as { kind: string; name: string }[];
  return references.map(({ kind, name }) => `${kind} ${name}`).join(",");
}

const terminating = (object: KubernetesObject): string =>
  object.metadata.deletionTimestamp === undefined ? "" : " terminating";

/** Whether a pod is Ready, whatever else it is. */
export function hasReady(pod: KubernetesObject): boolean {
  const conditions = (pluck(pod, "status", "conditions") ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function statusOf(set: KubernetesObject, version: (revision: unknown) => string): string {
  const count = (name: string): string => `${name}=${text(pluck(set, "status", name) ?? 0)}`;
  const counts = ["replicas", "readyReplicas", "availableReplicas", "currentReplicas", "updatedReplicas"].map(count);
  const current = version(pluck(set, "status", "currentRevision"));
  const update = version(pluck(set, "status", "updateRevision"));
  const generation = `generation=${text(set.metadata.generation)}/${text(pluck(set, "status", "observedGeneration"))}`;
  return `set ${[...counts, `current=${current}`, `update=${update}`, generation].join(" ")}${terminating(set)}`;
}

/** All that is compared, in lines. */
export function stateOf({ set, pods, claims, volumes, revisions }: Found): State {
  // Of a set on its way out the garbage collector deletes them, and the controller may make one again: a race.
  const compared = set?.metadata.deletionTimestamp === undefined ? revisions : [];
  const sorted = [...compared].sort((a, b) => Number(a.revision) - Number(b.revision));
  const versions = new Map<unknown, string>(
    sorted.map((each) => {
      const annotations = pluck(each, "data", "spec", "template", "metadata", "annotations");
      return [each.metadata.name, String(pluck(annotations, versionAnnotation))];
    }),
  );
  const version = (name: unknown): string => versions.get(name) ?? "?";
  const phase = (object: KubernetesObject): string => String(pluck(object, "status", "phase"));
  return [
    set === undefined ? "no set" : statusOf(set, version),
    ...pods.map((pod) => {
      const revision = version(pod.metadata.labels?.["controller-revision-hash"]);
      const node = pluck(pod, "spec", "nodeName") === undefined ? " on no node" : "";
      const ready = hasReady(pod) ? " Ready" : "";
      return `pod ${pod.metadata.name} of ${revision} ${phase(pod)}${ready}${node}${terminating(pod)} < ${owners(pod)}`;
    }),
    ...claims.map((claim) => `claim ${claim.metadata.name} ${phase(claim)}${terminating(claim)} < ${owners(claim)}`),
    // Which of several a claim gets is nobody's promise.
    `volumes ${volumes
      .map((volume) => `${phase(volume)}${terminating(volume)}`)
      .sort()
      .join(", ")}`,
    `revisions ${sorted.map(({ metadata }) => version(metadata.name)).join(", ")}`,
  ].sort();
}

/** What happened to pods and claims, such as `+web-0`: made, `=` Ready, `~` to be deleted, `-` gone. */
export type Happened = readonly string[];

/**
 * What happened, as far as its order is meant to be the same: of one object always, of several only where an OrderedReady
 * set does one thing at a time.
 */
export function inOrder(happened: Happened, total: boolean): string[] {
  const nameOf = (event: string): string => event.slice(1);
  const isPod = (event: string): boolean => !nameOf(event).startsWith("data-");
  const names = [...new Set(happened.map(nameOf))].sort();
  const each = names.map((name) => happened.filter((event) => nameOf(event) === name).join(" "));
  return total ? [happened.filter(isPod).join(" "), ...each.filter((line) => line.includes("data-"))] : each;
}
