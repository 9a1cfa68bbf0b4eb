import * as fc from "fast-check";

import type { Side } from "../../../core/ordinals";
import { endOf, peerOf } from "../../../core/ordinals";
import type { Stop } from "./run";
import { points } from "./up";
import { inWords } from "./words";
import type { PodTrouble } from "./hands";
import type { TroubledWorld, UpOptions } from "./world";

/** Where to: some steps from where the half is, or anywhere, counted from the first ordinal. */
type Target = { readonly steps: number } | { readonly offset: number };

/** One thing that happens. */
export type Action =
  | {
      readonly do: "up";
      readonly side: Side;
      readonly to: Target;
      readonly stop: Stop | undefined;
      readonly givesUp: boolean;
    }
  /** The next `up` of a move that goes on step by step. */
  | {
      readonly do: "next";
      readonly towards: Side;
      readonly stop: Stop | undefined;
      readonly givesUp: boolean;
    }
  | { readonly do: "goOn"; readonly side: Side; readonly stop: Stop | undefined }
  | { readonly do: "kill"; readonly side: Side }
  | { readonly do: "rest" }
  | { readonly do: "batch"; readonly to: number }
  /** What it is depends on the scenario: a backup is restored, or a set is scaled or deleted by hand. */
  | { readonly do: "others"; readonly side: Side; readonly back: number; readonly by: number }
  | {
      readonly do: "pod";
      readonly what: PodTrouble;
      readonly side: Side;
      readonly offset: number;
    };

/** What is drawn. Simple things come first: a counterexample is made of them where it can be. */
function action(mostReplicas: number): fc.Arbitrary<Action> {
  const side = fc.constantFrom<Side>("source", "destination");
  const at = fc.constantFrom(...points);
  const stop: fc.Arbitrary<Stop | undefined> = fc.option(
    fc.record({ at, how: fc.constantFrom<Stop["how"]>("killed", "paused") }),
    { nil: undefined, freq: 2 },
  );
  const rarely = fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: stop });
  const towards = fc.constantFrom<Side>("destination", "destination", "source");
  const offset = fc.integer({ min: 0, max: mostReplicas });
  const to: fc.Arbitrary<Target> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ steps: fc.constantFrom(0, -1, -1, 1, 1) }) },
    { weight: 1, arbitrary: fc.record({ offset }) },
  );
  const givesUp = fc.integer({ min: 0, max: 9 }).map((n) => n === 9);
  const what = fc.constantFrom<PodTrouble>("delete", "forceDelete", "cutOff", "neverReady", "stuckTerminating", "mend");
  const others = { side, back: fc.constantFrom(1, 2), by: fc.constantFrom(1, -1, 2, -2) };
  return fc.oneof(
    {
      weight: 16,
      arbitrary: fc.record({ do: fc.constant("next" as const), towards, stop: rarely, givesUp }),
    },
    { weight: 12, arbitrary: fc.record({ do: fc.constant("up" as const), side, to, stop, givesUp }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("goOn" as const), side, stop }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const), side }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("rest" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("batch" as const), to: fc.constantFrom(2, 1) }) },
    { weight: 7, arbitrary: fc.record({ do: fc.constant("others" as const), ...others }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("pod" as const), what, side, offset }) },
  );
}

/** Sequences of actions. */
export function actions(mostReplicas: number): fc.Arbitrary<Action[]> {
  return fc.array(action(mostReplicas), { minLength: 1, maxLength: 18, size: "max" });
}

/** Lets one thing happen, and tells it in words; undefined if it changes nothing. */
export async function act(world: TroubledWorld, action: Action): Promise<string | undefined> {
  const { set } = world;
  switch (action.do) {
    case "up": {
      const { side, to, stop, givesUp } = action;
      const wanted = "steps" in to ? world.indexOf(side) + to.steps * world.batch : set.start + to.offset;
      return up(world, side, wanted, { stop, givesUp });
    }
    case "next": {
      const { towards, stop, givesUp } = action;
      const giver = peerOf(towards);
      const [given, taken] = [world.indexOf(giver), world.indexOf(towards)];
      const step = towards === "destination" ? -world.batch : world.batch;
      return given === taken
        ? up(world, giver, given + step, { stop, givesUp })
        : up(world, towards, given, { stop, givesUp });
    }
    case "goOn":
      return inWords.goesOn(action.side, await world.goOn(action.side, action.stop));
    case "kill":
      return inWords.goesOn(action.side, await world.kill(action.side));
    case "rest":
      world.rest();
      return inWords.rest;
    case "batch":
      world.batch = action.to;
      return inWords.batch(action.to);
    case "pod": {
      const { what, side, offset } = action;
      const ordinal = set.start + (offset % set.replicas);
      return world.hands.podTrouble(what, side, ordinal) ? inWords.pod(what, side, ordinal) : undefined;
    }
    case "others":
      return others(world, action);
  }
}

async function up(world: TroubledWorld, side: Side, wanted: number, options: UpOptions): Promise<string | undefined> {
  const index = Math.min(Math.max(wanted, world.set.start), endOf(world.set));
  return inWords.up(side, index, options.givesUp ?? false, await world.up(side, index, options));
}

function others(world: TroubledWorld, { side, back, by }: Action & { readonly do: "others" }): string | undefined {
  switch (world.scenario.others) {
    case "restore":
      return world.restore(side, back) ? inWords.restore(side, world.indexOf(side)) : undefined;
    case "scale":
      return world.hands.scale(side, by) ? inWords.scale(side, by) : undefined;
    case "delete": {
      // What is assumed: while no `up` runs or is unfinished on the other half (docs/how-it-works.md).
      const isFree = !world.isBusy("source") && !world.isBusy("destination");
      return isFree && world.hands.deleteSet(side) ? inWords.deleteSet(side) : undefined;
    }
  }
}
