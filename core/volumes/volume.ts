import { backingOf } from "./backing";
import type { Backing } from "./backing";
import { annotations, claimName } from "../kubernetes";
import type { Metadata, PersistentVolume, PersistentVolumeClaim } from "../kubernetes";
import { affinityTerms } from "./zones";

/** A PersistentVolume and the claim that is bound to it, as the source hands them over. */
export interface OfferedVolume {
  readonly persistentVolume: PersistentVolume;
  readonly persistentVolumeClaim: PersistentVolumeClaim;
}

/** Something for each ordinal and each claim template of it: `{ "5": { "data": … } }`. */
export type PerClaim<T> = Readonly<Record<string, Readonly<Record<string, T>>>>;

/** What the source hands over: ordinal, then claim template. */
export type Offer = PerClaim<OfferedVolume>;

/** Where the volumes of the set are, taken once at the start: ordinal, then claim template. */
export type Inventory = PerClaim<Backing>;

/** A claim of the set in one cluster, and the volume that it names. */
export interface FoundClaim {
  readonly ordinal: number;
  readonly template: string;
  /** Name of the claim, whether it exists or not. */
  readonly name: string;
  readonly claim?: PersistentVolumeClaim;
  /** The volume in the claim's `spec.volumeName`. */
  readonly volume?: PersistentVolume;
}

/**
 * Labels that name one node, drivers' own ones included (`topology.topolvm.io/node`, `openebs.io/nodename`). Any other
 * topology label, such as a zone, may well exist in the other cluster.
 */
export const hostLabel = /^metadata\.name$|(?:^|\/)(?:hostname|node(?:-?(?:name|id))?)$/i;

/** Why a volume cannot be used from another cluster, as a clause; undefined if nothing speaks against it. */
export function whyNodeBound(volume: PersistentVolume): string | undefined {
  if (volume.spec.hostPath !== undefined) return "is a hostPath on one node (spec.hostPath)";
  if (volume.spec.local !== undefined) return "is a local disk of one node (spec.local)";
  const keys = affinityTerms(volume).flatMap((term) =>
    [...(term.matchExpressions ?? []), ...(term.matchFields ?? [])].map((e) => e.key),
  );
  const host = keys.find((key) => hostLabel.test(key));
  return host === undefined ? undefined : `is bound to named nodes (spec.nodeAffinity on ${host})`;
}

/** The storage class as it was written before it had a field: it would win over the field. */
const betaClass = "volume.beta.kubernetes.io/storage-class";

const notCarried = new Set([
  annotations.keepData,
  betaClass,
  "kubectl.kubernetes.io/last-applied-configuration",
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
  // The destination's own controller says whether it redirects a volume to a CSI driver.
  "pv.kubernetes.io/migrated-to",
  "volume.beta.kubernetes.io/storage-provisioner",
  "volume.kubernetes.io/selected-node",
  "volume.kubernetes.io/storage-provisioner",
]);

/** Name, namespace, labels and the annotations that mean the same in another cluster. */
function carriedMetadata(metadata: Metadata, extra: Record<string, string>): Metadata {
  const kept = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => !notCarried.has(key) && !key.startsWith("pulumi.com/"),
  );
  return {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
    annotations: { ...Object.fromEntries(kept), ...extra },
  };
}

/**
 * What the source offers for one claim: claim and volume without what the source's API server and controllers set.
 * The volume is forced to `Retain`; its original policy goes into an annotation.
 */
export function offeredVolume(claim: PersistentVolumeClaim, volume: PersistentVolume): OfferedVolume {
  const policy = volume.metadata.annotations?.[annotations.reclaimPolicy] ?? volume.spec.persistentVolumeReclaimPolicy;
  const volumeClass = volume.metadata.annotations?.[betaClass] ?? volume.spec.storageClassName;
  return {
    persistentVolume: {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: carriedMetadata(volume.metadata, { [annotations.reclaimPolicy]: policy ?? "Retain" }),
      spec: {
        ...volume.spec,
        ...(volumeClass === undefined ? {} : { storageClassName: volumeClass }),
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          name: claim.metadata.name,
          ...(claim.metadata.namespace === undefined ? {} : { namespace: claim.metadata.namespace }),
        },
      },
    },
    persistentVolumeClaim: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: carriedMetadata(claim.metadata, {}),
      spec: {
        ...claim.spec,
        // A claim without a class would get the default class of the destination, and not be bound to its volume.
        storageClassName: claim.metadata.annotations?.[betaClass] ?? claim.spec.storageClassName ?? volumeClass ?? "",
        volumeName: volume.metadata.name,
      },
    },
  };
}

/** An offered volume with the storage class that the destination has for it. */
export function inStorageClass(offered: OfferedVolume, classes: Readonly<Record<string, string>>): OfferedVolume {
  const from = offered.persistentVolume.spec.storageClassName ?? "";
  const to = Object.hasOwn(classes, from) ? classes[from] : undefined;
  if (to === undefined) return offered;
  const { persistentVolume: volume, persistentVolumeClaim: claim } = offered;
  return {
    persistentVolume: { ...volume, spec: { ...volume.spec, storageClassName: to } },
    persistentVolumeClaim: { ...claim, spec: { ...claim.spec, storageClassName: to } },
  };
}

/**
 * An offered volume with the size that it has in the destination already: a claim that was expanded there cannot shrink,
 * and the API server would refuse the hand-over.
 */
export function inSizeOf(offered: OfferedVolume, { claim, volume }: FoundClaim): OfferedVolume {
  if (claim?.spec.resources === undefined || volume?.spec.capacity === undefined) return offered;
  const { persistentVolume, persistentVolumeClaim } = offered;
  return {
    persistentVolume: { ...persistentVolume, spec: { ...persistentVolume.spec, capacity: volume.spec.capacity } },
    persistentVolumeClaim: {
      ...persistentVolumeClaim,
      spec: { ...persistentVolumeClaim.spec, resources: claim.spec.resources },
    },
  };
}

/** The offer for these claims; what is not Bound is left out. */
export function offerOf(found: readonly FoundClaim[]): Offer {
  const offer: Record<string, Record<string, OfferedVolume>> = {};
  for (const { ordinal, template, claim, volume } of found) {
    if (claim === undefined || volume === undefined || claim.status?.phase !== "Bound") continue;
    offer[ordinal] = { ...offer[ordinal], [template]: offeredVolume(claim, volume) };
  }
  return offer;
}

/** Where the volumes of these claims are. */
export function inventoryOf(found: readonly FoundClaim[]): Inventory {
  const inventory: Record<string, Record<string, Backing>> = {};
  for (const { ordinal, template, volume } of found) {
    if (volume !== undefined) inventory[ordinal] = { ...inventory[ordinal], [template]: backingOf(volume) };
  }
  return inventory;
}

/** What is known together; where both know something of a claim, the newer counts. */
export function mergeInventories(known: Inventory, newer: Inventory): Inventory {
  const merged: Record<string, Readonly<Record<string, Backing>>> = { ...known };
  for (const [ordinal, backings] of Object.entries(newer)) merged[ordinal] = { ...merged[ordinal], ...backings };
  return merged;
}

/** Finds claims and their volumes in lists of a whole namespace and cluster. */
export function findClaims(
  set: string,
  templates: readonly string[],
  ordinals: readonly number[],
  claims: readonly PersistentVolumeClaim[],
  volumes: readonly PersistentVolume[],
): FoundClaim[] {
  const claimByName = new Map(claims.map((claim) => [claim.metadata.name, claim]));
  const volumeByName = new Map(volumes.map((volume) => [volume.metadata.name, volume]));
  return ordinals.flatMap((ordinal) =>
    templates.map((template) => {
      const name = claimName(template, set, ordinal);
      const claim = claimByName.get(name);
      const volume = volumeByName.get(claim?.spec.volumeName ?? "");
      return { ordinal, template, name, ...(claim && { claim }), ...(volume && { volume }) };
    }),
  );
}
