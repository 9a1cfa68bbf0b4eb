import { claimName } from "../core/kubernetes";
import type { PersistentVolume } from "../core/kubernetes";
import { holds, sides } from "../core/ordinals";
import type { Side } from "../core/ordinals";
import { backingOf } from "../core/volumes/backing";
import { allowedRange, podOrdinals } from "./invariants";
import type { Moment, MovedSet, Snapshot, Violations } from "./invariants";

/** What is known of volumes: which backing every claim of an ordinal had when a pod of it was first seen. */
export type Ledger = ReadonlyMap<string, { readonly handle: string; readonly ordinal: number }>;

/**
 * Invariant 3: what the clusters say now, held against what every ordinal had before.
 *
 * @param touched the backings that may have been lost since the last look: the moment has all volumes on them. Left out: any.
 */
export function volumesIntact(
  set: MovedSet,
  moment: Moment,
  ledger: Ledger,
  touched?: ReadonlySet<string>,
): { readonly ledger: Ledger; readonly violations: Violations } {
  let known = ledger;
  const violations: string[] = [];
  for (const side of sides) {
    for (const { key, claim, ordinal, handle } of mounted(set, side, moment[side])) {
      const earlier = known.get(key);
      if (earlier === undefined) {
        const other = [...known].find(([, entry]) => entry.handle === handle);
        if (other !== undefined) {
          violations.push(`volume shared: ${claim} in the ${side} is on ${handle}, which is ${other[0]}'s`);
        }
        known = new Map([...known, [key, { handle, ordinal }]]);
      } else if (earlier.handle !== handle) {
        violations.push(`volume empty: ${claim} in the ${side} is on ${handle}, but its data is on ${earlier.handle}`);
      }
    }
  }
  return {
    ledger: known,
    violations: [...violations, ...lostVolumes(moment, known, touched), ...notRetained(moment, known)],
  };
}

interface Mounted {
  readonly key: string;
  readonly claim: string;
  readonly ordinal: number;
  readonly handle: string;
}

/** The backings of the claims of every ordinal that has a pod in this cluster. */
function mounted(set: MovedSet, side: Side, snapshot: Snapshot): Mounted[] {
  const templates = snapshot.set?.spec.volumeClaimTemplates ?? [];
  const claims = new Map(snapshot.claims.map((claim) => [claim.metadata.name, claim]));
  const volumes = new Map(snapshot.volumes.map((volume) => [volume.metadata.name, volume]));
  return podOrdinals(set, snapshot).flatMap((ordinal) =>
    templates.flatMap((template) => {
      const name = claimName(template.metadata.name, set.name, ordinal);
      const volume = volumes.get(claims.get(name)?.spec.volumeName ?? "");
      if (volume === undefined) return [];
      // Fresh volumes are each cluster's own.
      const key = set.volumes === "carry" ? name : `${name} (${side})`;
      return [{ key, claim: name, ordinal, handle: backing(volume) }];
    }),
  );
}

/** Driver and handle of a volume, the same in whichever cluster. */
export function backing(volume: PersistentVolume): string {
  const { driver, volumeHandle } = backingOf(volume);
  // The same path on two nodes is two disks; such a volume goes to no other cluster.
  const node = volume.spec.local === undefined && volume.spec.hostPath === undefined ? "" : `@${volume.metadata.name}`;
  return `${driver}/${volumeHandle}${node}`;
}

function lostVolumes(moment: Moment, ledger: Ledger, touched?: ReadonlySet<string>): string[] {
  const existing = new Set(sides.flatMap((side) => moment[side].volumes.map(backing)));
  const mayBeLost = touched === undefined ? undefined : [...touched].filter((handle) => !existing.has(handle));
  if (mayBeLost?.length === 0) return [];
  return [...ledger]
    .filter(([, { handle }]) => (mayBeLost?.includes(handle) ?? true) && !existing.has(handle))
    .map(([key, { handle }]) => `volume lost: no cluster has a PersistentVolume for ${handle} of ${key} any more`);
}

/** A volume whose ordinal this cluster does not hold would be deleted with its claim, unless it is `Retain`. */
function notRetained(moment: Moment, ledger: Ledger): string[] {
  return sides.flatMap((side) =>
    moment[side].volumes.flatMap((volume) => {
      const policy = volume.spec.persistentVolumeReclaimPolicy ?? "Retain";
      if (policy === "Retain") return [];
      const handle = backing(volume);
      const ordinal = [...ledger.values()].find((entry) => entry.handle === handle)?.ordinal;
      if (ordinal === undefined || holds(allowedRange(moment[side].set), ordinal)) return [];
      return [
        `volume not retained: ${volume.metadata.name} of ordinal ${ordinal}, which the ${side} has given up, is ${policy}`,
      ];
    }),
  );
}
