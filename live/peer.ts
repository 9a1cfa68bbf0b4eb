import { refusalProblem } from "../core/protocol/advice";
import { peerClusterProblem, peerRefusals } from "../core/protections/livePeer";
import type { PeerLook } from "../core/protections/livePeer";
import type { Side } from "../core/ordinals";
import type { Decision, Situation } from "../core/protocol/protocol";
import type { HalfOutputs } from "../core/contract/record";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Inventory } from "../core/volumes/volume";
import { Unreachable } from "./client/cluster";
import type { Cluster } from "./client/cluster";
import { liveHalf, lookAtClaims } from "./look";
import { listAttachments, listPods, readStatefulSet } from "./client/objects";

/** How a half looks at its live peer (`peerContext`). */
export interface PeerWatch {
  /** The peer's cluster; to read it is enough. */
  readonly cluster: Cluster;
  /** The context that leads there, for messages. */
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

/** What is claimed, and what is known of it. */
export interface Claimed {
  readonly decision: Decision;
  readonly namespace: string;
  readonly name: string;
  readonly templates: readonly string[];
  /** Claimed ordinals whose volumes both halves share: only theirs are looked at. */
  readonly shared: readonly number[];
  readonly inventory: Inventory;
}

/**
 * Asks the live peer whether it lets the claimed ordinals go: four requests and those for their claims, however large
 * the set is, and none where nothing is claimed.
 *
 * @returns what speaks against the claim.
 * @throws UserError if the context leads to a cluster that is not the peer's, Unreachable if it does not answer.
 */
export async function peerProblems(watch: PeerWatch, claimed: Claimed): Promise<Problem[]> {
  const { decision, inventory, name } = claimed;
  if (decision.claims.length === 0) return [];
  const look = await lookAtPeer(watch, claimed);
  const refusals = peerRefusals(watch.situation, decision, look, name, ({ ordinal, template }) => {
    return inventory[ordinal]?.[template];
  });
  return refusals.map((refusal) => refusalProblem(refusal, watch.situation, watch.stacks));
}

async function lookAtPeer(watch: PeerWatch, claimed: Claimed): Promise<PeerLook> {
  const { cluster, context, ownClusterUid, record } = watch;
  const { namespace, name, templates, shared } = claimed;
  const [system, set] = await Promise.all([
    cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }),
    readStatefulSet(cluster, namespace, name),
  ]);
  const uid = system?.metadata.uid;
  if (uid === undefined) throw new Unreachable(`The cluster of peerContext ${context} has no namespace kube-system.`);
  const wrong = peerClusterProblem(uid, context, ownClusterUid, record);
  if (wrong !== undefined) throw new UserError([wrong]);
  // One after the other: a pod that is listed as gone after the spec excluded it, and the controller knew, stays away.
  const pods = await listPods(cluster, namespace);
  const [found, attachments] =
    shared.length * templates.length === 0
      ? [[], []]
      : await Promise.all([lookAtClaims(cluster, namespace, name, templates, shared), listAttachments(cluster)]);
  return { set, half: set && liveHalf(set), pods, found, attachments };
}
