import type { OrdinalRange, Side } from "../ordinals";

/** What the last completed `up` of a half vouched for: the part of its outputs that the protocol reads. */
export interface HalfRecord {
  /** The cutover index of that `up`. */
  readonly cutoverIndex: number;
  /** The whole set as it was then: first ordinal and replicas. */
  readonly set: OrdinalRange;
  /** At least every ordinal that the half's live spec allowed or that had a pod. */
  readonly held: OrdinalRange;
  /** The half's turn. */
  readonly turn: number;
  /** The highest turn of its peer that it had seen. */
  readonly peerTurn: number;
}

/** A half's StatefulSet as it is in its cluster now. */
export interface LiveHalf {
  /** The ordinals that its spec allows. */
  readonly range: OrdinalRange;
  /** Its turn annotation; 0 if it has none. */
  readonly turn: number;
  /** Ordinals that have a pod, terminating ones included. Only read on the peer. */
  readonly pods?: readonly number[];
}

/** All that an `up` of one half knows when it starts. */
export interface Situation {
  readonly side: Side;
  /** The whole set, from the manifests: first ordinal s and N replicas. */
  readonly set: OrdinalRange;
  /** The cutover index asked for, from s to s+N. */
  readonly cutoverIndex: number;
  /** How many ordinals one step may move, 1 or more. */
  readonly batch: number;
  /** Own outputs; undefined before the first completed `up`. */
  readonly own: HalfRecord | undefined;
  /** The peer's outputs; undefined means unknown, never "holds nothing". `none`: the move has been ended. */
  readonly peer: HalfRecord | "none" | undefined;
  /** The own live set; undefined if there is none. */
  readonly live: LiveHalf | undefined;
  /** The peer's live set, where this half may look at it. Left out: the peer's outputs decide. `none`: it has no set. */
  readonly livePeer?: LiveHalf | "none";
}

/** One `up`: of which half, at which cutover index. */
export interface Advice {
  readonly side: Side;
  readonly cutoverIndex: number;
}

/** Why an `up` may not run, and which `up` leads out. Following advice until nothing is refused always gets there. */
export interface Refusal {
  /** Name of the rule that refused. */
  readonly rule: string;
  /** A sentence without a full stop. */
  readonly reason: string;
  /** The `up` to run instead; undefined if none helps and the reason says what does. */
  readonly advice?: Advice;
  /** Whether only the order is wrong: the peer goes first. A preview warns; an `up` is refused all the same. */
  readonly outOfTurn: boolean;
}

/** The mark of a decision: only `decide` may set it. */
export declare const decided: unique symbol;

/** What an `up` will do to its half of the set. Made only by `decide`. */
export interface Decision {
  readonly [decided]: true;
  readonly side: Side;
  /** The whole set. */
  readonly set: OrdinalRange;
  readonly cutoverIndex: number;
  readonly batch: number;
  /** The half's range after the write. */
  readonly range: OrdinalRange;
  /** The turn after the write. */
  readonly turn: number;
  /** The turn before the write: what the peer's turn must exceed for a claim. */
  readonly ownTurn: number;
  /** The highest turn of the peer seen so far. */
  readonly peerTurn: number;
  /** Ordinals taken into the range, ascending. */
  readonly claims: readonly number[];
  /** Ordinals of the set given up, ascending. */
  readonly releases: readonly number[];
  /** Set if this `up` may not run: the decision is then for a preview only. */
  readonly refusal?: Refusal;
  /** What a person should know although the `up` may run. */
  readonly warnings: readonly string[];
}
