import { isUnseen, whyNodeSilent, whyStillAttached, whyUnseen } from "./leaving";
import type { Doubt, LeavingPod, NodeLook } from "./leaving";
import type { VolumeAttachment } from "../kubernetes";
import type { LiveHalf } from "../protocol/protocol";
import type { FoundClaim } from "../volumes/volume";

/** What is around pods that leave. */
export interface Surroundings {
  /** Their nodes, by name. */
  readonly nodes: ReadonlyMap<string, NodeLook>;
  readonly attachments: readonly VolumeAttachment[];
}

/**
 * Why nobody could vouch for pods that are to leave: their nodes are gone or silent, or their volumes are attached to
 * other nodes, where an earlier pod of theirs may still run that was deleted by force. The pods themselves may still run.
 *
 * @param found the claims of their ordinals.
 * @param live the live set, before the write.
 */
export function doubtsBefore(
  pods: readonly LeavingPod[],
  { nodes, attachments }: Surroundings,
  found: readonly FoundClaim[],
  live: LiveHalf | undefined,
): Doubt[] {
  const silent = silentDoubts(pods, nodes, live);
  if (silent.length > 0) return silent;
  return pods.flatMap((pod) => {
    const elsewhere = attachments.filter(({ spec }) => spec.nodeName !== pod.node);
    return whyStillAttached(pod, found, undefined, elsewhere).map((why) => ({ pod, why }));
  });
}

/** Pods that are gone, and how long. */
export interface Gone {
  /** Those whose kubelets have said that they stopped. */
  readonly stopped: readonly LeavingPod[];
  /** Those that nobody has seen stop. */
  readonly unseen: readonly LeavingPod[];
  /** How long they are gone at least, milliseconds. */
  readonly goneMs: number;
  /** How long a kubelet that has heard of it takes at most to stop them, milliseconds. */
  readonly stoppedMs: number;
}

/** What is around them. */
export interface GoneSurroundings extends Surroundings {
  /** The renewals of their nodes' leases when `stoppedMs` had passed, by node: a later one is a kubelet that has stopped them. */
  readonly renewals: ReadonlyMap<string, string | undefined>;
}

/**
 * Why nobody can vouch yet that pods which are gone have stopped.
 *
 * @param found the claims of their ordinals.
 * @returns `awaits`: what time alone may bring: volumes that are detached, or nodes that are heard of.
 */
export function doubtsAfter(
  gone: Gone,
  { nodes, attachments, renewals }: GoneSurroundings,
  found: readonly FoundClaim[],
): { readonly doubts: readonly Doubt[]; readonly awaits?: "volumes" | "nodes" } {
  const silent = silentDoubts(gone.unseen, nodes, undefined);
  if (silent.length > 0) return { doubts: silent };
  const unheard = gone.unseen.flatMap((pod) => {
    const look = pod.node === undefined ? undefined : nodes.get(pod.node);
    const why = look && whyUnheard(pod.node ?? "", look, gone, renewals);
    return why === undefined ? [] : [{ pod, why }];
  });
  const attached = [...gone.stopped, ...gone.unseen].flatMap((pod) =>
    whyStillAttached(pod, found, nodes.get(pod.node ?? "")?.node, attachments).map((why) => ({ pod, why })),
  );
  if (attached.length > 0) return { doubts: [...attached, ...unheard], awaits: "volumes" };
  return unheard.length > 0 ? { doubts: unheard, awaits: "nodes" } : { doubts: [] };
}

/** What a node without a lease needs until its condition counts: by then its cluster has noticed that it is silent. */
const noticedMs = 60_000;

/**
 * Why a node has not been heard of since it must have stopped a pod that is gone. A kubelet that renews its lease hears of
 * what was deleted before; its own clock may be wrong, so that only a renewal that was not there then counts.
 */
function whyUnheard(
  name: string,
  { lease }: NodeLook,
  { goneMs, stoppedMs }: Gone,
  renewals: ReadonlyMap<string, string | undefined>,
): string | undefined {
  const heard =
    lease === undefined ? goneMs >= stoppedMs + noticedMs : renewals.has(name) && renewals.get(name) !== lease.renewal;
  if (heard) return undefined;
  return (
    `nobody saw it stop, and its node ${name} has not been heard of ${Math.round(stoppedMs / 1_000)} s after it went, when it ` +
    "must have"
  );
}

function silentDoubts(
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
