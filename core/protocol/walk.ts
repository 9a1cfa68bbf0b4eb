import type { Advice, HalfRecord } from "./decision";
import { endOf, ordinalsText, peerOf, towards } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import { decide, indexInSet } from "./protocol";
import type { Decision } from "./protocol";
import type { Problem } from "../userError";
import type { Reading } from "../verdict";

/** Where a walk starts, and where it goes. */
export interface Walk {
  /** The whole set, from the manifests. */
  readonly set: OrdinalRange;
  /** How many ordinals one step may move, 1 or more. */
  readonly batch: number;
  /** The wanted cutover index, from s to s+N. */
  readonly to: number;
  /** What the last completed `up` of each half vouched for; undefined where there was none. */
  readonly records: Readonly<Record<Side, HalfRecord | undefined>>;
}

/**
 * Every `up` from what both halves have applied to the wanted index, in order, as if no `up` were unfinished: what only
 * a live set knows, the refusal of an `up` tells. Each half gets one `up` at least, also where it has nothing to move:
 * an unfinished one is made good, and what else was merged is applied too.
 *
 * It asks the protocol itself, and where that refuses an `up` its advice comes first. So it plans nothing that would be
 * refused, also from the middle of a step and when the direction is reversed there.
 *
 * @returns problems: why there is no way.
 */
export function planWalk(walk: Walk): Reading<readonly Advice[]> {
  const { records, set } = walk;
  const ups: Advice[] = [];
  /** The `up` that is wanted next, and over it the advice that leads there. */
  const asked: Advice[] = [];
  let now = records;
  // Two ups a step, and as many again to hand the right over on the way.
  for (let left = 4 * (set.replicas + 2); left > 0; left--) {
    const overlap = overlapIn(walk, now);
    if (overlap !== undefined) return noWay(restored(`${ordinalsText(overlap)} would live in both clusters`));
    const up = asked.pop() ?? nextUp(walk, now);
    if (up === undefined) return { value: [...ups, ...rest(walk, ups)], problems: [] };
    const decision = decideAfter(walk, now, up);
    const { refusal } = decision;
    if (refusal === undefined) {
      ups.push(up);
      now = { ...now, [up.side]: recordOf(decision) };
    } else if (refusal.advice === undefined) {
      return noWay({ where: `cutoverIndex ${up.cutoverIndex}:`, what: refusal.reason });
    } else {
      asked.push(up, refusal.advice);
    }
  }
  return noWay(restored(`no sequence of ups leads from them to cutoverIndex ${walk.to}`));
}

function noWay(problem: Problem): Reading<readonly Advice[]> {
  return { value: [], problems: [problem] };
}

/** The next `up` towards the wanted index; undefined at the goal. An unfinished step comes first. */
function nextUp({ set, batch, to }: Walk, { source, destination }: Walk["records"]): Advice | undefined {
  // A half without outputs starts where nothing has moved, and only the destination needs nobody's word for that.
  if (destination === undefined) return { side: "destination", cutoverIndex: endOf(set) };
  if (source === undefined) return { side: "source", cutoverIndex: endOf(set) };
  const low = indexInSet(source, set);
  const high = indexInSet(destination, set);
  if (low === high) {
    if (low === to) return undefined;
    return { side: to < low ? "source" : "destination", cutoverIndex: towards(low, to, batch) };
  }
  // The ordinals in between are held by neither half: whoever keeps them in the end claims them.
  return to >= high
    ? { side: "source", cutoverIndex: towards(low, high, batch) }
    : { side: "destination", cutoverIndex: towards(high, Math.max(low, to), batch) };
}

/**
 * Halves that stand at the goal already. The number of replicas may change where one half holds all, on that half
 * first; elsewhere the order does not matter.
 */
function rest({ set, to }: Walk, ups: readonly Advice[]): readonly Advice[] {
  const first: Side = to === set.start && set.replicas > 0 ? "destination" : "source";
  return [first, peerOf(first)]
    .filter((side) => ups.every((up) => up.side !== side))
    .map((side) => ({ side, cutoverIndex: to }));
}

function decideAfter({ set, batch }: Walk, records: Walk["records"], up: Advice): Decision {
  const own = records[up.side];
  const live = own && { range: own.held, turn: own.turn };
  return decide({ ...up, set, batch, own, peer: records[peerOf(up.side)], live });
}

function recordOf({ cutoverIndex, set, range, turn, peerTurn }: Decision): HalfRecord {
  return { cutoverIndex, set, held: range, turn, peerTurn };
}

/** Ordinals that both halves hold: by ups alone there are none. */
function overlapIn({ set }: Walk, { source, destination }: Walk["records"]): OrdinalRange | undefined {
  if (source === undefined || destination === undefined) return undefined;
  const start = indexInSet(destination, set);
  const replicas = indexInSet(source, set) - start;
  return replicas > 0 ? { start, replicas } : undefined;
}

function restored(what: string): Problem {
  return {
    where: "the outputs of both stacks:",
    what: `${what}. The state of a stack was restored from a backup`,
    todo:
      "Look at the annotation statefulset-cutover/range of both sets, and run pulumi up on the half whose outputs " +
      "differ from it, with the cutoverIndex that its range has",
  };
}

/**
 * A change of the cutover index in words, such as `cutoverIndex 4 => 3: ordinal 3 moves to the destination; source
 * first`.
 */
export function stepInWords(from: number, to: number): string {
  if (from === to) return `cutoverIndex ${to}: nothing moves`;
  const ordinals = { start: Math.min(from, to), replicas: Math.abs(from - to) };
  const [verb, where, first]: readonly [string, string, Side] =
    to < from ? ["move", "to the destination", "source"] : ["return", "to the source", "destination"];
  const what = `${ordinalsText(ordinals)} ${verb}${ordinals.replicas === 1 ? "s" : ""}`;
  return `cutoverIndex ${from} => ${to}: ${what} ${where}; ${first} first`;
}

/** What a walk does, in words. */
export function walkInWords({ set, to, records: { source, destination } }: Walk): string {
  if (source === undefined || destination === undefined) {
    return `cutoverIndex ${to}: not every half has a completed up yet; the first ones come first`;
  }
  const low = indexInSet(source, set);
  const high = indexInSet(destination, set);
  const between = { start: low, replicas: high - low };
  const unfinished =
    low < high
      ? `; ${ordinalsText(between)} ${between.replicas === 1 ? "is" : "are"} held by neither half, an unfinished step`
      : "";
  return `${stepInWords(to >= high ? low : high, to)}${unfinished}`;
}
