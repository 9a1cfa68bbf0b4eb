import {
  arrivingOrdinals,
  claimsWithData,
  expectedBacking,
  newOrdinals,
  offeredOrdinals,
  whyClaimsRefused,
} from "../../../core/volumes/claims";
import { inventoryOf } from "../../../core/volumes/volume";
import { claim, decision, found, outputs, volume } from "../builders";

const inventory = inventoryOf([0, 1, 2, 3, 4, 5].map((n) => found(n, { claim: claim(n), volume: volume(n) })));

test("the ordinals near the cut are within a batch of it, on both sides, and of the set", () => {
  const at = (index: number, batch: number, set = { start: 0, replicas: 6 }): number[] =>
    arrivingOrdinals(decision("source", index, { batch, set }));
  expect(at(6, 1)).toEqual([5]);
  expect(at(3, 1)).toEqual([2, 3]);
  expect(at(3, 2)).toEqual([1, 2, 3, 4]);
  expect(at(0, 2)).toEqual([0, 1]);
  expect(at(2, 5, { start: 1, replicas: 3 })).toEqual([1, 2, 3]);
  expect(offeredOrdinals(decision("source", 3))).toEqual([1, 2, 3, 4]);
});

test("claimed ordinals that had volumes before, and where those are", () => {
  const first = {
    decision: decision("source", 6, { peer: outputs("destination", 6, 1) }),
    volumes: "carry" as const,
    decidedOn: undefined,
    newOrdinals: [4, 5],
    inventory,
  };
  expect(claimsWithData(first)).toEqual([0, 1, 2, 3]);
  expect(expectedBacking(inventory, found(5))).toEqual({ driver: "disk.example.com", volumeHandle: "disk-5" });
  expect(expectedBacking({}, found(5))).toBeUndefined();
  expect(whyClaimsRefused(first, [found(0, { claim: claim(0), volume: volume(0) }), found(1)])).toEqual([
    "ordinal 1: claim data-web-1 does not exist, so the controller would make it, empty",
  ]);
});

test("claimed ordinals without data anywhere: of a set that is created, or has grown", () => {
  const all = decision("source", 6, { peer: outputs("destination", 6, 1) });
  expect(newOrdinals(all, undefined)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(newOrdinals(all, { start: 0, replicas: 4 })).toEqual([4, 5]);
  expect(newOrdinals({ ...all, side: "destination" }, undefined)).toEqual([]);
});
