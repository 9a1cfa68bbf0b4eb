import type {
  KubernetesObject,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  VolumeAttachment,
} from "../../core/kubernetes";
import type { Cluster } from "./cluster";

/**
 * The kinds that a move is about, read from any cluster: what the API server answers for a kind has the shape of that
 * kind, and this is where that is taken for granted. One request each; undefined if the object does not exist.
 */
export function readStatefulSet(cluster: Cluster, namespace: string, name: string): Promise<StatefulSet | undefined> {
  return cluster.read({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name }) as Promise<
    StatefulSet | undefined
  >;
}

/**
 * The pods of a namespace, or the one of that name; terminating ones included. One pod, too, is asked for as a list: an
 * account that may list pods need not be allowed to get one.
 */
export function listPods(cluster: Cluster, namespace: string, name?: string): Promise<Pod[]> {
  return cluster.list({ apiVersion: "v1", kind: "Pod", namespace, ...(name === undefined ? {} : { name }) });
}

/** Names of the pods of a namespace, terminating ones included. */
export function listPodNames(cluster: Cluster, namespace: string): Promise<string[]> {
  return cluster.names({ apiVersion: "v1", kind: "Pod", namespace });
}

/** One claim. */
export function readClaim(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<PersistentVolumeClaim | undefined> {
  const reference = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name };
  return cluster.read(reference) as Promise<PersistentVolumeClaim | undefined>;
}

/** Every claim of a namespace. */
export function listClaims(cluster: Cluster, namespace: string): Promise<PersistentVolumeClaim[]> {
  const listing = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace };
  return cluster.list(listing) as Promise<PersistentVolumeClaim[]>;
}

/** One volume. */
export function readVolume(cluster: Cluster, name: string): Promise<PersistentVolume | undefined> {
  return cluster.read({ apiVersion: "v1", kind: "PersistentVolume", name }) as Promise<PersistentVolume | undefined>;
}

/** Every volume of the cluster. */
export function listVolumes(cluster: Cluster): Promise<PersistentVolume[]> {
  return cluster.list({ apiVersion: "v1", kind: "PersistentVolume" }) as Promise<PersistentVolume[]>;
}

/** One node. */
export function readNode(cluster: Cluster, name: string): Promise<Node | undefined> {
  return cluster.read({ apiVersion: "v1", kind: "Node", name });
}

/** Every VolumeAttachment of the cluster. */
export function listAttachments(cluster: Cluster): Promise<VolumeAttachment[]> {
  const listing = { apiVersion: "storage.k8s.io/v1", kind: "VolumeAttachment" };
  return cluster.list(listing) as Promise<VolumeAttachment[]>;
}

/** The HorizontalPodAutoscalers of a namespace, in the version that every cluster has. */
export function listAutoscalers(cluster: Cluster, namespace: string): Promise<KubernetesObject[]> {
  return cluster.list({ apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", namespace });
}
