import type { PersistentVolumeClaim, Pod } from "../../../core/kubernetes";
import { claimName } from "../../../core/kubernetes";
import type { SimulatedCluster } from "../../../rehearsal/cluster/simulatedCluster";
import { name, namespace } from "./scene";

/** A pod whose object is gone while its containers run on. */
interface Ghost {
  readonly pod: Pod;
  readonly node: string;
  /** Since when its object is gone. */
  readonly goneMs: number;
  readonly attachment: string | undefined;
}

/** How long after a pod is gone a kubelet stops it at the latest: until it hears of it, and the grace period. */
const graceMs = 40_000;

/** After how long a cluster notices that a node is silent (`nodeMonitorGracePeriod`). */
const noticedMs = 50_000;

/**
 * The nodes of one cluster, as far as the simulated one has none of it: pods that were deleted by force run on until
 * their node hears of it, and so long their volumes are attached to it, if their storage attaches any. A node that is cut
 * off hears nothing, and looks alive until its cluster notices.
 */
export class Nodes {
  private ghosts: Ghost[] = [];
  /** Since when they are, by the cluster's clock. */
  private readonly cutOff = new Map<string, number>();
  private attachments = 0;

  public constructor(
    private readonly cluster: SimulatedCluster,
    private readonly attaches: boolean,
  ) {
    cluster.onWait = () => {
      this.timePasses();
    };
  }

  /** Pods that run on although they are gone. */
  public get gone(): readonly Pod[] {
    return this.ghosts.map(({ pod }) => pod);
  }

  /** Cuts the node of a pod off. False if there is no such pod, or its node is cut off already. */
  public cutOffNodeOf(ordinal: number): boolean {
    const node = this.podOf(ordinal)?.spec?.nodeName;
    if (node === undefined || this.cutOff.has(node)) return false;
    this.cutOff.set(node, this.cluster.nowMs);
    this.cluster.setCutOff(node, true);
    this.cluster.setPodFault(namespace, `${name}-${ordinal}`, "stuckTerminating");
    return true;
  }

  /** `kubectl delete pod --force`. False if there is no such pod. */
  public forceDelete(ordinal: number): boolean {
    const pod = this.podOf(ordinal);
    if (pod === undefined) return false;
    const node = pod.spec?.nodeName;
    if (node !== undefined) this.runsOn(pod, node, ordinal);
    this.cluster.forceDeletePod(namespace, pod.metadata.name);
    return true;
  }

  /** So much time passes that every node stops what is to be stopped, and every silence is noticed. */
  public rest(): void {
    this.stop(() => true);
    for (const node of this.cutOff.keys()) this.setReady(node, "Unknown");
  }

  /** Some time has passed: nodes that are not cut off have stopped what went long enough ago. */
  private timePasses(): void {
    const now = this.cluster.nowMs;
    this.stop(({ goneMs }) => now - goneMs >= graceMs);
    for (const [node, sinceMs] of this.cutOff) if (now - sinceMs >= noticedMs) this.setReady(node, "Unknown");
  }

  private stop(isDue: (ghost: Ghost) => boolean): void {
    this.ghosts = this.ghosts.filter((ghost) => {
      if (this.cutOff.has(ghost.node) || !isDue(ghost)) return true;
      if (ghost.attachment !== undefined) this.cluster.delete(attachmentReference(ghost.attachment));
      return false;
    });
  }

  /** Every node is back. */
  public comeBack(): void {
    for (const node of this.cutOff.keys()) {
      this.setReady(node, "True");
      this.cluster.setCutOff(node, false);
    }
    this.cutOff.clear();
    this.rest();
  }

  private runsOn(pod: Pod, node: string, ordinal: number): void {
    const attachment = this.attaches ? this.attach(node, ordinal) : undefined;
    this.ghosts.push({ pod, node, goneMs: this.cluster.nowMs, attachment });
  }

  private attach(node: string, ordinal: number): string {
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      namespace,
      name: claimName("data", name, ordinal),
    };
    const volume = (this.cluster.get(claim) as PersistentVolumeClaim | undefined)?.spec.volumeName;
    this.attachments += 1;
    const attachment = `csi-${this.attachments}`;
    const spec = { attacher: "disk.example.com", nodeName: node, source: { persistentVolumeName: volume } };
    this.cluster.seed({ ...attachmentReference(attachment), metadata: { name: attachment }, spec });
    return attachment;
  }

  private setReady(node: string, status: string): void {
    this.cluster.edit({ apiVersion: "v1", kind: "Node", name: node }, (live) => ({
      ...live,
      status: { conditions: [{ type: "Ready", status }] },
    }));
  }

  private podOf(ordinal: number): Pod | undefined {
    return this.cluster.get({ apiVersion: "v1", kind: "Pod", namespace, name: `${name}-${ordinal}` });
  }
}

function attachmentReference(attachment: string): { apiVersion: string; kind: string; name: string } {
  return { apiVersion: "storage.k8s.io/v1", kind: "VolumeAttachment", name: attachment };
}
