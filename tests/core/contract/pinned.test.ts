import { pinnedProblems } from "../../../core/contract/pinned";
import type { PinnedRecord, SetIdentity } from "../../../core/contract/pinned";
import { renderProblem } from "../../../core/userError";
import { outputs } from "../builders";

const fingerprint = { claimTemplates: "c", podTemplate: "p" };
const identity = (change: Partial<SetIdentity> = {}): SetIdentity => ({
  name: "web",
  namespace: "shop",
  start: 0,
  replicas: 6,
  fingerprint,
  ...change,
});
const source = (index: number, set: Partial<SetIdentity> = {}): PinnedRecord =>
  outputs("source", index, 1, { set: identity(set) });
const destination = (index: number, set: Partial<SetIdentity> = {}): PinnedRecord =>
  outputs("destination", index, 1, { set: identity(set) });
const lines = (...args: Parameters<typeof pinnedProblems>) => pinnedProblems(...args).map(renderProblem);
const newTemplate = { fingerprint: { ...fingerprint, podTemplate: "q" } };

describe("the same set", () => {
  test.each([
    [undefined, undefined],
    [source(6), undefined],
    [undefined, destination(6)],
    [source(5), destination(5)],
  ])("nothing to say", (own, peer) => {
    expect(lines(identity(), 5, own, peer)).toEqual([]);
  });

  test("name, namespace, first ordinal and claim templates never change", () => {
    const other = identity({
      name: "db",
      namespace: "ops",
      start: 1,
      fingerprint: { ...fingerprint, claimTemplates: "d" },
    });
    const todo = "Both halves must describe the same set, and go on describing it: give it back its earlier value";
    const about = (who: string) => [
      `manifests: the name of the set (metadata.name) differs (received "db"); legal: web, as in ${who}. ${todo}`,
      `manifests: the namespace differs (received "ops"); legal: shop, as in ${who}. ${todo}`,
      `manifests: the first ordinal (spec.ordinals.start) differs (received 1); legal: 0, as in ${who}. ${todo}`,
      `manifests: spec.volumeClaimTemplates differ from ${who}. ${todo}`,
    ];
    expect(lines(other, 5, source(5), destination(5))).toEqual([
      ...about("the last up of this half"),
      ...about("the peer"),
    ]);
  });
});

describe("the pod template", () => {
  test("may differ while the index stands still, and on a first up", () => {
    expect(lines(identity(newTemplate), 5, source(5), destination(5))).toEqual([]);
    expect(lines(identity(newTemplate), 6, undefined, destination(6))).toEqual([]);
  });

  test("a change of the index changes nothing else", () => {
    const roll = "Roll the template out on both halves first, at the index where each is (this half: 5";
    expect(lines(identity(newTemplate), 4, source(5), destination(5))).toEqual([
      "manifests: spec.template differs from the last up of this half, and a change of cutoverIndex changes nothing else. " +
        `${roll}, the peer: 5), then change cutoverIndex`,
      `manifests: spec.template differs from the peer, and a change of cutoverIndex changes nothing else. ${roll}, the peer: 5), ` +
        "then change cutoverIndex",
    ]);
    expect(lines(identity(newTemplate), 4, source(5), undefined)).toEqual([
      "manifests: spec.template differs from the last up of this half, and a change of cutoverIndex changes nothing else. " +
        `${roll}), then change cutoverIndex`,
    ]);
  });
});

describe("N", () => {
  const differs = (received: number, legal: number, todo: string) => [
    `manifests: spec.replicas differs (received ${received}); legal: ${legal}. ${todo}`,
  ];
  const seven = identity({ replicas: 7 });

  test("grows and shrinks on the half that holds all, then on the other one", () => {
    expect(lines(seven, 7, source(6), destination(6))).toEqual([]);
    expect(lines(seven, 7, destination(6), source(7, { replicas: 7 }))).toEqual([]);
    expect(lines(seven, 0, destination(0), source(0))).toEqual([]);
    expect(lines(seven, 0, source(0), destination(0, { replicas: 7 }))).toEqual([]);
    expect(lines(identity({ replicas: 4 }), 4, source(6), destination(6))).toEqual([]);
    expect(lines(identity({ replicas: 4 }), 0, destination(0), source(0))).toEqual([]);
  });

  test("not in the middle of a move", () => {
    const todo = "N can change only before or after the move, where one half holds all ordinals";
    expect(lines(seven, 3, source(3), destination(3))).toEqual(differs(7, 6, todo));
    expect(lines(seven, 3, destination(3), source(3))).toEqual(differs(7, 6, todo));
    expect(lines(seven, 6, destination(6), undefined)).toEqual(differs(7, 6, todo));
  });

  test("the half that holds all goes first", () => {
    const todo = "The half that holds all goes first: run its up, then this one again";
    expect(lines(seven, 7, destination(6), source(6))).toEqual(differs(7, 6, todo));
    expect(lines(seven, 0, source(0), destination(0))).toEqual(differs(7, 6, todo));
  });

  test("moves nothing: the index goes with the end that the half is at", () => {
    // Else ordinal 6 would be held by nobody, and neither half could take it: each would wait for the other to agree on N.
    const follow = (index: number) => `A change of N moves nothing: set cutoverIndex to ${index} along with it`;
    expect(lines(seven, 6, source(6), destination(6))).toEqual(differs(7, 6, follow(7)));
    expect(lines(seven, 6, destination(6), source(7, { replicas: 7 }))).toEqual(differs(7, 6, follow(7)));
    expect(lines(seven, 1, destination(0), source(0))).toEqual(differs(7, 6, follow(0)));
  });

  test("both agree before the next step", () => {
    const todo = "The halves disagree on N: give both stacks the same manifests, and run up on both before a step";
    expect(lines(seven, 6, source(7, { replicas: 7 }), destination(6))).toEqual(differs(7, 6, todo));
    expect(lines(identity(), 6, destination(6), source(7, { replicas: 7 }))).toEqual(differs(6, 7, todo));
    // The half that holds all may run again meanwhile.
    expect(lines(seven, 7, source(7, { replicas: 7 }), destination(6))).toEqual([]);
  });
});
