import {
  endOf,
  formatRange,
  holds,
  indexOf,
  noOrdinals,
  ordinalsOf,
  ordinalsOutside,
  overlapOf,
  parseRange,
  peerOf,
  rangeOf,
  sameRange,
  towards,
} from "../../core/ordinals";

const set = { start: 1, replicas: 3 };

test("each half is the other's peer", () => {
  expect(peerOf("source")).toBe("destination");
  expect(peerOf("destination")).toBe("source");
});

test("a range ends after its last ordinal, and lists its ordinals ascending", () => {
  expect(endOf(set)).toBe(4);
  expect(ordinalsOf(set)).toEqual([1, 2, 3]);
  expect(ordinalsOf({ start: 4, replicas: 0 })).toEqual([]);
});

const ranges = [0, 1, 2, 3].flatMap((start) => [0, 1, 2, 4].map((replicas) => ({ start, replicas })));

test("what two ranges have in common is what both hold", () => {
  for (const a of ranges) {
    for (const b of ranges) {
      expect(ordinalsOf(overlapOf(a, b))).toEqual(ordinalsOf(a).filter((ordinal) => holds(b, ordinal)));
    }
  }
});

test("the ordinals outside are those that none of the other ranges holds", () => {
  for (const a of ranges) {
    for (const b of ranges) {
      for (const c of [undefined, noOrdinals, { start: 2, replicas: 1 }, { start: 3, replicas: 3 }]) {
        const outside = ordinalsOf(a).filter((ordinal) => !holds(b, ordinal) && !holds(c, ordinal));
        expect(ordinalsOutside(a, b, c)).toEqual(outside);
      }
    }
  }
});

test("a range holds its ordinals and no other; no range holds nothing", () => {
  expect([0, 1, 3, 4].map((ordinal) => holds(set, ordinal))).toEqual([false, true, true, false]);
  expect(holds({ start: 4, replicas: 0 }, 4)).toBe(false);
  expect(holds(undefined, 1)).toBe(false);
});

test("empty ranges differ in their start", () => {
  expect(sameRange({ start: 1, replicas: 0 }, { start: 1, replicas: 0 })).toBe(true);
  expect(sameRange({ start: 1, replicas: 0 }, { start: 2, replicas: 0 })).toBe(false);
  expect(sameRange({ start: 1, replicas: 1 }, { start: 1, replicas: 2 })).toBe(false);
});

test.each([
  [1, "1+0", "1+3"],
  [2, "1+1", "2+2"],
  [3, "1+2", "3+1"],
  [4, "1+3", "4+0"],
])("the cut at %i: source %s, destination %s", (index, source, destination) => {
  expect(formatRange(rangeOf("source", set, index))).toBe(source);
  expect(formatRange(rangeOf("destination", set, index))).toBe(destination);
  expect(indexOf("source", set, rangeOf("source", set, index))).toBe(index);
  expect(indexOf("destination", set, rangeOf("destination", set, index))).toBe(index);
});

test.each([
  ["source", { start: 0, replicas: 3 }],
  ["source", { start: 1, replicas: 4 }],
  ["source", { start: 2, replicas: 0 }],
  ["destination", { start: 2, replicas: 1 }],
  ["destination", { start: 3, replicas: 2 }],
  ["destination", { start: 0, replicas: 4 }],
  ["destination", { start: 5, replicas: 0 }],
] as const)("no index gives the %s %j", (side, range) => {
  expect(indexOf(side, set, range)).toBeUndefined();
});

test.each([
  [6, 0, 1, 5],
  [6, 0, 4, 2],
  [1, 0, 4, 0],
  [0, 6, 2, 2],
  [5, 6, 2, 6],
  [3, 3, 2, 3],
])("from %i to %i by %i is %i", (from, to, batch, next) => {
  expect(towards(from, to, batch)).toBe(next);
});

test("a range is read as it was written, and nothing else is", () => {
  expect(parseRange(formatRange({ start: 3, replicas: 12 }))).toEqual({ start: 3, replicas: 12 });
  const others = [undefined, "", "3", "3+", "+3", "-1+3", "3+3 ", "3+3.0", "1234567890+1", "3-3"];
  expect(others.map(parseRange)).toEqual(others.map(() => undefined));
});
