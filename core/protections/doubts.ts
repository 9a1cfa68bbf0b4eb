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

/**
 * Why nobody can vouch yet that pods which are gone have stopped.
 *
 * @param found the claims of their ordinals.
 * @returns `passes`: whether time alone may mend it, since volumes are still to be detached.
 */
export function doubtsAfter(
  pods: readonly LeavingPod[],
  { nodes, attachments }: Surroundings,
  found: readonly FoundClaim[],
): { readonly doubts: readonly Doubt[]; readonly passes: boolean } {
  const silent = silentDoubts(pods, nodes, undefined);
  if (silent.length > 0) return { doubts: silent, passes: false };
  const doubts = pods.flatMap((pod) =>
    whyStillAttached(pod, found, nodes.get(pod.node ?? "")?.node, attachments).map((why) => ({ pod, why })),
  );
  return { doubts, passes: doubts.length > 0 };
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
