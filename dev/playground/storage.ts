/**
 * Storage of the playground: what a CSI driver and its provisioner would leave behind, made by hand. The driver's name is
 * the same in both clusters, as that of a disk service that both can reach.
 */
import { createHash } from "node:crypto";
import { ApiError } from "./api";
import type { PlaygroundApi, KubeObject } from "./api";

/** Name of the CSI driver that does not exist. */
export const DRIVER = "disk.example.com";

/** Storage class whose claims are bound at once. */
export const SHARED = "shared";

/** Storage class whose claims are bound when a pod is scheduled. */
export const SHARED_WAIT = "shared-wait";

const ATTACHER_FINALIZER = "external-attacher/disk-example-com";
const CLASSES = "/apis/storage.k8s.io/v1/storageclasses";
const DRIVERS = "/apis/storage.k8s.io/v1/csidrivers";
const ATTACHMENTS = "/apis/storage.k8s.io/v1/volumeattachments";
const VOLUMES = "/api/v1/persistentvolumes";
const CONFLICT_TRIES = 10;

/** Creates the classes `shared` and `shared-wait` and the CSIDriver object, where they are missing. */
export async function createStorageClasses(client: PlaygroundApi): Promise<void> {
  const storageClass = (name: string, volumeBindingMode: string): KubeObject => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    // Nothing makes volumes by itself: they are handed over, or made with `createVolume`.
    provisioner: "kubernetes.io/no-provisioner",
    reclaimPolicy: "Delete",
    volumeBindingMode,
  });
  await client.ensure(CLASSES, storageClass(SHARED, "Immediate"));
  await client.ensure(CLASSES, storageClass(SHARED_WAIT, "WaitForFirstConsumer"));
  await client.ensure(DRIVERS, {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSIDriver",
    metadata: { name: DRIVER },
    spec: { attachRequired: true, podInfoOnMount: false, volumeLifecycleModes: ["Persistent"] },
  });
}

/** What happens to a volume when its claim is deleted. */
export type ReclaimPolicy = "Delete" | "Retain";

/** A volume, and the claim that it waits for. */
export interface VolumeOptions {
  /** Namespace of the claim. */
  readonly namespace: string;
  /** Name of the claim. */
  readonly claim: string;
  /** The disk behind it; default `disk-NAMESPACE-CLAIM`. */
  readonly volumeHandle?: string;
  /** Name of the PersistentVolume; default as the handle. */
  readonly name?: string;
  /** Default `1Gi`. */
  readonly size?: string;
  /** Default `shared`. */
  readonly storageClass?: string;
  /** Default `Delete`, as a provisioner leaves it. */
  readonly reclaimPolicy?: ReclaimPolicy;
  /** Default `ReadWriteOnce`. */
  readonly accessModes?: readonly string[];
}

/** The PersistentVolume of these options: a CSI disk, reserved for one claim, which need not exist yet. */
export function volumeObject(options: VolumeOptions): KubeObject {
  const volumeHandle = options.volumeHandle ?? `disk-${options.namespace}-${options.claim}`;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    // With this annotation the volume controller leaves deleting the disk to the driver, as with a provisioned volume.
    metadata: { name: options.name ?? volumeHandle, annotations: { "pv.kubernetes.io/provisioned-by": DRIVER } },
    spec: {
      capacity: { storage: options.size ?? "1Gi" },
      accessModes: options.accessModes ?? ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: options.reclaimPolicy ?? "Delete",
      storageClassName: options.storageClass ?? SHARED,
      volumeMode: "Filesystem",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: options.namespace, name: options.claim },
      csi: { driver: DRIVER, volumeHandle, fsType: "ext4" },
    },
  };
}

/** Creates a volume that waits for its claim. Returns whether it was created; false if one of its name exists. */
export function createVolume(client: PlaygroundApi, options: VolumeOptions): Promise<boolean> {
  return client.ensure(VOLUMES, volumeObject(options));
}

/** Volumes for the claims of a StatefulSet. */
export interface SetVolumesOptions extends Omit<VolumeOptions, "claim" | "volumeHandle" | "name"> {
  /** Name of the claim template. */
  readonly template: string;
  /** Name of the StatefulSet. */
  readonly set: string;
  /** First ordinal; default 0. */
  readonly start?: number;
  /** How many ordinals. */
  readonly replicas: number;
}

/** Creates one volume per ordinal of a set, each waiting for that ordinal's claim. Returns the claims' names. */
export async function createVolumesForSet(client: PlaygroundApi, options: SetVolumesOptions): Promise<string[]> {
  const { template, set, start = 0, replicas, ...volume } = options;
  const claims = Array.from({ length: replicas }, (_, index) => `${template}-${set}-${start + index}`);
  await Promise.all(claims.map((claim) => createVolume(client, { ...volume, claim })));
  return claims;
}

/** A volume on a node. */
export interface Attachment {
  /** Name of the node. */
  readonly node: string;
  /** Name of the PersistentVolume. */
  readonly persistentVolume: string;
}

/**
 * Leaves a volume attached, as the attach-detach controller, the CSI driver and the kubelet together do: a VolumeAttachment
 * with the driver's finalizer and `attached: true`, and the volume in the node's `volumesAttached` and `volumesInUse`.
 */
export async function attach(client: PlaygroundApi, { node, persistentVolume }: Attachment): Promise<void> {
  const handle = await volumeHandleOf(client, persistentVolume);
  const name = attachmentName(handle, node);
  await client.ensure(ATTACHMENTS, {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name, annotations: { "csi.alpha.kubernetes.io/node-id": node }, finalizers: [ATTACHER_FINALIZER] },
    spec: { attacher: DRIVER, nodeName: node, source: { persistentVolumeName: persistentVolume } },
  });
  await client.patch(`${ATTACHMENTS}/${name}/status`, { status: { attached: true } });
  await updateNode(client, node, { handle, attached: true, inUse: true });
}

/** Takes back what `attach` left. A volume that is not attached is no error. */
export async function detach(client: PlaygroundApi, { node, persistentVolume }: Attachment): Promise<void> {
  const handle = await volumeHandleOf(client, persistentVolume);
  await updateNode(client, node, { handle, attached: false, inUse: false });
  const path = `${ATTACHMENTS}/${attachmentName(handle, node)}`;
  if ((await client.find(path)) !== undefined) {
    await client.patch(path, { metadata: { finalizers: null } });
    await client.delete(path);
  }
}

/** Only what the kubelet says: whether the node lists the volume as mounted (`status.volumesInUse`). */
export async function setInUse(
  client: PlaygroundApi,
  { node, persistentVolume }: Attachment,
  inUse: boolean,
): Promise<void> {
  await updateNode(client, node, { handle: await volumeHandleOf(client, persistentVolume), inUse });
}

/** Attaches the volumes of a scheduled pod to its node. Returns what was attached, for `detach`. */
export async function attachForPod(client: PlaygroundApi, namespace: string, pod: string): Promise<Attachment[]> {
  interface Pod extends KubeObject {
    readonly spec: { nodeName?: string; volumes?: { persistentVolumeClaim?: { claimName: string } }[] };
  }
  const { spec } = await client.get<Pod>(`/api/v1/namespaces/${namespace}/pods/${pod}`);
  const { nodeName: node } = spec;
  if (node === undefined) {
    throw new Error(`pod ${namespace}/${pod} is not scheduled yet`);
  }
  const claims = (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  const attached: Attachment[] = [];
  for (const claim of claims) {
    const found = await client.get<KubeObject & { spec: { volumeName?: string } }>(
      `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`,
    );
    if (found.spec.volumeName === undefined) {
      throw new Error(`claim ${namespace}/${claim} is not bound yet`);
    }
    const attachment = { node, persistentVolume: found.spec.volumeName };
    await attach(client, attachment);
    attached.push(attachment);
  }
  return attached;
}

/** The name that Kubernetes gives to a CSI volume's attachment. */
export function attachmentName(volumeHandle: string, node: string): string {
  return `csi-${createHash("sha256").update(`${volumeHandle}${DRIVER}${node}`).digest("hex")}`;
}

async function volumeHandleOf(client: PlaygroundApi, persistentVolume: string): Promise<string> {
  const volume = await client.get<KubeObject & { spec: { csi?: { volumeHandle: string } } }>(
    `${VOLUMES}/${persistentVolume}`,
  );
  if (volume.spec.csi === undefined) {
    throw new Error(`PersistentVolume ${persistentVolume} is not a CSI volume`);
  }
  return volume.spec.csi.volumeHandle;
}

interface NodeVolumes extends KubeObject {
  readonly status: {
    readonly volumesInUse?: string[];
    readonly volumesAttached?: { name: string; devicePath: string }[];
  };
}

/** Adds a volume to, or takes it from, the two lists in a node's status. Both are replaced as a whole, hence the retries. */
async function updateNode(
  client: PlaygroundApi,
  node: string,
  change: { readonly handle: string; readonly attached?: boolean; readonly inUse: boolean },
): Promise<void> {
  const name = `kubernetes.io/csi/${DRIVER}^${change.handle}`;
  for (let tries = 1; ; tries++) {
    const { metadata, status } = await client.get<NodeVolumes>(`/api/v1/nodes/${node}`);
    const inUse = (status.volumesInUse ?? []).filter((each) => each !== name);
    const attached = (status.volumesAttached ?? []).filter((each) => each.name !== name);
    const volumesInUse = change.inUse ? [...inUse, name] : inUse;
    const volumesAttached = change.attached === true ? [...attached, { name, devicePath: "" }] : attached;
    const patch = {
      metadata: { resourceVersion: metadata.resourceVersion },
      status: { volumesInUse, ...(change.attached !== undefined && { volumesAttached }) },
    };
    try {
      await client.patch(`/api/v1/nodes/${node}/status`, patch);
      return;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409 && tries < CONFLICT_TRIES)) {
        throw error;
      }
    }
  }
}
