import type { OrdinalRange } from "./ordinals";

/** A value of a manifest: what JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The metadata of an object, as far as this program reads it. Other fields are kept as they are. */
export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  deletionTimestamp?: string;
  managedFields?: { manager?: string }[];
  [field: string]: unknown;
}

/** Any Kubernetes object, as plain JSON. Unknown fields are kept: nothing that passes through here may be lost. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

/** A claim template of a StatefulSet. */
export interface ClaimTemplate {
  metadata: Metadata;
  spec: ClaimSpec;
  [field: string]: unknown;
}

/** `spec` of a PersistentVolumeClaim. */
export interface ClaimSpec {
  accessModes?: string[];
  storageClassName?: string;
  volumeName?: string;
  [field: string]: unknown;
}

/** An apps/v1 StatefulSet. */
export interface StatefulSet extends KubernetesObject {
  spec: {
    replicas?: number;
    ordinals?: { start?: number };
    serviceName?: string;
    podManagementPolicy?: "OrderedReady" | "Parallel";
    selector: { matchLabels?: Record<string, string>; [field: string]: unknown };
    template: { metadata?: Partial<Metadata>; spec: Record<string, unknown> };
    volumeClaimTemplates?: ClaimTemplate[];
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; [field: string]: unknown } };
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
    [field: string]: unknown;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    currentRevision?: string;
    updateRevision?: string;
    [field: string]: unknown;
  };
}

/** A v1 PersistentVolumeClaim. */
export interface PersistentVolumeClaim extends KubernetesObject {
  spec: ClaimSpec;
  status?: { phase?: string; [field: string]: unknown };
}

/** A v1 PersistentVolume. Its source (`csi`, `nfs`, …) is one of the other fields of `spec`. */
export interface PersistentVolume extends KubernetesObject {
  spec: {
    persistentVolumeReclaimPolicy?: string;
    claimRef?: { namespace?: string; name?: string; uid?: string; [field: string]: unknown };
    storageClassName?: string;
    csi?: { driver: string; volumeHandle: string; [field: string]: unknown };
    nodeAffinity?: unknown;
    [field: string]: unknown;
  };
  status?: { phase?: string; [field: string]: unknown };
}

/** A v1 Pod. */
export interface Pod extends KubernetesObject {
  spec?: {
    nodeName?: string;
    volumes?: { persistentVolumeClaim?: { claimName?: string } }[];
    containers?: { name: string; [field: string]: unknown }[];
    initContainers?: { name: string; [field: string]: unknown }[];
    ephemeralContainers?: { name: string; [field: string]: unknown }[];
    [field: string]: unknown;
  };
  status?: {
    phase?: string;
    conditions?: { type: string; status: string; reason?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    ephemeralContainerStatuses?: ContainerStatus[];
    [field: string]: unknown;
  };
}

/** What a kubelet says of a container. */
export interface ContainerStatus {
  name: string;
  state?: { waiting?: unknown; running?: unknown; terminated?: unknown };
  [field: string]: unknown;
}

/** A v1 Node. */
export interface Node extends KubernetesObject {
  status?: {
    conditions?: { type: string; status: string }[];
    /** Unique names of the attachable volumes that the kubelet has mounted or is about to. */
    volumesInUse?: string[];
    [field: string]: unknown;
  };
}

/** A storage.k8s.io/v1 VolumeAttachment: a CSI volume that is, or is to be, attached to a node. */
export interface VolumeAttachment extends KubernetesObject {
  spec: {
    nodeName: string;
    source: { persistentVolumeName?: string; inlineVolumeSpec?: PersistentVolume["spec"]; [field: string]: unknown };
    [field: string]: unknown;
  };
}

/** The API group of an object, empty for the core one. */
export function groupOf(object: { readonly apiVersion: string }): string {
  return object.apiVersion.includes("/") ? (object.apiVersion.split("/")[0] ?? "") : "";
}

/** An object in words, such as `Service shop/web`. */
export function titleOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** The annotations this program writes. */
export const annotations = {
  /** On the set: its range, such as `3+3`, written together with `replicas` and `ordinals.start`. */
  range: "statefulset-cutover/range",
  /** On the set: the turn, a whole number. */
  turn: "statefulset-cutover/turn",
  /** On the set: uid of the cluster that it was made in. */
  cluster: "statefulset-cutover/cluster",
  /** On the set: the pods of the ordinals that it gave up last, with their nodes (core/protections/leaving.ts). */
  leaving: "statefulset-cutover/leaving",
  /** On the namespace: name of the set that it was created for. */
  namespaceOf: "statefulset-cutover/namespace-of",
  /** On a PersistentVolume: the reclaim policy that it had before this program made it `Retain`. */
  reclaimPolicy: "statefulset-cutover/reclaim-policy",
  /** On a carried Secret or ConfigMap: name of the set that it was carried for. */
  carriedFor: "statefulset-cutover/carried-for",
  /** On a claim, written by a person: its data may be used again at this turn (`volumes: fresh`). */
  keepData: "statefulset-cutover/keep-data",
} as const;

/** The ordinals that a StatefulSet's spec allows. Defaults as in the API: start 0, replicas 1. */
export function rangeOfSet(set: StatefulSet): OrdinalRange {
  return { start: set.spec.ordinals?.start ?? 0, replicas: set.spec.replicas ?? 1 };
}

/** Name of the claim of a template for an ordinal: `<template>-<set>-<ordinal>`, as the StatefulSet controller names it. */
export function claimName(template: string, set: string, ordinal: number): string {
  return `${template}-${set}-${ordinal}`;
}

/** The ordinal in the name of a pod or claim of a set, or undefined if the name is not one of the set's. */
export function ordinalIn(name: string, prefix: string): number | undefined {
  if (!name.startsWith(prefix) || name[prefix.length] !== "-") return undefined;
  const ordinal = name.slice(prefix.length + 1);
  return /^(0|[1-9]\d*)$/.test(ordinal) ? Number(ordinal) : undefined;
}

/** The condition that says whether a pod or a node is Ready; undefined where nothing says so. */
export function readyOf({ status }: Pod | Node): { readonly type: string; readonly status: string } | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready");
}

/** Whether a pod is Ready and not on its way out. */
export function isReady(pod: Pod): boolean {
  return readyOf(pod)?.status === "True" && pod.metadata.deletionTimestamp === undefined;
}
