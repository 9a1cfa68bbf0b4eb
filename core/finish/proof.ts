import { annotations, rangeOfSet } from "../kubernetes";
import type { KubernetesObject, Pod, StatefulSet } from "../kubernetes";
import { formatRange, ordinalsOf, ordinalsText, peerOf, sameRange } from "../ordinals";
import type { Side } from "../ordinals";
import { liveHalf } from "../set/half";
import { shellWord } from "../shell";
import type { Problem } from "../userError";
import { podsOfSet } from "../volumes/handOver";
import { indexOfAll } from "./finish";
import type { Finish } from "./finish";
import { isReadyAt } from "./claims";
import type { FinishClaims } from "./claims";

/** What is seen of one half's cluster. */
export interface FinishLook extends FinishClaims {
  /** uid of the namespace `kube-system`. */
  readonly clusterUid: string;
  readonly set: StatefulSet | undefined;
  /** Every pod of the namespace, listed after the set was read. */
  readonly pods: readonly Pod[];
  /** Whether the set's namespace is there. */
  readonly hasNamespace: boolean;
  /** Those objects of the range lock that are there. */
  readonly rangeLock: readonly KubernetesObject[];
}

/**
 * What speaks against the end of a move, by both live clusters: the half that stays must hold all and be Ready, and the other one
 * must run nothing, and have handed over the right to.
 *
 * @param looks of the half that goes: undefined where it has been destroyed already.
 */
export function proofProblems(
  finish: Finish,
  holder: Side,
  { here, there }: { readonly here: FinishLook; readonly there: FinishLook | undefined },
): Problem[] {
  const other = peerOf(holder);
  const wrong = [
    ...clusterProblems(finish, holder, here),
    ...(there === undefined ? [] : clusterProblems(finish, other, there)),
  ];
  if (here.clusterUid === there?.clusterUid) {
    const { stack } = finish.halves[other];
    wrong.push({
      where: `stack ${stack}: kubernetes:context`,
      what: `leads to the cluster of the ${holder}`,
      todo: `Name the context of the ${other}: pulumi config set kubernetes:context … -s ${shellWord(stack)}`,
    });
  }
  if (wrong.length > 0) return wrong;
  return [...holderProblems(finish, holder, here), ...(there ? otherProblems(finish, other, here, there) : [])];
}

function clusterProblems({ halves }: Finish, side: Side, { clusterUid }: FinishLook): Problem[] {
  const { record, stack } = halves[side];
  if (record === undefined || record.cluster === clusterUid) return [];
  return [
    {
      where: `stack ${stack}: kubernetes:context`,
      what: `leads to another cluster than the ${side}'s last up (uid of kube-system)`,
      received: clusterUid,
      legal: record.cluster,
      todo: "Name the right context",
    },
  ];
}

function holderProblems({ set, halves }: Finish, holder: Side, look: FinishLook): Problem[] {
  const { stack, record } = halves[holder];
  const where = whereOf(set, holder);
  const { set: live } = look;
  const up = `Run: pulumi up -s ${shellWord(stack)}`;
  if (live === undefined) return [{ where, what: "does not exist", todo: up }];
  const settled = unsettled(where, live);
  if (settled !== undefined) return [settled];
  if (!sameRange(rangeOfSet(live), set)) {
    const what = `has ${ordinalsText(rangeOfSet(live))}, and not ${ordinalsText(set)}: somebody scaled it`;
    return [{ where, what, todo: `Find out who did. Then run: pulumi up -s ${shellWord(stack)}` }];
  }
  if (record !== undefined && liveHalf(live).turn < record.turn) return [turnProblem(where, live, record.turn)];
  const pods = podsOfSet(set.name, look.pods);
  const unready = ordinalsOf(set).filter((ordinal) => !isReadyAt(pods, ordinal));
  if (unready.length === 0) return [];
  const names = unready.map((ordinal) => `${set.name}-${ordinal}`);
  const shown = names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
  const what = `is not Ready: pod${names.length === 1 ? "" : "s"} ${shown}`;
  return [{ where, what, todo: "Make it Ready first: it is all that there is of the set" }];
}

function otherProblems(
  { set, halves }: Finish,
  other: Side,
  { set: kept }: FinishLook,
  { set: live, pods }: FinishLook,
): Problem[] {
  const { stack, record } = halves[other];
  const where = whereOf(set, other);
  const running = [...podsOfSet(set.name, pods).values()].map(({ metadata }) => metadata.name);
  if (running.length > 0) {
    const what = `still has ${running.length === 1 ? "pod" : "pods"} ${running.sort().join(", ")}`;
    return [{ where, what, todo: "Find out whose they are, and wait until they are gone" }];
  }
  // Deleted already: it runs nothing, and nothing is left that could be scaled.
  if (live === undefined) return [];
  const settled = unsettled(where, live);
  if (settled !== undefined) return [settled];
  const { range, turn } = liveHalf(live);
  const index = indexOfAll(peerOf(other), set);
  if (range.replicas !== 0) {
    const what = `has ${ordinalsText(range)}: somebody scaled it`;
    return [{ where, what, todo: `Run: pulumi up -s ${shellWord(stack)} (cutoverIndex ${index}), then this again` }];
  }
  if (record === undefined || turn < record.turn) return [turnProblem(where, live, record?.turn)];
  // The half that is empty handed the right to claim over: its turn is the higher one.
  if (kept === undefined || turn > liveHalf(kept).turn) return [];
  const what = `has turn ${turn}, which is not above that of the ${peerOf(other)}: it has not handed over the right to claim`;
  return [{ where, what, todo: `Run: pulumi up -s ${shellWord(stack)} (cutoverIndex ${index}), then this again` }];
}

/** A set that is on its way out, or whose last change its controller has not seen. */
function unsettled(where: string, { metadata, status }: StatefulSet): Problem | undefined {
  if (metadata.deletionTimestamp !== undefined) {
    return { where, what: "is being deleted", todo: "Wait until it is gone, then run this again" };
  }
  if ((status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)) return undefined;
  return {
    where,
    what: "has a change that its controller has not seen yet",
    todo: "Wait a moment, then run this again",
  };
}

function turnProblem(where: string, live: StatefulSet, wrote: number | undefined): Problem {
  const carries = live.metadata.annotations?.[annotations.turn] ?? "none";
  return {
    where,
    what: `carries turn ${carries} and range ${formatRange(rangeOfSet(live))}, but the last completed up wrote ${wrote ?? "none"}`,
    todo: "Somebody changed it, or the cluster was restored: pulumi up says how to mend that",
  };
}

function whereOf({ name, namespace }: Finish["set"], side: Side): string {
  return `StatefulSet ${namespace}/${name} in the ${side}`;
}
