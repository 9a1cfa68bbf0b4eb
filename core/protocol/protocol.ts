import type { Advice, Decision, decided, HalfRecord, Refusal, Situation } from "./decision";
import type { OrdinalRange } from "../ordinals";
import { endOf, holds, indexOf, noOrdinals, ordinalsOutside, overlapOf, peerOf, rangeOf, towards } from "../ordinals";
import type { Facts } from "./wayOut";
import { gapAdvice, isOutdated, needsHands, peerAdvice, turnAdvice, unfinished } from "./wayOut";

export type { Advice, Decision, HalfRecord, LiveHalf, Refusal, Situation } from "./decision";

/** The index of a record, where the set has grown or shrunk since while one half held all: an end stays that end. */
export function indexInSet(record: HalfRecord, set: OrdinalRange): number {
  return record.cutoverIndex === endOf(record.set) ? endOf(set) : record.cutoverIndex;
}

function list(ordinals: readonly number[]): string {
  const last = ordinals[ordinals.length - 1];
  return ordinals.length > 3 ? `${ordinals[0]} to ${last}` : ordinals.join(", ");
}

function isOrAre(ordinals: readonly number[]): string {
  return ordinals.length === 1 ? `ordinal ${list(ordinals)} is` : `ordinals ${list(ordinals)} are`;
}

/**
 * The rules, each on its own so that the exhaustive test can take one away and must then find a violation.
 * A refusing rule returns undefined where it has nothing to say.
 */
export const rules = {
  /** What is this half's already, so that it needs no right: vouched for by its outputs and in its live spec. */
  kept({ live, own }: Situation): OrdinalRange {
    if (live === undefined) return noOrdinals;
    // A first `up` that failed after its write has no outputs, but what its live spec allows it did claim.
    return own === undefined ? live.range : overlapOf(live.range, own.held);
  },

  /** The higher of both: a crashed `up` has written its turn but not exported it. */
  ownTurn(situation: Situation): number {
    return Math.max(situation.live?.turn ?? 0, situation.own?.turn ?? 0);
  },

  /** The turn that answers a release must exceed every turn of the peer, the live one where it can be seen. */
  peerTurn(situation: Situation): number {
    const { peer, livePeer } = situation;
    const exported = peer === undefined || peer === "none" ? 0 : peer.turn;
    return livePeer === undefined || livePeer === "none" ? exported : Math.max(exported, livePeer.turn);
  },

  /** The live turn never falls below what was exported, unless someone removed it or restored the cluster. */
  liveTurn(facts: Facts): Refusal | undefined {
    const { own, live, side } = facts;
    if (own === undefined || live === undefined || live.turn >= own.turn) return undefined;
    return {
      rule: "liveTurn",
      outOfTurn: false,
      reason:
        `the ${side} set carries turn ${live.turn}, but the last completed up wrote ${own.turn}: the annotation was ` +
        "changed by someone else, or the cluster was restored from a backup. Make sure that no ordinal runs in both " +
        `clusters, then put it back: kubectl annotate --overwrite statefulset … statefulset-cutover/turn=${own.turn}`,
    };
  },

  /** A half that vouches for nothing yet may only start where nothing has moved. */
  firstUp(facts: Facts): Refusal | undefined {
    const { own, cutoverIndex, set, side } = facts;
    if (own !== undefined || cutoverIndex === endOf(set)) return undefined;
    return {
      rule: "firstUp",
      outOfTurn: false,
      reason: `the ${side} has no completed up yet, and a first up starts where nothing has moved`,
      advice: { side, cutoverIndex: endOf(set) },
    };
  },

  /** One step at a time, counted from the last completed `up`; a half may always finish at the index of its live range. */
  jump(facts: Facts): Refusal | undefined {
    const { previousIndex, cutoverIndex, batch, liveIndex, side } = facts;
    if (previousIndex === undefined || Math.abs(cutoverIndex - previousIndex) <= batch) return undefined;
    if (cutoverIndex === liveIndex) return undefined;
    return {
      rule: "jump",
      outOfTurn: false,
      reason:
        `from cutover index ${previousIndex} to ${cutoverIndex} is ${Math.abs(cutoverIndex - previousIndex)} ordinals, ` +
        `and one step may move ${batch} (batch)`,
      advice: { side, cutoverIndex: towards(previousIndex, cutoverIndex, batch) },
    };
  },

  /** No `up` takes away more than a batch of live ordinals, whatever outputs say. What the peer holds may always go. */
  liveBatch(facts: Facts): Refusal | undefined {
    const { live, range, batch, side, set, peerRecord, own } = facts;
    const leaving = live === undefined ? [] : ordinalsOutside(overlapOf(live.range, set), range, peerRecord?.held);
    if (leaving.length <= batch) return undefined;
    const isOld = isOutdated(facts);
    const advice = isOld ? undefined : unfinished(facts);
    const { start, replicas } = own?.held ?? range;
    const byHand = isOld
      ? `. The state of the ${side} is older than its set: import a newer one, or set batch to ${leaving.length} for this up`
      : `. Someone else scaled the set: bring it back to start ${start} and replicas ${replicas} first`;
    return {
      rule: "liveBatch",
      outOfTurn: false,
      reason:
        `this would stop the ordinals ${list(leaving)} of the ${side} at once, and one step may move ${batch} (batch)` +
        (advice === undefined ? byHand : ""),
      ...(advice === undefined ? {} : { advice }),
    };
  },

  /** No release while there is a gap: otherwise ordinals pile up in it. */
  gap(facts: Facts): Refusal | undefined {
    const { own, gap, live, range, side } = facts;
    if (own === undefined || gap.length === 0) return undefined;
    const leaving = live === undefined ? [] : ordinalsOutside(overlapOf(own.held, live.range), range);
    if (leaving.length === 0) return undefined;
    return {
      rule: "gap",
      outOfTurn: false,
      reason: `${isOrAre(gap)} held by neither half: that step comes first, before the ${side} gives up ${list(leaving)}`,
      advice: gapAdvice(facts),
    };
  },

  /** (a) The peer holds none of what is claimed, by its own word. */
  peerHoldsNone(facts: Facts): Refusal | undefined {
    const { claims, peer, livePeer, side, cutoverIndex, peerRecord } = facts;
    if (claims.length === 0 || peer === "none" || livePeer !== undefined) return undefined;
    const other = peerOf(side);
    if (peerRecord === undefined) {
      return {
        rule: "peerHoldsNone",
        outOfTurn: true,
        reason: `the ${other} has no completed up yet, so nobody vouches that ${isOrAre(claims)} not running there`,
        advice: peerAdvice(facts, cutoverIndex),
      };
    }
    const both = claims.filter((o) => holds(peerRecord.held, o));
    if (both.length === 0) return undefined;
    return {
      rule: "peerHoldsNone",
      outOfTurn: true,
      reason: `${isOrAre(both)} still held by the ${other}`,
      advice: peerAdvice(facts, cutoverIndex),
    };
  },

  /** (b) It is this half's turn to claim: the peer's turn is higher. */
  ownTurnIsLower(facts: Facts): Refusal | undefined {
    const { claims, peer, livePeer, ownTurn, peerTurn, side } = facts;
    if (claims.length === 0 || peer === "none" || livePeer !== undefined || peerTurn > ownTurn) return undefined;
    const reason =
      `the right to claim ${list(claims)} is the ${peerOf(side)}'s (turn ${peerTurn}, the ${side} has ${ownTurn}): ` +
      "it may have been used without being recorded";
    if (!needsHands(facts)) return { rule: "ownTurnIsLower", outOfTurn: true, reason, advice: turnAdvice(facts) };
    const byHand =
      ". Someone else scaled the set: give it the ordinals of its annotation statefulset-cutover/range first";
    return { rule: "ownTurnIsLower", outOfTurn: false, reason: reason + byHand };
  },

  /** (a) and (b) on the live peer, immediately before the write. May only refuse: what is written was decided before. */
  livePeer(situation: Situation, claims: readonly number[], ownTurn: number): Refusal | undefined {
    const { livePeer, side, cutoverIndex } = situation;
    if (claims.length === 0 || livePeer === undefined) return undefined;
    const other = peerOf(side);
    const facts = factsOf(situation);
    const refuse = (reason: string, advice: Advice): Refusal => ({ rule: "livePeer", outOfTurn: true, reason, advice });
    if (livePeer === "none") {
      const advice = unfinished(facts) ?? peerAdvice(facts, facts.peerIndex);
      return refuse(`the ${other} has no set, so it has handed nothing over`, advice);
    }
    const both = claims.filter((o) => holds(livePeer.range, o) || livePeer.pods?.includes(o));
    if (both.length > 0) return refuse(`${isOrAre(both)} live in the ${other} now`, peerAdvice(facts, cutoverIndex));
    if (livePeer.turn > ownTurn) return undefined;
    return refuse(
      `the right to claim ${list(claims)} is the ${other}'s: its live turn is ${livePeer.turn}, the ${side} has ${ownTurn}`,
      turnAdvice(facts),
    );
  },

  /** A move is ended on the half that holds all, and from then on nothing moves. */
  ended(facts: Facts): Refusal | undefined {
    const { peer, own, side, set, cutoverIndex, previousIndex } = facts;
    if (peer !== "none") return undefined;
    const end = side === "source" ? endOf(set) : set.start;
    const holdsAll = own?.held.start === own?.set.start && own?.held.replicas === own?.set.replicas;
    if (own !== undefined && holdsAll && cutoverIndex === end && previousIndex === end) return undefined;
    return {
      rule: "ended",
      outOfTurn: false,
      reason:
        `peerStack is none, which ends a move, but the ${side} does not hold all ordinals: remove peerStack and move on ` +
        `until the ${side} holds all, at cutover index ${end}`,
    };
  },
};

/** The refusing rules, in the order in which they are asked. The first one that refuses is told. */
const refusing = [
  "ended",
  "liveTurn",
  "firstUp",
  "jump",
  "liveBatch",
  "gap",
  "peerHoldsNone",
  "ownTurnIsLower",
] as const;

function firstRefusal(facts: Facts): Refusal | undefined {
  for (const name of refusing) {
    const refusal = rules[name](facts);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function factsOf(situation: Situation): Facts {
  const { side, set, own, live, peer } = situation;
  const range = rangeOf(side, set, situation.cutoverIndex);
  const peerRecord = peer === "none" ? undefined : peer;
  const liveIndex = live === undefined ? undefined : indexOf(side, set, live.range);
  return {
    ...situation,
    range,
    previousIndex: own === undefined ? undefined : indexInSet(own, set),
    liveIndex,
    ownTurn: rules.ownTurn(situation),
    peerRecord,
    peerIndex: peerRecord === undefined ? endOf(set) : indexInSet(peerRecord, set),
    peerTurn: rules.peerTurn(situation),
    claims: ordinalsOutside(range, rules.kept(situation)),
    gap: peer === "none" ? [] : ordinalsOutside(set, own?.held, peerRecord?.held),
  };
}

/**
 * Decides what an `up` of one half may do, before anything is declared.
 *
 * A half may claim an ordinal only if its peer does not hold it and the peer's turn is the higher one. An `up` that
 * claims leaves the own turn alone, so that it can be run again. One that does not, and releases, or answers a gap, or
 * wants nothing, raises it above the peer's; every other `up` leaves it. See docs/how-it-works.md for why that is safe; the exhaustive test is in
 * tests/core/protocol/protocol.exhaustive.test.ts.
 *
 * @returns the decision; with a `refusal` if the `up` may not run.
 */
export function decide(situation: Situation): Decision {
  const facts = factsOf(situation);
  const { side, set, cutoverIndex, own, peer, live, range, claims, ownTurn, peerTurn, gap, peerRecord } = facts;

  const given = [own?.held, live?.range].map((had = noOrdinals) => ordinalsOutside(overlapOf(had, set), range));
  const releases = [...new Set(given.flat())].sort((a, b) => a - b);
  const answers = gap.some((o) => !holds(range, o));
  const handsOver = peer !== "none" && claims.length === 0 && (releases.length > 0 || answers || range.replicas === 0);

  const refusal = firstRefusal(facts) ?? rules.livePeer(situation, claims, ownTurn);
  const lastPeerTurn = own?.peerTurn ?? 0;
  return {
    side,
    set,
    cutoverIndex,
    batch: situation.batch,
    range,
    turn: handsOver ? Math.max(ownTurn, peerTurn + 1) : ownTurn,
    ownTurn,
    peerTurn: Math.max(lastPeerTurn, peerTurn),
    claims,
    releases,
    ...(refusal === undefined ? {} : { refusal }),
    warnings:
      peerRecord !== undefined && peerRecord.turn < lastPeerTurn
        ? [
            `the ${peerOf(side)}'s turn is ${peerRecord.turn}, but ${lastPeerTurn} was seen before: its state was restored ` +
              `from a backup, or its stack made again. Run pulumi up --refresh on the ${peerOf(side)} before the next step`,
          ]
        : [],
  } as Omit<Decision, typeof decided> as Decision;
}
