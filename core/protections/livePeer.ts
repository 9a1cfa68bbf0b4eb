import { backingOf, sameBacking } from "../volumes/backing";
import type { Backing } from "../volumes/backing";
import { refusalProblem } from "../protocol/advice";
import type { Refusal, Situation } from "../protocol/decision";
import { expectedBacking } from "../volumes/claims";
import type { Claiming } from "../volumes/claims";
import { podsOfSet, whyMountedElsewhere } from "../volumes/handOver";
import type { Pod, StatefulSet, VolumeAttachment } from "../kubernetes";
import { attachmentsOf } from "./leaving";
import { peerOf } from "../ordinals";
import type { Side } from "../ordinals";
import { rules } from "../protocol/protocol";
import type { Decision, LiveHalf } from "../protocol/protocol";
import type { HalfOutputs } from "../contract/record";
import type { Problem } from "../userError";
import type { FoundClaim } from "../volumes/volume";

/** What is seen of the peer immediately before a claim is written. */
export interface PeerLook {
  /** uid of the cluster that was looked at. In another one than the peer's nothing else was looked at. */
  readonly clusterUid: string;
  /** Its live set; undefined if there is none. */
  readonly set: StatefulSet | undefined;
  /** The protocol's view of it. */
  readonly half: LiveHalf | undefined;
  /** Every pod of its namespace, listed after the set was read: what its spec excludes does not come back. */
  readonly pods: readonly Pod[];
  /** Its claims of the claimed ordinals that have data, and their volumes. Empty where no volume is shared. */
  readonly found: readonly FoundClaim[];
  readonly attachments: readonly VolumeAttachment[];
}

/** A half that asks its live peer (`peerContext`), and what it knows. */
export interface PeerQuestion {
  /** The context that leads to the peer, for messages. */
  readonly context: string;
  /** uid of the own cluster. */
  readonly ownClusterUid: string;
  /** What the peer last vouched for. */
  readonly record: HalfOutputs;
  /** What the decision was made from. */
  readonly situation: Situation;
  /** Names of both stacks, for messages. */
  readonly stacks: Readonly<Record<Side, string>>;
}

/**
 * What a look at the live peer says against a claim.
 *
 * @returns `outOfTurn`: whether it is the peer's turn, and not the config that is wrong.
 */
export function peerProblems(
  { context, ownClusterUid, record, situation, stacks }: PeerQuestion,
  { decision, name, inventory }: Claiming & { readonly name: string },
  look: PeerLook,
): { readonly problems: readonly Problem[]; readonly outOfTurn: boolean } {
  const wrong = peerClusterProblem(look.clusterUid, context, ownClusterUid, record);
  if (wrong !== undefined) return { problems: [wrong], outOfTurn: false };
  const refusals = peerRefusals(situation, decision, look, name, (found) => expectedBacking(inventory, found));
  return { problems: refusals.map((refusal) => refusalProblem(refusal, situation, stacks)), outOfTurn: true };
}

/** Why a look at the peer is a look at another cluster than the peer's; undefined if it is the right one. */
function peerClusterProblem(
  uid: string,
  context: string,
  ownUid: string,
  peer: Pick<HalfOutputs, "side" | "cluster">,
): Problem | undefined {
  const where = `peerContext ${context}:`;
  const todo = `Name a context that leads to the cluster of the ${peer.side}, or remove peerContext`;
  if (uid === ownUid) {
    return { where, what: "leads to the cluster of this half itself", received: uid, legal: peer.cluster, todo };
  }
  if (uid === peer.cluster) return undefined;
  const what = `leads to another cluster than the ${peer.side}'s last up (uid of kube-system)`;
  return { where, what, received: uid, legal: peer.cluster, todo };
}

/**
 * What the live peer says against a claim, in the order in which it must hold: its live spec excludes the ordinals, it
 * has handed the right over, its controller knows, their pods are gone, nothing uses their claims, their volumes are
 * attached nowhere, and are the ones that were handed over. It can only refuse: what is written was decided before, and
 * the outputs of the peer count besides.
 *
 * @param situation what the decision was made from.
 * @param backing where the data of a claim is, or undefined if nobody knows.
 */
export function peerRefusals(
  situation: Situation,
  { claims, ownTurn, cutoverIndex }: Pick<Decision, "claims" | "ownTurn" | "cutoverIndex">,
  look: PeerLook,
  name: string,
  backing: (found: FoundClaim) => Backing | undefined,
): Refusal[] {
  if (claims.length === 0) return [];
  const other = peerOf(situation.side);
  const refusal = (reason: string): Refusal => ({ rule: "livePeer", reason, outOfTurn: true });
  const { set, half, pods, found, attachments } = look;

  const living = [...podsOfSet(name, pods).keys()];
  const livePeer = half === undefined ? "none" : { ...half, pods: living };
  const byProtocol = rules.livePeer({ ...situation, livePeer }, claims, ownTurn);
  if (livePeer === "none" && isLost(situation)) {
    return [
      refusal(
        "the sets of both halves are gone, and each waits to see the other's. Make sure that no ordinal runs, then remove " +
          "peerContext until both are there again: outputs alone decide then",
      ),
    ];
  }
  if (byProtocol !== undefined) return [byProtocol];
  if (set?.metadata.deletionTimestamp !== undefined) {
    const advice = { side: other, cutoverIndex };
    return [{ ...refusal(`the set of the ${other} is being deleted, and its turn would go with it`), advice }];
  }
  if ((set?.status?.observedGeneration ?? 0) < (set?.metadata.generation ?? 0)) {
    return [
      refusal(
        `the last change of the ${other}'s set has not been seen by its controller yet: it may still make pods. Run this ` +
          "again once it has (status.observedGeneration)",
      ),
    ];
  }
  const inOther = (reason: string): Refusal => refusal(`in the ${other}, ${reason}`);
  const mounted = whyMountedElsewhere(name, found, pods).map(inOther);
  if (mounted.length > 0) return mounted;
  return found.flatMap((claim) => {
    const { volume, ordinal } = claim;
    if (volume === undefined) return [];
    const where = `ordinal ${ordinal}: volume ${volume.metadata.name} of claim ${claim.name}`;
    const nodes = attachmentsOf(volume, attachments);
    if (nodes.length > 0) {
      return [
        inOther(
          `${where} is still attached to node ${nodes.join(", ")}. Run this again once it is detached: ` +
            "kubectl get volumeattachments",
        ),
      ];
    }
    const [actual, expected] = [backingOf(volume), backing(claim)];
    if (expected === undefined || sameBacking(actual, expected)) return [];
    return [
      inOther(
        `${where} is ${actual.driver} ${actual.volumeHandle}, but the ordinal would start on ${expected.driver} ` +
          `${expected.volumeHandle}: its data may be on the other one. Find out which has it`,
      ),
    ];
  });
}

/** Whether both halves lost their sets while each of them holds ordinals: then neither may look for the other's. */
function isLost({ own, live, peer }: Situation): boolean {
  return (own?.held.replicas ?? 0) > 0 && live === undefined && peer !== "none" && (peer?.held.replicas ?? 0) > 0;
}
