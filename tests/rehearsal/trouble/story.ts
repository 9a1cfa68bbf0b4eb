import type { Side } from "../../../core/ordinals";
import { endOf, peerOf } from "../../../core/ordinals";
import { type Action, act } from "./actions";
import { arrive } from "./wayOut";
import type { TroubledWorld } from "./world";
import { sides } from "./scene";

/** What came of a schedule. */
export interface Story {
  /** What happened, one sentence each. */
  readonly happened: readonly string[];
  /** The invariant that broke, or where no advice leads out; undefined if all is well. */
  readonly broken: string | undefined;
  /** How many `up` it took to get to both ends. */
  readonly ups: number;
}

/** Plays a schedule from where nothing has moved, until an invariant breaks; then walks to both ends as advised. */
export async function play(world: TroubledWorld, schedule: readonly Action[], last: Side): Promise<Story> {
  const happened: string[] = [];
  const story = (broken: string | undefined, ups = 0): Story => ({ happened, broken, ups });
  for (const side of ["destination", "source"] as const) await world.up(side, endOf(world.set));
  for (const action of schedule) {
    const sentence = await act(world, action);
    if (sentence !== undefined) happened.push(sentence);
    const [broken] = world.violations;
    if (broken !== undefined) return story(broken);
  }
  for (const side of sides) if (world.isBusy(side)) await world.kill(side);
  for (const side of sides) {
    for (let ordinal = world.set.start; ordinal <= endOf(world.set); ordinal++) world.breakPod(side, ordinal, undefined);
  }
  world.rest();
  let ups = 0;
  for (const holder of [peerOf(last), last]) {
    const walk = await arrive(world, holder);
    happened.push(...walk.happened);
    ups += walk.ups;
    const [broken = walk.stuck] = world.violations;
    if (broken !== undefined) return story(broken, ups);
    happened.length -= walk.happened.length;
  }
  return story(undefined, ups);
}

/** A story that ends badly, in words. */
export function told({ happened, broken = "all is well" }: Story): string {
  const lines = happened.map((sentence, index) => `${index + 1}. ${sentence}`);
  return [...lines, `=> ${broken}`].join("\n");
}
