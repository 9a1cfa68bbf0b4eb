import type { Cluster } from "../../../live/client/cluster";
import { noOrdinals } from "../../../core/ordinals";
import { rules } from "../../../core/protocol/protocol";
import { liveHalf } from "../../../core/set/half";
import type { Action } from "./actions";
import { wholeGuard } from "./guard";
import type { Guard } from "./guard";
import { name, namespace } from "./scene";
import type { Scenario } from "./scene";
import { search } from "./search";
import { play } from "./story";
import { TroubledWorld } from "./world";
import { readStatefulSet } from "../../../live/client/objects";

jest.mock("@pulumi/pulumi", () => jest.requireActual<typeof import("./standIn")>("./standIn").pulumi);
jest.mock("../../../plan/stackOutputs", () => jest.requireActual<typeof import("./standIn")>("./standIn").peer);

jest.setTimeout(300_000);

afterEach(() => {
  jest.restoreAllMocks();
});

/** Takes a refusing rule away. */
const without = (rule: "peerHoldsNone" | "ownTurnIsLower" | "gap" | "livePeer") => (): Guard => {
  jest.spyOn(rules, rule).mockReturnValue(undefined);
  return wholeGuard;
};

const twice = /=> now ordinal \d lives in both clusters/;

/** What is taken away, the scenarios that need it, and what breaks without it. */
const cases: [string, Partial<Scenario>, () => Guard, RegExp][] = [
  ["(a) the peer holds none of what is claimed", {}, without("peerHoldsNone"), twice],
  ["(b) the peer's turn is the higher one", {}, without("ownTurnIsLower"), twice],
  [
    "what is held, but not live, must be claimed",
    { protection: "outputs", others: "restore" },
    () => {
      jest.spyOn(rules, "kept").mockImplementation(({ own }) => own?.held ?? noOrdinals);
      return wholeGuard;
    },
    twice,
  ],
  [
    "the own turn is the live one too",
    { protection: "outputs", others: "restore" },
    () => {
      jest.spyOn(rules, "ownTurn").mockImplementation(({ own }) => own?.turn ?? 0);
      return wholeGuard;
    },
    twice,
  ],
  [
    "the own turn is the exported one too",
    { protection: "outputs", others: "delete" },
    () => {
      jest.spyOn(rules, "ownTurn").mockImplementation(({ live }) => live?.turn ?? 0);
      return wholeGuard;
    },
    twice,
  ],
  [
    "no release while there is a gap",
    { protection: "outputs", others: "restore", replicas: 4 },
    without("gap"),
    /=> now the ordinals .* are in neither half/,
  ],
  [
    "the live peer is asked",
    { protection: "livePeer", others: "scale" },
    without("livePeer"),
    /=> now the (source|destination) has started ordinal \d, which lives in the (source|destination)/,
  ],
  [
    "nobody has changed the set since it was decided on",
    { protection: "livePeer", others: "scale" },
    () => ({
      ...wholeGuard,
      beforeWrite: async (cluster, set, wanted) => {
        const live = await readStatefulSet(cluster, namespace, name);
        return wholeGuard.beforeWrite(cluster, { ...set, decidedOn: live && liveHalf(live) }, wanted);
      },
    }),
    /=> now the (source|destination) has started ordinal \d without asking whether it lives in the /,
  ],
  [
    "what leaves is Retain",
    { others: "restore" },
    () => ({
      ...wholeGuard,
      beforeWrite: (cluster, set, wanted) =>
        wholeGuard.beforeWrite(cluster, { ...set, decision: { ...set.decision, releases: [] } }, wanted),
    }),
    /=> now volume not retained: .* is Delete/,
  ],
  [
    "what is vouched for is read from the live set and its pods",
    { protection: "outputs", others: "scale" },
    () => ({
      ...wholeGuard,
      prove: async (cluster, set, ...rest) => {
        const proof = await wholeGuard.prove(cluster, set, ...rest).catch(() => undefined);
        return proof ?? { held: set.decision.range, offer: {}, inventory: set.known };
      },
    }),
    /=> now the (source|destination) vouches for /,
  ],
];

test("what is gone has stopped: its node says so, or a person", async () => {
  const scenario: Scenario = {
    ...{ replicas: 2, start: 0, parallel: false, attaches: false, protection: "outputs", others: "restore" },
  };
  const heldUp = { at: "guarded", how: "paused" } as const;
  const next = { do: "next", towards: "destination", stop: undefined, givesUp: false } as const;
  const pod = { do: "pod", side: "source", offset: 1 } as const;
  const schedule: Action[] = [
    { ...next, stop: heldUp },
    { ...pod, what: "cutOff" },
    { ...pod, what: "forceDelete" },
    { do: "goOn", side: "source", stop: undefined },
    next,
  ];
  const credulous: Guard = {
    ...wholeGuard,
    prove: (cluster, set, ...rest) =>
      wholeGuard.prove(cluster, { ...set, fenced: set.leaving.map(({ id }) => id) }, ...rest),
  };
  const brokenBy = async (guard: Guard): Promise<string | undefined> =>
    (await play(await TroubledWorld.atFirst(scenario, guard, new Map()), schedule, "source")).broken;
  expect(await brokenBy(wholeGuard)).toBeUndefined();
  const told = "told from what is: the source vouches for 0 to 0, but 1 live there too";
  expect(await brokenBy(credulous)).toBe(told);
  // A node that was cut off a moment ago is Ready, and its lease is young.
  const withoutRenewal: Guard = {
    ...wholeGuard,
    prove: (cluster, ...rest) => wholeGuard.prove(alwaysHeardOf(cluster), ...rest),
  };
  expect(await brokenBy(withoutRenewal)).toBe(told);
});

/** A cluster of which every look at a lease shows a new renewal, of this very moment. */
function alwaysHeardOf(cluster: Cluster): Cluster {
  let looks = 0;
  const lease = async (node: string) => {
    const seen = await cluster.lease(node);
    looks += 1;
    return seen && { ...seen, ageMs: 0, renewal: String(looks) };
  };
  return Object.assign(Object.create(cluster) as Cluster, { lease });
}

test.each(cases)("%s", async (_, only, take, violation) => {
  const found = await search({ schedules: 1_000, seed: 1, only, guard: take(), shortens: false });
  expect(found.counterexample).toMatch(violation);
});

test("what breaks is told as the shortest sequence", async () => {
  const wanted = {
    schedules: 1_000,
    seed: 1,
    only: { protection: "outputs", others: "restore", replicas: 4 },
  } as const;
  const lines = async (shortens: boolean): Promise<number> => {
    const { counterexample = "" } = await search({ ...wanted, guard: without("gap")(), shortens });
    expect(counterexample).toMatch(/=> now the ordinals .* are in neither half/);
    return counterexample.split("\n").length;
  };
  expect(await lines(true)).toBeLessThan(await lines(false));
});
