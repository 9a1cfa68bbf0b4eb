import { doubtsAfter } from "../core/protections/doubts";
import type { Surroundings } from "../core/protections/doubts";
import type { Doubt, LeavingPod, NodeLook } from "../core/protections/leaving";
import type { FoundClaim } from "../core/volumes/volume";
import type { Cluster } from "./client/cluster";
import { listAttachments, readNode } from "./client/objects";

/** How long to wait until pods that are gone have surely stopped. */
export interface StopPatience {
  /** Between two looks, milliseconds. */
  readonly everyMs: number;
  /** How long in all, milliseconds, beside what the pods' kubelets may take. */
  readonly limitMs: number;
  /** Is told once what is waited for, if a node is to be heard of. */
  readonly tell?: (words: string) => void;
}

/**
 * Two minutes. The kubelet tells every 10 s what it has in use (`nodeStatusUpdateFrequency`), and then a driver detaches:
 * cloud disks take the better part of a minute.
 */
export const stopPatience: StopPatience = { everyMs: 1_000, limitMs: 120_000 };

/** Nodes of pods that leave, and where volumes are attached: two requests for each node, and one list. None for no pods. */
export async function lookAround(
  cluster: Cluster,
  pods: readonly LeavingPod[],
  found: readonly FoundClaim[],
): Promise<Surroundings> {
  if (pods.length === 0) return { nodes: new Map(), attachments: [] };
  const names = [...new Set(pods.map(({ node }) => node).filter((node) => node !== undefined))];
  const lookAtNode = async (name: string): Promise<readonly [string, NodeLook]> => {
    const [node, lease] = await Promise.all([readNode(cluster, name), cluster.lease(name)]);
    return [name, { node, lease }];
  };
  const hasVolumes = found.some(({ volume }) => volume !== undefined);
  const [nodes, attachments] = await Promise.all([
    Promise.all(names.map(lookAtNode)),
    hasVolumes ? listAttachments(cluster) : [],
  ]);
  return { nodes: new Map(nodes), attachments };
}

/** Pods that are gone, and what is known of how. */
export interface GonePods {
  /** Those whose kubelets have said that they stopped: only their volumes are waited for. */
  readonly stopped: readonly LeavingPod[];
  /** Those that nobody has seen stop: their nodes are to speak for them. */
  readonly unseen: readonly LeavingPod[];
  /** How long a kubelet may take to stop them, seconds (`terminationGracePeriodSeconds`). */
  readonly graceSeconds: number;
}

/**
 * Why nobody can vouch that pods which are gone have stopped. Waits, for a bounded time, for their volumes to be detached,
 * and where no kubelet has said that they stopped, for their nodes to be heard of when they must have; a node that is gone
 * or silent is told at once.
 *
 * @param found the claims of their ordinals.
 */
export async function waitUntilStopped(
  cluster: Cluster,
  { stopped, unseen, graceSeconds }: GonePods,
  found: readonly FoundClaim[],
  { everyMs, limitMs, tell }: StopPatience = stopPatience,
): Promise<readonly Doubt[]> {
  const hasVolumes = found.some(({ volume }) => volume !== undefined);
  if (unseen.length === 0 && (stopped.length === 0 || !hasVolumes)) return [];
  // From when on a kubelet that is heard of has had its time to stop them.
  const stoppedMs = graceSeconds * 1_000 + 10_000;
  const renewals = new Map<string, string | undefined>();
  for (let goneMs = 0; ;) {
    const around = unseen.length > 0 ? await lookAround(cluster, unseen, found) : undefined;
    const attachments = around?.attachments ?? (await listAttachments(cluster));
    const nodes = around?.nodes ?? new Map<string, NodeLook>();
    if (goneMs >= stoppedMs) {
      for (const [name, { lease }] of nodes) if (!renewals.has(name)) renewals.set(name, lease?.renewal);
    }
    const { doubts, awaits } = doubtsAfter(
      { stopped, unseen, stoppedMs, goneMs },
      { nodes, attachments, renewals },
      found,
    );
    if (awaits === undefined || goneMs >= limitMs + stoppedMs) return doubts;
    if (goneMs === 0 && unseen.length > 0) tell?.(nodesInWords(unseen, stoppedMs));
    // A kubelet renews its lease every 10 s.
    const pauseMs = awaits === "nodes" ? 5 * everyMs : everyMs;
    await cluster.wait(pauseMs);
    goneMs += pauseMs;
  }
}

function nodesInWords(pods: readonly LeavingPod[], stoppedMs: number): string {
  const names = pods.map(({ name }) => name).join(", ");
  const seconds = Math.round(stoppedMs / 1_000);
  return (
    `nobody saw ${names} stop (deleted by force, or the up that gave it up was interrupted): waits until its node is heard of ` +
    `${seconds} s from now, when it must have stopped it, which takes ${seconds + 10} s or so`
  );
}
