import type { Advice, HalfRecord } from "../../../core/protocol/decision";
import type { OrdinalRange, Side } from "../../../core/ordinals";
import { endOf, peerOf, rangeOf } from "../../../core/ordinals";
import { decide } from "../../../core/protocol/protocol";
import { renderProblem } from "../../../core/userError";
import type { Walk } from "../../../core/protocol/walk";
import { planWalk, stepInWords, walkInWords } from "../../../core/protocol/walk";
import { indexesOf } from "./protocolModel";

const record = (side: Side, set: OrdinalRange, cutoverIndex: number, turn: number): HalfRecord => ({
  ...{ cutoverIndex, set, held: rangeOf(side, set, cutoverIndex), turn, peerTurn: 0 },
});

/** Both halves at their indexes, the right to claim with the one whose turn is lower. */
function walk(set: OrdinalRange, source: number, destination: number, to: number, more: Partial<Walk> = {}): Walk {
  const records = { source: record("source", set, source, 2), destination: record("destination", set, destination, 1) };
  return { set, batch: 1, to, records, ...more };
}

function plan(given: Walk): string[] {
  const { value: ups, problems } = planWalk(given);
  return problems.length > 0 ? problems.map(renderProblem) : ups.map((up) => `${up.side}@${up.cutoverIndex}`);
}

/** Runs a plan by the protocol; the first refusal, or where the halves stand afterwards. */
function run({ set, batch, records }: Walk, ups: readonly Advice[]): unknown {
  const now = { ...records };
  for (const up of ups) {
    const own = now[up.side];
    const live = own && { range: own.held, turn: own.turn };
    const { refusal, range, turn } = decide({ ...up, set, batch, own, peer: now[peerOf(up.side)], live });
    if (refusal !== undefined) return `${up.side}@${up.cutoverIndex}: ${refusal.reason}`;
    now[up.side] = { cutoverIndex: up.cutoverIndex, set, held: range, turn, peerTurn: 0 };
  }
  return [now.source?.cutoverIndex, now.destination?.cutoverIndex];
}

const set = { start: 0, replicas: 4 };

describe("the plan", () => {
  test.each([
    ["forward: the source first", walk(set, 4, 4, 3), ["source@3", "destination@3"]],
    ["back: the destination first", walk(set, 3, 3, 4), ["destination@4", "source@4"]],
    [
      "several steps, one after the other",
      walk(set, 4, 4, 2),
      ["source@3", "destination@3", "source@2", "destination@2"],
    ],
    [
      "as many ordinals a step as allowed, and the rest in the last one",
      walk(set, 4, 4, 1, { batch: 2 }),
      ["source@2", "destination@2", "source@1", "destination@1"],
    ],
    [
      "cut off in the middle: what was given up is claimed first",
      walk(set, 2, 3, 1),
      ["destination@2", "source@1", "destination@1"],
    ],
  ])("%s", (_, given, expected) => {
    expect(plan(given)).toEqual(expected);
  });

  test("reversed in the middle: the half that gave the ordinal up hands the right over first", () => {
    expect(plan(walk(set, 2, 3, 3))).toEqual(["destination@3", "source@3"]);
    expect(plan(walk(set, 2, 3, 4))).toEqual(["destination@3", "source@3", "destination@4", "source@4"]);
  });

  test("no outputs yet: the destination first, at s+N, then on to the goal", () => {
    const none = { source: undefined, destination: undefined };
    expect(plan(walk(set, 4, 4, 4, { records: none }))).toEqual(["destination@4", "source@4"]);
    expect(plan(walk(set, 4, 4, 3, { records: none }))).toEqual([
      ...["destination@4", "source@4", "source@3", "destination@3"],
    ]);
    const only = { source: undefined, destination: record("destination", set, 4, 1) };
    expect(plan(walk(set, 4, 4, 4, { records: only }))).toEqual(["source@4", "destination@4"]);
  });

  test("nothing to move: one up of each half, the one that holds all first", () => {
    expect(plan(walk(set, 2, 2, 2))).toEqual(["source@2", "destination@2"]);
    expect(plan(walk(set, 4, 4, 4))).toEqual(["source@4", "destination@4"]);
    expect(plan(walk(set, 0, 0, 0))).toEqual(["destination@0", "source@0"]);
  });

  test("more replicas while the source holds all: an end stays that end", () => {
    const grown = { start: 0, replicas: 5 };
    const { records } = walk(set, 4, 4, 4);
    expect(plan({ set: grown, batch: 1, to: 5, records: { ...records, source: record("source", set, 4, 0) } })).toEqual(
      [...["source@5", "destination@5"]],
    );
  });

  test("outputs that overlap: no way, but a way out", () => {
    expect(plan(walk(set, 3, 1, 2))).toEqual([
      "the outputs of both stacks: ordinals 1 to 2 would live in both clusters. The state of a stack was restored from a " +
        "backup. Look at the annotation statefulset-cutover/range of both sets, and run pulumi up on the half whose " +
        "outputs differ from it, with the cutoverIndex that its range has",
    ]);
  });

  test("turns that give neither half the right to claim: no circle", () => {
    const two = { start: 0, replicas: 2 };
    const records = { source: record("source", two, 0, 1), destination: record("destination", two, 2, 1) };
    expect(plan({ set: two, batch: 1, to: 0, records })).toEqual([
      expect.stringContaining("no sequence of ups leads from them to cutoverIndex 0"),
    ]);
  });

  test("a thousand replicas", () => {
    expect(plan(walk({ start: 7, replicas: 1000 }, 1007, 1007, 7))).toHaveLength(2000);
  });
});

test("from every pair of applied indexes to every index: it arrives, and nothing on the way is refused", () => {
  const worlds = [1, 2, 3, 4].flatMap((replicas) =>
    [1, 2, 3].flatMap((batch) => [0, 5].map((start) => ({ set: { start, replicas }, batch }))),
  );
  const failures: unknown[] = [];
  let count = 0;
  let most = 0;
  for (const world of worlds) {
    const indexes = indexesOf(world.set);
    const turns = [
      [1, 2],
      [2, 1],
      [7, 3],
    ] as const;
    const pairs = [
      ...indexes.flatMap((low) => indexes.filter((high) => high >= low).map((high) => [low, high] as const)),
      [endOf(world.set), undefined] as const,
      [undefined, endOf(world.set)] as const,
      [undefined, undefined] as const,
    ];
    for (const [source, destination] of pairs) {
      for (const [sourceTurn, destinationTurn] of turns) {
        for (const to of indexes) {
          const records = {
            source: source === undefined ? undefined : record("source", world.set, source, sourceTurn),
            destination:
              destination === undefined ? undefined : record("destination", world.set, destination, destinationTurn),
          };
          const given = { ...world, to, records };
          const { value: ups, problems } = planWalk(given);
          const arrived = run(given, ups);
          if (problems.length > 0 || String(arrived) !== String([to, to])) failures.push({ given, problems, arrived });
          // Both ups of every step, the first ups, and what hands the right over where a step was cut off.
          most = Math.max(most, ups.length - 2 * Math.ceil(world.set.replicas / world.batch));
          count += 1;
        }
      }
    }
  }
  expect({ failures, count, most }).toEqual({ failures: [], count: 3258, most: 3 });
});

test.each([
  [4, 3, "cutoverIndex 4 => 3: ordinal 3 moves to the destination; source first"],
  [3, 4, "cutoverIndex 3 => 4: ordinal 3 returns to the source; destination first"],
  [4, 1, "cutoverIndex 4 => 1: ordinals 1 to 3 move to the destination; source first"],
  [1, 3, "cutoverIndex 1 => 3: ordinals 1 to 2 return to the source; destination first"],
  [2, 2, "cutoverIndex 2: nothing moves"],
])("from %i to %i in words", (from, to, words) => {
  expect(stepInWords(from, to)).toBe(words);
});

test("a walk in words says where it starts", () => {
  expect(walkInWords(walk(set, 4, 4, 3))).toBe(stepInWords(4, 3));
  expect(walkInWords(walk(set, 2, 3, 1))).toBe(
    `${stepInWords(3, 1)}; ordinal 2 is held by neither half, an unfinished step`,
  );
  expect(walkInWords(walk(set, 1, 3, 4))).toBe(
    `${stepInWords(1, 4)}; ordinals 1 to 2 are held by neither half, an unfinished step`,
  );
  expect(walkInWords(walk(set, 4, 4, 3, { records: { source: undefined, destination: undefined } }))).toBe(
    "cutoverIndex 3: not every half has a completed up yet; the first ones come first",
  );
});
