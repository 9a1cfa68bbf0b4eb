import * as fc from "fast-check";
import { halfOfSet } from "../../../core/set/half";
import { annotations, claimName, isReady, ordinalIn, rangeOfSet } from "../../../core/kubernetes";
import { ordinalsOf, rangeOf, sides } from "../../../core/ordinals";
import { claimStep, decision, outputs, pod, release, webSet } from "../builders";

describe("the half of a set", () => {
  test("the source from 0 sends no ordinals; everything of the step is in the one object", () => {
    const set = webSet(6, { ordinals: { start: 0 } });
    const half = halfOfSet(set, release(5), "uid");
    expect(half.metadata).toEqual({
      name: "web",
      namespace: "shop",
      annotations: {
        "statefulset-cutover/range": "0+5",
        "statefulset-cutover/turn": "2",
        "statefulset-cutover/cluster": "uid",
        "pulumi.com/patchForce": "true",
      },
    });
    expect(half.spec.replicas).toBe(5);
    expect("ordinals" in half.spec).toBe(false);
    expect(set.spec).toEqual(webSet(6, { ordinals: { start: 0 } }).spec);
  });

  test("the destination always sends its start; annotations of the manifest stay", () => {
    const set = { ...webSet(), metadata: { ...webSet().metadata, annotations: { team: "a" } } };
    const half = halfOfSet(set, claimStep(5), "uid");
    expect(half.spec).toMatchObject({ replicas: 1, ordinals: { start: 5 } });
    expect(half.metadata.annotations).toMatchObject({ team: "a", [annotations.range]: "5+1", [annotations.turn]: "1" });
  });

  test("a source that is numbered from 1 sends its start", () => {
    const first = decision("source", 7, { set: { start: 1, replicas: 6 } });
    expect(halfOfSet(webSet(6, { ordinals: { start: 1 } }), first, "uid").spec).toMatchObject({
      replicas: 6,
      ordinals: { start: 1 },
    });
  });

  test("defaults whose later spelling-out would replace the set are spelt out; the manifest's own values stay", () => {
    expect(halfOfSet(webSet(), release(5), "u").spec).toMatchObject({
      podManagementPolicy: "OrderedReady",
      revisionHistoryLimit: 10,
    });
    const own = { podManagementPolicy: "Parallel", revisionHistoryLimit: 3 } as const;
    expect(halfOfSet(webSet(6, own), release(5), "u").spec).toMatchObject(own);
  });

  test.each([
    ["source", 5, 4, 4],
    ["destination", 5, 4, 0],
    ["destination", 3, 4, 1],
    ["destination", 0, 4, 4],
  ] as const)(
    "a partition counts from the half's own start: %s at %i, %i => %i",
    (side, index, partition, translated) => {
      const strategy = { type: "RollingUpdate", rollingUpdate: { partition, maxUnavailable: 1 } };
      const own = outputs(side, index, 1);
      const half = halfOfSet(
        webSet(6, { updateStrategy: strategy }),
        decision(side, index, { own, peer: "none" }),
        "u",
      );
      expect(half.spec.updateStrategy).toEqual({
        type: "RollingUpdate",
        rollingUpdate: { partition: translated, maxUnavailable: 1 },
      });
    },
  );

  test("a strategy without partition stays as it is", () => {
    const strategy = { type: "OnDelete" };
    expect(halfOfSet(webSet(6, { updateStrategy: strategy }), release(5), "u").spec.updateStrategy).toBe(strategy);
    expect("updateStrategy" in halfOfSet(webSet(), release(5), "u").spec).toBe(false);
  });

  const cuts = fc
    .record({ start: fc.integer({ min: 0, max: 20 }), replicas: fc.integer({ min: 1, max: 30 }) })
    .chain((set) => fc.integer({ min: set.start, max: set.start + set.replicas }).map((index) => ({ set, index })));

  test("the halves share the ordinals out: each in one of them, in order", () => {
    fc.assert(
      fc.property(cuts, ({ set, index }) => {
        const halves = sides.map((side) => {
          const half = halfOfSet(
            webSet(set.replicas, { ordinals: { start: set.start } }),
            decision(side, index, { set }),
            "u",
          );
          expect(rangeOfSet(half)).toEqual(rangeOf(side, set, index));
          return ordinalsOf(rangeOfSet(half));
        });
        expect(halves.flat()).toEqual(ordinalsOf(set));
      }),
    );
  });

  test("a partition keeps the same pods back, wherever they live", () => {
    fc.assert(
      fc.property(cuts, fc.integer({ min: 0, max: 40 }), ({ set, index }, partition) => {
        const strategy = { rollingUpdate: { partition } };
        const kept = sides.flatMap((side) => {
          const half = halfOfSet(
            webSet(set.replicas, { updateStrategy: strategy }),
            decision(side, index, { set }),
            "u",
          );
          return ordinalsOf(rangeOf(side, set, index)).slice(0, half.spec.updateStrategy?.rollingUpdate?.partition);
        });
        expect(kept).toEqual(ordinalsOf(set).slice(0, partition));
      }),
    );
  });
});

describe("names and readiness", () => {
  test("the range of a set, with the API's defaults", () => {
    const set = webSet();
    expect(rangeOfSet({ ...set, spec: { ...set.spec, replicas: undefined } })).toEqual({
      start: 0,
      replicas: 1,
    });
    expect(rangeOfSet(webSet(2, { ordinals: { start: 4 } }))).toEqual({ start: 4, replicas: 2 });
  });

  test.each([
    ["web-0", 0],
    ["web-12", 12],
    ["web-01", undefined],
    ["web-", undefined],
    ["web-1-0", undefined],
    ["webs-1", undefined],
    ["web", undefined],
  ])("the ordinal in %s is %s", (name, ordinal) => {
    expect(ordinalIn(name, "web")).toBe(ordinal);
  });

  test("the name of a claim", () => {
    expect(claimName("data", "web", 5)).toBe("data-web-5");
  });

  test("Ready means Ready and not on its way out", () => {
    expect(isReady(pod("web-0"))).toBe(true);
    expect(isReady(pod("web-0", false))).toBe(false);
    const leaving = pod("web-0");
    expect(isReady({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "now" } })).toBe(false);
    expect(isReady({ apiVersion: "v1", kind: "Pod", metadata: { name: "web-0" } })).toBe(false);
  });
});
