import type { Fingerprint } from "../manifests/workload";
import { endOf } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import type { HalfRecord } from "../protocol/protocol";
import type { Problem } from "../userError";

/** What makes a set the same set in both halves: the output `set`. */
export interface SetIdentity extends OrdinalRange {
  readonly name: string;
  readonly namespace: string;
  readonly fingerprint: Fingerprint;
}

/** What the outputs of a half say about its set. */
export interface PinnedRecord extends Pick<HalfRecord, "cutoverIndex" | "held"> {
  readonly set: SetIdentity;
}

const fixed = {
  name: "name of the set (metadata.name)",
  namespace: "namespace",
  start: "first ordinal (spec.ordinals.start)",
} as const;

/**
 * What must not differ from the last `up` of this half, nor from the peer, while a set is being moved.
 *
 * - Name, namespace, first ordinal and claim templates never change.
 * - N may change only where one half holds all, on that half first.
 * - The pod template may differ between the halves while the cutover index stands still (a roll-out); a change of the
 *   index needs both equal and changes nothing else.
 */
export function pinnedProblems(
  set: SetIdentity,
  cutoverIndex: number,
  own: PinnedRecord | undefined,
  peer: PinnedRecord | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const moves = own !== undefined && own.cutoverIndex !== cutoverIndex && !keepsAll(own, set, cutoverIndex);
  for (const [who, record] of [
    ["the last up of this half", own],
    ["the peer", peer],
  ] as const) {
    if (record === undefined) continue;
    const changeBack =
      "Both halves must describe the same set, and go on describing it: give it back its earlier value";
    for (const [field, name] of Object.entries(fixed) as [keyof typeof fixed, string][]) {
      if (set[field] === record.set[field]) continue;
      const legal = `${String(record.set[field])}, as in ${who}`;
      problems.push({
        where: "manifests:",
        what: `the ${name} differs`,
        received: set[field],
        legal,
        todo: changeBack,
      });
    }
    if (set.fingerprint.claimTemplates !== record.set.fingerprint.claimTemplates) {
      problems.push({ where: "manifests:", what: `spec.volumeClaimTemplates differ from ${who}`, todo: changeBack });
    }
    if (moves && set.fingerprint.podTemplate !== record.set.fingerprint.podTemplate) {
      problems.push({
        where: "manifests:",
        what: `spec.template differs from ${who}, and a change of cutoverIndex changes nothing else`,
        todo:
          `Roll the template out on both halves first, at the index where each is (this half: ${own.cutoverIndex}` +
          `${peer === undefined ? "" : `, the peer: ${peer.cutoverIndex}`}), then change cutoverIndex`,
      });
    }
  }
  return [...problems, ...replicasProblems(set, cutoverIndex, moves, own, peer)];
}

/** Whether a half held the whole set and still would: then the set, not the cut, has changed. */
function keepsAll(own: PinnedRecord, set: SetIdentity, cutoverIndex: number): boolean {
  return own.set.replicas !== set.replicas && own.cutoverIndex === endOf(own.set) && cutoverIndex === endOf(set);
}

function holdsAll(record: PinnedRecord | undefined): boolean {
  return record !== undefined && record.held.replicas === record.set.replicas;
}

/** The index that a half must have when N changes: the end of the set that it was at. */
function endAfter(own: PinnedRecord, set: SetIdentity): number {
  return own.cutoverIndex === endOf(own.set) ? endOf(set) : set.start;
}

function replicasProblems(
  set: SetIdentity,
  cutoverIndex: number,
  moves: boolean,
  own: PinnedRecord | undefined,
  peer: PinnedRecord | undefined,
): Problem[] {
  const problem = (record: PinnedRecord, todo: string): Problem[] => [
    {
      where: "manifests:",
      what: "spec.replicas differs",
      received: set.replicas,
      legal: String(record.set.replicas),
      todo,
    },
  ];
  const ownDiffers = own !== undefined && own.set.replicas !== set.replicas;
  const peerDiffers = peer !== undefined && peer.set.replicas !== set.replicas;
  if (ownDiffers && !holdsAll(own)) {
    if (!holdsAll(peer))
      return problem(own, "N can change only before or after the move, where one half holds all ordinals");
    if (peerDiffers) return problem(own, "The half that holds all goes first: run its up, then this one again");
  }
  // New ordinals that no half holds could never be taken: each half would wait for the other to agree on N first.
  if (ownDiffers && cutoverIndex !== endAfter(own, set)) {
    return problem(own, `A change of N moves nothing: set cutoverIndex to ${endAfter(own, set)} along with it`);
  }
  if (!ownDiffers && peerDiffers && (moves || !holdsAll(own))) {
    return problem(
      peer,
      "The halves disagree on N: give both stacks the same manifests, and run up on both before a step",
    );
  }
  return [];
}
