import { isHalf, liveHalf } from "../set/half";
import { annotations, titleOf } from "../kubernetes";
import { endOf, formatRange, holds, ordinalsText, overlapOf, sameRange } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import type { LiveHalf } from "../protocol/decision";
import { otherSetProblem, whySetsDiffer } from "./sameSet";
import { hasSet, isSwapped, lonelyProblem, strangerProblem, swapProblem, unknownOther } from "./standingProblems";
import type { FoundHalf, FoundSetHalf } from "./standingProblems";
import type { Problem } from "../userError";
import type { Reading } from "../verdict";

export type { FoundHalf } from "./standingProblems";

/** Both clusters. The destination is undefined where nobody has named it. */
export interface FoundHalves {
  readonly source: FoundHalf;
  readonly destination: FoundHalf | undefined;
}

/** A half that has run, as its live set tells. */
export interface StandingHalf extends LiveHalf {
  /**
   * What its last completed `up` vouches for at most: its range, and ordinals that have a pod although they are given up:
   * that `up` has not finished.
   */
  readonly held: OrdinalRange;
}

/** Where a move stands that has begun, as the live sets of both clusters tell. */
export interface Standing {
  /** The whole set. */
  readonly set: OrdinalRange;
  /** The halves that have run; undefined: its first `up` is still to come. */
  readonly halves: Readonly<Record<Side, StandingHalf | undefined>>;
  /** The cutover index of both halves; in the middle of a step the one that the step comes from. */
  readonly cutoverIndex: number;
  /** The index that a step in progress leads to; undefined: no step is in progress. */
  readonly unfinished: number | undefined;
}

/**
 * Reads where a move stands from the annotations that the program writes on both live sets.
 *
 * What an `up` that was killed has not recorded cannot be seen in a cluster: it counts as completed, unless a pod of an
 * ordinal that it gave up is still there.
 *
 * @returns no value if no half has run yet, or there is a problem, which says why it cannot be told: what the two sets say
 *   cannot both be true, or one of them is not of the move.
 */
export function standingOf(found: FoundHalves): Reading<Standing | undefined> {
  const { source, destination } = found;
  const [isSource, isDestination] = [isHalf(source.set), isHalf(destination?.set)];
  if (!isSource && !isDestination) return { value: undefined, problems: [] };
  if (hasSet(source) && destination === undefined) return cannotTell(unknownOther(source));
  if (hasSet(source) && hasSet(destination)) return whereTwoSetsStand(source, destination);
  if (hasSet(source) && destination !== undefined) return whereSourceAloneStands(source, destination);
  return hasSet(destination)
    ? cannotTell(lonelyProblem("destination", destination, source))
    : { value: undefined, problems: [] };
}

function cannotTell(...problems: readonly Problem[]): Reading<undefined> {
  return { value: undefined, problems };
}

function whereTwoSetsStand(source: FoundSetHalf, destination: FoundSetHalf): Reading<Standing | undefined> {
  const problems = pairProblems(source, destination);
  if (problems.length > 0) return cannotTell(...problems);
  return isHalf(source.set) ? whereBothHaveRun(source, destination) : whereDestinationAloneHasRun(source, destination);
}

/** Why the two sets are not the halves of one move. */
function pairProblems(source: FoundSetHalf, destination: FoundSetHalf): readonly Problem[] {
  if (isSwapped(source.set, destination.set)) return [swapProblem(source, destination)];
  if (!isHalf(destination.set)) return [strangerProblem("source", source, destination)];
  const differs = whySetsDiffer(source.set, destination.set);
  return differs.length > 0
    ? differs.map((what) => otherSetProblem(destination, what))
    : [...halfProblems(source, destination), ...halfProblems(destination, source)];
}

function whereBothHaveRun(source: FoundSetHalf, destination: FoundSetHalf): Reading<Standing | undefined> {
  const problems: Problem[] = [];
  const [low, high] = [liveHalf(source.set), liveHalf(destination.set)];
  const [from, to] = [endOf(low.range), high.range.start];
  const both = overlapOf(low.range, high.range);
  if (both.replicas > 0) problems.push(livesInBoth(source, destination, both, "both live sets allow it"));
  for (const [here, there, range] of [
    [source, destination, high.range],
    [destination, source, low.range],
  ] as const) {
    for (const ordinal of here.pods.filter((each) => holds(range, each))) {
      const only = { start: ordinal, replicas: 1 };
      const what = `it has a pod in context ${here.context}, and the live set of context ${there.context} allows it`;
      if (!holds(both, ordinal)) problems.push(livesInBoth(source, destination, only, what));
    }
  }
  if (from < to && low.turn === high.turn) problems.push(nobodysTurn(source, destination, low, high));
  if (problems.length > 0) return cannotTell(...problems);
  const set = { start: low.range.start, replicas: endOf(high.range) - low.range.start };
  const between = { start: from, replicas: to - from };
  const halves = {
    source: { ...low, held: withPods("source", low.range, source.pods, between) },
    destination: { ...high, held: withPods("destination", high.range, destination.pods, between) },
  };
  if (from === to) return { value: { set, halves, cutoverIndex: from, unfinished: undefined }, problems };
  // Only the half with the lower turn may claim what neither holds.
  const [cutoverIndex, unfinished] = low.turn < high.turn ? [from, to] : [to, from];
  return { value: { set, halves, cutoverIndex, unfinished }, problems };
}

/** The range, and ordinals next to it that neither half holds and that still have a pod here. */
function withPods(side: Side, range: OrdinalRange, pods: readonly number[], between: OrdinalRange): OrdinalRange {
  const left = pods.filter((ordinal) => holds(between, ordinal));
  if (left.length === 0) return range;
  if (side === "source") return { start: range.start, replicas: Math.max(...left) + 1 - range.start };
  const start = Math.min(...left);
  return { start, replicas: endOf(range) - start };
}

/** The source has taken its set over, or made it, and the destination's first `up` is still to come. */
function whereSourceAloneStands(source: FoundSetHalf, destination: FoundHalf): Reading<Standing | undefined> {
  const problems = halfProblems(source, destination);
  const live = liveHalf(source.set);
  // A source that has given nothing up carries the turn 0.
  if (live.turn !== 0 || live.range.replicas === 0) problems.push(lonelyProblem("source", source, destination));
  if (problems.length > 0) return cannotTell(...problems);
  const halves = { source: { ...live, held: live.range }, destination: undefined };
  const value = { set: live.range, halves, cutoverIndex: endOf(live.range), unfinished: undefined };
  return { value, problems };
}

/** The destination's first `up` has run, and the source is yet to take its set over. */
function whereDestinationAloneHasRun(source: FoundSetHalf, destination: FoundSetHalf): Reading<Standing | undefined> {
  const set = liveHalf(source.set).range;
  const live = liveHalf(destination.set);
  if (live.range.replicas > 0) return cannotTell(strangerProblem("destination", destination, source));
  if (live.range.start !== endOf(set)) {
    return cannotTell({
      where: `${titleOf(destination.set)} in context ${destination.context}`,
      what: `was made for a set that ends with ordinal ${live.range.start - 1}, but the one in context ${source.context} has ${ordinalsText(set)}`,
      received: live.range.start,
      legal: `ordinals.start ${endOf(set)}`,
      todo: "Bring that set back to the replicas that it had then; or, if it is to have another number, run pulumi destroy -s destination, which holds nothing yet",
    });
  }
  const halves = { source: undefined, destination: { ...live, held: live.range } };
  return { value: { set, halves, cutoverIndex: endOf(set), unfinished: undefined }, problems: [] };
}

/**
 * What a live set says of itself that is not so.
 *
 * @param other the other cluster, where it is known.
 */
export function halfProblems(
  half: Omit<FoundSetHalf, "pods">,
  other: Pick<FoundHalf, "context" | "clusterUid"> | undefined,
): Problem[] {
  if (!isHalf(half.set)) return [];
  const where = `${titleOf(half.set)} in context ${half.context}`;
  const {
    [annotations.cluster]: cluster,
    [annotations.range]: range,
    [annotations.turn]: turn,
  } = half.set.metadata.annotations ?? {};
  const live = liveHalf(half.set);
  const problems: Problem[] = [];
  if (cluster !== undefined && cluster !== half.clusterUid) {
    const from = cluster === other?.clusterUid ? `in the cluster of context ${other.context}` : "in another cluster";
    problems.push({
      where,
      what: `was made ${from} (annotation ${annotations.cluster}), so it or its cluster is a copy, or was restored from one`,
      received: cluster,
      legal: `${half.clusterUid}, the uid of kube-system there`,
      todo: `Make sure that the ordinals of the set run in one cluster only, then correct the annotation ${annotations.cluster}`,
    });
  }
  if (turn !== String(live.turn)) {
    const what = `has an annotation ${annotations.turn} that is no turn`;
    const todo = "The last output turn of its stack says which it had: pulumi stack output turn";
    problems.push({ where, what, received: turn, legal: "a whole number", todo });
  }
  if (range !== formatRange(live.range)) {
    problems.push({
      where,
      what: `has start ${live.range.start} and replicas ${live.range.replicas}, but this program wrote another range (annotation ${annotations.range})`,
      received: formatRange(live.range),
      legal: range ?? "the annotation, which is missing",
      todo: "Someone else scaled the set. Find out which ordinals run where, then let pulumi preview of both stacks say which up comes first",
    });
  }
  return problems;
}

function livesInBoth(source: FoundHalf, destination: FoundHalf, ordinals: OrdinalRange, why: string): Problem {
  return {
    where: `contexts ${source.context} and ${destination.context}:`,
    what: `${ordinalsText(ordinals)} may run in both clusters: ${why}`,
    todo: "Find out which of the two has the data before anything else is changed; stop the other one",
  };
}

function nobodysTurn(source: FoundHalf, destination: FoundHalf, low: LiveHalf, high: LiveHalf): Problem {
  return {
    where: `contexts ${source.context} and ${destination.context}:`,
    what:
      `the source holds ${ordinalsText(low.range)} and the destination ${ordinalsText(high.range)}, and both sets carry the ` +
      `turn ${low.turn}: so neither may claim what is between`,
    todo: "An annotation was changed by someone else, or a cluster was restored. pulumi preview -s source and -s destination know what was recorded last",
  };
}

/** Whether a half is exactly what its last completed `up` vouches for. */
export function isFinished({ held, range }: StandingHalf): boolean {
  return sameRange(held, range);
}
