import { endOf } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import type { Problem } from "../userError";

/** A cutover index that a user gave. */
export interface GivenIndex {
  /** How it is called, such as `cutoverIndex` or `--to`. */
  readonly where: string;
  readonly index: number;
  /** What to do if it is out of range, a sentence. */
  readonly todo: string;
}

/** What is wrong with a cutover index of a set, from s to s+N; undefined if nothing is. */
export function indexProblem(
  { start, replicas }: OrdinalRange,
  { where, index, todo }: GivenIndex,
): Problem | undefined {
  const end = endOf({ start, replicas });
  if (index >= start && index <= end) return undefined;
  const legal = `an integer from ${start} (all moved) to ${end} (nothing moved)`;
  return { where, what: "is out of range", received: index, legal, todo };
}

/** The cutover index of the config. */
export function configuredIndex(index: number): GivenIndex {
  return {
    where: "cutoverIndex",
    index,
    todo: "Change it by one ordinal at a time, from the last index that was applied",
  };
}
