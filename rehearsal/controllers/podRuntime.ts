import { readyOf } from "../../core/kubernetes";
import type { Pod } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import { isFinished, isHeld } from "../apiServer/deletion";
import { field, sameJson } from "../../core/json";
import type { ObjectStore } from "../apiServer/objectStore";

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
 * one is gone one tick after it was deleted. A fault keeps it from either: `neverReady` is a container that crashes.
 */
export class PodRuntime {
  private readonly starting = new Map<string, ObjectReference>();
  private readonly stopping = new Map<string, ObjectReference>();
  private readonly faults = new Map<string, PodFault>();
  private readonly claimUsers = new Map<string, Set<string>>();

  public constructor(
    private readonly store: ObjectStore,
    private readonly nodes: readonly string[],
    private readonly onUse: (pod: Pod) => void,
    private readonly faultOf: (pod: Pod) => PodFault | undefined = () => undefined,
  ) {
    store.listen((before, after) => {
      if ((after ?? before)?.kind === "Pod") this.podChanged(before, after);
    });
  }

  /** Whether any pod on a node uses a claim, terminating ones included. */
  public uses(namespace: string, claim: string): boolean {
    return this.usersOf(namespace, claim).some((pod) => pod.spec?.nodeName !== undefined);
  }

  /** Whether a pod that is on no node yet wants a claim. */
  public wants(namespace: string, claim: string): boolean {
    return this.usersOf(namespace, claim).some((pod) => pod.spec?.nodeName === undefined);
  }

  /** Sets a fault, or takes it back. A pod that is Ready when it becomes `neverReady` stops being so at once. */
  public setFault(namespace: string, name: string, fault: PodFault | undefined): void {
    const key = `${namespace}/${name}`;
    if (fault === undefined) this.faults.delete(key);
    else this.faults.set(key, fault);
    const pod: Pod | undefined = this.store.get(podReference(namespace, name));
    if (pod === undefined) return;
    this.lookAgain(key, pod);
    if (fault === "neverReady" && readyOf(pod)?.status === "True")
      this.store.put(this.withReady(pod, false), "unready");
  }

  private lookAgain(key: string, pod: Pod): void {
    const reference = podReference(pod.metadata.namespace ?? "", pod.metadata.name);
    if (pod.metadata.deletionTimestamp !== undefined) this.stopping.set(key, reference);
    else this.starting.set(key, reference);
  }

  private faultAt(key: string, pod: Pod): PodFault | undefined {
    return this.faults.get(key) ?? this.faultOf(pod);
  }

  /** Starts and stops what can be started and stopped now. */
  public step(): void {
    const stopping = [...this.stopping];
    const starting = [...this.starting];
    for (const [key, reference] of stopping) {
      const pod: Pod | undefined = this.store.get(reference);
      if (pod !== undefined && (this.faultAt(key, pod) === "stuckTerminating" || isHeld(pod))) continue;
      this.stopping.delete(key);
      if (pod?.spec?.nodeName !== undefined) this.store.put(stopped(pod));
      this.store.remove(reference);
    }
    for (const [key, reference] of starting) this.start(key, reference);
  }

  private start(key: string, reference: ObjectReference): void {
    const pod: Pod | undefined = this.store.get(reference);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isFinished(pod)) {
      this.starting.delete(key);
      return;
    }
    const isReady = readyOf(pod)?.status === "True";
    if (this.faultAt(key, pod) === "neverReady") {
      // Scheduled, and started again and again.
      if (isReady) this.store.put(this.withReady(pod, false), "unready");
      else if (readyOf(pod)?.status !== "False" && this.canStart(pod))
        this.store.put(this.withReady(this.scheduled(pod), false));
      return;
    }
    if (!isReady && !this.canStart(pod)) return;
    this.starting.delete(key);
    if (!isReady) this.store.put(this.withReady(this.scheduled(pod), true), "ready");
  }

  private scheduled(pod: Pod): Pod {
    const ordinal = Number(/\d+$/.exec(pod.metadata.name)?.[0] ?? 0);
    const nodeName = pod.spec?.nodeName ?? this.nodes[ordinal % this.nodes.length];
    return { ...pod, spec: { ...pod.spec, nodeName } };
  }

  /**
   * A pod on a node has what it needs; any other is scheduled when its claims are Bound and not being deleted. Until then
   * it says what it waits for: whoever watches the pod is told when that changes.
   */
  private canStart(pod: Pod): boolean {
    if (pod.spec?.nodeName !== undefined) return true;
    const message = this.whyUnschedulable(pod);
    if (message === undefined) return true;
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
    if (!sameJson(pod.status?.conditions, conditions))
      this.store.put({ ...pod, status: { ...pod.status, conditions } });
    return false;
  }

  private whyUnschedulable(pod: Pod): string | undefined {
    const namespace = pod.metadata.namespace ?? "";
    for (const name of claimsOf(pod)) {
      const claim = this.store.get({ apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name });
      if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
      if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
      if (field(claim.status, "phase") !== "Bound") return `persistentvolumeclaim "${name}" is not bound`;
    }
    return undefined;
  }

  private withReady(pod: Pod, ready: boolean): Pod {
    const conditions = [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: this.store.timestamp }];
    return { ...pod, status: { ...pod.status, phase: "Running", conditions } };
  }

  private podChanged(before: Pod | undefined, after: Pod | undefined): void {
    const pod = after ?? before;
    if (pod === undefined) return;
    const namespace = pod.metadata.namespace ?? "";
    const key = `${namespace}/${pod.metadata.name}`;
    if (before === undefined) {
      const coming = pod.metadata.deletionTimestamp === undefined ? this.starting : this.stopping;
      coming.set(key, podReference(namespace, pod.metadata.name));
      for (const claim of claimsOf(pod)) this.users(namespace, claim).add(pod.metadata.name);
      this.onUse(pod);
    } else if (after === undefined) {
      this.starting.delete(key);
      this.stopping.delete(key);
      for (const claim of claimsOf(pod)) this.users(namespace, claim).delete(pod.metadata.name);
      this.onUse(pod);
    } else if (after.metadata.deletionTimestamp !== undefined && before.metadata.deletionTimestamp === undefined) {
      this.stopping.set(key, podReference(namespace, pod.metadata.name));
    } else if (this.faultOf(before) !== this.faultOf(after)) {
      this.lookAgain(key, after);
    }
  }

  private usersOf(namespace: string, claim: string): Pod[] {
    const names = [...(this.claimUsers.get(`${namespace}/${claim}`) ?? [])];
    return names.flatMap((name): Pod | readonly [] => this.store.get(podReference(namespace, name)) ?? []);
  }

  private users(namespace: string, claim: string): Set<string> {
    const key = `${namespace}/${claim}`;
    const users = this.claimUsers.get(key) ?? new Set<string>();
    this.claimUsers.set(key, users);
    return users;
  }
}

/** A kubelet's last word on a pod that it has stopped. */
function stopped(pod: Pod): Pod {
  const state = { terminated: { exitCode: 0, reason: "Completed" } };
  const statuses = (containers: readonly { readonly name: string }[] = []) =>
    containers.map(({ name }) => ({ name, state }));
  const { containers, initContainers } = pod.spec ?? {};
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: "Succeeded",
      containerStatuses: statuses(containers),
      initContainerStatuses: statuses(initContainers),
    },
  };
}
