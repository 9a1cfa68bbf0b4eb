import type { JsonObject } from "../json";
import type { PersistentVolume } from "../kubernetes";
import { zoneLabelsOf } from "./zones";

type Described = Pick<PersistentVolume, "metadata" | "spec">;

/** A kind of in-tree volume that a CSI driver serves (CSI migration). */
export interface MigratedKind {
  /** Field of a PersistentVolume's spec. */
  readonly field: string;
  /** Name of its plugin without `kubernetes.io/`, as in unique volume names and `pv.kubernetes.io/provisioned-by`. */
  readonly plugin: string;
  /** The CSI driver that all its operations are redirected to. */
  readonly driver: string;
  /** Minor version of Kubernetes 1 from which they are, by default. */
  readonly since: number;
  /** The field of the source that the plugin's unique volume names hold. */
  readonly idField: string;
  /** The volume handle that Kubernetes gives the driver; undefined where the source names no disk. */
  readonly handle: (source: JsonObject, volume: Described) => string | undefined;
  /** What of a handle of the driver tells the disk: the same for all ways to write it, and for itself. */
  readonly identity: (handle: string) => string;
  /** Whether two identities are the same disk. Left out: where they are equal. */
  readonly sameHandle?: (a: string, b: string) => boolean;
  readonly dropped?: undefined;
  readonly instead?: undefined;
}

/** A kind of in-tree volume that nothing serves any more. */
export interface DroppedKind {
  readonly field: string;
  readonly driver?: undefined;
  readonly since?: undefined;
  /** Minor version of Kubernetes 1 from which it is dropped. */
  readonly dropped: number;
  /** A CSI driver for the same storage, to which a volume must be brought by hand. */
  readonly instead?: string;
}

export type InTreeKind = MigratedKind | DroppedKind;

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const named = (field: string) => ({
  idField: field,
  handle: (source: JsonObject) => textOf(source[field]),
  identity: (handle: string) => handle,
});

/** The zone before a volume id in `aws://us-east-1a/vol-…`; it may be empty. */
const zonePrefix = /^aws:\/\/[^/]*\//;

/** What GCE's handles have where a project or zone is not known: the driver takes its own project, and looks for the zone. */
const unspecified = "UNSPECIFIED";

/** The one region of zones such as `europe-west1-b`. */
export function regionOf(zones: readonly string[]): string | undefined {
  const [region, ...others] = new Set(zones.map((zone) => zone.replace(/-[^-]*$/, "")));
  return others.length === 0 ? region : undefined;
}

function gceHandle(source: JsonObject, volume: Described): string | undefined {
  const disk = textOf(source.pdName);
  const zones = zoneLabelsOf(volume);
  // The disk of several zones is a regional one.
  const place = zones.length > 1 ? `regions/${regionOf(zones) ?? unspecified}` : `zones/${zones[0] ?? unspecified}`;
  return disk && `projects/${unspecified}/${place}/disks/${disk}`;
}

/** Part by part: what is not specified fits anything. */
function sameGceHandle(a: string, b: string): boolean {
  const [left, right] = [a.split("/"), b.split("/")];
  return (
    left.length === right.length &&
    left.every((part, at) => {
      const open = (at === 1 || at === 3) && [part, right[at]].includes(unspecified);
      return open || part === right[at];
    })
  );
}

/** The storage account that a Secret's name holds, if it is named as the provisioner names them. */
export function azureAccountOf(secretName: string): string | undefined {
  return /^azure-storage-account-(.+)-secret$/.exec(secretName)?.[1];
}

/** Annotation of an azureFile volume: the resource group of its storage account. */
export const azureResourceGroup = "kubernetes.io/azure-file-resource-group";

/** The namespace of an azureFile volume's Secret: its own, or else that of the claim. */
export function azureSecretNamespace(source: JsonObject, { spec }: Described): string {
  return textOf(source.secretNamespace) ?? spec.claimRef?.namespace ?? "default";
}

function azureFileHandle(source: JsonObject, volume: Described): string | undefined {
  const [secret, share] = [textOf(source.secretName), textOf(source.shareName)];
  if (secret === undefined || share === undefined) return undefined;
  const { name, annotations = {} } = volume.metadata;
  const group = annotations[azureResourceGroup] ?? "";
  const namespace = azureSecretNamespace(source, volume);
  return [group, azureAccountOf(secret) ?? secret, share, name, namespace].join("#");
}

/**
 * Without the resource group, since account names are unique in all of Azure, and without what only tells volumes of one
 * share apart: the fourth part says where data is only if it is a disk image on the share.
 */
function azureFileIdentity(handle: string): string {
  const [, account, share, image = ""] = handle.split("#");
  if (account === undefined || share === undefined) return handle;
  return ["", account, share, ...(image.endsWith(".vhd") ? [image] : [])].join("#");
}

/**
 * The kinds of in-tree volumes that a CSI driver serves, and those that Kubernetes has dropped. Fields, drivers and
 * handles are those of the module k8s.io/csi-translation-lib (0.36); from when on is in the table of feature gates and in
 * "Types of Persistent Volumes" of the Kubernetes documentation (concepts/storage/persistent-volumes). A CSI driver is
 * asked for from the version on whose default it is. `nfs`, `iscsi`, `fc`, `hostPath`, `local` and `flexVolume` are in
 * none of the two: Kubernetes serves them itself, up to now.
 */
export const inTreeKinds: readonly InTreeKind[] = [
  {
    ...{ field: "awsElasticBlockStore", plugin: "aws-ebs", driver: "ebs.csi.aws.com", since: 23 },
    ...named("volumeID"),
    handle: ({ volumeID }: JsonObject) => textOf(volumeID)?.replace(zonePrefix, ""),
    identity: (handle: string) => handle.replace(zonePrefix, ""),
  },
  {
    ...{ field: "gcePersistentDisk", plugin: "gce-pd", driver: "pd.csi.storage.gke.io", since: 23 },
    ...named("pdName"),
    handle: gceHandle,
    sameHandle: sameGceHandle,
  },
  {
    ...{ field: "azureDisk", plugin: "azure-disk", driver: "disk.csi.azure.com", since: 23 },
    ...named("diskURI"),
    // Azure's resource ids know no case.
    identity: (handle: string) => handle.toLowerCase(),
  },
  {
    ...{ field: "azureFile", plugin: "azure-file", driver: "file.csi.azure.com", since: 24 },
    ...named("shareName"),
    handle: azureFileHandle,
    identity: azureFileIdentity,
  },
  {
    ...{ field: "cinder", plugin: "cinder", driver: "cinder.csi.openstack.org", since: 21 },
    ...named("volumeID"),
  },
  {
    ...{ field: "vsphereVolume", plugin: "vsphere-volume", driver: "csi.vsphere.vmware.com", since: 25 },
    ...named("volumePath"),
  },
  {
    ...{ field: "portworxVolume", plugin: "portworx-volume", driver: "pxd.portworx.com", since: 31 },
    ...named("volumeID"),
  },
  { field: "rbd", dropped: 31, instead: "rbd.csi.ceph.com" },
  { field: "cephfs", dropped: 31, instead: "cephfs.csi.ceph.com" },
  { field: "glusterfs", dropped: 26 },
  { field: "flocker", dropped: 25 },
  { field: "quobyte", dropped: 25 },
  { field: "storageos", dropped: 25 },
  { field: "scaleIO", dropped: 21 },
  { field: "photonPersistentDisk", dropped: 15 },
];

/** The kind of that field of a PersistentVolume's spec; undefined for any other volume source. */
export function inTreeKindOf(field: string): InTreeKind | undefined {
  return inTreeKinds.find((kind) => kind.field === field);
}

/** The kind of an in-tree volume; undefined for a CSI volume, and for one that Kubernetes serves itself. */
export function inTreeKindIn({ spec }: Pick<PersistentVolume, "spec">): InTreeKind | undefined {
  return inTreeKinds.find(({ field }) => spec[field] !== undefined);
}

/** The CSI driver that serves a volume, in-tree or not; undefined where it needs none. */
export function servingDriver(volume: Pick<PersistentVolume, "spec">): string | undefined {
  return volume.spec.csi?.driver ?? inTreeKindIn(volume)?.driver;
}
