import type { OrdinalRange, Side } from "../../../core/ordinals";
import { rangeOf, sides } from "../../../core/ordinals";
import type { Advice, HalfRecord, LiveHalf, Situation } from "../../../core/protocol/protocol";

/*
 * One half, both halves, and what an `up` knows in a state. The search over all states is in protocolSpace.ts.
 */

/** What is explored. */
export interface World {
  readonly set: OrdinalRange;
  readonly batch: number;
  /** Who may look at the live peer: nobody, the destination, or both. Each `up` may also do without. */
  readonly mode: "none" | "dest" | "both";
  /** Whether someone may delete the set of a half: while no `up` runs, or only while none has failed either. */
  readonly deletions?: "noneRuns" | "allCompleted";
  /** Whether the set runs in the source before the first `up`, made by someone else: it has no turn. */
  readonly runsAlready?: boolean;
  /** Turns above this are not followed: with live looks, failing ups can drive the turns apart for ever. Default 9. */
  readonly maxTurn?: number;
}

/** A cutover index and a turn: of the outputs, or of the live set. */
export interface Mark {
  readonly index: number;
  readonly turn: number;
}

/** An `up` in progress, and what it is about to write. Claims (a mask) matter only while its live look is ahead. */
export interface Run extends Mark {
  readonly phase: "check" | "write" | "wrote";
  readonly claims: number;
}

/** One half: what it exported, its live set, the ordinals that have a pod (a mask), its `up` in progress. */
export interface Half {
  readonly exported: Mark | undefined;
  readonly live: Mark | undefined;
  readonly pods: number;
  readonly run: Run | undefined;
}

export type Which = 0 | 1;

/** Source and destination. */
export type State = readonly [source: Half, destination: Half];

export function indexesOf(set: OrdinalRange): number[] {
  return Array.from({ length: set.replicas + 1 }, (_, i) => set.start + i);
}

/** The ordinals that a half would hold, as bits. */
export function bits(side: Side, set: OrdinalRange, { index }: Mark): number {
  const range = rangeOf(side, set, index);
  return ((1 << range.replicas) - 1) << (range.start - set.start);
}

/** A half of which there is nothing. */
export const idle: Half = { exported: undefined, live: undefined, pods: 0, run: undefined };

/** The source before any `up`. */
export function sourceAtFirst({ set, runsAlready = false }: World): Half {
  const mark = { index: set.start + set.replicas, turn: 0 };
  return runsAlready ? { ...idle, live: mark, pods: bits("source", set, mark) } : idle;
}

/** The ordinals that live in the cluster of a half, as bits: a pod is there, or the live spec allows one. */
export function living(side: Side, set: OrdinalRange, { pods, live }: Half): number {
  return pods | (live === undefined ? 0 : bits(side, set, live));
}

/** The ordinals that neither half holds by its outputs, as bits. */
export function gapBits(set: OrdinalRange, [source, destination]: State): number {
  if (source.exported === undefined || destination.exported === undefined) return 0;
  const held = bits("source", set, source.exported) | bits("destination", set, destination.exported);
  return ((1 << set.replicas) - 1) & ~held;
}

function recordOf(side: Side, set: OrdinalRange, mark: Mark): HalfRecord {
  return { cutoverIndex: mark.index, set, held: rangeOf(side, set, mark.index), turn: mark.turn, peerTurn: 0 };
}

function liveOf(side: Side, set: OrdinalRange, { live, pods }: Half): LiveHalf | undefined {
  const ordinals = Array.from({ length: set.replicas }, (_, i) => set.start + i);
  return live === undefined
    ? undefined
    : {
        range: rangeOf(side, set, live.index),
        turn: live.turn,
        pods: ordinals.filter((_, i) => (pods & (1 << i)) !== 0),
      };
}

/** What can be read of a half: its outputs and its live set. */
export interface Readable {
  readonly record: HalfRecord | undefined;
  readonly live: LiveHalf | undefined;
}

export function readable(side: Side, set: OrdinalRange, half: Half): Readable {
  return { record: half.exported && recordOf(side, set, half.exported), live: liveOf(side, set, half) };
}

/** What an `up` of a half would know. */
export function situation({ set, batch }: World, own: Readable, peer: Readable, up: Advice, looks: boolean): Situation {
  const { side, cutoverIndex } = up;
  const known = { side, cutoverIndex, set, batch, own: own.record, peer: peer.record, live: own.live };
  return looks ? { ...known, livePeer: peer.live ?? "none" } : known;
}

/** What an `up` of a half would know in a state. */
export function situationOf(world: World, state: State, up: Advice, looks = false): Situation {
  const [source, destination] = sides.map((side, x) => readable(side, world.set, state[x as Which])) as [
    Readable,
    Readable,
  ];
  const [own, peer] = up.side === "source" ? [source, destination] : [destination, source];
  return situation(world, own, peer, up, looks);
}

/** The state after an `up` that nothing disturbed. */
export function completed({ set }: World, state: State, { side, cutoverIndex }: Advice, turn: number): State {
  const mark = { index: cutoverIndex, turn };
  const half: Half = { exported: mark, live: mark, pods: bits(side, set, mark), run: undefined };
  return side === "source" ? [half, state[1]] : [state[0], half];
}
