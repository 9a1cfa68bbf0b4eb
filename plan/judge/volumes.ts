import type { HalfOutputs } from "../../core/contract/record";
import { holds, ordinalsOf } from "../../core/ordinals";
import { doubtsBefore } from "../../core/protections/doubts";
import { doubtProblems, unvouched } from "../../core/protections/leaving";
import { proofOf } from "../../core/protections/proof";
import type { Proof } from "../../core/protections/proof";
import type { Decision } from "../../core/protocol/protocol";
import type { Problem } from "../../core/userError";
import { together } from "../../core/verdict";
import type { Verdict } from "../../core/verdict";
import { expectedBacking, whyClaimsRefused } from "../../core/volumes/claims";
import { unusedDriverWarnings } from "../../core/volumes/csi";
import { keptInTreeWarnings } from "../../core/volumes/csiForm";
import { whyMountedElsewhere, whyNoRelease, whyNotGivenBack, whyNotOffered } from "../../core/volumes/handOver";
import { storageProblems } from "../../core/volumes/storageNeeds";
import { minorOf } from "../../core/contract/clusterIdentity";
import { inventoryOf, mergeInventories } from "../../core/volumes/volume";
import type { FoundClaim, OfferedVolume } from "../../core/volumes/volume";
import type { GuardedSet } from "../../live/guard";
import type { HalfArgs } from "../arguments";
import type { HalfSeen, StepSeen } from "../seen";
import type { Step } from "../step";

/** The volumes of a step, and what is to be said of them. */
export interface VolumePlan extends Verdict {
  /** Volumes that arrive in the destination, as they are declared. */
  readonly arriving: readonly OfferedVolume[];
  readonly guard: GuardedSet;
  /** What would be vouched for: a preview exports this. */
  readonly expected: Proof;
}

/**
 * Plans what becomes of the volumes of the ordinals that this `up` claims, releases or prepares.
 *
 * @param found undefined in a preview that cannot reach the cluster: what is recorded is taken for true.
 */
export function planVolumes(args: HalfArgs, seen: HalfSeen, step: Step, found: StepSeen | undefined): VolumePlan {
  const { decision, guard } = step;
  const { look, records } = seen;
  if (look === undefined || found === undefined) {
    const arriving = step.arrival.arriving.map(({ objects }) => objects);
    const expected = { held: decision.range, offer: records.own?.offer ?? {}, inventory: guard.inventory };
    return { arriving, guard, expected, ...together() };
  }
  const { claimed, released, near, around, arrival } = found;
  const { name, inventory } = guard;
  const setProblems = (reasons: readonly string[]): { problems: Problem[] } => ({
    problems: reasons.map((what) => ({ where: `StatefulSet ${guard.namespace}/${name}:`, what })),
  });
  const moves = look.set !== undefined && decision.claims.length + decision.releases.length > 0;
  const doubts = doubtsBefore(unvouched(guard.leaving, guard.fenced), around, released, guard.decidedOn);
  const always = together(
    setProblems(step.arrival.refusals),
    setProblems(moves ? whyNoRelease(look.set, decision.releases, decision.range, look.pods) : []),
    { problems: doubtProblems(`StatefulSet ${guard.namespace}/${name}:`, doubts, guard.fenced) },
    setProblems(whyMountedElsewhere(name, [...claimed, ...released], look.pods)),
  );
  const why = (of: GuardedSet, claims: readonly FoundClaim[], advice?: string): { problems: Problem[] } =>
    setProblems(whyClaimsRefused(of, claims).map((what) => (advice === undefined ? what : `${what}. ${advice}`)));

  if (decision.side === "source" || !step.carries) {
    // What leaves lived here until now: its data is where its claim is, even if someone restored it from a backup since.
    const lived = step.carries ? released.filter(({ ordinal }) => holds(records.own?.held, ordinal)) : [];
    const known = mergeInventories(inventory, inventoryOf(lived));
    return {
      arriving: [],
      guard: { ...guard, known },
      expected: proofOf(decision, guard.volumes, known, { near, unknown: [] }),
      ...(step.carries
        ? together(always, why(guard, claimed, claimAdvice), setProblems(reasonsOf(released, whyNotOffered)), {
            warnings: notMovable(near, decision),
          })
        : together(always, why(guard, claimed))),
    };
  }
  const { csi = {}, storageClasses = {} } = args;
  const { peer, ended } = records;
  const arriving = arrival.arriving.map(({ objects }) => objects);
  const offered = step.arrival.arriving.map(({ objects }) => objects);
  const arrivalVerdict = together(
    always,
    { warnings: peer === undefined ? [] : unusedDriverWarnings(csi, inventory, peer.offer) },
    { warnings: keptInTreeWarnings(Object.keys(csi), offered) },
    { warnings: arrival.warnings },
    setProblems(arrival.refusals),
    { problems: storageProblems(arriving, minorOf(look.version), found.lacking, storageClasses) },
  );
  const expected = proofOf(decision, guard.volumes, inventory, { near, unknown: [] });
  // After the end of a move there is no other half whose data these claims could be mistaken for: Bound is enough.
  if (ended) {
    const atEnd = { ...guard, inventory: inventoryOf(claimed) };
    return { arriving, guard: atEnd, expected, ...together(arrivalVerdict, why(atEnd, claimed, remakeAdvice)) };
  }
  const back = setProblems(reasonsOf(released, (claim) => whyNotGivenBack(claim, expectedBacking(inventory, claim))));
  const missing = notArriving(step, claimed);
  const notOffered = why(guard, missing, offerAdvice(args, decision, peer, missing));
  return { arriving, guard, expected, ...together(arrivalVerdict, back, notOffered) };
}

/** Claims of claimed ordinals whose volumes the source does not offer. */
function notArriving({ decision, arrival }: Step, claimed: readonly FoundClaim[]): readonly FoundClaim[] {
  // A preview out of turn: the source has not offered yet what it will offer once it has run.
  if (decision.refusal !== undefined) return [];
  const offered = new Set(arrival.arriving.map(({ ordinal, template }) => `${ordinal}/${template}`));
  return claimed.filter(({ ordinal, template }) => !offered.has(`${ordinal}/${template}`));
}

function reasonsOf(found: readonly FoundClaim[], why: (claim: FoundClaim) => string | undefined): string[] {
  return found.map(why).filter((reason) => reason !== undefined);
}

const remakeAdvice = "Make the claim again for its volume, which was kept, then run this again";

/** What to do about a claim of the source that does not let its ordinal come back. */
const claimAdvice = `${remakeAdvice}; or take the step back: give cutoverIndex its earlier value and run pulumi up on both stacks`;

function offerAdvice(
  { peerStack }: HalfArgs,
  { cutoverIndex, batch }: Decision,
  peer: HalfOutputs | undefined,
  missing: readonly FoundClaim[],
): string {
  // Where someone scaled the source down by hand, its cut may be too far away for its offer.
  const far = Math.max(...missing.map(({ ordinal }) => ordinal + 1 - (peer?.cutoverIndex ?? ordinal)));
  const needed = Math.ceil(far / 2);
  if (peer !== undefined && needed > batch) {
    return (
      `The source, at cutoverIndex ${peer.cutoverIndex}, offers no volume so far from its cut: set batch to ${needed} in ` +
      `both stacks and run pulumi up -s ${peerStack} at cutoverIndex ${peer.cutoverIndex}, then this again`
    );
  }
  return (
    `The source offers no volume for it: run pulumi up -s ${peerStack} at cutoverIndex ${cutoverIndex}, with the same ` +
    "batch and volumes in both stacks"
  );
}

/** Said early: volumes of the next ordinals to leave that could not be handed over. */
function notMovable(near: readonly FoundClaim[], decision: Decision): string[] {
  const next = ordinalsOf(decision.range).slice(-decision.batch);
  return reasonsOf(
    near.filter(({ ordinal, volume }) => next.includes(ordinal) && volume !== undefined),
    whyNotOffered,
  );
}
