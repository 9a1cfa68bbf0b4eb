import type { Backing } from "../core/volumes/backing";
import { seenOf } from "../core/adopt/compare";
import type { Seen } from "../core/adopt/compare";
import { whyMountedElsewhere, whyNotClaimed, whyOldDataRefused } from "../core/volumes/handOver";
import { sameJson } from "../core/json";
import { annotations, ordinalIn, rangeOfSet } from "../core/kubernetes";
import type { Pod, StatefulSet } from "../core/kubernetes";
import { doubtProblems, leavingPods, whyOthersLeave } from "../core/protections/leaving";
import type { LeavingPod } from "../core/protections/leaving";
import { endOf, formatRange, holds, ordinalsOf, sameRange } from "../core/ordinals";
import type { OrdinalRange } from "../core/ordinals";
import type { Decision, LiveHalf } from "../core/protocol/protocol";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { FoundClaim, Inventory, Offer } from "../core/volumes/volume";
import { inventoryOf, mergeInventories, offerOf } from "../core/volumes/volume";
import type { Cluster } from "./client/cluster";
import { detachPatience, doubtsAfter } from "./leaving";
import { liveHalf, lookAtClaims } from "./look";
import { peerProblems } from "./peer";
import type { PeerWatch } from "./peer";
import { podsAgain } from "./pods";
import { listPodNames, readStatefulSet, readVolume } from "./client/objects";

/** What the guard of one half's set needs to know. */
export interface GuardedSet {
  readonly decision: Decision;
  readonly namespace: string;
  readonly name: string;
  /** Names of the claim templates. */
  readonly templates: readonly string[];
  readonly volumes: "carry" | "fresh";
  /** The live set that the decision was made on; undefined if there was none. */
  readonly decidedOn: LiveHalf | undefined;
  /** Claimed ordinals that had no volume anywhere before: those of a set that is created or has grown. */
  readonly newOrdinals: readonly number[];
  /** Where the data of each claim is, as far as it is known. */
  readonly inventory: Inventory;
  /** Every pod of the namespace, as it was decided on. */
  readonly pods: readonly Pod[];
  /** Pods of the ordinals that are given up, as they were seen before the write. */
  readonly leaving: readonly LeavingPod[];
  /** Pods that a person vouches for as stopped. */
  readonly fenced: readonly string[];
  /** How to look at the live peer; undefined: its outputs alone count. */
  readonly peer: PeerWatch | undefined;
  /** A running set that is taken over, as it was compared. */
  readonly adopted?: Seen;
}

/** Where the data of one claim is, or undefined if nobody knows. */
export function expectedBacking(inventory: Inventory, found: FoundClaim): Backing | undefined {
  return inventory[found.ordinal]?.[found.template];
}

/**
 * Why the ordinals that are claimed may not be claimed with the claims that are here, a sentence each. Ordinals that the
 * live spec allows already are an earlier run's: with `fresh` their claims are new, not left over.
 */
export function whyClaimsRefused(set: GuardedSet, found: readonly FoundClaim[]): string[] {
  return found
    .map((claim) => {
      if (set.volumes === "carry") return whyNotClaimed(claim, expectedBacking(set.inventory, claim));
      const started = holds(set.decidedOn?.range, claim.ordinal);
      return started ? undefined : whyOldDataRefused(claim, set.decision.ownTurn);
    })
    .filter((reason) => reason !== undefined);
}

/** Claimed ordinals whose data is somewhere already. */
export function claimsWithData(set: GuardedSet): number[] {
  return set.decision.claims.filter((ordinal) => !set.newOrdinals.includes(ordinal));
}

/** Asks the live peer, if it may be looked at, whether it lets the claimed ordinals go. */
export async function objectionsOfPeer(set: GuardedSet): Promise<Problem[]> {
  const shared = set.volumes === "carry" ? claimsWithData(set) : [];
  return set.peer === undefined ? [] : peerProblems(set.peer, { ...set, shared });
}

function refuse(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new UserError(reasons.map((what) => ({ where: "before the write:", what })));
}

/**
 * The last look, immediately before the set is written: run as a before-hook, so that throwing stops the step and
 * nothing is written.
 *
 * - Nobody else has changed the set since it was decided on.
 * - The claims of claimed ordinals are Bound to the same backing: the controller would make a missing one, empty.
 * - No other pod mounts the claims of ordinals that are claimed or leave; the pods that leave are those that were noted.
 * - The volumes of ordinals that leave are `Retain`: this is made so here, with the earlier policy in an annotation.
 * - The live peer, if it may be looked at, has let go of what is claimed.
 *
 * @throws UserError that says what is in the way.
 */
export async function beforeWrite(cluster: Cluster, set: GuardedSet, wanted: StatefulSet): Promise<void> {
  const { decision, namespace, name, templates, decidedOn } = set;
  const live = await readStatefulSet(cluster, namespace, name);
  const now = live === undefined ? undefined : liveHalf(live);
  const unchanged = now === undefined ? decidedOn === undefined : decidedOn !== undefined && sameLive(now, decidedOn);
  // A template that was edited since it was compared would be written back, and restart every pod.
  const compared = set.adopted === undefined || (live !== undefined && sameJson(set.adopted, seenOf(live)));
  if (!unchanged || !compared) {
    refuse([`StatefulSet ${namespace}/${name} was changed by someone else while this ran. Run pulumi up again`]);
  }
  if (live?.metadata.deletionTimestamp !== undefined) refuse([beingDeleted(namespace, name)]);
  if (live === undefined) await startsWhereAsked(cluster, wanted);

  const find = (ordinals: readonly number[]): Promise<FoundClaim[]> =>
    lookAtClaims(cluster, namespace, name, templates, ordinals);
  const withData = claimsWithData(set);
  const moves = withData.length + decision.releases.length > 0;
  const pods = moves ? await podsAgain(cluster, namespace, { name, seen: set.pods, leaving: decision.releases }) : [];
  const [claimed, released] = await Promise.all([find(withData), find(decision.releases)]);
  refuse(whyClaimsRefused(set, claimed));
  refuse(whyMountedElsewhere(name, [...claimed, ...released], pods));
  refuse(whyOthersLeave(name, set.leaving, pods));

  for (const { name: claim, ordinal, volume } of released) {
    if (volume === undefined || volume.spec.persistentVolumeReclaimPolicy === "Retain") continue;
    await cluster.retain(volume.metadata.name, volume.spec.persistentVolumeReclaimPolicy ?? "Delete");
    const after = await readVolume(cluster, volume.metadata.name);
    if (after?.spec.persistentVolumeReclaimPolicy !== "Retain") {
      refuse([
        `ordinal ${ordinal}: PersistentVolume ${volume.metadata.name} of claim ${claim} could not be made Retain`,
      ]);
    }
  }

  // Last, and closest to the write.
  const objections = await objectionsOfPeer(set);
  if (objections.length > 0) throw new UserError(objections);
}

/** Why a set on its way out may not be written: its turn would go with it. */
export function beingDeleted(namespace: string, name: string): string {
  return `StatefulSet ${namespace}/${name} is being deleted. Wait until it is gone, then run pulumi up again`;
}

function sameLive(a: LiveHalf, b: LiveHalf): boolean {
  return a.turn === b.turn && sameRange(a.range, b.range);
}

/** An API server before 1.27 drops `spec.ordinals` without a word, and every ordinal would start again at 0. */
async function startsWhereAsked(cluster: Cluster, wanted: StatefulSet): Promise<void> {
  const start = wanted.spec.ordinals?.start;
  if (start === undefined) return;
  const stored = await cluster.dryRunCreate(wanted);
  if ((stored.spec.ordinals?.start ?? 0) === start) return;
  refuse([
    `the API server drops spec.ordinals (it is ${await cluster.version()}), so ordinals would start at 0 here too: two ` +
      "pods with one identity. This cluster needs Kubernetes 1.28 or later",
  ]);
}

/** What a half vouches for after the write. */
export interface Proof {
  readonly held: OrdinalRange;
  /** Source only. */
  readonly offer: Offer;
  /** Source only. */
  readonly inventory: Inventory;
}

/**
 * Reads the live set and its pods again and vouches for them: only what is, never what was asked for.
 *
 * @param known the inventory so far: only ordinals that it lacks are looked up.
 * @throws UserError if the live set is not what was decided, a pod of an ordinal that it gave up is still there, or is
 * gone and may still run.
 */
export async function prove(
  cluster: Cluster,
  set: GuardedSet,
  known: Inventory,
  patience = detachPatience,
): Promise<Proof> {
  const { decision, namespace, name } = set;
  const [live, pods] = await Promise.all([readStatefulSet(cluster, namespace, name), listPodNames(cluster, namespace)]);
  const differences = live === undefined ? ["does not exist"] : whatDiffers(live, decision);
  // Also ordinals above the set: pods that stay when N falls.
  const left = pods
    .map((pod) => ordinalIn(pod, name))
    .filter((ordinal) => ordinal !== undefined && !holds(decision.range, ordinal));
  if (left.length > 0) differences.push(`still has a pod of ordinal ${left.join(", ")}`);
  if (live === undefined || differences.length > 0) throw new UserError([notProven(namespace, name, differences)]);
  if (decision.releases.length > 0) {
    const noted = live.metadata.annotations?.[annotations.leaving];
    const leaving = leavingPods(name, decision, liveHalf(live), [], noted);
    const released = await lookAtClaims(cluster, namespace, name, set.templates, decision.releases);
    const doubts = await doubtsAfter(cluster, leaving, set.fenced, released, patience);
    if (doubts.length > 0) {
      throw new UserError(doubtProblems(`StatefulSet ${namespace}/${name}:`, doubts, set.fenced));
    }
  }
  if (decision.side === "destination") return { held: decision.range, offer: {}, inventory: {} };
  // Kept: with `carry` again, an ordinal may come back only to the data that it left.
  if (set.volumes === "fresh") return { held: decision.range, offer: {}, inventory: known };

  const unknown = await unknownClaims(cluster, set, known);
  const near = await lookAtClaims(cluster, namespace, name, set.templates, offeredOrdinals(decision));
  // While an ordinal lives here, its data is where its claim is now: someone may have restored it from a backup. One that
  // never lived here has a claim only if a person made it for the way back; the destination compares before it lets go.
  const here = near.filter(
    ({ ordinal, template }) => holds(decision.range, ordinal) || known[ordinal]?.[template] === undefined,
  );
  const inventory = mergeInventories(known, inventoryOf([...unknown, ...here]));
  return { held: decision.range, offer: offerOf(near), inventory };
}

/** Where the cut is, in which set, and how many ordinals a step may move. */
type NearTheCut = Pick<Decision, "cutoverIndex" | "set" | "batch">;

/** The ordinals whose volumes the destination declares: those within a batch of the cut, on both sides. */
export function carriedOrdinals(decision: NearTheCut): number[] {
  return ordinalsNear(decision, decision.batch);
}

/**
 * The ordinals that the source offers: a batch more on both sides than the destination declares, so that the preview of
 * its next step shows every volume, and a step back leaves none out.
 */
export function offeredOrdinals(decision: NearTheCut): number[] {
  return ordinalsNear(decision, 2 * decision.batch);
}

function ordinalsNear({ cutoverIndex, set }: NearTheCut, distance: number): number[] {
  const start = Math.max(set.start, cutoverIndex - distance);
  const end = Math.min(endOf(set), cutoverIndex + distance);
  return ordinalsOf({ start, replicas: Math.max(0, end - start) });
}

function whatDiffers(live: StatefulSet, decision: Decision): string[] {
  const { [annotations.turn]: turn, [annotations.range]: range } = live.metadata.annotations ?? {};
  const differences: string[] = [];
  if (!sameRange(rangeOfSet(live), decision.range)) {
    differences.push(`has the ordinals ${formatRange(rangeOfSet(live))} instead of ${formatRange(decision.range)}`);
  }
  if (range !== formatRange(decision.range)) differences.push(`carries the range ${range ?? "none"}`);
  if (turn !== String(decision.turn))
    differences.push(`carries the turn ${turn ?? "none"} instead of ${decision.turn}`);
  if ((live.status?.observedGeneration ?? 0) < (live.metadata.generation ?? 0)) {
    differences.push("has not been seen by its controller yet");
  }
  return differences;
}

function notProven(namespace: string, name: string, differences: readonly string[]): Problem {
  return {
    where: `StatefulSet ${namespace}/${name}`,
    what: differences.join(", and it "),
    todo: "Nothing is vouched for. Run pulumi up --refresh on this stack at the same cutoverIndex",
  };
}

/** The claims of ordinals that the inventory lacks: none after the first `up`, so a step costs the same for every N. */
async function unknownClaims(cluster: Cluster, set: GuardedSet, known: Inventory): Promise<FoundClaim[]> {
  const { decision, namespace, name, templates } = set;
  const ordinals = ordinalsOf(decision.range).filter((o) => templates.some((t) => known[o]?.[t] === undefined));
  return lookAtClaims(cluster, namespace, name, templates, ordinals);
}
