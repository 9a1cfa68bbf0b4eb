import type { Backing } from "./backing";
import { whyNotClaimed, whyOldDataRefused } from "./handOver";
import { endOf, holds, ordinalsOf } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import type { Decision, LiveHalf } from "../protocol/protocol";
import type { FoundClaim, Inventory } from "./volume";

/** What is known of the ordinals that an `up` claims. */
export interface Claiming {
  readonly decision: Decision;
  readonly volumes: "carry" | "fresh";
  /** The live set that the decision was made on; undefined if there was none. */
  readonly decidedOn: LiveHalf | undefined;
  /** Claimed ordinals that had no volume anywhere before: those of a set that is created or has grown. */
  readonly newOrdinals: readonly number[];
  /** Where the data of each claim is, as far as it is known. */
  readonly inventory: Inventory;
}

/**
 * Claimed ordinals without data anywhere: the source's first `up` creates the set, and N may grow where all is held.
 *
 * @param recorded the set as it was in the half's last completed `up`; undefined before the first.
 */
export function newOrdinals({ side, claims }: Decision, recorded: OrdinalRange | undefined): number[] {
  if (recorded === undefined) return side === "source" ? [...claims] : [];
  return claims.filter((ordinal) => ordinal >= endOf(recorded));
}

/** Claimed ordinals whose data is somewhere already. */
export function claimsWithData({ decision, newOrdinals: without }: Claiming): number[] {
  return decision.claims.filter((ordinal) => !without.includes(ordinal));
}

/** Where the data of one claim is, or undefined if nobody knows. */
export function expectedBacking(inventory: Inventory, found: FoundClaim): Backing | undefined {
  return inventory[found.ordinal]?.[found.template];
}

/**
 * Why the ordinals that are claimed may not be claimed with the claims that are here, a sentence each. Ordinals that the
 * live spec allows already are an earlier run's: with `fresh` their claims are new, not left over.
 */
export function whyClaimsRefused(claiming: Claiming, found: readonly FoundClaim[]): string[] {
  return found
    .map((claim) => {
      if (claiming.volumes === "carry") return whyNotClaimed(claim, expectedBacking(claiming.inventory, claim));
      const started = holds(claiming.decidedOn?.range, claim.ordinal);
      return started ? undefined : whyOldDataRefused(claim, claiming.decision.ownTurn);
    })
    .filter((reason) => reason !== undefined);
}

/** Where the cut is, in which set, and how many ordinals a step may move. */
type NearTheCut = Pick<Decision, "cutoverIndex" | "set" | "batch">;

/** The ordinals whose volumes the destination declares: those within a batch of the cut, on both sides. */
export function arrivingOrdinals(decision: NearTheCut): number[] {
  return ordinalsNear(decision, decision.batch);
}

/**
 * The ordinals that the source offers: a batch more on both sides than the destination declares, so that the preview of
 * its next step shows every volume, and a step back leaves none out.
 */
export function offeredOrdinals(decision: NearTheCut): number[] {
  return ordinalsNear(decision, 2 * decision.batch);
}

function ordinalsNear({ cutoverIndex, set }: NearTheCut, distance: number): number[] {
  const start = Math.max(set.start, cutoverIndex - distance);
  const end = Math.min(endOf(set), cutoverIndex + distance);
  return ordinalsOf({ start, replicas: Math.max(0, end - start) });
}
