import * as fc from "fast-check";

import type { Side } from "../../../core/ordinals";
import { endOf } from "../../../core/ordinals";
import type { Stop } from "./run";
import type { Scenario } from "./scene";
import { points } from "./up";
import { inWords } from "./words";
import type { TroubledWorld } from "./world";

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
  | { readonly do: "goOn"; readonly side: Side; readonly stop: Stop | undefined }
  | { readonly do: "kill" | "deleteSet"; readonly side: Side }
  | { readonly do: "rest" }
  | { readonly do: "batch"; readonly to: number }
  | { readonly do: "restore"; readonly side: Side; readonly back: number }
  | {
      readonly do: "pod";
      readonly what: "delete" | "neverReady" | "stuckTerminating" | "mend";
      readonly side: Side;
      readonly offset: number;
    }
  | { readonly do: "scale"; readonly side: Side; readonly by: number };

/** What foreign hands do in a schedule. */
export type ForeignHands = "none" | "scale" | "deleteSets";

/** The sequences that are drawn. Simple things come first: a counterexample is made of them where it can be. */
export function actions({ replicas }: Scenario, hands: ForeignHands): fc.Arbitrary<Action[]> {
  const side = fc.constantFrom<Side>("source", "destination");
  const at = fc.constantFrom(...points);
  const stop: fc.Arbitrary<Stop | undefined> = fc.option(
    fc.record({ at, how: fc.constantFrom<Stop["how"]>("killed", "paused") }),
    { nil: undefined, freq: 2 },
  );
  const offset = fc.integer({ min: 0, max: replicas });
  const to: fc.Arbitrary<Target> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ steps: fc.constantFrom(0, -1, -1, 1, 1) }) },
    { weight: 1, arbitrary: fc.record({ offset }) },
  );
  const givesUp = fc.integer({ min: 0, max: 9 }).map((n) => n === 9);
  const what = fc.constantFrom("delete" as const, "neverReady" as const, "stuckTerminating" as const, "mend" as const);
  const by = fc.constantFrom(1, -1, 2, -2);
  return fc.array(
    fc.oneof(
      { weight: 24, arbitrary: fc.record({ do: fc.constant("up" as const), side, to, stop, givesUp }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constant("goOn" as const), side, stop }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const), side }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("rest" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("batch" as const), to: fc.constantFrom(2, 1) }) },
      {
        weight: hands === "none" ? 2 : 0,
        arbitrary: fc.record({ do: fc.constant("restore" as const), side, back: fc.constantFrom(1, 2) }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("pod" as const), what, side, offset }) },
      { weight: hands === "scale" ? 7 : 0, arbitrary: fc.record({ do: fc.constant("scale" as const), side, by }) },
      {
        weight: hands === "deleteSets" ? 3 : 0,
        arbitrary: fc.record({ do: fc.constant("deleteSet" as const), side }),
      },
    ),
    { minLength: 1, maxLength: 16, size: "max" },
  );
}

/** Lets one thing happen, and tells it in words; undefined if it changes nothing. */
export async function act(world: TroubledWorld, action: Action): Promise<string | undefined> {
  const { set } = world;
  switch (action.do) {
    case "up": {
      const { side, to, stop, givesUp } = action;
      const wanted = "steps" in to ? world.indexOf(side) + to.steps * world.batch : set.start + to.offset;
      const index = Math.min(Math.max(wanted, set.start), endOf(set));
      return inWords.up(side, index, givesUp, await world.up(side, index, { stop, givesUp }));
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
    case "restore":
      return world.restore(action.side, action.back) ? inWords.restore(action.side, world.indexOf(action.side)) : undefined;
    case "pod": {
      const { what, side, offset } = action;
      const ordinal = set.start + offset;
      if (what !== "delete") world.breakPod(side, ordinal, what === "mend" ? undefined : what);
      else if (!world.deletePod(side, ordinal)) return undefined;
      return inWords.pod(what, side, ordinal);
    }
    case "scale":
      return world.scale(action.side, action.by) ? inWords.scale(action.side, action.by) : undefined;
    case "deleteSet": {
      // What is assumed: while no `up` runs or is unfinished on the other half (docs/how-it-works.md).
      const isFree = !world.isBusy("source") && !world.isBusy("destination");
      return isFree && world.deleteSet(action.side) ? inWords.deleteSet(action.side) : undefined;
    }
  }
}
