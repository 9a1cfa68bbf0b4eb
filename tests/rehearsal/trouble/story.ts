import { sides } from "../../../core/ordinals";
import type { Side } from "../../../core/ordinals";
import { act } from "./actions";
import type { Action } from "./actions";
import { KnownWays } from "./knownWays";
import { arrive } from "./wayOut";
import type { TroubledWorld } from "./world";

import type { Scenario } from "./scene";
import { inWords } from "./words";

/** What came of a schedule. */
export interface Story {
  /** What happened, one sentence each. */
  readonly happened: readonly string[];
  /** The invariant that broke, or where no advice leads out; undefined if all is well. */
  readonly broken: string | undefined;
  /** How many `up` it took to get to the end. */
  readonly ups: number;
}

/** Plays a schedule until an invariant breaks; then walks to one of the ends as advised. */
export async function play(
  world: TroubledWorld,
  schedule: readonly Action[],
  last: Side,
  known = new KnownWays(),
): Promise<Story> {
  const happened: string[] = [];
  const story = (broken: string | undefined, ups = 0): Story => ({ happened, broken, ups });
  for (const action of schedule) {
    const sentence = await act(world, action);
    if (sentence !== undefined) happened.push(sentence);
    const [broken] = world.violations;
    if (broken !== undefined) return story(broken);
  }
  for (const side of sides) if (world.isBusy(side)) await world.kill(side);
  world.hands.mend();
  world.rest();
  const { happened: walked, ups, stuck } = await arrive(world, last, known);
  const [broken = stuck] = world.violations;
  return { happened: broken === undefined ? happened : [...happened, ...walked], broken, ups };
}

/** A story that ends badly, in words. */
export function told(scenario: Scenario, { happened, broken }: Story): string {
  const lines = happened.map((sentence, index) => `${index + 1}. ${sentence}`);
  return [inWords.scene(scenario), ...lines, inWords.end(broken)].join("\n");
}
