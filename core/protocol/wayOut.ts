import type { Advice, HalfRecord, Situation } from "./decision";
import { endOf, holds, noOrdinals, ordinalsOutside, peerOf, sameRange, towards } from "../ordinals";
import type { OrdinalRange } from "../ordinals";

/** What the rules look at. Ordinals ascending. */
export interface Facts extends Situation {
  /** What the half is to hold. */
  readonly range: OrdinalRange;
  readonly previousIndex: number | undefined;
  readonly liveIndex: number | undefined;
  readonly ownTurn: number;
  readonly peerRecord: HalfRecord | undefined;
  /** Where the peer is; where it starts if it has no outputs. */
  readonly peerIndex: number;
  readonly peerTurn: number;
  readonly claims: readonly number[];
  /** Ordinals that no half holds, as far as outputs tell. */
  readonly gap: readonly number[];
}

/** The own `up` that wrote range or turn and did not finish. It comes first: only then does the peer see what is free. */
export function unfinished({ side, own, live, liveIndex, cutoverIndex }: Facts): Advice | undefined {
  if (own === undefined || live === undefined || liveIndex === undefined) return undefined;
  const finished = sameRange(live.range, own.held) && live.turn === own.turn;
  return finished || liveIndex === cutoverIndex ? undefined : { side, cutoverIndex: liveIndex };
}

/** A step of the peer towards an index; its first `up` if it had none. */
export function peerAdvice({ side, batch, peerRecord, peerIndex }: Facts, to: number): Advice {
  return { side: peerOf(side), cutoverIndex: peerRecord === undefined ? peerIndex : towards(peerIndex, to, batch) };
}

/** Who fills a gap: the half with the lower turn has the right to. An unfinished `up` of the own half comes before. */
export function gapAdvice(facts: Facts): Advice {
  const { side, batch, ownTurn, peerTurn, peerIndex, cutoverIndex, previousIndex = cutoverIndex } = facts;
  return (
    unfinished(facts) ??
    (ownTurn < peerTurn
      ? { side, cutoverIndex: towards(previousIndex, peerIndex, batch) }
      : peerAdvice(facts, previousIndex))
  );
}

/** Whether an own `up` was killed after it wrote a turn: no outputs tell it, so the peer cannot exceed it. */
function hasUntoldTurn({ own, live }: Facts): boolean {
  return own !== undefined && live !== undefined && live.turn > own.turn;
}

/**
 * Whether the own outputs are too old for the `up` that was not finished: it would have to claim what runs here, and the
 * right is not this half's. The turn that went with it is in no outputs, so the peer cannot hand it over either.
 */
export function isOutdated(facts: Facts): boolean {
  const { own, live = { range: noOrdinals }, ownTurn, peerTurn } = facts;
  return hasUntoldTurn(facts) && peerTurn <= ownTurn && ordinalsOutside(live.range, own?.held).length > 0;
}

/**
 * Whether no `up` leads out: one was killed after it wrote a turn, and somebody has scaled what it wrote away. The turn is
 * told only by an `up` that claims nothing, and none does.
 */
export function needsHands(facts: Facts): boolean {
  return hasUntoldTurn(facts) && facts.liveIndex === undefined && facts.previousIndex === facts.cutoverIndex;
}

/** Which `up` hands the right to claim over to this half. An unfinished `up` of the own half comes before. */
export function turnAdvice(facts: Facts): Advice {
  const { side, set, cutoverIndex, own, claims, gap, peerIndex, previousIndex = cutoverIndex } = facts;
  const first = unfinished(facts);
  if (first !== undefined) return first;
  // Scaled by hand since to what is asked for: the turn must come into the outputs first.
  if (hasUntoldTurn(facts) && previousIndex !== cutoverIndex) return { side, cutoverIndex: previousIndex };
  if (!claims.every((o) => holds(own?.held, o))) return peerAdvice(facts, cutoverIndex);
  // The set was deleted or scaled by hand, and to the peer nothing new is free. What hands the right over is an answer to
  // a gap, giving something up, or holding nothing.
  const away = side === "source" ? endOf(set) : set.start;
  return peerAdvice(facts, gap.length > 0 ? peerIndex : away);
}
