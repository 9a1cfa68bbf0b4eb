import { annotations, ordinalIn, rangeOfSet } from "../kubernetes";
import type { StatefulSet } from "../kubernetes";
import { formatRange, holds, sameRange } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import type { Decision } from "../protocol/protocol";
import type { Problem } from "../userError";
import { inventoryOf, mergeInventories, offerOf } from "../volumes/volume";
import type { FoundClaim, Inventory, Offer } from "../volumes/volume";

/** What a half vouches for after the write. */
export interface Proof {
  readonly held: OrdinalRange;
  /** Source only. */
  readonly offer: Offer;
  /** Source only. */
  readonly inventory: Inventory;
}

/** The claims of the source that are looked at for what it vouches for. */
export interface SourceClaims {
  /** Those of the ordinals near the cut. */
  readonly near: readonly FoundClaim[];
  /** Those of ordinals that live here and that the inventory lacks. */
  readonly unknown: readonly FoundClaim[];
}

/**
 * What a half vouches for, if its ordinals are those of the decision: what a preview shows before the write, from what it
 * sees then, and what is recorded after it.
 *
 * @param known the inventory so far.
 */
export function proofOf(
  decision: Decision,
  volumes: "carry" | "fresh",
  known: Inventory,
  { near, unknown }: SourceClaims,
): Proof {
  const held = decision.range;
  if (decision.side === "destination") return { held, offer: {}, inventory: {} };
  // Kept: with `carry` again, an ordinal may come back only to the data that it left.
  if (volumes === "fresh") return { held, offer: {}, inventory: known };
  // While an ordinal lives here, its data is where its claim is now: someone may have restored it from a backup. One that
  // never lived here has a claim only if a person made it for the way back; the destination compares before it lets go.
  const here = near.filter(({ ordinal, template }) => holds(held, ordinal) || known[ordinal]?.[template] === undefined);
  return { held, offer: offerOf(near), inventory: mergeInventories(known, inventoryOf([...unknown, ...here])) };
}

/**
 * Why a live set is not what was decided, a clause each.
 *
 * @param name of the set.
 * @param live undefined if there is none.
 * @param pods names of the pods of its namespace.
 */
export function whyNotProven(
  name: string,
  live: StatefulSet | undefined,
  decision: Decision,
  pods: readonly string[],
): string[] {
  const differences = live === undefined ? ["does not exist"] : whatDiffers(live, decision);
  // Also ordinals above the set: pods that stay when N falls.
  const left = pods
    .map((pod) => ordinalIn(pod, name))
    .filter((ordinal) => ordinal !== undefined && !holds(decision.range, ordinal));
  return left.length > 0 ? [...differences, `still has a pod of ordinal ${left.join(", ")}`] : differences;
}

/** Why nothing is vouched for. */
export function notProven(namespace: string, name: string, differences: readonly string[]): Problem {
  return {
    where: `StatefulSet ${namespace}/${name}`,
    what: differences.join(", and it "),
    todo: "Nothing is vouched for. Run pulumi up --refresh on this stack at the same cutoverIndex",
  };
}

function whatDiffers(live: StatefulSet, decision: Decision): string[] {
  const { [annotations.turn]: turn, [annotations.range]: range } = live.metadata.annotations ?? {};
  const differences: string[] = [];
  if (!sameRange(rangeOfSet(live), decision.range)) {
    differences.push(`has the ordinals ${formatRange(rangeOfSet(live))} instead of ${formatRange(decision.range)}`);
  }
  if (range !== formatRange(decision.range)) differences.push(`carries the range ${range ?? "none"}`);
  if (turn !== String(decision.turn))
    differences.push(`carries the turn ${turn ?? "none"} instead of ${decision.turn}`);
  if ((live.status?.observedGeneration ?? 0) < (live.metadata.generation ?? 0)) {
    differences.push("has not been seen by its controller yet");
  }
  return differences;
}
