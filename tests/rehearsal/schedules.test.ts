import * as fc from "fast-check";

import type { Side } from "../../core/ordinals";
import { endOf } from "../../core/ordinals";
import type { MovedSet } from "../../rehearsal/invariants";
import type { Interrupt } from "../../rehearsal/engine/state";
import { World } from "./world";

jest.setTimeout(170_000);

const set = (replicas: number, batch: number, start = 0): MovedSet => ({
  name: "web",
  namespace: "shop",
  replicas,
  start,
  batch,
  volumes: "carry",
});

const breaks: fc.Arbitrary<Interrupt | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "failBeforeWrite" as const,
        "failAfterWrite" as const,
        "killBeforeWrite" as const,
        "killAfterWrite" as const,
        "killAfterStep" as const,
      ),
      // The set itself is hit most often: it is where an ordinal is claimed or released.
      resource: fc.oneof(fc.constant("web"), fc.integer({ min: 1, max: 6 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "killBeforeOutputs" as const }) },
);

interface Up {
  readonly side: Side;
  /** Where to, as a part of the way from s to s+N: most often next to where the half is. */
  readonly index: number;
  readonly interrupt: Interrupt | undefined;
  /** Whether the other half's `up` at its own index runs at the same time. */
  readonly together: { readonly index: number; readonly interrupt: Interrupt | undefined } | undefined;
}

function ups({ start, replicas }: MovedSet): fc.Arbitrary<Up[]> {
  const index = fc.integer({ min: start, max: start + replicas });
  return fc.array(
    fc.record({
      side: fc.constantFrom<Side>("source", "destination"),
      index,
      interrupt: breaks,
      together: fc.option(fc.record({ index, interrupt: breaks }), { nil: undefined, freq: 4 }),
    }),
    { minLength: 3, maxLength: 9 },
  );
}

async function play(world: World, schedule: readonly Up[]): Promise<void> {
  const { set } = world;
  await world.up("destination", endOf(set));
  await world.up("source", endOf(set));
  for (const { side, index, interrupt, together } of schedule) {
    const other = side === "source" ? "destination" : "source";
    await Promise.all([
      world.up(side, index, interrupt, together === undefined),
      ...(together === undefined ? [] : [world.up(other, together.index, together.interrupt, false)]),
    ]);
  }
}

describe("random schedules of ups, failures, crashes, wrong orders and rollbacks", () => {
  test.each([
    ["three ordinals", set(3, 1), 20],
    ["two ordinals, numbered from 1", set(2, 1, 1), 15],
    ["three ordinals, two a step", set(3, 2), 15],
  ])("%s: no invariant breaks, and advice leads to both ends", async (_, moved, numRuns) => {
    await fc.assert(
      fc.asyncProperty(ups(moved), fc.constantFrom<Side>("source", "destination"), async (schedule, last) => {
        const world = new World(moved);
        await play(world, schedule);
        const end = last === "source" ? endOf(moved) : moved.start;
        const runs = await world.bothTo(end, last === "source" ? "destination" : "source");
        expect([...world.violations]).toEqual([]);
        expect(runs).toBeDefined();
        const { pods } = world.moment()[last];
        expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual(
          Array.from({ length: moved.replicas }, (__, index) => `web-${moved.start + index}`),
        );
      }),
      { numRuns, seed: Number(process.env.SCHEDULE_SEED ?? 20261122), endOnFailure: true },
    );
  });
});
