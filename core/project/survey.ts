import { withoutMarks } from "../adopt/compare";
import type { CarriedName } from "../set/carried";
import { drop } from "../json";
import type { KubernetesObject, Node, PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet } from "../kubernetes";
import { cleaned } from "../cleaned";

/** A set as it was found, with what is its own. */
export interface FoundSet {
  readonly set: StatefulSet;
  /** Its pods, and others that mount its claims. */
  readonly pods: readonly Pod[];
  /** Its claims, also of ordinals that it does not have now. */
  readonly claims: readonly PersistentVolumeClaim[];
  /** The volumes that its claims name. */
  readonly volumes: readonly PersistentVolume[];
}

/** A cluster as it was found, as far as a rehearsal needs to know it. */
export interface ClusterSurvey {
  /** Uid of its namespace `kube-system`; undefined: the cluster is only assumed. */
  readonly clusterUid?: string | undefined;
  /** Server version, such as `v1.36.2`. */
  readonly version: string;
  /** Nodes; none if they could not be looked at. */
  readonly nodes: readonly Node[];
  readonly storageClasses: readonly KubernetesObject[];
  /** Its CSIDriver objects. */
  readonly drivers: readonly KubernetesObject[];
  /** What else is there and may be in the way: the namespace, objects of the names that the move will write. */
  readonly objects: readonly KubernetesObject[];
  /** What the pods of the set need and the cluster was seen to lack, as kind and name. Left out: nothing. */
  readonly lacking?: readonly { readonly kind: string; readonly name: string }[];
  /** The destination's half of a move that has begun; undefined: it has none yet. */
  readonly half?: FoundSet | undefined;
}

/** A running set and what is around it, as it was found. Nothing in it is the value of a Secret. */
export interface SetSurvey extends ClusterSurvey, FoundSet {
  /** What goes into the manifests beside the set. */
  readonly belongings: readonly KubernetesObject[];
  /** Secrets and ConfigMaps that its pods need: they are carried, and only their names are known. */
  readonly carried: readonly CarriedName[];
  /** What is left to a person, a line each. */
  readonly left: readonly string[];
}

/** An object that runs, as a manifest for both clusters: without what its server, its controllers and other tools set. */
export function manifestOf(live: KubernetesObject): KubernetesObject {
  const { object } = cleaned(withoutMarks(live));
  // Whoever tidies up after it does so in its own cluster.
  drop(object.metadata, "finalizers");
  // The order in which people write it.
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...rest };
}
