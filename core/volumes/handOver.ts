import { amountOf } from "../quantity";
import { backingOf, sameBacking } from "./backing";
import type { Backing } from "./backing";
import { canonicalJson } from "../json";
import { annotations, isReady, ordinalIn } from "../kubernetes";
import type { Pod, StatefulSet } from "../kubernetes";
import { holds } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import type { FoundClaim, OfferedVolume } from "./volume";
import { whyNodeBound } from "./volume";

/** The pods of a set by ordinal: those whose name is the set's and an ordinal. */
export function podsOfSet(set: string, pods: readonly Pod[]): Map<number, Pod> {
  const found = new Map<number, Pod>();
  for (const pod of pods) {
    const ordinal = ordinalIn(pod.metadata.name, set);
    if (ordinal !== undefined) found.set(ordinal, pod);
  }
  return found;
}

/**
 * Why the live set may not change its range now, a sentence each.
 *
 * @param releases ordinals that this `up` gives up.
 * @param pods the pods of the namespace.
 */
export function whyNoRelease(
  live: StatefulSet,
  releases: readonly number[],
  range: OrdinalRange,
  pods: readonly Pod[],
): string[] {
  const reasons: string[] = [];
  const { updateStrategy, podManagementPolicy } = live.spec;
  const { currentRevision, updateRevision } = live.status ?? {};
  if ((updateStrategy?.rollingUpdate?.partition ?? 0) > 0 && currentRevision !== updateRevision) {
    reasons.push(
      "the set is in the middle of a canary (partition > 0 and two revisions): a half whose pods are all updated would " +
        "count as rolled out. Finish the roll-out or take it back, then move on",
    );
  }
  // Nothing is removed if the pods have gone already, in an earlier run that did not finish: then nothing can hang.
  const { name } = live.metadata;
  const leaves = new Set(releases.map((ordinal) => `${name}-${ordinal}`));
  if (podManagementPolicy === "Parallel" || !pods.some(({ metadata }) => leaves.has(metadata.name))) return reasons;
  // OrderedReady scales down one pod at a time, and not while another pod is unready: the step would hang half done.
  const notReady = pods.filter((pod) => !isReady(pod));
  const unready = [...podsOfSet(name, notReady).keys()];
  const staying = unready.filter((ordinal) => holds(range, ordinal));
  const leaving = unready.filter((ordinal) => releases.includes(ordinal));
  if (staying.length > 0) {
    reasons.push(
      `not Ready: ${staying.map((o) => `pod ${name}-${o}`).join(", ")}. With OrderedReady the controller ` +
        "removes no other pod until all that stay are Ready. Mend it, or delete it, then run this again",
    );
  } else if (leaving.length > 1) {
    const descending = [...leaving].sort((a, b) => b - a);
    reasons.push(
      `pods ${descending.map((o) => `${name}-${o}`).join(" and ")} are not Ready and block each other's ` +
        "removal for ever. Delete them in this order, without force: " +
        `kubectl -n ${live.metadata.namespace ?? "default"} delete pod ${descending.map((o) => `${name}-${o}`).join(" ")}`,
    );
  }
  return reasons;
}

/** Why the retention policy of a set would destroy volumes, or undefined. */
export function whyRetentionDestroys(live: StatefulSet): string | undefined {
  const policy = live.spec.persistentVolumeClaimRetentionPolicy;
  const field =
    policy?.whenScaled === "Delete" ? "whenScaled" : policy?.whenDeleted === "Delete" ? "whenDeleted" : undefined;
  if (field === undefined) return undefined;
  return (
    `the live set has persistentVolumeClaimRetentionPolicy.${field}: Delete, so the controller would delete the claims ` +
    `of ordinals that leave. Set it to Retain: kubectl -n ${live.metadata.namespace ?? "default"} patch statefulset ` +
    `${live.metadata.name} --type merge -p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"${field}":"Retain"}}}'`
  );
}

/** Why a claim's volume cannot be handed over, a sentence; undefined if it can. */
export function whyNotOffered(found: FoundClaim): string | undefined {
  const { claim, volume, name, ordinal } = found;
  const where = `ordinal ${ordinal}: claim ${name}`;
  if (claim === undefined) return `${where} does not exist. Make it again for the volume that has its data`;
  if (claim.metadata.deletionTimestamp !== undefined) {
    return `${where} is being deleted, and would go with its pod. Make it again for its volume once it is gone`;
  }
  if (claim.status?.phase !== "Bound" || volume === undefined) {
    return `${where} is not Bound (status.phase is ${claim.status?.phase ?? "not set"}). Wait until it is, or mend it`;
  }
  const bound = whyNodeBound(volume);
  if (bound === undefined) return undefined;
  return (
    `${where}: PersistentVolume ${volume.metadata.name} ${bound}, so no pod of another cluster can mount it. ` +
    "Move its data to storage that both clusters can mount, or set volumes: fresh"
  );
}

/**
 * Why an ordinal may not be claimed with the volume that its claim has here, a sentence; undefined if it may. The
 * controller makes a missing claim by itself, empty: so a claim that is not there is a refusal too.
 *
 * @param expected where the data of this claim is.
 */
export function whyNotClaimed(found: FoundClaim, expected: Backing | undefined): string | undefined {
  const { claim, volume, name, ordinal } = found;
  const where = `ordinal ${ordinal}: claim ${name}`;
  if (claim === undefined) return `${where} does not exist, so the controller would make it, empty`;
  if (expected === undefined) return `${where}: nothing is known of the volume that holds its data`;
  if (claim.metadata.deletionTimestamp !== undefined) return `${where} is being deleted`;
  if (claim.status?.phase !== "Bound" || volume === undefined) {
    return `${where} is not Bound (status.phase is ${claim.status?.phase ?? "not set"})`;
  }
  const actual = backingOf(volume);
  if (sameBacking(actual, expected)) return undefined;
  return (
    `${where} is bound to ${actual.driver} ${actual.volumeHandle}, but its data is on ` +
    `${expected.driver} ${expected.volumeHandle}`
  );
}

/**
 * Why the destination may not give an ordinal back, a sentence; undefined if it may: the source goes on with the volumes
 * of its inventory, so what was written here must be on them.
 *
 * @param expected where the source's claim is.
 */
export function whyNotGivenBack(found: FoundClaim, expected: Backing | undefined): string | undefined {
  const { claim, volume, name, ordinal } = found;
  const where = `ordinal ${ordinal}: claim ${name}`;
  if (expected === undefined) {
    return (
      `${where} is not known in the source, so the ordinal would start empty there. Make its PersistentVolume and claim ` +
      "in the source for the same volume, run pulumi up there at its last cutoverIndex, then this again"
    );
  }
  if (claim === undefined || volume === undefined) return undefined;
  const actual = backingOf(volume);
  if (sameBacking(actual, expected)) return undefined;
  return (
    `${where} is bound to ${actual.driver} ${actual.volumeHandle}, but the source's is on ${expected.driver} ` +
    `${expected.volumeHandle}: what was written here would be lost. Bring the data to that volume first, or go on without ` +
    "(volumes: fresh)"
  );
}

/**
 * Why claim and volume that exist in the destination already do not let the offered ones in, a sentence; undefined if
 * they do, or if there are none.
 *
 * @param existing the claim of that name and the volume that it names.
 * @param namesake the volume of the offered volume's name.
 */
export function whyTwinDiffers(
  existing: FoundClaim,
  namesake: FoundClaim["volume"],
  offered: OfferedVolume,
): string | undefined {
  const expected = backingOf(offered.persistentVolume);
  const volumeName = offered.persistentVolume.metadata.name;
  if (existing.claim !== undefined) {
    const { claim, volume } = existing;
    const where = `ordinal ${existing.ordinal}: claim ${existing.name} exists in the destination`;
    if (claim.metadata.deletionTimestamp !== undefined) return `${where} and is being deleted. Wait until it is gone`;
    if ((claim.spec.volumeName ?? "") !== volumeName) {
      return (
        `${where} and is bound to ${claim.spec.volumeName ?? "no volume"}, not to ${volumeName}. If its data is not ` +
        `needed, delete the claim: kubectl -n ${claim.metadata.namespace ?? "default"} delete pvc ${existing.name}`
      );
    }
    const wantedClass = offered.persistentVolumeClaim.spec.storageClassName ?? "";
    if ((claim.spec.storageClassName ?? "") !== wantedClass) {
      return (
        `${where} with the storage class ${claim.spec.storageClassName ?? "none"}, and would become ${wantedClass}. A ` +
        "claim's class cannot be changed: give storageClasses its earlier value"
      );
    }
    if (volume !== undefined && !sameBacking(backingOf(volume), expected)) {
      const actual = backingOf(volume);
      return (
        `${where}, but its volume ${volumeName} is ${actual.driver} ${actual.volumeHandle}, not ${expected.driver} ` +
        `${expected.volumeHandle}. Two different disks: find out which has the data before you delete either object`
      );
    }
  }
  if (namesake === undefined) return undefined;
  const where = `ordinal ${existing.ordinal}: PersistentVolume ${volumeName} exists in the destination`;
  const actual = backingOf(namesake);
  if (!sameBacking(actual, expected)) {
    return (
      `${where}, but it is ${actual.driver} ${actual.volumeHandle}, not ${expected.driver} ${expected.volumeHandle}. ` +
      "Another object has taken the name: rename or remove it"
    );
  }
  const { name, namespace, uid } = namesake.spec.claimRef ?? {};
  const claim = offered.persistentVolumeClaim.metadata;
  if (name !== undefined && (name !== claim.name || namespace !== claim.namespace)) {
    return `${where}, but it is reserved for the claim ${namespace ?? ""}/${name} (spec.claimRef)`;
  }
  if (uid !== undefined && uid !== existing.claim?.metadata.uid) {
    return (
      `${where}, but it is Released: spec.claimRef.uid is that of a claim that is gone. Its data is untouched; let the ` +
      `claim bind again: kubectl patch pv ${volumeName} --type merge -p ` +
      `'{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'`
    );
  }
  return undefined;
}

/**
 * With `volumes: fresh`, a claim that is left over from before holds data of the past: using it again is for a person to
 * decide. Why it may not be used without that decision, a sentence; undefined if there is none or it was decided.
 *
 * @param turn the half's turn: the decision holds for this one time.
 */
export function whyOldDataRefused(found: FoundClaim, turn: number): string | undefined {
  const { claim, name, ordinal } = found;
  if (claim === undefined || claim.metadata.annotations?.[annotations.keepData] === String(turn)) return undefined;
  const kubectl = `kubectl -n ${claim.metadata.namespace ?? "default"}`;
  return (
    `ordinal ${ordinal}: claim ${name} is left from before and holds data of the past (volumes: fresh). To start empty: ` +
    `${kubectl} delete pvc ${name}. To use that data: ${kubectl} annotate --overwrite pvc ${name} ${annotations.keepData}=${turn}`
  );
}

/** Pods, other than an ordinal's own, that mount one of these claims, a sentence each: a backup job, for example. */
export function whyMountedElsewhere(set: string, found: readonly FoundClaim[], pods: readonly Pod[]): string[] {
  const reasons: string[] = [];
  const ordinalOf = new Map(found.map(({ name, ordinal }) => [name, ordinal]));
  for (const { metadata, spec, status } of pods) {
    if (status?.phase === "Succeeded" || status?.phase === "Failed") continue;
    for (const { persistentVolumeClaim } of spec?.volumes ?? []) {
      const claim = persistentVolumeClaim?.claimName ?? "";
      const ordinal = ordinalOf.get(claim);
      if (ordinal === undefined || metadata.name === `${set}-${ordinal}`) continue;
      reasons.push(
        `ordinal ${ordinal}: claim ${claim} is also mounted by pod ${metadata.name}. Wait until that pod is gone`,
      );
    }
  }
  return reasons;
}

/** Spec of a claim template as far as a change of it would replace the set. */
function claimShape(set: StatefulSet): string {
  const templates = (set.spec.volumeClaimTemplates ?? []).map(({ metadata, spec }) => {
    const resources = spec.resources as { requests?: Record<string, unknown> } | undefined;
    const storage = amountOf(resources?.requests?.storage ?? null);
    return [metadata.name, spec.storageClassName ?? null, spec.accessModes ?? [], storage];
  });
  return JSON.stringify(templates);
}

/**
 * Fields that differ from the live set and cannot be changed in place: Pulumi would delete the set and make it again,
 * with all its pods. A sentence each.
 *
 * @param wanted the half that would be written.
 */
export function whyReplaced(live: StatefulSet, wanted: StatefulSet): string[] {
  const fields = {
    // The API server stores none as an empty text.
    serviceName: ({ spec }: StatefulSet) => spec.serviceName ?? "",
    podManagementPolicy: ({ spec }: StatefulSet) => spec.podManagementPolicy ?? "OrderedReady",
    selector: ({ spec }: StatefulSet) => canonicalJson(spec.selector),
    revisionHistoryLimit: ({ spec }: StatefulSet) => canonicalJson(spec.revisionHistoryLimit ?? 10),
    volumeClaimTemplates: claimShape,
  };
  return Object.entries(fields)
    .filter(([, read]) => read(live) !== read(wanted))
    .map(
      ([field, read]) =>
        `spec.${field} is ${read(live)} in the live set and would become ${read(wanted)}. It cannot be changed in place: ` +
        "the set would be deleted and made again, with all its pods. Give it back its earlier value",
    );
}
