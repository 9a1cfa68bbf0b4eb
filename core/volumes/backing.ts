import { canonicalJson, isObject } from "../json";
import type { JsonObject } from "../json";
import { inTreeKinds, inTreeKindOf } from "./inTreeVolumes";
import type { InTreeKind } from "./inTreeVolumes";
import type { PersistentVolume } from "../kubernetes";

/** What a volume is stored on: two volumes with the same backing are the same disk. */
export interface Backing {
  /** CSI driver, also of an in-tree volume that one serves; else the kind of the in-tree volume, such as `nfs`. */
  readonly driver: string;
  /** What the driver tells the disk by, with the partition if there is one; else the volume source in canonical form. */
  readonly volumeHandle: string;
}

/** Fields of a PersistentVolume's spec that do not say where its data is. */
const notBacking = new Set([
  "accessModes",
  "capacity",
  "claimRef",
  "mountOptions",
  "nodeAffinity",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "volumeAttributesClassName",
  "volumeMode",
]);

/** The fields of a PersistentVolume's spec that say where its data is: one, such as `csi` or `nfs`. */
export function sourceOf(spec: PersistentVolume["spec"]): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !notBacking.has(field)));
}

/** What a volume is stored on, the same for an in-tree volume and its CSI twin. */
export function backingOf(volume: Pick<PersistentVolume, "metadata" | "spec">): Backing {
  const { csi } = volume.spec;
  if (csi !== undefined) {
    const attributes = isObject(csi.volumeAttributes) ? csi.volumeAttributes : {};
    return withPartition(diskOf(csi.driver, csi.volumeHandle), attributes.partition);
  }
  const [field = "unknown", source = {}] = Object.entries(sourceOf(volume.spec))[0] ?? [];
  const kind = inTreeKindOf(field);
  const handle = kind?.driver !== undefined && isObject(source) ? kind.handle(source, volume) : undefined;
  if (kind?.driver === undefined || handle === undefined) {
    return { driver: field, volumeHandle: canonicalJson(source) };
  }
  return withPartition(diskOf(kind.driver, handle), (source as JsonObject).partition);
}

/** Whether two volumes are the same disk, and the same partition of it. */
export function sameBacking(a: Backing, b: Backing): boolean {
  const [left, right] = [upToDate(a), upToDate(b)];
  if (left.driver !== right.driver) return false;
  const same = kindServedBy(left.driver)?.sameHandle ?? ((x: string, y: string) => x === y);
  return same(left.volumeHandle, right.volumeHandle);
}

/**
 * Whether a unique volume name, as in a node's `status.volumesInUse`, is that of a volume's disk. It is
 * `kubernetes.io/csi/<driver>^<handle>` (the kubelet's CSI plugin, also for an in-tree volume that it serves) or
 * `kubernetes.io/<plugin>/<name of the disk>` (a node whose plugin is still in-tree). A partition is not part of it.
 */
export function isNameInUse(name: string, volume: PersistentVolume): boolean {
  const [, driver, handle] = /^kubernetes\.io\/csi\/([^^]+)\^(.*)$/s.exec(name) ?? [];
  const { csi } = volume.spec;
  if (driver !== undefined && driver === csi?.driver && handle === csi.volumeHandle) return true;
  const actual = backingOf(volume);
  const disk = { ...actual, volumeHandle: actual.volumeHandle.replace(partitionMark, "") };
  if (driver !== undefined) return sameBacking(diskOf(driver, handle ?? ""), disk);
  return inTreeKinds.some((kind) => {
    if (kind.driver === undefined || !name.startsWith(`kubernetes.io/${kind.plugin}/`)) return false;
    const source = { [kind.idField]: name.slice(`kubernetes.io/${kind.plugin}/`.length) };
    return sameBacking(backingOf({ metadata: { name: "" }, spec: { [kind.field]: source } }), disk);
  });
}

const partitionMark = /, partition \d+$/;

function withPartition(disk: Backing, partition: unknown): Backing {
  const number = Number(partition ?? 0);
  // 0 is the whole disk, as if it were not set.
  return Number.isInteger(number) && number > 0
    ? { ...disk, volumeHandle: `${disk.volumeHandle}, partition ${number}` }
    : disk;
}

function kindServedBy(driver: string): Extract<InTreeKind, { driver: string }> | undefined {
  return inTreeKinds.find((kind) => kind.driver === driver) as Extract<InTreeKind, { driver: string }> | undefined;
}

function diskOf(driver: string, handle: string): Backing {
  return { driver, volumeHandle: kindServedBy(driver)?.identity(handle) ?? handle };
}

/** A backing as it is written today: earlier versions of this program wrote the whole source of an in-tree volume. */
function upToDate(backing: Backing): Backing {
  const kind = inTreeKindOf(backing.driver);
  if (kind?.driver === undefined) return diskOf(backing.driver, backing.volumeHandle);
  try {
    const source: unknown = JSON.parse(backing.volumeHandle);
    const spec = { [kind.field]: source };
    return backingOf({ metadata: { name: "" }, spec });
  } catch {
    return backing;
  }
}
