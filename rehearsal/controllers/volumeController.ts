import { servingDriver } from "../../core/volumes/inTreeVolumes";
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import { at, textOr } from "../../core/json";
import type { ObjectStore } from "../apiServer/objectStore";
import type { PodRuntime } from "./podRuntime";

/** CSI driver of the volumes that the simulated provisioner makes, unless the cluster has others. */
export const csiDriver = "disk.example.com";

const claimReference = (namespace: string, name: string): ObjectReference => {
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name };
};
const volumeReference = (name: string): ObjectReference => ({ apiVersion: "v1", kind: "PersistentVolume", name });

/**
 * Binds claims and volumes, provisions, releases and deletes, as the PersistentVolume controller does together with an
 * external provisioner. Only claims and volumes that changed are looked at.
 */
export class VolumeController {
  private readonly claims = new Map<string, ObjectReference>();
  private readonly volumes = new Set<string>();
  /** Claims that found no volume, by key: another volume or class may be what they wait for. */
  private readonly waiting = new Map<string, ObjectReference>();
  private handles = 0;

  /**
   * @param cluster its name is part of every volume handle that the provisioner makes.
   * @param drivers those whose provisioner runs here.
   * @param pods whether a pod on a node uses a claim: such a claim is deleted only when the pod is gone; and whether one
   * that is to be scheduled wants it.
   */
  public constructor(
    private readonly cluster: string,
    private readonly store: ObjectStore,
    private readonly drivers: readonly string[],
    private readonly pods: Pick<PodRuntime, "uses" | "wants">,
  ) {
    store.listen((before, after) => {
      const object = after ?? before;
      const { name, namespace } = object?.metadata ?? { name: "" };
      if (object?.kind === "PersistentVolumeClaim") this.claimChanged(namespace ?? "", name, after === undefined);
      if (object?.kind === "StorageClass") this.wakeWaiting();
      if (object?.kind === "PersistentVolume") {
        this.volumeChanged(name, before as PersistentVolume | undefined);
        this.volumeChanged(name, after as PersistentVolume | undefined);
      }
    });
  }

  /** Goes on with the volume handles where another one is. */
  public copy(other: VolumeController): void {
    this.handles = other.handles;
  }

  /** Looks at a claim again, because a pod that uses it came or went. */
  public wake(namespace: string, claim: string): void {
    this.claims.set(`${namespace}/${claim}`, claimReference(namespace, claim));
  }

  /** Does what is to be done now. */
  public step(): void {
    const volumes = [...this.volumes];
    this.volumes.clear();
    for (const name of volumes) this.syncVolume(name);
    const claims = [...this.claims.values()];
    this.claims.clear();
    for (const reference of claims) this.syncClaim(reference);
  }

  private claimChanged(namespace: string, name: string, gone: boolean): void {
    this.wake(namespace, name);
    if (!gone) return;
    for (const volume of this.store.list("v1", "PersistentVolume") as PersistentVolume[]) {
      const { claimRef } = volume.spec;
      if (claimRef?.namespace === namespace && claimRef.name === name) this.volumes.add(volume.metadata.name);
    }
  }

  private wakeWaiting(): void {
    for (const [key, reference] of this.waiting) this.claims.set(key, reference);
    this.waiting.clear();
  }

  private volumeChanged(name: string, volume: PersistentVolume | undefined): void {
    this.volumes.add(name);
    this.wakeWaiting();
    const claimRef = volume?.spec.claimRef;
    if (claimRef?.name !== undefined) this.wake(claimRef.namespace ?? "", claimRef.name);
  }

  private claim(reference: ObjectReference): PersistentVolumeClaim | undefined {
    return this.store.get(reference) as PersistentVolumeClaim | undefined;
  }

  private volume(name: string): PersistentVolume | undefined {
    return this.store.get(volumeReference(name)) as PersistentVolume | undefined;
  }

  private setPhase(volume: PersistentVolume, phase: string, what?: "available" | "released" | "bound"): void {
    if (volume.status?.phase === phase) return;
    this.store.put({ ...volume, status: { ...volume.status, phase } }, what);
  }

  private syncVolume(name: string): void {
    const volume = this.volume(name);
    if (volume === undefined) return;
    const { claimRef } = volume.spec;
    const claim =
      claimRef?.name === undefined ? undefined : this.claim(claimReference(claimRef.namespace ?? "", claimRef.name));
    const alive = claim !== undefined && claimRef?.uid === claim.metadata.uid;
    if (volume.metadata.deletionTimestamp !== undefined && !alive) {
      this.store.remove(volumeReference(name));
    } else if (claimRef?.uid === undefined) {
      this.setPhase(volume, "Available", "available");
    } else if (alive) {
      this.setPhase(volume, "Bound");
    } else if (volume.spec.persistentVolumeReclaimPolicy === "Delete" && this.canDelete(volume)) {
      // The disk behind it is destroyed with it.
      this.store.remove(volumeReference(name));
    } else {
      this.setPhase(volume, "Released", "released");
    }
  }

  private syncClaim(reference: ObjectReference): void {
    const claim = this.claim(reference);
    if (claim === undefined) return;
    const { namespace = "", name } = reference;
    if (claim.metadata.deletionTimestamp !== undefined) {
      if (!this.pods.uses(namespace, name)) this.store.remove(reference);
      return;
    }
    if (claim.status?.phase === "Bound" || claim.status?.phase === "Lost") {
      this.syncBound(claim);
      return;
    }
    const volume = this.volumeFor(claim, namespace);
    if (volume === undefined) this.waiting.set(`${namespace}/${name}`, reference);
    if (volume !== undefined) this.bind(claim, volume);
    else if (claim.status?.phase === undefined) this.store.put({ ...claim, status: { phase: "Pending" } });
  }

  /** A claim that was bound once is Lost when its volume is gone or somebody else's, and found again when it comes back. */
  private syncBound(claim: PersistentVolumeClaim): void {
    const { volumeName } = claim.spec;
    const { namespace = "", name, uid } = claim.metadata;
    const volume = volumeName === undefined ? undefined : this.volume(volumeName);
    const isFree = volume !== undefined && volume.spec.claimRef === undefined;
    const phase = isFree || volume?.spec.claimRef?.uid === uid ? "Bound" : "Lost";
    if (isFree) this.bind(claim, volume);
    else if (claim.status?.phase !== phase) this.store.put({ ...claim, status: { ...claim.status, phase } });
    if (phase === "Lost") this.waiting.set(`${namespace}/${name}`, claimReference(namespace, name));
  }

  /** Only the driver's provisioner can delete a disk; a volume without a driver needs none. */
  private canDelete(volume: PersistentVolume): boolean {
    const driver = servingDriver(volume);
    return driver === undefined || this.drivers.includes(driver);
  }

  /** The volume that a claim may bind to; provisions one if the claim is not for a certain one. */
  private volumeFor(claim: PersistentVolumeClaim, namespace: string): PersistentVolume | undefined {
    const { name, uid } = claim.metadata;
    const free = (volume: PersistentVolume): boolean => {
      const reference = volume.spec.claimRef;
      if (volume.metadata.deletionTimestamp !== undefined) return false;
      if (reference === undefined) return volume.spec.storageClassName === claim.spec.storageClassName;
      const same = reference.namespace === namespace && reference.name === name;
      return same && (reference.uid === undefined || reference.uid === uid);
    };
    const { volumeName } = claim.spec;
    if (volumeName !== undefined) {
      const volume = this.volume(volumeName);
      return volume !== undefined && free(volume) ? volume : undefined;
    }
    const bound = (this.store.list("v1", "PersistentVolume") as PersistentVolume[]).filter(
      (volume) => volume.spec.claimRef?.uid === undefined && free(volume),
    );
    const reserved = bound.find((volume) => volume.spec.claimRef !== undefined);
    // Of a class that waits for a pod, only a volume that is reserved for the claim binds before one is scheduled.
    const waits = at(this.classOf(claim), "volumeBindingMode") === "WaitForFirstConsumer";
    if (reserved !== undefined || (waits && !this.pods.wants(namespace, name))) return reserved;
    return bound[0] ?? this.provision(claim);
  }

  private classOf(claim: PersistentVolumeClaim): KubernetesObject | undefined {
    const name = claim.spec.storageClassName ?? "";
    return this.store.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name });
  }

  private provision(claim: PersistentVolumeClaim): PersistentVolume | undefined {
    const className = claim.spec.storageClassName ?? "";
    const storageClass = this.classOf(claim);
    const driver = this.drivers.find((name) => name === storageClass?.provisioner);
    if (driver === undefined) return undefined;
    this.handles += 1;
    const storage = at(claim.spec, "resources", "requests", "storage") ?? "1Gi";
    const volume: PersistentVolume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: {
        name: `pvc-${claim.metadata.uid ?? ""}`,
        annotations: { "pv.kubernetes.io/provisioned-by": driver },
        uid: this.store.nextUid(),
        creationTimestamp: this.store.timestamp,
        finalizers: ["external-provisioner.volume.kubernetes.io/finalizer", "kubernetes.io/pv-protection"],
        managedFields: [{ manager: "csi-provisioner" }],
      },
      spec: {
        accessModes: claim.spec.accessModes,
        capacity: { storage },
        claimRef: this.claimRefOf(claim),
        csi: { driver, fsType: "ext4", volumeHandle: `vol-${this.cluster}-${this.handles}` },
        persistentVolumeReclaimPolicy: textOr(storageClass?.reclaimPolicy, "Delete"),
        storageClassName: className,
        volumeMode: "Filesystem",
      },
      status: { phase: "Available" },
    };
    return this.store.put(volume, "created") as PersistentVolume;
  }

  private claimRefOf(claim: PersistentVolumeClaim): NonNullable<PersistentVolume["spec"]["claimRef"]> {
    const { namespace, name, uid, resourceVersion } = claim.metadata;
    return { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid, resourceVersion };
  }

  private bind(claim: PersistentVolumeClaim, volume: PersistentVolume): void {
    const chosen = claim.spec.volumeName === undefined;
    const dynamic = volume.spec.claimRef?.uid !== undefined;
    const spec = { ...volume.spec, claimRef: { ...volume.spec.claimRef, ...this.claimRefOf(claim) } };
    const byController = { "pv.kubernetes.io/bound-by-controller": "yes" };
    const marks = volume.spec.claimRef === undefined ? byController : {};
    const volumeMetadata = { ...volume.metadata, annotations: { ...volume.metadata.annotations, ...marks } };
    this.store.put({ ...volume, metadata: volumeMetadata, spec, status: { ...volume.status, phase: "Bound" } });
    const annotations = {
      ...claim.metadata.annotations,
      "pv.kubernetes.io/bind-completed": "yes",
      ...(chosen ? byController : {}),
      ...(dynamic && chosen ? { "volume.kubernetes.io/storage-provisioner": volume.spec.csi?.driver ?? "" } : {}),
    };
    const bound: PersistentVolumeClaim = {
      ...claim,
      metadata: { ...claim.metadata, annotations },
      spec: { ...claim.spec, volumeName: volume.metadata.name },
      status: { accessModes: volume.spec.accessModes, capacity: volume.spec.capacity, phase: "Bound" },
    };
    this.store.put(bound, "bound");
  }
}
