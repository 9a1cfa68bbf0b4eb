import { sides } from "../../../core/ordinals";
import type { Advice } from "../../../core/protocol/protocol";
import { decide } from "../../../core/protocol/protocol";
import type { State, World } from "./protocolModel";
import { completed, indexesOf, situationOf } from "./protocolModel";
import { Space } from "./protocolSpace";

/** What a person does after an advised `up`: ask for the wanted one again, or go back the way they came. */
type Habit = "startsOver" | "goesBack";

const nameOf = (up: Advice): string => `${up.side}@${up.cutoverIndex}`;

/**
 * Follows advice, every `up` running to its end, until the wanted one has run.
 *
 * @returns how many ups it took; or, in words, why it never gets there.
 */
function follow(world: World, from: State, wanted: Advice, habit: Habit): number | string {
  const looks = ({ side }: Advice): boolean => world.mode === "dest" && side === "destination";
  let state = from;
  let asked = [wanted];
  let refused: string[] = [];
  for (let count = 0; count < 50;) {
    const up = asked[asked.length - 1] ?? wanted;
    const { refusal, turn } = decide(situationOf(world, state, up, looks(up)));
    if (refusal === undefined) {
      state = completed(world, state, up, turn);
      count++;
      if (asked.length === 1) return count;
      asked = habit === "startsOver" ? [wanted] : asked.slice(0, -1);
      refused = [];
      continue;
    }
    const { advice } = refusal;
    if (advice === undefined) return `${nameOf(up)} is refused by ${refusal.rule} without advice`;
    refused.push(nameOf(up));
    if (refused.includes(nameOf(advice))) return `in a circle: ${[...refused, nameOf(advice)].join(", ")}`;
    const before = asked.findIndex((other) => nameOf(other) === nameOf(advice));
    asked = before < 0 ? [...asked, advice] : asked.slice(0, before + 1);
  }
  return "for ever";
}

/** From each of these states, in which all is quiet, to every `up`: the most ups it took, and the failures. */
function farthest(
  world: World,
  states: readonly State[],
  habit: Habit,
): { readonly most: number; readonly failures: string[] } {
  const failures: string[] = [];
  let most = 0;
  for (const state of states) {
    // A half that always looks cannot be helped while both sets are gone: it must do without the look (mode none).
    if (world.mode === "dest" && state.every(({ exported, live }) => exported && !live)) continue;
    for (const side of sides) {
      for (const cutoverIndex of indexesOf(world.set)) {
        const took = follow(world, state, { side, cutoverIndex }, habit);
        if (typeof took === "number") most = Math.max(most, took);
        else failures.push(`${nameOf({ side, cutoverIndex })} ${took}: ${JSON.stringify(state)}`);
      }
    }
  }
  return { most, failures };
}

const world = (mode: World["mode"], replicas: number, batch: number, deletions?: World["deletions"]): World => ({
  set: { start: 0, replicas },
  batch,
  mode,
  ...(deletions === undefined ? {} : { deletions }),
});

/** There, and back again to hand over, one `up` of each half a step, and what was left unfinished on the way. */
const bound = ({ set, batch }: World): number => 2 * Math.ceil(set.replicas / batch) + 4;

describe("following advice leads to every up", () => {
  test.each([
    [world("none", 2, 1), 7, 7],
    [world("none", 2, 2), 4, 5],
    [world("none", 3, 1), 9, 9],
    [world("none", 3, 2), 7, 7],
    [world("none", 2, 1, "noneRuns"), 7, 7],
    [world("none", 2, 2, "noneRuns"), 4, 5],
    [world("none", 3, 1, "noneRuns"), 9, 10],
    [world("none", 3, 2, "noneRuns"), 7, 7],
    [world("dest", 2, 1), 8, 8],
    [world("dest", 2, 2), 5, 6],
    [world("dest", 3, 1), 10, 10],
    [world("dest", 2, 1, "allCompleted"), 8, 8],
  ])("%j: at most %i ups for one who starts over, %i for one who goes back", (given, startsOver, goesBack) => {
    const states = new Space(given).quiet();
    expect(farthest(given, states, "startsOver")).toEqual({ most: startsOver, failures: [] });
    expect(farthest(given, states, "goesBack")).toEqual({ most: goesBack, failures: [] });
    expect(Math.max(startsOver, goesBack)).toBeLessThanOrEqual(bound(given));
  });
});
