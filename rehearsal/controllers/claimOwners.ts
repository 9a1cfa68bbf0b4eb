import { sameJson } from "../../core/json";
import { rangeOfSet } from "../../core/kubernetes";
import type { KubernetesObject, PersistentVolumeClaim, StatefulSet } from "../../core/kubernetes";
import { holds } from "../../core/ordinals";
import { controllerReference, ownersOf } from "../apiServer/owners";
import type { OwnerReference } from "../apiServer/owners";

/** The pod of a claim: one that is yet to be made has no uid. */
export interface ClaimUser {
  readonly name: string;
  readonly uid?: string;
  readonly ordinal: number;
}

const isRetain = (policy: string | undefined): boolean => (policy ?? "Retain") === "Retain";

/** Whether a set may ever have claims deleted. */
export function deletesClaims(set: StatefulSet): boolean {
  const policy = set.spec.persistentVolumeClaimRetentionPolicy;
  return !isRetain(policy?.whenScaled) || !isRetain(policy?.whenDeleted);
}

function names(owner: OwnerReference, kind: string, name: string): boolean {
  return owner.apiVersion === (kind === "Pod" ? "v1" : "apps/v1") && owner.kind === kind && owner.name === name;
}

/** Whether a claim is owned by an earlier pod of that name, so that it is about to be deleted. */
export function isOfEarlierPod(claim: KubernetesObject, pod: ClaimUser): boolean {
  const owner = ownersOf(claim).find((each) => names(each, "Pod", pod.name));
  return owner !== undefined && owner.uid !== pod.uid;
}

/**
 * The owners that a claim is to have by its set's retention policy: the set where it goes with the set, the pod where it
 * goes with a pod that is scaled away. Undefined if they are right, or if somebody else manages the claim.
 */
export function ownersDue(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: ClaimUser,
): readonly OwnerReference[] | undefined {
  const present = ownersOf(claim);
  const isSet = (owner: OwnerReference): boolean => names(owner, "StatefulSet", set.metadata.name);
  const own = present.filter((owner) => isSet(owner) || names(owner, "Pod", pod.name));
  // Left by an earlier set or pod of that name: the garbage collector's business.
  if (own.some((owner) => owner.uid !== (isSet(owner) ? set.metadata.uid : pod.uid))) return undefined;
  const others = present.filter((owner) => !own.includes(owner));
  if (deletesClaims(set) && others.some((owner) => owner.controller === true))
    return own.length === 0 ? undefined : others;
  const due = ownerDue(set, pod);
  const owners = due === undefined ? others : [...others, due];
  return sameJson(owners, present) ? undefined : owners;
}

function ownerDue(set: StatefulSet, pod: ClaimUser): OwnerReference | undefined {
  const { whenScaled, whenDeleted } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const isCondemned = !holds(rangeOfSet(set), pod.ordinal);
  if (isCondemned && !isRetain(whenScaled)) {
    return controllerReference({ apiVersion: "v1", kind: "Pod", metadata: { name: pod.name, uid: pod.uid ?? "" } });
  }
  return isRetain(whenDeleted) ? undefined : controllerReference(set);
}
