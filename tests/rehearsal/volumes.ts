import type { PersistentVolume, PersistentVolumeClaim } from "../../core/kubernetes";

/** A claim `data` of the default class. */
export function claim(spec: PersistentVolumeClaim["spec"] = {}): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  };
}

/** A volume `disk` that was made elsewhere. */
export function volume(spec: PersistentVolume["spec"] = {}): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "disk" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      csi: { driver: "disk.example.com", volumeHandle: "vol-elsewhere-1" },
      storageClassName: "standard",
      ...spec,
    },
  };
}
