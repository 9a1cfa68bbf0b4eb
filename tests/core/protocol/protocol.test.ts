import type { Side } from "../../../core/ordinals";
import type { Situation } from "../../../core/protocol/protocol";
import { decide } from "../../../core/protocol/protocol";
import { destination, live, record, set, source } from "./situations";

/** What is written, or why not. */
function outcome(situation: Situation): unknown {
  const { refusal, range, turn, claims, releases } = decide(situation);
  if (refusal !== undefined) return refusal;
  return { write: `${range.start}+${range.replicas} turn ${turn}`, claims, releases };
}

describe("what an up writes", () => {
  const nobody = { own: undefined, live: undefined, peer: undefined };

  test.each<[string, Situation, string, number[], number[]]>([
    ["the destination's first up", destination(6, nobody), "6+0 turn 1", [], []],
    [
      "the source's first up creates the set",
      source(6, { ...nobody, peer: record("destination", 6, 1) }),
      "0+6 turn 0",
      [0, 1, 2, 3, 4, 5],
      [],
    ],
    [
      "the source's first up takes over a running set, and leaves the turn alone",
      source(6, { ...nobody, live: live(0, 6, 0), peer: record("destination", 6, 1) }),
      "0+6 turn 0",
      [],
      [],
    ],
    [
      "the source takes over a running set before the destination has vouched: nothing is claimed",
      source(6, { ...nobody, live: live(0, 6, 0) }),
      "0+6 turn 0",
      [],
      [],
    ],
    [
      "the destination's first up, which failed after its write",
      destination(6, { ...nobody, live: live(6, 0, 1) }),
      "6+0 turn 1",
      [],
      [],
    ],
    ["an unchanged source", source(3), "0+3 turn 5", [], []],
    ["an unchanged destination", destination(3), "3+3 turn 4", [], []],
    ["a release hands over the right", destination(4), "4+2 turn 6", [], [3]],
    ["a release by the half whose turn is the higher one already", source(2), "0+2 turn 5", [], [2]],
    ["a claim leaves the turn alone", destination(2, { peer: record("source", 2, 5) }), "2+4 turn 4", [2], []],
    [
      "a claim that was killed after its write is run again",
      destination(2, { peer: record("source", 2, 5), live: live(2, 4, 4) }),
      "2+4 turn 4",
      [2],
      [],
    ],
    [
      "a claim of a part of the gap leaves the turn alone too",
      destination(2, { peer: record("source", 1, 5) }),
      "2+4 turn 4",
      [2],
      [],
    ],
    ["an answer to a gap that is not claimed", destination(3, { peer: record("source", 2, 5) }), "3+3 turn 6", [], []],
    [
      "a release that was killed after its write is run again",
      source(2, { live: live(0, 2, 5) }),
      "0+2 turn 5",
      [],
      [2],
    ],
    ["as many as a batch", source(1, { batch: 2 }), "0+1 turn 5", [], [1, 2]],
    [
      "a half that wants nothing hands over the right, whatever happened before",
      destination(6, {
        ...{ own: record("destination", 6, 1), live: live(6, 0, 1) },
        peer: record("source", 6, 2),
      }),
      "6+0 turn 3",
      [],
      [],
    ],
  ])("%s", (_, situation, write, claims, releases) => {
    expect(outcome(situation)).toEqual({ write, claims, releases });
  });

  test("all that a decision says", () => {
    expect(decide(source(2, { own: record("source", 3, 5, { peerTurn: 9 }) }))).toEqual({
      ...{ side: "source", set, cutoverIndex: 2, batch: 1, range: { start: 0, replicas: 2 } },
      ...{ turn: 5, ownTurn: 5, peerTurn: 9, claims: [], releases: [2] },
      warnings: [
        "the destination's turn is 4, but 9 was seen before: its state was restored from a backup, or its stack made " +
          "again. Run pulumi up --refresh on the destination before the next step",
      ],
    });
    expect(decide(source(2)).warnings).toEqual([]);
    expect(decide(source(2)).peerTurn).toBe(4);
  });
});

describe("the size of the set changes where one half holds all", () => {
  const other = { start: 0, replicas: 5 };
  const all = { own: record("source", 6, 2), live: live(0, 6, 2), peer: record("destination", 6, 3) };

  test("it shrinks: nothing is released, the turn stays", () => {
    expect(outcome(source(5, { ...all, set: other }))).toEqual({ write: "0+5 turn 2", claims: [], releases: [] });
  });

  test("it grows: the new ordinal is claimed", () => {
    const grown = { start: 0, replicas: 7 };
    expect(outcome(source(7, { ...all, set: grown }))).toEqual({ write: "0+7 turn 2", claims: [6], releases: [] });
    expect(outcome(source(7, { ...all, set: grown, peer: record("destination", 6, 2) }))).toEqual({
      rule: "ownTurnIsLower",
      outOfTurn: true,
      reason:
        "the right to claim 6 is the destination's (turn 2, the source has 2): it may have been used without being recorded",
      advice: { side: "destination", cutoverIndex: 7 },
    });
  });

  test("the other half follows: it holds nothing before and after, and its turn stays", () => {
    const empty = {
      own: record("destination", 6, 3),
      live: live(6, 0, 3),
      peer: record("source", 5, 2, { set: other }),
    };
    expect(outcome(destination(5, { ...empty, set: other }))).toEqual({
      write: "5+0 turn 3",
      claims: [],
      releases: [],
    });
  });

  test("on the destination", () => {
    const moved = { own: record("destination", 0, 6), live: live(0, 6, 6), peer: record("source", 0, 7) };
    expect(outcome(destination(0, { ...moved, set: other }))).toEqual({
      write: "0+5 turn 6",
      claims: [],
      releases: [],
    });
    expect(outcome(destination(0, { ...moved, set: { start: 0, replicas: 7 } }))).toEqual({
      write: "0+7 turn 6",
      claims: [6],
      releases: [],
    });
  });
});

describe("someone else wrote the set", () => {
  test.each<[string, Situation, string, number[], number[]]>([
    ["too many on the source: the destination's go", source(3, { live: live(0, 6, 5) }), "0+3 turn 5", [], [3, 4, 5]],
    ["too many on the destination", destination(3, { live: live(1, 5, 4) }), "3+3 turn 6", [], [1, 2]],
    ["too few on the half that has the right", destination(3, { live: live(4, 2, 4) }), "3+3 turn 4", [3], []],
    ["an odd start on it, and ordinals beyond the set", destination(3, { live: live(4, 3, 4) }), "3+3 turn 4", [3], []],
    ["none at all on it", destination(3, { live: live(0, 0, 4) }), "3+3 turn 4", [3, 4, 5], []],
  ])("%s", (_, situation, write, claims, releases) => {
    expect(outcome(situation)).toEqual({ write, claims, releases });
  });

  const right = (claims: string): object => ({
    rule: "ownTurnIsLower",
    outOfTurn: true,
    reason: `the right to claim ${claims} is the destination's (turn 4, the source has 5): it may have been used without being recorded`,
  });

  test.each<[string, Situation, string, Side, number]>([
    ["too few on the half without the right", source(3, { live: live(0, 2, 5) }), "2", "source", 2],
    [
      "an odd start on it: the destination gives something up",
      source(3, { live: live(1, 2, 5) }),
      "0",
      "destination",
      4,
    ],
    ["its set deleted", source(3, { live: undefined }), "0, 1, 2", "destination", 4],
    [
      "its set deleted in the middle of a step: the destination answers",
      source(2, { live: undefined, own: record("source", 2, 5) }),
      "0, 1",
      "destination",
      3,
    ],
  ])("%s", (_, situation, claims, side, cutoverIndex) => {
    expect(outcome(situation)).toEqual({ ...right(claims), advice: { side, cutoverIndex } });
  });
});
