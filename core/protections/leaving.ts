import { backingOf, isNameInUse, sameBacking } from "../volumes/backing";
import { ordinalIn, readyOf } from "../kubernetes";
import type { Node, PersistentVolume, Pod, VolumeAttachment } from "../kubernetes";
import { holds } from "../ordinals";
import type { Decision, LiveHalf } from "../protocol/protocol";
import type { Problem } from "../userError";
import type { FoundClaim } from "../volumes/volume";

/*
 * Gone is not stopped: a pod object can vanish while its containers run on, on a node that is cut off (deleted by force,
 * its node deleted, the taint out-of-service). So the pods of ordinals that are given up are watched until they are gone,
 * and written down with their nodes, in the write that gives them up. Nobody vouches for the release before their kubelets
 * have said that they stopped (stopped.ts), or their nodes have spoken for them.
 */

/** A pod of an ordinal that a half gives up. */
export interface LeavingPod {
  readonly ordinal: number;
  /** Name of the pod. */
  readonly name: string;
  /** Its uid; where it had gone before anyone looked, its name and the half's turn then, such as `web-5@4`. */
  readonly id: string;
  /** Its node; undefined if it never got one, or had gone before anyone looked. */
  readonly node: string | undefined;
}

/** What the lease of a node says of its kubelet. */
export interface NodeLease {
  /** How long ago it was renewed, by the API server's clock: milliseconds. */
  readonly ageMs: number;
  /** How long it says it lasts: milliseconds. */
  readonly limitMs: number;
  /** The renewal, in the kubelet's words. Another text is another renewal; no clock of a node is trusted. */
  readonly renewal: string;
}

/** What is known of a node now. */
export interface NodeLook {
  readonly node: Node | undefined;
  /** Undefined: it has no lease, as some virtual nodes. Then its Ready condition alone counts. */
  readonly lease: NodeLease | undefined;
}

/** Whether a pod had gone before anyone could see its uid and node. */
export function isUnseen({ id, name }: LeavingPod): boolean {
  return id.startsWith(`${name}@`);
}

/** Renders pods as in the annotation `statefulset-cutover/leaving`: `5/<uid>/<node>`, with commas between. */
export function formatLeaving(pods: readonly LeavingPod[]): string {
  return pods.map(({ ordinal, id, node }) => `${ordinal}/${id}/${node ?? ""}`).join(",");
}

/** Reads what `formatLeaving` wrote; what cannot be read is left out, so that its pod counts as one that nobody saw. */
export function parseLeaving(set: string, text: string | undefined): LeavingPod[] {
  return (text ?? "").split(",").flatMap((entry) => {
    const [ordinal, id, node] = entry.split("/");
    if (!/^\d{1,9}$/.test(ordinal ?? "") || !id || node === undefined) return [];
    return [{ ordinal: Number(ordinal), name: `${set}-${ordinal}`, id, node: node === "" ? undefined : node }];
  });
}

/**
 * The pods of the ordinals that an `up` gives up. For an ordinal that the live spec does not allow any more, an earlier
 * run that did not finish has written down which pod that was.
 *
 * @param noted the annotation of the live set.
 */
export function leavingPods(
  set: string,
  { releases, ownTurn }: Pick<Decision, "releases" | "ownTurn">,
  live: LiveHalf | undefined,
  pods: readonly Pod[],
  noted: string | undefined,
): LeavingPod[] {
  const earlier = parseLeaving(set, noted);
  return releases.flatMap((ordinal) => {
    const name = `${set}-${ordinal}`;
    const present = pods
      .filter(({ metadata }) => metadata.name === name)
      .map((pod) => ({ ordinal, name, id: pod.metadata.uid ?? "", node: pod.spec?.nodeName }));
    // While the live spec allows an ordinal, what was noted of it is from an earlier time that it left.
    const before = holds(live?.range, ordinal) ? [] : earlier.filter((pod) => pod.ordinal === ordinal);
    const known = [...before.filter(({ id }) => present.every((pod) => pod.id !== id)), ...present];
    return known.length > 0 ? known : [{ ordinal, name, id: `${name}@${ownTurn}`, node: undefined }];
  });
}

/**
 * What the annotation is to be: the pods that leave now. Where none do it stays as it is, so that an `up` that changes
 * nothing writes nothing; but what is claimed has left no more.
 *
 * @param noted the annotation of the live set.
 * @returns undefined: none.
 */
export function leavingNote(
  set: string,
  { claims }: Pick<Decision, "claims">,
  leaving: readonly LeavingPod[],
  noted: string | undefined,
): string | undefined {
  if (leaving.length > 0) return formatLeaving(leaving);
  const staying = parseLeaving(set, noted).filter(({ ordinal }) => !claims.includes(ordinal));
  return staying.length > 0 ? formatLeaving(staying) : undefined;
}

/** Pods that no person vouches for as stopped. */
export function unvouched(pods: readonly LeavingPod[], fenced: readonly string[]): LeavingPod[] {
  return pods.filter(({ id }) => !fenced.includes(id));
}

/** Pods that are there and on a node: those whose end can be seen. */
export function watchable(pods: readonly LeavingPod[]): LeavingPod[] {
  return pods.filter((pod) => !isUnseen(pod) && pod.node !== undefined);
}

/** Why nobody can vouch for a pod that was never seen, a clause. */
export function whyUnseen({ ordinal }: LeavingPod, live: LiveHalf | undefined): string {
  return holds(live?.range, ordinal)
    ? "it is not there although the set allows it. Wait until the controller has made it again, then run this again"
    : "it had gone before this up could see on which node it was";
}

/** Why pods that leave are not those that were written down for the proof, a sentence each. */
export function whyOthersLeave(set: string, leaving: readonly LeavingPod[], pods: readonly Pod[]): string[] {
  return pods.flatMap(({ metadata, spec }) => {
    const noted = leaving.filter(({ ordinal }) => ordinal === ordinalIn(metadata.name, set));
    const same = noted.some(({ id, node }) => id === (metadata.uid ?? "") && node === spec?.nodeName);
    if (noted.length === 0 || same) return [];
    return [`pod ${metadata.name} was made again, or got a node, while this ran. Run pulumi up again`];
  });
}

/** A pod that leaves, and why nobody can vouch that it stops, or has stopped: a clause. */
export interface Doubt {
  readonly pod: LeavingPod;
  readonly why: string;
}

/** Doubts in words, with the ways out. `fenced` is what config names already. */
export function doubtProblems(where: string, doubts: readonly Doubt[], fenced: readonly string[]): Problem[] {
  return doubts.map(({ pod, why }, index) => {
    const vouch =
      "you have made sure that it runs nowhere (its machine is off), vouch for it: pulumi config set --path " +
      `'fenced[${fenced.length + index}]' ${pod.id} on this stack, then run this again`;
    return {
      where,
      what: `ordinal ${pod.ordinal}: nobody can vouch that pod ${pod.name} stops: ${why}. A pod may be gone while its containers run on`,
      todo: isUnseen(pod) ? `If ${vouch}` : `Run this again once that has changed; if it will not, and ${vouch}`,
    };
  });
}

/** Why a node does not speak for the pods that left it, a clause; undefined if it does. */
export function whyNodeSilent(name: string, { node, lease }: NodeLook): string | undefined {
  if (node === undefined) return `its node ${name} does not exist any more`;
  const ready = readyOf(node)?.status ?? "not told";
  if (ready !== "True") return `its node ${name} is not Ready (${ready})`;
  if (lease === undefined || lease.ageMs <= lease.limitMs) return undefined;
  return `its node ${name} has not renewed its lease for ${Math.round(lease.ageMs / 1_000)} s`;
}

/**
 * Volumes of a pod that left which are still attached somewhere, or which its node still uses, a clause each.
 *
 * @param found the claims of its ordinal.
 */
export function whyStillAttached(
  { ordinal }: LeavingPod,
  found: readonly FoundClaim[],
  node: Node | undefined,
  attachments: readonly VolumeAttachment[],
): string[] {
  return found.flatMap(({ ordinal: of, volume }) => {
    if (of !== ordinal || volume === undefined) return [];
    const { name } = volume.metadata;
    const attached = attachmentsOf(volume, attachments).map(
      (on) => `its volume ${name} is still attached to node ${on} (VolumeAttachment)`,
    );
    if (!(node?.status?.volumesInUse ?? []).some((inUse) => isNameInUse(inUse, volume))) return attached;
    return [
      ...attached,
      `its node ${node?.metadata.name ?? ""} still has the volume ${name} in use (status.volumesInUse)`,
    ];
  });
}

/** Nodes that a volume is attached to, under its name or as the same disk in a pod's own spec (CSI migration). */
export function attachmentsOf(volume: PersistentVolume, attachments: readonly VolumeAttachment[]): string[] {
  const isOf = ({ persistentVolumeName, inlineVolumeSpec: spec }: VolumeAttachment["spec"]["source"]): boolean => {
    if (spec === undefined) return persistentVolumeName === volume.metadata.name;
    return sameBacking(backingOf({ metadata: { name: "" }, spec }), backingOf(volume));
  };
  return attachments.filter(({ spec }) => isOf(spec.source)).map(({ spec }) => spec.nodeName);
}
