import type { Pod } from "../core/kubernetes";
import type { ObjectReference } from "../live/cluster";
import type { ObjectStore } from "./objectStore";

/** What may be wrong with a pod, until it is taken back. */
export type PodFault = "neverReady" | "stuckTerminating";

const podReference = (namespace: string, name: string): ObjectReference => {
  return { apiVersion: "v1", kind: "Pod", namespace, name };
};

/** Claims that a pod mounts. */
export function claimsOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
}

/**
 * Scheduler and kubelets: a new pod is Running and Ready one tick after it was made, if its claims are Bound; a deleted
 * one is gone one tick after it was deleted. A fault keeps it from either.
 */
export class PodRuntime {
  private readonly starting = new Map<string, ObjectReference>();
  private readonly stopping = new Map<string, ObjectReference>();
  private readonly faults = new Map<string, PodFault>();
  private readonly claimUsers = new Map<string, Set<string>>();

  public constructor(
    private readonly store: ObjectStore,
    private readonly nodes: readonly string[],
    private readonly onGone: (pod: Pod) => void,
  ) {
    store.listen((before, after) => {
      if ((after ?? before)?.kind === "Pod") this.podChanged(before, after);
    });
  }

  /** Whether any pod uses a claim, terminating ones included. */
  public uses(namespace: string, claim: string): boolean {
    return (this.claimUsers.get(`${namespace}/${claim}`)?.size ?? 0) > 0;
  }

  /** Sets a fault, or takes it back. A pod that is Ready when it becomes `neverReady` stops being so at once. */
  public setFault(namespace: string, name: string, fault: PodFault | undefined): void {
    const key = `${namespace}/${name}`;
    if (fault === undefined) this.faults.delete(key);
    else this.faults.set(key, fault);
    const pod = this.store.get(podReference(namespace, name));
    if (pod === undefined) return;
    if (fault === "neverReady") this.store.put(withReady(pod, false, "Running"), "unready");
    else if (pod.metadata.deletionTimestamp === undefined) this.starting.set(key, podReference(namespace, name));
    if (pod.metadata.deletionTimestamp !== undefined) this.stopping.set(key, podReference(namespace, name));
  }

  /** Starts and stops what can be started and stopped now. */
  public step(): void {
    const stopping = [...this.stopping];
    const starting = [...this.starting];
    for (const [key, reference] of stopping) {
      if (this.faults.get(key) === "stuckTerminating") continue;
      this.stopping.delete(key);
      this.store.remove(reference);
    }
    for (const [key, reference] of starting) this.start(key, reference);
  }

  private start(key: string, reference: ObjectReference): void {
    const pod: Pod | undefined = this.store.get(reference);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) {
      this.starting.delete(key);
      return;
    }
    if (this.faults.get(key) === "neverReady" || !this.mountable(pod)) return;
    this.starting.delete(key);
    if (pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true) return;
    const ordinal = Number(/\d+$/.exec(reference.name)?.[0] ?? 0);
    const nodeName = pod.spec?.nodeName ?? this.nodes[ordinal % this.nodes.length];
    this.store.put({ ...withReady(pod, true, "Running"), spec: { ...pod.spec, nodeName } }, "ready");
  }

  private mountable(pod: Pod): boolean {
    const namespace = pod.metadata.namespace ?? "";
    return claimsOf(pod).every((name) => {
      const claim = this.store.get({ apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name });
      return (claim?.status as { phase?: string } | undefined)?.phase === "Bound";
    });
  }

  private podChanged(before: Pod | undefined, after: Pod | undefined): void {
    const pod = after ?? before;
    if (pod === undefined) return;
    const namespace = pod.metadata.namespace ?? "";
    const key = `${namespace}/${pod.metadata.name}`;
    if (before === undefined) {
      this.starting.set(key, podReference(namespace, pod.metadata.name));
      for (const claim of claimsOf(pod)) this.users(namespace, claim).add(pod.metadata.name);
    } else if (after === undefined) {
      this.starting.delete(key);
      this.stopping.delete(key);
      for (const claim of claimsOf(pod)) this.users(namespace, claim).delete(pod.metadata.name);
      this.onGone(pod);
    } else if (after.metadata.deletionTimestamp !== undefined && before.metadata.deletionTimestamp === undefined) {
      this.stopping.set(key, podReference(namespace, pod.metadata.name));
    }
  }

  private users(namespace: string, claim: string): Set<string> {
    const key = `${namespace}/${claim}`;
    const users = this.claimUsers.get(key) ?? new Set<string>();
    this.claimUsers.set(key, users);
    return users;
  }
}

function withReady(pod: Pod, ready: boolean, phase: string): Pod {
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  return { ...pod, status: { ...pod.status, phase, conditions } };
}
