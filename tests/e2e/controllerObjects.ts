/** The objects of a compared life, and what an operation makes of them: the same for both worlds. */
import type { KubeObject } from "../../dev/playground/api";
import { DRIVER } from "../../dev/playground/storage";
import type { Circumstances, SpecChange } from "./controllerSequence";

/** How a pod says what is wrong with it. */
export const stuckAnnotation = "playground/stuck";
/** Which version of the template a pod or a revision is of. */
export const versionAnnotation = "example.com/version";

/** A class of its own, so that lives in one cluster do not take each other's volumes. */
export function storageClass(name: string, { storage }: Circumstances): KubeObject {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    provisioner: "kubernetes.io/no-provisioner",
    reclaimPolicy: "Retain",
    volumeBindingMode: storage === "none" ? "Immediate" : storage,
  };
}

/** A volume of the set, for the claim of an ordinal where they are reserved. */
export function volume(namespace: string, name: string, ordinal: number, { reserved }: Circumstances): KubeObject {
  const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: `data-${name}-${ordinal}` };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${name}-${ordinal}`, annotations: { "pv.kubernetes.io/provisioned-by": DRIVER } },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: ordinal % 2 === 0 ? "Retain" : "Delete",
      storageClassName: name,
      ...(reserved ? { claimRef } : {}),
      csi: { driver: DRIVER, volumeHandle: `${name}-${ordinal}`, fsType: "ext4" },
    },
  };
}

/** The set, in version 1 and without pods. */
export function statefulSet(namespace: string, name: string, circumstances: Circumstances): KubeObject {
  const { storage, podManagementPolicy, revisionHistoryLimit } = circumstances;
  const spec = {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
    storageClassName: name,
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace },
    spec: {
      serviceName: name,
      replicas: 2,
      podManagementPolicy,
      revisionHistoryLimit,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: { [versionAnnotation]: "1" } },
        spec: { containers: [{ name: "main", image: "registry.example.com/main:1" }] },
      },
      ...(storage === "none" ? {} : { volumeClaimTemplates: [{ metadata: { name: "data" }, spec }] }),
    },
  };
}

/** A merge patch of the set. */
export function specPatch(change: SpecChange): Record<string, unknown> {
  switch (change.do) {
    case "range":
      return { spec: { replicas: change.replicas, ordinals: { start: change.start } } };
    case "template": {
      const version = `${change.version}${change.broken ? " broken" : ""}`;
      const annotations = { [versionAnnotation]: version, [stuckAnnotation]: change.broken ? "unready" : null };
      return { spec: { template: { metadata: { annotations } } } };
    }
    case "rolling": {
      const { partition, maxUnavailable = null } = change;
      return { spec: { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition, maxUnavailable } } } };
    }
    case "onDelete":
      return { spec: { updateStrategy: { type: "OnDelete", rollingUpdate: null } } };
    case "minReady":
      return { spec: { minReadySeconds: change.seconds } };
    case "retention": {
      const { whenScaled, whenDeleted } = change;
      return { spec: { persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted } } };
    }
    default:
      return change satisfies never;
  }
}

/** What a merge patch makes of a value. */
export function merged(value: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> =
    typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  for (const [key, item] of Object.entries(patch)) {
    if (item === null) Reflect.deleteProperty(result, key);
    else result[key] = merged(result[key], item);
  }
  return result;
}
