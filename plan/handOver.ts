import {
  whyMountedElsewhere,
  whyNoRelease,
  whyNotGivenBack,
  whyNotOffered,
  whyTwinDiffers,
} from "../core/volumes/handOver";
import { besideCsiTwin, unusedDriverWarnings, withCsi } from "../core/volumes/csi";
import { inCsiForm, keptInTreeWarnings } from "../core/volumes/csiForm";
import { annotations } from "../core/kubernetes";
import { doubtProblems, leavingNote, leavingPods } from "../core/protections/leaving";
import { endOf, holds, ordinalsOf } from "../core/ordinals";
import type { Decision, LiveHalf } from "../core/protocol/protocol";
import type { HalfOutputs } from "../core/contract/record";
import type { Problem } from "../core/userError";
import type { FoundClaim, Inventory, Offer, OfferedVolume } from "../core/volumes/volume";
import { inSizeOf, inStorageClass, inventoryOf, mergeInventories, offerOf } from "../core/volumes/volume";
import type { CutoverArgs } from "./arguments";
import type { Cluster } from "../live/client/cluster";
import { carriedOrdinals, claimsWithData, expectedBacking, offeredOrdinals, whyClaimsRefused } from "../live/guard";
import type { GuardedSet, Proof } from "../live/guard";
import { doubtsBefore } from "../live/leaving";
import { lookAtClaims } from "../live/look";
import type { Look } from "../live/look";
import { classProblems } from "../live/storage";
import type { Records } from "./records";
import { readVolume } from "../live/client/objects";

/** What is known when the hand-over is planned. */
interface Situation {
  readonly args: CutoverArgs;
  readonly decision: Decision;
  readonly records: Records;
  /** Undefined in a preview that cannot reach the cluster. */
  readonly look: Look | undefined;
  readonly live: LiveHalf | undefined;
  readonly cluster: Cluster;
}

/** The volumes of a step. */
export interface HandOverPlan {
  readonly decision: Decision;
  readonly guard: GuardedSet;
  readonly carried: readonly OfferedVolume[];
  readonly expected: Proof;
  /** What the set notes of the pods that leave; undefined: nothing. */
  readonly leavingNote: string | undefined;
  readonly warnings: readonly string[];
}

/** Plans what becomes of the volumes of the ordinals that this `up` claims, releases or prepares; adds every problem. */
export async function planHandOver(situation: Situation, problems: Problem[]): Promise<HandOverPlan> {
  const { args, decision, records, look, live, cluster } = situation;
  const { namespace, set } = args.workload;
  const name = set.metadata.name;
  const templates = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  const volumes = args.volumes ?? "carry";
  const carries = volumes === "carry" && templates.length > 0;
  const peer = records.peer === "none" ? undefined : records.peer;
  const inventory: Inventory = (decision.side === "source" ? records.own : peer)?.inventory ?? {};
  const noForm: string[] = [];
  const arriving =
    carries && decision.side === "destination"
      ? offeredNearTheCut(peer?.offer ?? {}, args, decision, templates, noForm)
      : [];
  const noted = look?.set?.metadata.annotations?.[annotations.leaving];
  const leaving = look === undefined ? [] : leavingPods(name, decision, live, look.pods, noted);
  const guard: GuardedSet = {
    decision,
    namespace,
    name,
    templates,
    volumes,
    decidedOn: live,
    newOrdinals: newOrdinals(situation),
    inventory,
    pods: look?.pods ?? [],
    leaving,
    fenced: args.fenced ?? [],
    peer: undefined,
  };
  const plan: HandOverPlan = {
    decision,
    guard,
    carried: arriving.map(({ offered }) => offered),
    expected: { held: decision.range, offer: records.own?.offer ?? {}, inventory },
    leavingNote: leavingNote(name, decision, leaving, noted),
    warnings: [],
  };
  if (look === undefined) return plan;

  const setProblem = (what: string): Problem => ({ where: `StatefulSet ${namespace}/${name}:`, what });
  problems.push(...noForm.map(setProblem));
  if (look.set !== undefined && decision.claims.length + decision.releases.length > 0) {
    problems.push(...whyNoRelease(look.set, decision.releases, decision.range, look.pods).map(setProblem));
  }
  const find = (ordinals: readonly number[]): Promise<FoundClaim[]> =>
    lookAtClaims(cluster, namespace, name, templates, ordinals);
  const [claimed, released] = await Promise.all([find(claimsWithData(guard)), find(decision.releases)]);
  const doubts = await doubtsBefore(cluster, leaving, guard.fenced, released, live);
  problems.push(...doubtProblems(`StatefulSet ${namespace}/${name}:`, doubts, guard.fenced));
  problems.push(...whyMountedElsewhere(name, [...claimed, ...released], look.pods).map(setProblem));

  if (!carries) {
    problems.push(...whyClaimsRefused(guard, claimed).map(setProblem));
    return { ...plan, expected: { ...plan.expected, offer: {} } };
  }
  if (decision.side === "source") {
    problems.push(...whyClaimsRefused(guard, claimed).map((what) => setProblem(`${what}. ${claimAdvice}`)));
    problems.push(...reasonsOf(released, whyNotOffered).map(setProblem));
    // What leaves lived here until now: its data is where its claim is, even if someone restored it from a backup since.
    const lived = released.filter(({ ordinal }) => holds(records.own?.held, ordinal));
    const known = mergeInventories(inventory, inventoryOf(lived));
    const near = await find(offeredOrdinals(decision));
    const expected = { held: decision.range, offer: offerOf(near), inventory: known };
    return { ...plan, expected, warnings: notMovable(near, decision) };
  }
  const differing: string[] = [];
  const warnings = peer === undefined ? [] : unusedDriverWarnings(args.csi ?? {}, inventory, peer.offer);
  warnings.push(...keptInTreeWarnings(Object.keys(args.csi ?? {}), plan.carried));
  const beside = await besideTwins(situation, arriving, differing, warnings);
  const carried = beside.map(({ offered }) => offered);
  problems.push(...differing.map(setProblem));
  problems.push(...(await classProblems(cluster, carried, args.storageClasses ?? {})));
  // After the end of a move there is no other half whose data these claims could be mistaken for: Bound is enough.
  if (records.peer === "none") {
    const ended = { ...guard, inventory: inventoryOf(claimed) };
    problems.push(...whyClaimsRefused(ended, claimed).map((what) => setProblem(`${what}. ${remakeAdvice}`)));
    return { ...plan, carried, guard: ended, warnings };
  }
  problems.push(...reasonsOf(released, (c) => whyNotGivenBack(c, expectedBacking(inventory, c))).map(setProblem));
  // A preview out of turn: the source has not offered yet what it will offer once it has run.
  if (decision.refusal === undefined) {
    const offered = new Set(arriving.map(({ ordinal, template }) => `${ordinal}/${template}`));
    const missing = claimed.filter((c) => !offered.has(`${c.ordinal}/${c.template}`));
    problems.push(
      ...whyClaimsRefused(guard, missing).map((what) =>
        setProblem(`${what}. ${offerAdvice(args, decision, peer, missing)}`),
      ),
    );
  }
  return { ...plan, carried, warnings };
}

function reasonsOf(found: readonly FoundClaim[], why: (claim: FoundClaim) => string | undefined): string[] {
  return found.map(why).filter((reason) => reason !== undefined);
}

const remakeAdvice = "Make the claim again for its volume, which was kept, then run this again";

/** What to do about a claim of the source that does not let its ordinal come back. */
const claimAdvice = `${remakeAdvice}; or take the step back: give cutoverIndex its earlier value and run pulumi up on both stacks`;

function offerAdvice(
  { peerStack }: CutoverArgs,
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

/** Claimed ordinals without data anywhere: the source's first `up` creates the set, and N may grow where all is held. */
function newOrdinals({ decision, records: { own } }: Situation): number[] {
  if (own === undefined) return decision.side === "source" ? [...decision.claims] : [];
  return decision.claims.filter((ordinal) => ordinal >= endOf(own.set));
}

interface Carried {
  readonly ordinal: number;
  readonly template: string;
  readonly offered: OfferedVolume;
}

/** Offered volumes as the destination is to have them; adds why one cannot be so. */
function offeredNearTheCut(
  offer: Offer,
  { storageClasses = {}, csi = {}, inTreeVolumes }: CutoverArgs,
  decision: Decision,
  templates: readonly string[],
  refusals: string[],
): Carried[] {
  return carriedOrdinals(decision).flatMap((ordinal) =>
    templates.flatMap((template) => {
      const offered = offer[ordinal]?.[template];
      if (offered === undefined) return [];
      const classed = inStorageClass(offered, storageClasses);
      const formed = inTreeVolumes === "csi" ? inCsiForm(classed) : { offered: classed };
      if (formed.refusal !== undefined) refusals.push(`ordinal ${ordinal}: ${formed.refusal}`);
      return [{ ordinal, template, offered: withCsi(formed.offered, csi) }];
    }),
  );
}

/** Offered volumes beside the claims and volumes of their names that the destination has already; adds what differs. */
async function besideTwins(
  { cluster, args, live }: Situation,
  arriving: readonly Carried[],
  reasons: string[],
  warnings: string[],
): Promise<Carried[]> {
  const { namespace, set } = args.workload;
  return Promise.all(
    arriving.map(async (carried) => {
      const { ordinal, template, offered } = carried;
      const [existing = { ordinal, template, name: offered.persistentVolumeClaim.metadata.name }] = await lookAtClaims(
        cluster,
        namespace,
        set.metadata.name,
        [template],
        [ordinal],
      );
      const namesake = existing.volume ?? (await readVolume(cluster, offered.persistentVolume.metadata.name));
      const differs = whyTwinDiffers(existing, namesake, offered);
      if (differs !== undefined) reasons.push(differs);
      const sized = inSizeOf(offered, existing);
      if (differs !== undefined) return { ...carried, offered: sized };
      const twin = besideCsiTwin(existing, namesake, sized, holds(live?.range, ordinal));
      if (twin.refusal !== undefined) reasons.push(twin.refusal);
      if (twin.warning !== undefined) warnings.push(twin.warning);
      return { ...carried, offered: twin.offered };
    }),
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
