import type { PersistentVolumeClaim, Pod } from "../../../core/kubernetes";
import { claimName } from "../../../core/kubernetes";
import type { SimulatedCluster } from "../../../rehearsal/cluster/simulatedCluster";
import { name, namespace } from "./scene";

/** A pod whose object is gone while its containers run on. */
interface Ghost {
  readonly pod: Pod;
  readonly node: string;
  readonly attachment: string;
}

/**
 * The nodes of one cluster, as far as the simulated one has none of it: pods that were deleted by force run on until
 * their node hears of it, and so long their volumes are attached to it. A node that is cut off hears nothing.
 */
export class Nodes {
  private readonly ghosts: Ghost[] = [];
  private readonly cutOff = new Set<string>();
  private attachments = 0;

  public constructor(private readonly cluster: SimulatedCluster) {}

  /** Pods that run on although they are gone. */
  public get gone(): readonly Pod[] {
    return this.ghosts.map(({ pod }) => pod);
  }

  /** Cuts the node of a pod off. False if there is no such pod, or its node is cut off already. */
  public cutOffNodeOf(ordinal: number): boolean {
    const node = this.podOf(ordinal)?.spec?.nodeName;
    if (node === undefined || this.cutOff.has(node)) return false;
    this.cutOff.add(node);
    this.setReady(node, "Unknown");
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

  /** The nodes that are not cut off stop what is to be stopped. */
  public rest(): void {
    for (let index = this.ghosts.length - 1; index >= 0; index -= 1) {
      const ghost = this.ghosts[index];
      if (ghost === undefined || this.cutOff.has(ghost.node)) continue;
      this.cluster.delete(attachmentReference(ghost.attachment));
      this.ghosts.splice(index, 1);
    }
  }

  /** Every node is back. */
  public comeBack(): void {
    for (const node of this.cutOff) this.setReady(node, "True");
    this.cutOff.clear();
    this.rest();
  }

  private runsOn(pod: Pod, node: string, ordinal: number): void {
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
    this.ghosts.push({ pod, node, attachment });
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
