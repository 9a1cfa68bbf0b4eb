import { doubtsAfter } from "../core/protections/doubts";
import type { Surroundings } from "../core/protections/doubts";
import type { Doubt, LeavingPod, NodeLook } from "../core/protections/leaving";
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

/** Nodes of pods that leave, and where volumes are attached: two requests for each node, and one list. None for no pods. */
export async function lookAround(
  cluster: Cluster,
  pods: readonly LeavingPod[],
  found: readonly FoundClaim[],
): Promise<Surroundings> {
  if (pods.length === 0) return { nodes: new Map(), attachments: [] };
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
 * Why nobody can vouch that pods which are gone have stopped. Waits, for a bounded time, for their volumes to be
 * detached; a node that is gone or silent is told at once.
 *
 * @param found the claims of their ordinals.
 */
export async function waitUntilStopped(
  cluster: Cluster,
  pods: readonly LeavingPod[],
  found: readonly FoundClaim[],
  patience: DetachPatience = detachPatience,
): Promise<readonly Doubt[]> {
  if (pods.length === 0) return [];
  for (let look = 1; ; look += 1) {
    const { doubts, passes } = doubtsAfter(pods, await lookAround(cluster, pods, found), found);
    if (!passes || look >= patience.looks) return doubts;
    await new Promise((resolve) => setTimeout(resolve, patience.everyMs));
  }
}
