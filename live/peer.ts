import type { PeerLook, PeerQuestion } from "../core/protections/livePeer";
import { liveHalf } from "../core/set/half";
import { Unreachable } from "./client/cluster";
import type { Cluster } from "./client/cluster";
import { lookAtClaims } from "./look";
import { listAttachments, listPods, readStatefulSet } from "./client/objects";

/** How a half looks at its live peer (`peerContext`). */
export interface PeerWatch extends PeerQuestion {
  /** The peer's cluster; to read it is enough. */
  readonly cluster: Cluster;
}

/** What is looked at there. */
export interface PeerTarget {
  readonly namespace: string;
  /** Name of the set. */
  readonly name: string;
  /** Names of its claim templates. */
  readonly templates: readonly string[];
  /** Claimed ordinals whose volumes both halves share: only theirs are looked at. */
  readonly shared: readonly number[];
}

/**
 * Looks at the live peer: four requests and those for the claims, however large the set is.
 *
 * @throws Unreachable if it does not answer, or is no cluster that can be told from others.
 */
export async function lookAtPeer(
  { cluster, context, record }: PeerWatch,
  { namespace, name, templates, shared }: PeerTarget,
): Promise<PeerLook> {
  const [system, set] = await Promise.all([
    cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }),
    readStatefulSet(cluster, namespace, name),
  ]);
  const clusterUid = system?.metadata.uid;
  if (clusterUid === undefined) {
    throw new Unreachable(`The cluster of peerContext ${context} has no namespace kube-system.`);
  }
  const seen = { clusterUid, set, half: set && liveHalf(set), pods: [], found: [], attachments: [] };
  if (clusterUid !== record.cluster) return seen;
  // One after the other: a pod that is listed as gone after the spec excluded it, and the controller knew, stays away.
  const pods = await listPods(cluster, namespace);
  if (shared.length * templates.length === 0) return { ...seen, pods };
  const [found, attachments] = await Promise.all([
    lookAtClaims(cluster, namespace, name, templates, shared),
    listAttachments(cluster),
  ]);
  return { ...seen, pods, found, attachments };
}
