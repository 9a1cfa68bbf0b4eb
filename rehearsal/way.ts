import type { StatefulSet } from "../core/kubernetes";
import { endOf, ordinalsText, sameRange, towards } from "../core/ordinals";
import type { Standing } from "../core/project/standing";
import type { Problem } from "../core/userError";
import type { MovedSet } from "./invariants";

/** The way through the cutover indexes, a batch at a time, from where the move stands. A step in progress comes first. */
export function planWay(
  set: MovedSet,
  { from, to, oneWay }: { readonly from?: number; readonly to?: number; readonly oneWay: boolean },
  standing?: Pick<Standing, "cutoverIndex" | "unfinished">,
): { readonly startIndex: number; readonly silent: readonly number[]; readonly shown: readonly number[] } {
  const end = endOf(set);
  const startIndex = standing?.cutoverIndex ?? end;
  const next = standing?.unfinished;
  const whole = [startIndex, ...(next === undefined ? [] : [next])];
  const there = whole[whole.length - 1] ?? end;
  const first = from ?? there;
  const silent = from === undefined ? [] : [...whole.slice(1), ...walk(there, first, set.batch)];
  const goals = to !== undefined ? [to] : oneWay ? [set.start] : [set.start, end];
  const shown = from === undefined ? [...whole] : [first];
  for (const goal of goals) shown.push(...walk(shown[shown.length - 1] ?? goal, goal, set.batch));
  return { startIndex, silent, shown };
}

function walk(from: number, to: number, batch: number): number[] {
  const way: number[] = [];
  for (let at = from; at !== to; way.push(at)) at = towards(at, to, batch);
  return way;
}

/** The set that was found, and where its move stands. */
interface FoundMove {
  readonly source: { readonly set: StatefulSet };
  readonly standing?: Standing;
}

/** Why the manifests are not those of the set that was found. */
export function whyOtherSet(set: MovedSet, real: FoundMove | undefined): Problem[] {
  if (real === undefined) return [];
  const { set: found } = real.source;
  const { name, namespace = "default" } = found.metadata;
  const where = "manifests:";
  if (set.name !== name || set.namespace !== namespace) {
    const received = `${set.namespace}/${set.name}`;
    const todo = "Correct --set or --config-dir";
    return [
      { where, what: "are those of another set than --set names", received, legal: `${namespace}/${name}`, todo },
    ];
  }
  const { standing } = real;
  if (standing === undefined || sameRange(set, standing.set)) return [];
  const what = "give the set other ordinals than both live sets have together";
  const todo = "N and the first ordinal stay as they are in the middle of a move: give them their earlier values";
  return [{ where, what, received: ordinalsText(set), legal: ordinalsText(standing.set), todo }];
}
