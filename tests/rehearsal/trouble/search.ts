import * as fc from "fast-check";

import type { Side } from "../../../core/ordinals";
import { actions } from "./actions";
import { wholeGuard } from "./guard";
import type { Guard } from "./guard";
import { KnownWays } from "./knownWays";
import type { Scenario } from "./scene";
import { play, told } from "./story";
import { TroubledWorld } from "./world";

/** What is looked for, and how long. */
export interface Search {
  readonly schedules: number;
  /** Left out: another one each time. */
  readonly seed?: number | undefined;
  /** What the scenarios are to be like. Left out: all that there are. */
  readonly only?: Partial<Scenario>;
  readonly guard?: Guard;
  /** Whether what was found is to be made as short as it can be, which takes longer. Default true. */
  readonly shortens?: boolean;
  /** Is told after every schedule. */
  readonly played?: () => void;
}

/** What was found. */
export interface Found {
  readonly seed: number;
  /** How many schedules were played before the one that broke an invariant; all of them if none did. */
  readonly schedules: number;
  /** A sequence that breaks an invariant, in words, the shortest unless it was not asked for; undefined if none does. */
  readonly counterexample: string | undefined;
  /** The most `up` that following advice took from the end of a schedule to an end of the move. */
  readonly mostUps: number;
}

/** Everything that a schedule can be about. With each of them something else is promised (docs/protections.md). */
function scenarios(only: Partial<Scenario>): fc.Arbitrary<Scenario> {
  const draw = <T>(fixed: T | undefined, drawn: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fixed === undefined ? drawn : fc.constant(fixed);
  return fc.record({
    replicas: draw(only.replicas, fc.constantFrom(2, 2, 3, 3, 4)),
    start: draw(only.start, fc.constantFrom(0, 1)),
    parallel: draw(only.parallel, fc.boolean()),
    attaches: draw(only.attaches, fc.boolean()),
    protection: draw(only.protection, fc.constantFrom("outputs" as const, "livePeer" as const, "rangeLock" as const)),
    others: draw(
      only.others,
      fc.oneof(
        { weight: 4, arbitrary: fc.constant("restore" as const) },
        { weight: 2, arbitrary: fc.constant("scale" as const) },
        { weight: 1, arbitrary: fc.constant("delete" as const) },
      ),
    ),
  });
}

/** An invariant broke: which one, the story says. */
class Broken extends Error {}

/** Plays random schedules until one breaks an invariant, and shortens that. */
export async function search(wanted: Search): Promise<Found> {
  const { schedules, seed, only = {}, guard = wholeGuard, shortens = true, played } = wanted;
  let mostUps = 0;
  const known = new KnownWays();
  const begun = new Map<string, TroubledWorld>();
  const drawn = fc.tuple(scenarios(only), actions(4), fc.constantFrom<Side>("source", "destination"));
  const tell = async ([scenario, schedule, last]: [Scenario, Parameters<typeof play>[1], Side]) => {
    const story = await play(await TroubledWorld.atFirst(scenario, guard, begun), schedule, last, known);
    if (story.broken === undefined) mostUps = Math.max(mostUps, story.ups);
    return story;
  };
  const property = fc.asyncProperty(drawn, async (one) => {
    const { broken } = await tell(one);
    played?.();
    if (broken !== undefined) throw new Broken();
  });
  const options = { numRuns: schedules, endOnFailure: !shortens };
  const result = await fc.check(property, { ...options, ...(seed === undefined ? {} : { seed }) });
  const shortest = result.counterexample?.[0];
  // Anything else that was thrown is a defect of ours, or of the simulation.
  if (result.failed && !(result.errorInstance instanceof Broken)) throw result.errorInstance;
  return {
    seed: result.seed,
    schedules: result.numRuns - (result.failed ? 1 : 0),
    counterexample: shortest && told(shortest[0], await tell(shortest)),
    mostUps,
  };
}
