import type { OrdinalRange } from "../../../core/ordinals";
import { noOrdinals, sides } from "../../../core/ordinals";
import type { Situation } from "../../../core/protocol/protocol";
import { decide, rules } from "../../../core/protocol/protocol";
import type { State, World } from "./protocolModel";
import { gapBits, indexesOf, situationOf } from "./protocolModel";
import { Space } from "./protocolSpace";

const real = { ...rules };

const setOf = (replicas: number, start = 0): OrdinalRange => ({ start, replicas });

function world(mode: World["mode"], replicas: number, batch: number, more: Partial<World> = {}): World {
  return { set: setOf(replicas), batch, mode, ...more };
}

/** Where an ordinal lives twice, and the cutover indexes that are out of reach of some state. */
function verdict(space: Space): unknown {
  const { start, replicas } = space.world.set;
  const outOfReach = [start, start + replicas].filter((index) => space.stuck(index).length > 0);
  return { violation: space.violation, outOfReach };
}

const safe = { violation: undefined, outOfReach: [] };

afterEach(() => {
  jest.restoreAllMocks();
});

describe("no ordinal lives twice, and from every state both ends can be reached", () => {
  // The number of states says that the search was as wide as it was: a change of the protocol changes it.
  test.each([
    [world("none", 2, 1), 847],
    [world("none", 2, 2), 1111],
    [world("none", 3, 1), 1461],
    [world("none", 3, 2), 3201],
    [world("dest", 2, 1), 12147],
    [world("dest", 2, 2), 30651],
    [world("dest", 3, 1), 20768],
    [world("dest", 3, 2), 88860],
    [world("both", 2, 1, { maxTurn: 7 }), 190159],
    [world("both", 2, 2, { maxTurn: 5 }), 214469],
  ])(
    "%j: %i states",
    (given, states) => {
      const space = new Space(given);
      expect(verdict(space)).toEqual(safe);
      expect(space.size).toBe(states);
    },
    120_000,
  );

  test("with outputs alone no state is left out", () => {
    expect(new Space(world("none", 3, 2)).cut).toBe(0);
  });

  test("the number of the first ordinal does not matter", () => {
    const space = new Space(world("dest", 3, 1, { set: setOf(3, 1) }));
    expect(verdict(space)).toEqual(safe);
    expect(space.size).toBe(20768);
  });
});

// Whichever half goes first: the ordinals that run are not claimed, so that the source may begin before the destination.
test.each([
  [world("none", 2, 1, { runsAlready: true }), 1024],
  [world("none", 3, 2, { runsAlready: true }), 3594],
  [world("dest", 2, 1, { runsAlready: true }), 25524],
  [world("none", 3, 1, { runsAlready: true, deletions: "noneRuns" }), 7845],
])("a running set is taken over: %j: %i states", (given, states) => {
  const space = new Space(given);
  expect(verdict(space)).toEqual(safe);
  expect(space.size).toBe(states);
});

describe("someone deletes the set of a half", () => {
  test.each([
    [world("none", 2, 1, { deletions: "noneRuns" }), 3065],
    [world("none", 2, 2, { deletions: "noneRuns" }), 3700],
    [world("none", 3, 1, { deletions: "noneRuns" }), 7571],
    [world("none", 3, 2, { deletions: "noneRuns" }), 12519],
    [world("dest", 2, 2, { deletions: "allCompleted" }), 43219],
    [world("dest", 3, 1, { deletions: "allCompleted" }), 56191],
  ])("%j: %i states", (given, states) => {
    const space = new Space(given);
    expect(verdict(space)).toEqual(safe);
    expect(space.size).toBe(states);
  });

  test("what is not covered: a live look used what an unfinished up gave up, then its turn is deleted", () => {
    expect(new Space(world("dest", 2, 1, { deletions: "noneRuns" })).violation).toBe(
      "destination up@2, destination writes, destination exports, " +
        "source up@2, source writes, source pods settle, source exports, " +
        "source up@1, source writes, source pods settle, source fails, " +
        "destination up@1, looking, destination looked, destination writes, destination fails, " +
        "source deleted, source up@2, source writes",
    );
  });
});

/**
 * The program asks the live peer on top of the peer's outputs: an `up` starts as in mode none, and a look may stop it. So
 * no look leads anywhere that mode none does not. It must not stop for good what outputs allow, either.
 */
describe("a live look on top of the outputs", () => {
  /** Claims that outputs allow and the look stops, once all is quiet and the peer has its set; how many it lets through. */
  function stopped(given: World): { readonly stopped: string[]; readonly allowed: number } {
    const found: string[] = [];
    let allowed = 0;
    for (const state of new Space(given).quiet()) {
      for (const [x, side] of sides.entries()) {
        for (const cutoverIndex of indexesOf(given.set)) {
          const { refusal, claims, ownTurn } = decide(situationOf(given, state, { side, cutoverIndex }));
          if (refusal !== undefined || claims.length === 0) continue;
          const objection = rules.livePeer(situationOf(given, state, { side, cutoverIndex }, true), claims, ownTurn);
          const peerHasSet = state[1 - x]?.live !== undefined;
          if (objection === undefined) allowed += 1;
          else if (peerHasSet) found.push(`${side}@${cutoverIndex}: ${JSON.stringify(state)}`);
        }
      }
    }
    return { stopped: found, allowed };
  }

  test.each([[world("none", 3, 1)], [world("none", 3, 2)], [world("none", 3, 2, { deletions: "noneRuns" })]])(
    "%j",
    (given) => {
      const found = stopped(given);
      expect(found.stopped).toEqual([]);
      expect(found.allowed).toBeGreaterThan(0);
    },
  );
});

/** Takes a refusing rule away. */
function without(rule: "peerHoldsNone" | "ownTurnIsLower" | "livePeer" | "gap" | "jump" | "firstUp"): void {
  jest.spyOn(rules, rule).mockReturnValue(undefined);
}

/** The rule on the live peer sees something else. */
function livePeerSees(change: (live: Exclude<Situation["livePeer"], undefined | "none">) => object): void {
  jest.spyOn(rules, "livePeer").mockImplementation((situation, claims, ownTurn) => {
    const { livePeer } = situation;
    if (livePeer === undefined || livePeer === "none") return real.livePeer(situation, claims, ownTurn);
    return real.livePeer({ ...situation, livePeer: { ...livePeer, ...change(livePeer) } }, claims, ownTurn);
  });
}

const firstUps =
  "destination up@2, destination writes, destination exports, " +
  "source up@2, source writes, source pods settle, source exports, ";
const released = "source up@1, source writes, source pods settle, source exports, ";
const releaseFailed = "source up@1, source writes, source pods settle, source fails, ";

describe("each rule is needed: without it an ordinal lives twice", () => {
  test.each<[string, World, () => void, string]>([
    [
      "(a) the peer holds none",
      world("none", 2, 1),
      () => {
        without("peerHoldsNone");
      },
      firstUps +
        released +
        "destination up@1, destination writes, destination pods settle, destination exports, " +
        "destination up@0, destination writes",
    ],
    [
      "(b) the own turn is lower",
      world("none", 2, 1),
      () => {
        without("ownTurnIsLower");
      },
      firstUps + released + "source up@2, source writes, destination up@1, destination writes",
    ],
    [
      "what is held, but not live, must be claimed",
      world("dest", 2, 1),
      () => jest.spyOn(rules, "kept").mockImplementation(({ own }) => own?.held ?? noOrdinals),
      firstUps +
        releaseFailed +
        "source up@2, destination up@1, looking, destination looked, source writes, destination writes",
    ],
    [
      "the own turn is the live one too",
      world("dest", 2, 1),
      () => jest.spyOn(rules, "ownTurn").mockImplementation(({ own }) => own?.turn ?? 0),
      firstUps +
        releaseFailed +
        "source up@2, destination up@1, looking, destination looked, source writes, destination writes",
    ],
    [
      "the own turn is the exported one too",
      world("none", 2, 1, { deletions: "noneRuns" }),
      () => jest.spyOn(rules, "ownTurn").mockImplementation(({ live }) => live?.turn ?? 0),
      firstUps + released + "source deleted, source up@2, source writes, destination up@1, destination writes",
    ],
    [
      "the live peer is asked again before the write",
      world("dest", 2, 1),
      () => {
        without("livePeer");
      },
      "destination up@2, destination writes, destination exports, " +
        "source up@2, source writes, destination up@1, looking, destination looked, destination writes",
    ],
    [
      "the live peer's turn",
      world("dest", 2, 1),
      () => {
        livePeerSees(() => ({ turn: Number.MAX_SAFE_INTEGER }));
      },
      firstUps +
        releaseFailed +
        "destination up@2, destination writes, destination exports, " +
        "source up@2, destination up@1, looking, destination looked, source writes, destination writes",
    ],
    [
      "the live peer's pods",
      world("dest", 2, 1),
      () => {
        livePeerSees(() => ({ pods: [] }));
      },
      firstUps + "source up@1, source writes, destination up@1, looking, destination looked, destination writes",
    ],
  ])("%s", (_, given, remove, violation) => {
    remove();
    expect(new Space(given).violation).toBe(violation);
  });

  test("the live peer's range: its pods may not be there yet", () => {
    livePeerSees(() => ({ range: setOf(0) }));
    expect(new Space(world("dest", 2, 1)).violation).toBe(
      firstUps +
        released +
        "destination up@1, destination writes, destination pods settle, destination exports, " +
        "source up@0, source writes, source pods settle, source fails, " +
        "destination up@2, destination writes, destination pods settle, destination exports, " +
        "source up@1, source writes, source fails, source up@1, source writes, " +
        "destination up@1, looking, destination looked, destination writes, destination pods settle, destination exports, " +
        "destination up@0, looking, destination looked, destination writes",
    );
  });

  test("a live peer without a set has handed nothing over", () => {
    jest
      .spyOn(rules, "livePeer")
      .mockImplementation((situation, ...rest) =>
        situation.livePeer === "none" ? undefined : real.livePeer(situation, ...rest),
      );
    expect(new Space(world("dest", 2, 1)).violation).toBe(
      "destination up@2, destination writes, destination exports, " +
        "source up@2, destination up@1, looking, destination looked, source writes, destination writes",
    );
  });
});

describe("ordinals do not pile up in the gap", () => {
  // Both halves may release at once, so that two ordinals are in no half. Without a rule, all three are.
  const oneHolds = (state: State): boolean => gapBits(setOf(3), state) !== 0b111;
  const pilesUp = (): string | undefined => new Space(world("none", 3, 1), oneHolds).violation;

  test("under the rules", () => {
    expect(pilesUp()).toBeUndefined();
  });

  test.each(["gap", "jump", "firstUp"] as const)("without %s", (rule) => {
    without(rule);
    expect(pilesUp()).toMatch(/exports$/);
    expect(verdict(new Space(world("none", 3, 1)))).toEqual(safe);
  });
});

describe("what only spares a detour", () => {
  test("an answer that exceeds the peer's live turn", () => {
    jest.spyOn(rules, "peerTurn").mockImplementation(({ peer }) => (peer === "none" ? 0 : (peer?.turn ?? 0)));
    expect(verdict(new Space(world("dest", 3, 1)))).toEqual(safe);
  });

  test("a first up that failed after its write and goes on", () => {
    jest.spyOn(rules, "kept").mockImplementation((s) => (s.own === undefined ? noOrdinals : real.kept(s)));
    expect(verdict(new Space(world("dest", 3, 1)))).toEqual(safe);
  });

  test("the indexes that are tried are all there are", () => {
    expect(indexesOf(setOf(3, 1))).toEqual([1, 2, 3, 4]);
  });
});
