import { isUnseen, whyNodeSilent, whyStillAttached, whyUnseen } from "../core/protections/leaving";
import type { Doubt, LeavingPod, NodeLook } from "../core/protections/leaving";
import type { VolumeAttachment } from "../core/kubernetes";
import type { LiveHalf } from "../core/protocol/protocol";
import type { FoundClaim } from "../core/volumes/volume";
import type { Cluster } from "./client/cluster";
import { listAttachments, readNode } from "./client/objects";

/** How long to wait for volumes to be detached. */
export interface DetachPatience {
  /** Between two looks, milliseconds. */
  readonly everyMs: number;
  /** How often to look. */
  readonly looks: number;
}

/**
 * Two minutes. The kubelet tells every 10 s what it has in use (`nodeStatusUpdateFrequency`), and then a driver detaches:
 * cloud disks take the better part of a minute.
 */
export const detachPatience: DetachPatience = { everyMs: 1_000, looks: 120 };

interface Surroundings {
  readonly nodes: ReadonlyMap<string, NodeLook>;
  readonly attachments: readonly VolumeAttachment[];
}

/** Nodes of pods that leave, and where volumes are attached: two requests for each node, and one list. */
async function lookAround(
  cluster: Cluster,
  pods: readonly LeavingPod[],
  found: readonly FoundClaim[],
): Promise<Surroundings> {
  const names = [...new Set(pods.map(({ node }) => node).filter((node) => node !== undefined))];
  const lookAtNode = async (name: string): Promise<readonly [string, NodeLook]> => {
    const [node, lease] = await Promise.all([readNode(cluster, name), cluster.leaseAge(name)]);
    return [name, { node, lease }];
  };
  const hasVolumes = found.some(({ volume }) => volume !== undefined);
  const [nodes, attachments] = await Promise.all([
    Promise.all(names.map(lookAtNode)),
    hasVolumes ? listAttachments(cluster) : [],
  ]);
  return { nodes: new Map(nodes), attachments };
}

/**
 * Why nobody could vouch for pods that are to leave: their nodes are gone or silent, or their volumes are attached to
 * other nodes, where an earlier pod of theirs may still run that was deleted by force. The pods themselves may still run.
 *
 * @param found the claims of their ordinals.
 * @param live the live set, before the write.
 */
export async function doubtsBefore(
  cluster: Cluster,
  leaving: readonly LeavingPod[],
  fenced: readonly string[],
  found: readonly FoundClaim[],
  live: LiveHalf | undefined,
): Promise<Doubt[]> {
  const pods = leaving.filter(({ id }) => !fenced.includes(id));
  if (pods.length === 0) return [];
  const { nodes, attachments } = await lookAround(cluster, pods, found);
  const silent = doubtsOf(pods, nodes, live);
  if (silent.length > 0) return silent;
  return pods.flatMap((pod) => {
    const elsewhere = attachments.filter(({ spec }) => spec.nodeName !== pod.node);
    return whyStillAttached(pod, found, undefined, elsewhere).map((why) => ({ pod, why }));
  });
}

/**
 * Why nobody can vouch that pods which are gone have stopped. Waits, for a bounded time, for their volumes to be
 * detached; a node that is gone or silent is told at once.
 *
 * @param found the claims of their ordinals.
 */
export async function doubtsAfter(
  cluster: Cluster,
  leaving: readonly LeavingPod[],
  fenced: readonly string[],
  found: readonly FoundClaim[],
  patience: DetachPatience = detachPatience,
): Promise<Doubt[]> {
  const pods = leaving.filter(({ id }) => !fenced.includes(id));
  if (pods.length === 0) return [];
  for (let look = 1; ; look += 1) {
    const { nodes, attachments } = await lookAround(cluster, pods, found);
    const silent = doubtsOf(pods, nodes, undefined);
    if (silent.length > 0) return silent;
    const attached = pods.flatMap((pod) =>
      whyStillAttached(pod, found, nodes.get(pod.node ?? "")?.node, attachments).map((why) => ({ pod, why })),
    );
    if (attached.length === 0 || look >= patience.looks) return attached;
    await new Promise((resolve) => setTimeout(resolve, patience.everyMs));
  }
}

function doubtsOf(
  pods: readonly LeavingPod[],
  nodes: ReadonlyMap<string, NodeLook>,
  live: LiveHalf | undefined,
): Doubt[] {
  return pods.flatMap((pod) => {
    if (isUnseen(pod)) return [{ pod, why: whyUnseen(pod, live) }];
    // A pod that never got a node never ran.
    const look = pod.node === undefined ? undefined : nodes.get(pod.node);
    const why = look === undefined ? undefined : whyNodeSilent(pod.node ?? "", look);
    return why === undefined ? [] : [{ pod, why }];
  });
}
