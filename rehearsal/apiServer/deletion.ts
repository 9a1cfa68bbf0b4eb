import { field } from "../../core/json";
import type { KubernetesObject, Pod } from "../../core/kubernetes";
import { referenceOf } from "./references";
import type { ObjectStore } from "./objectStore";

/** What becomes of the objects that an object owns when it is deleted. kubectl says `--cascade`. */
export type Propagation = "Background" | "Foreground" | "Orphan";

/** The finalizers by which the garbage collector knows what is wanted of it. */
export const cascadeFinalizers = { Foreground: "foregroundDeletion", Orphan: "orphan" } as const;

/**
 * Asks for an object to be deleted, as the API server does: it goes at once, or is marked until whoever holds it lets go.
 * Does nothing if that was asked before.
 */
export function requestDeletion(
  store: ObjectStore,
  live: KubernetesObject,
  propagation: Propagation = "Background",
): void {
  if (live.metadata.deletionTimestamp !== undefined) return;
  // Of the kinds here only sets and pods own others.
  const owns = live.kind === "StatefulSet" || live.kind === "Pod";
  const cascade = owns && propagation !== "Background" ? [cascadeFinalizers[propagation]] : [];
  const atOnce = cascade.length === 0 && goesAtOnce(live);
  if (atOnce && live.kind !== "Pod") {
    store.remove(referenceOf(live));
    return;
  }
  const finalizers = [...((live.metadata.finalizers ?? []) as string[]), ...cascade];
  const { generation } = live.metadata;
  const metadata = {
    ...live.metadata,
    deletionTimestamp: store.timestamp,
    ...(generation === undefined ? {} : { generation: generation + 1 }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  };
  store.put({ ...live, metadata }, "terminating");
  if (atOnce) store.remove(referenceOf(live));
}

function goesAtOnce(object: KubernetesObject): boolean {
  switch (object.kind) {
    case "Pod":
      // No kubelet knows of it, or its kubelet is done with it.
      return (object as Pod).spec?.nodeName === undefined || isFinished(object);
    case "PersistentVolumeClaim":
    case "PersistentVolume":
    case "Namespace":
      return false;
    default:
      return true;
  }
}

/** Whether the garbage collector still has something to do before an object that is being deleted goes. */
export function isHeld({ metadata }: KubernetesObject): boolean {
  const finalizers = (metadata.finalizers ?? []) as string[];
  return finalizers.some((name) => Object.values<string>(cascadeFinalizers).includes(name));
}

/** An object that the garbage collector has let go. */
export function released(object: KubernetesObject): KubernetesObject {
  const own: readonly string[] = Object.values(cascadeFinalizers);
  const finalizers = ((object.metadata.finalizers ?? []) as string[]).filter((name) => !own.includes(name));
  return { ...object, metadata: { ...object.metadata, finalizers: finalizers.length === 0 ? undefined : finalizers } };
}

/** Whether a pod's containers have ended for good. */
export function isFinished(pod: Pod): boolean {
  return ["Failed", "Succeeded"].includes(String(field(pod.status, "phase")));
}
