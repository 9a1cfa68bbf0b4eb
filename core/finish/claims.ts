import { annotations, claimName, isReady, ordinalIn } from "../kubernetes";
import type { PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from "../kubernetes";
import { holds } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import { attachmentsOf } from "../protections/leaving";
import type { Problem } from "../userError";
import { backingOf, sameBacking } from "../volumes/backing";
import { podsOfSet, whyMountedElsewhere } from "../volumes/handOver";

/** The claims and volumes of one cluster. */
export interface FinishClaims {
  /** Every claim of the set's namespace. */
  readonly claims: readonly PersistentVolumeClaim[];
  /** Every volume of the cluster. */
  readonly volumes: readonly PersistentVolume[];
  readonly attachments: readonly VolumeAttachment[];
}

/** Whose claims they are. */
export interface ClaimedSet extends OrdinalRange {
  readonly name: string;
  readonly namespace: string;
  /** Names of the claim templates. */
  readonly templates: readonly string[];
}

/** A claim of the set and its volume. One of them may be gone already. */
export interface LeftClaim {
  /** Name of the claim, whether it is there or not. */
  readonly name: string;
  readonly ordinal: number;
  readonly claim?: PersistentVolumeClaim;
  readonly volume?: PersistentVolume;
}

/** The claims of a set's ordinals, with the volumes that they name. */
export function claimsOf(set: ClaimedSet, { claims, volumes }: FinishClaims): LeftClaim[] {
  const byName = new Map(volumes.map((volume) => [volume.metadata.name, volume]));
  return claims.flatMap((claim) => {
    const ordinal = ordinalOf(set, claim.metadata.name);
    if (ordinal === undefined) return [];
    const volume = byName.get(claim.spec.volumeName ?? "");
    return [{ name: claim.metadata.name, ordinal, claim, ...(volume && { volume }) }];
  });
}

function ordinalOf(set: ClaimedSet, claim: string): number | undefined {
  for (const template of set.templates) {
    const ordinal = ordinalIn(claim, `${template}-${set.name}`);
    if (ordinal !== undefined && holds(set, ordinal) && claimName(template, set.name, ordinal) === claim)
      return ordinal;
  }
  return undefined;
}

/**
 * Claims and volumes that are left where the set has gone. A volume whose claim is gone, as a run that was killed leaves it, counts
 * if it was of a claim of that name, and is a disk that is used here.
 */
export function leftClaims(set: ClaimedSet, here: FinishClaims, there: FinishClaims): LeftClaim[] {
  const left = claimsOf(set, there);
  const known = new Set(left.map(({ name }) => name));
  const used = new Map(claimsOf(set, here).map((claim) => [claim.name, claim]));
  const alone = there.volumes.flatMap((volume): LeftClaim[] => {
    const { namespace, name = "" } = volume.spec.claimRef ?? {};
    const user = namespace === set.namespace && !known.has(name) ? used.get(name) : undefined;
    if (user?.volume === undefined || !sameBacking(backingOf(user.volume), backingOf(volume))) return [];
    return [{ name, ordinal: user.ordinal, volume }];
  });
  return [...left, ...alone].sort((a, b) => a.ordinal - b.ordinal || a.name.localeCompare(b.name));
}

/** Why claims and volumes that are left may not be removed: each must be `Retain`, used by nobody, and its disk in use here. */
export function removalProblems(
  set: ClaimedSet,
  side: string,
  here: FinishClaims & { readonly pods: readonly Pod[] },
  there: FinishClaims & { readonly pods: readonly Pod[] },
): Problem[] {
  const used = new Map(claimsOf(set, here).map((claim) => [claim.name, claim]));
  const pods = podsOfSet(set.name, here.pods);
  const left = leftClaims(set, here, there);
  const found = left.map((claim) => ({ ...claim, template: "" }));
  const mounted = whyMountedElsewhere(set.name, found, there.pods);
  const problems = left.flatMap((claim): Problem[] => {
    const why = whyKept(claim, used.get(claim.name), there) ?? (isReadyAt(pods, claim.ordinal) ? undefined : notReady);
    if (why === undefined) return [];
    const where = `claim ${set.namespace}/${claim.name} in the ${side}`;
    return [{ where, what: `is not removed: ${why}`, todo: "Leave --remove-claims out, or see to that claim first" }];
  });
  const elsewhere = mounted.map((reason) => ({ where: `in the ${side},`, what: reason }));
  return [...problems, ...elsewhere];
}

const notReady = "the pod that uses its disk is not Ready";

function whyKept(
  { claim, volume }: LeftClaim,
  user: LeftClaim | undefined,
  { attachments }: FinishClaims,
): string | undefined {
  if (volume === undefined) {
    return `it has no volume (${claim?.status?.phase ?? "no phase"}), so nobody can tell whether its data is in use`;
  }
  const { name } = volume.metadata;
  const policy = volume.spec.persistentVolumeReclaimPolicy ?? "Retain";
  if (policy !== "Retain") return `volume ${name} is ${policy}, so its disk would be deleted with it`;
  if (
    claim !== undefined &&
    volume.spec.claimRef?.uid !== undefined &&
    volume.spec.claimRef.uid !== claim.metadata.uid
  ) {
    return `volume ${name} is not bound to it`;
  }
  const nodes = attachmentsOf(volume, attachments);
  if (nodes.length > 0) return `volume ${name} is still attached to node ${nodes.join(", ")}`;
  const [disk, usedDisk] = [backingOf(volume), user?.volume && backingOf(user.volume)];
  const shown = `its disk ${disk.driver} ${disk.volumeHandle}`;
  if (usedDisk === undefined || user?.claim?.status?.phase !== "Bound") {
    return `${shown} is not in use by the half that stays, which has no Bound claim of that name`;
  }
  if (sameBacking(disk, usedDisk)) return undefined;
  return `${shown} is not the one in use by the half that stays (${usedDisk.driver} ${usedDisk.volumeHandle})`;
}

/** A volume that was made `Retain` for the move, and what it was before. */
export interface GivenBack {
  readonly volume: PersistentVolume;
  /** `Delete`, `Recycle` or `Retain`. */
  readonly policy: string;
}

/** The volumes in use here that are to be given their earlier reclaim policy back. */
export function policiesOf(set: ClaimedSet, here: FinishClaims): GivenBack[] {
  return claimsOf(set, here).flatMap(({ claim, volume }) => {
    const policy = volume?.metadata.annotations?.[annotations.reclaimPolicy];
    if (volume === undefined || policy === undefined || !/^(Delete|Recycle|Retain)$/.test(policy)) return [];
    // Who has changed it since knows better.
    if (volume.spec.persistentVolumeReclaimPolicy !== "Retain") return [];
    const isOurs = claim?.status?.phase === "Bound" && volume.spec.claimRef?.uid === claim.metadata.uid;
    return isOurs ? [{ volume, policy }] : [];
  });
}

/** Whether the pod of an ordinal is Ready. */
export function isReadyAt(pods: ReadonlyMap<number, Pod>, ordinal: number): boolean {
  const pod = pods.get(ordinal);
  return pod !== undefined && isReady(pod);
}
