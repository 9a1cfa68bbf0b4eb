import { seenOf } from "../core/adopt/compare";
import type { Seen } from "../core/adopt/compare";
import { sameJson } from "../core/json";
import { annotations } from "../core/kubernetes";
import type { Pod, StatefulSet } from "../core/kubernetes";
import { ordinalsOf, sameRange } from "../core/ordinals";
import { doubtProblems, leavingPods, unvouched, watchable, whyOthersLeave } from "../core/protections/leaving";
import type { LeavingPod } from "../core/protections/leaving";
import { peerProblems } from "../core/protections/livePeer";
import { notProven, proofOf, whyNotProven } from "../core/protections/proof";
import type { Proof } from "../core/protections/proof";
import type { LiveHalf } from "../core/protocol/protocol";
import { beingDeleted, liveHalf } from "../core/set/half";
import { graceOf } from "../core/set/podTemplate";
import { UserError } from "../core/userError";
import { claimsWithData, offeredOrdinals, whyClaimsRefused } from "../core/volumes/claims";
import type { Claiming } from "../core/volumes/claims";
import { whyMountedElsewhere } from "../core/volumes/handOver";
import type { FoundClaim, Inventory } from "../core/volumes/volume";
import type { Cluster } from "./client/cluster";
import { Departures } from "./departures";
import { stopPatience, waitUntilStopped } from "./leaving";
import { lookAtClaims } from "./look";
import { lookAtPeer } from "./peer";
import type { PeerWatch } from "./peer";
import { podsAgain } from "./pods";
import { listPodNames, readStatefulSet, readVolume } from "./client/objects";

/** What the guard of one half's set needs to know. */
export interface GuardedSet extends Claiming {
  readonly namespace: string;
  readonly name: string;
  /** Names of the claim templates. */
  readonly templates: readonly string[];
  /** Where the data of each claim is once the ordinals that leave have left: what the proof starts from. */
  readonly known: Inventory;
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

/** Asks the live peer, if it may be looked at and something is claimed. */
export async function askPeer(set: GuardedSet): Promise<ReturnType<typeof peerProblems>> {
  if (set.peer === undefined || set.decision.claims.length === 0) return { problems: [], outOfTurn: false };
  const shared = set.volumes === "carry" ? claimsWithData(set) : [];
  return peerProblems(set.peer, set, await lookAtPeer(set.peer, { ...set, shared }));
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
 * @returns a watch on the pods that leave, for the proof.
 * @throws UserError that says what is in the way.
 */
export async function beforeWrite(cluster: Cluster, set: GuardedSet, wanted: StatefulSet): Promise<Departures> {
  const departures = await Departures.of(cluster, set.namespace, watchable(set.leaving));
  try {
    await lookBeforeWrite(cluster, set, wanted);
    return departures;
  } catch (error) {
    departures.end();
    throw error;
  }
}

async function lookBeforeWrite(cluster: Cluster, set: GuardedSet, wanted: StatefulSet): Promise<void> {
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
  const { problems } = await askPeer(set);
  if (problems.length > 0) throw new UserError(problems);
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

/**
 * Reads the live set and its pods again and vouches for them: only what is, never what was asked for. Of the inventory only
 * ordinals that it lacks are looked up.
 *
 * @param departures what was seen of the pods that left, from before the write on; undefined: nothing was written.
 * @throws UserError if the live set is not what was decided, a pod of an ordinal that it gave up is still there, or is
 * gone and may still run.
 */
export async function prove(
  cluster: Cluster,
  set: GuardedSet,
  departures?: Departures,
  patience = stopPatience,
): Promise<Proof> {
  departures?.end();
  const { decision, namespace, name, templates, volumes, known } = set;
  const [live, pods] = await Promise.all([readStatefulSet(cluster, namespace, name), listPodNames(cluster, namespace)]);
  const differences = whyNotProven(name, live, decision, pods);
  if (live === undefined || differences.length > 0) throw new UserError([notProven(namespace, name, differences)]);
  if (decision.releases.length > 0) {
    const noted = live.metadata.annotations?.[annotations.leaving];
    const leaving = unvouched(leavingPods(name, decision, liveHalf(live), [], noted), set.fenced);
    const released = await lookAtClaims(cluster, namespace, name, templates, decision.releases);
    const gone = {
      stopped: leaving.filter((pod) => departures?.hasStopped(pod)),
      unseen: leaving.filter((pod) => !departures?.hasStopped(pod)),
      graceSeconds: graceOf(live),
    };
    const doubts = await waitUntilStopped(cluster, gone, released, patience);
    if (doubts.length > 0) {
      throw new UserError(doubtProblems(`StatefulSet ${namespace}/${name}:`, doubts, set.fenced));
    }
  }
  if (decision.side === "destination" || volumes === "fresh") {
    return proofOf(decision, volumes, known, { near: [], unknown: [] });
  }
  const unknown = await unknownClaims(cluster, set);
  const near = await lookAtClaims(cluster, namespace, name, templates, offeredOrdinals(decision));
  return proofOf(decision, volumes, known, { near, unknown });
}

/** The claims of ordinals that the inventory lacks: none after the first `up`, so a step costs the same for every N. */
async function unknownClaims(cluster: Cluster, set: GuardedSet): Promise<FoundClaim[]> {
  const { decision, namespace, name, templates, known } = set;
  const ordinals = ordinalsOf(decision.range).filter((o) => templates.some((t) => known[o]?.[t] === undefined));
  return lookAtClaims(cluster, namespace, name, templates, ordinals);
}
