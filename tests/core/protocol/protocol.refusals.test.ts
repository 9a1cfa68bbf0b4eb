import type { Side } from "../../../core/ordinals";
import type { Situation } from "../../../core/protocol/protocol";
import { decide, rules } from "../../../core/protocol/protocol";
import { destination, live, record, source } from "./situations";

const nobody = { own: undefined, live: undefined, peer: undefined };
const before = "so nobody vouches that ordinals 0 to 5 are not running there";
const tooMany = "ordinals, and one step may move";

// Rule, whether only the order is wrong, reason, advice.
test.each<[string, Situation, string, boolean, string, [Side, number]?]>([
  [
    "a move ended too early",
    source(3, { peer: "none" }),
    "ended",
    false,
    "peerStack is none, which ends a move, but the source does not hold all ordinals: remove peerStack and move on " +
      "until the source holds all, at cutover index 6",
  ],
  [
    "a move ended by the half that has nothing left",
    source(0, { peer: "none", own: record("source", 0, 9), live: live(0, 0, 9) }),
    "ended",
    false,
    "peerStack is none, which ends a move, but the source does not hold all ordinals: remove peerStack and move on " +
      "until the source holds all, at cutover index 6",
  ],
  [
    "a step after the end",
    destination(1, { peer: "none", own: record("destination", 0, 9), live: live(0, 6, 9) }),
    "ended",
    false,
    "peerStack is none, which ends a move, but the destination does not hold all ordinals: remove peerStack and move on " +
      "until the destination holds all, at cutover index 0",
  ],
  [
    "an end without a beginning",
    destination(6, { ...nobody, peer: "none" }),
    "ended",
    false,
    "peerStack is none, which ends a move, but the destination does not hold all ordinals: remove peerStack and move on " +
      "until the destination holds all, at cutover index 0",
  ],
  [
    "a turn that went back",
    source(3, { live: live(0, 3, 4) }),
    "liveTurn",
    false,
    "the source set carries turn 4, but the last completed up wrote 5: the annotation was changed by someone else, or " +
      "the cluster was restored from a backup. Make sure that no ordinal runs in both clusters, then put it back: " +
      "kubectl annotate --overwrite statefulset … statefulset-cutover/turn=5",
  ],
  [
    "a first up in the middle",
    destination(5, nobody),
    "firstUp",
    false,
    "the destination has no completed up yet, and a first up starts where nothing has moved",
    ["destination", 6],
  ],
  ["a jump forward", source(0), "jump", false, `from cutover index 3 to 0 is 3 ${tooMany} 1 (batch)`, ["source", 2]],
  [
    "a jump back, in batches",
    destination(6, { batch: 2 }),
    "jump",
    false,
    `from cutover index 3 to 6 is 3 ${tooMany} 2 (batch)`,
    ["destination", 5],
  ],
  [
    "a live set that outputs know nothing of: its own index first",
    source(4, { live: live(0, 6, 5), peer: record("destination", 6, 6) }),
    "liveBatch",
    false,
    "this would stop the ordinals 4, 5 of the source at once, and one step may move 1 (batch)",
    ["source", 6],
  ],
  [
    "a state from a backup, older than an answer that was killed: its own index would have to claim, without the right",
    destination(6, {
      ...{ own: record("destination", 6, 1), live: live(4, 2, 5) },
      peer: record("source", 3, 4),
    }),
    "liveBatch",
    false,
    "this would stop the ordinals 4, 5 of the destination at once, and one step may move 1 (batch). The state of the " +
      "destination is older than its set: import a newer one, or set batch to 2 for this up",
  ],
  [
    "a running set where the first up expects none",
    destination(6, { ...nobody, live: live(0, 4, 0) }),
    "liveBatch",
    false,
    "this would stop the ordinals 0 to 3 of the destination at once, and one step may move 1 (batch). Someone else " +
      "scaled the set: bring it back to start 6 and replicas 0 first",
  ],
  [
    "a second release, although the own first one has the right",
    source(2, { own: record("source", 3, 4), live: live(0, 3, 4), peer: record("destination", 4, 5) }),
    "gap",
    false,
    "ordinal 3 is held by neither half: that step comes first, before the source gives up 2",
    ["source", 4],
  ],
  [
    "a second release before the destination has taken the first",
    source(2, { peer: record("destination", 4, 4) }),
    "gap",
    false,
    "ordinal 3 is held by neither half: that step comes first, before the source gives up 2",
    ["destination", 3],
  ],
  [
    "a second release, but an answer was killed",
    source(2, { live: live(0, 3, 6), peer: record("destination", 4, 5) }),
    "gap",
    false,
    "ordinal 3 is held by neither half: that step comes first, before the source gives up 2",
    ["source", 3],
  ],
  [
    "the source before anybody vouches",
    source(6, nobody),
    "peerHoldsNone",
    true,
    `the destination has no completed up yet, ${before}`,
    ["destination", 6],
  ],
  [
    "the destination before the source's first up",
    destination(5, { own: record("destination", 6, 1), live: live(6, 0, 1), peer: undefined }),
    "peerHoldsNone",
    true,
    "the source has no completed up yet, so nobody vouches that ordinal 5 is not running there",
    ["source", 6],
  ],
  [
    "a claim before its release",
    destination(2),
    "peerHoldsNone",
    true,
    "ordinal 2 is still held by the source",
    ["source", 2],
  ],
  [
    "a claim of two before their release, where a step may move one",
    destination(1, { live: live(1, 5, 4) }),
    "peerHoldsNone",
    true,
    "ordinals 1, 2 are still held by the source",
    ["source", 2],
  ],
  [
    "a claim where the right was not handed over",
    source(4, { peer: record("destination", 4, 5) }),
    "ownTurnIsLower",
    true,
    "the right to claim 3 is the destination's (turn 5, the source has 5): it may have been used without being recorded",
    ["destination", 4],
  ],
  [
    "a release that was killed, then reverted: it comes first",
    source(3, { live: live(0, 2, 5) }),
    "ownTurnIsLower",
    true,
    "the right to claim 2 is the destination's (turn 4, the source has 5): it may have been used without being recorded",
    ["source", 2],
  ],
  [
    "an answer that was killed, then reverted: it comes first",
    source(4, { live: live(0, 3, 7), peer: record("destination", 4, 6) }),
    "ownTurnIsLower",
    true,
    "the right to claim 3 is the destination's (turn 6, the source has 7): it may have been used without being recorded",
    ["source", 3],
  ],
  [
    "an answer that was killed, then scaled by hand to what is asked for: its turn comes first",
    source(4, { live: live(0, 4, 7), peer: record("destination", 4, 6) }),
    "ownTurnIsLower",
    true,
    "the right to claim 3 is the destination's (turn 6, the source has 7): it may have been used without being recorded",
    ["source", 3],
  ],
  [
    "a release that was killed, then scaled away by hand: no up leads out",
    destination(3, { live: live(4, 1, 7), peer: record("source", 3, 5) }),
    "ownTurnIsLower",
    false,
    "the right to claim 3, 5 is the source's (turn 5, the destination has 7): it may have been used without being recorded. " +
      "Someone else scaled the set: give it the ordinals of its annotation statefulset-cutover/range first",
  ],
  [
    "a live peer that still allows the ordinal",
    destination(2, { livePeer: live(0, 3, 5, []) }),
    "livePeer",
    true,
    "ordinal 2 is live in the source now",
    ["source", 2],
  ],
  [
    "a live peer whose pod is not gone",
    destination(2, { livePeer: live(0, 2, 5, [0, 1, 2]) }),
    "livePeer",
    true,
    "ordinal 2 is live in the source now",
    ["source", 2],
  ],
  [
    "a live peer that did not hand over the right",
    destination(2, { livePeer: live(0, 2, 4, [0, 1]) }),
    "livePeer",
    true,
    "the right to claim 2 is the source's: its live turn is 4, the destination has 4",
    ["source", 2],
  ],
  [
    "a live peer without a set: it makes one where it is",
    destination(2, { livePeer: "none" }),
    "livePeer",
    true,
    "the source has no set, so it has handed nothing over",
    ["source", 3],
  ],
])("%s", (...[, situation, rule, outOfTurn, reason, advice]) => {
  expect(decide(situation).refusal).toEqual({
    ...{ rule, outOfTurn, reason },
    ...(advice === undefined ? {} : { advice: { side: advice[0], cutoverIndex: advice[1] } }),
  });
});

test("an ended move goes on where all is held, and claims ask nobody", () => {
  const all = { own: record("source", 6, 2), live: live(0, 5, 2), peer: "none" } as const;
  const { refusal, claims, turn } = decide(source(6, all));
  expect({ refusal, claims, turn }).toEqual({ refusal: undefined, claims: [5], turn: 2 });
});

test("an up goes on at the index of its live range, however far that is", () => {
  const { refusal, claims, releases } = decide(source(1, { live: live(0, 1, 5) }));
  expect({ refusal, claims, releases }).toEqual({ refusal: undefined, claims: [], releases: [1, 2] });
});

test("a live look counts instead of the peer's outputs, and only for claims", () => {
  const killed = record("source", 3, 3);
  expect(decide(destination(2, { peer: killed, livePeer: live(0, 2, 5, [0, 1]) })).refusal).toBeUndefined();
  expect(decide(destination(4, { livePeer: live(0, 6, 5, [3]) })).refusal).toBeUndefined();
  expect(decide(destination(4, { livePeer: live(0, 3, 9, []) })).turn).toBe(10);
  expect(decide(destination(4, { livePeer: "none" })).turn).toBe(6);
});

test("the live look just before the write refuses by itself", () => {
  const situation = destination(2, { livePeer: live(0, 2, 5, [0, 1]) });
  expect(rules.livePeer(situation, [2], 4)).toBeUndefined();
  expect(rules.livePeer(situation, [2], 5)?.reason).toBe(
    "the right to claim 2 is the source's: its live turn is 5, the destination has 5",
  );
  expect(rules.livePeer(situation, [], 5)).toBeUndefined();
  expect(rules.livePeer(destination(2), [2], 4)).toBeUndefined();
});
