import type { SplitStatefulSetArgs } from "../components/splitStatefulSet";
import { asForced } from "../core/adopt/declared";
import type { SetIdentity } from "../core/contract/pinned";
import type { FencedPod, HalfOutputs } from "../core/contract/record";
import { peerOf } from "../core/ordinals";
import type { Side } from "../core/ordinals";
import { decide, indexInSet } from "../core/protocol/protocol";
import type { Situation } from "../core/protocol/protocol";
import { stepInWords } from "../core/protocol/walk";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import { together } from "../core/verdict";
import type { Verdict } from "../core/verdict";
import { whyReplaced } from "../core/volumes/handOver";
import type { PeerWatch } from "../live/peer";
import { planAdoption } from "./judge/adoption";
import type { AdoptionPlan } from "./judge/adoption";
import type { HalfArgs } from "./arguments";
import { planCarry } from "./judge/carry";
import { halfSeen, judgeDecision, judgeHalf } from "./judge/half";
import type { Half } from "./judge/half";
import { planNamespace } from "./judge/namespace";
import { judgeNeeds } from "./judge/needs";
import { judgePeer, vouchedPods } from "./judge/protections";
import { planRangeLock } from "./judge/rangeLock";
import { seeHalf, seePeer, seeRunning, seeStep } from "./see";
import type { HalfSeen } from "./seen";
import { stepOf } from "./step";
import type { Step } from "./step";
import { planVolumes } from "./judge/volumes";

/** What one `up` of a half will do, decided and checked, before anything is declared. */
export interface HalfPlan extends SplitStatefulSetArgs {
  readonly identity: SetIdentity;
  /** Pods that a person has vouched for as stopped, in this `up` and before. */
  readonly fenced: readonly FencedPod[];
  readonly warnings: readonly string[];
  /** What the last completed `up` warned about, as in its outputs. */
  readonly warned: string | undefined;
  /** The change of the cutover index in words; undefined if this `up` changes none. */
  readonly stepWords: string | undefined;
  /** What a person should know that is no warning. */
  readonly notes: readonly string[];
}

/**
 * Sees what there is, lets the core decide, sees what the decision touches, and judges that. All reading is in `see.ts`;
 * what judges, reads nothing.
 *
 * @param preview whether nothing is written: what would be refused for being out of turn alone is a warning then.
 * @throws UserError with every problem if this `up` may not run.
 */
export async function planHalf(given: HalfArgs, preview: boolean): Promise<HalfPlan> {
  const args = given.adopt === true && given.side === "source" ? withForcedBelongings(given) : given;
  const seen = await seeHalf(args, preview);
  const half = halfSeen(args, seen);
  const first = judgeHalf(args, seen, half);
  refuse(first.problems);

  const situation = situationOf(args, seen, half);
  const decision = decide(situation);
  const step = stepOf(args, seen, { ...half, decision });
  const stacks = { [args.side]: seen.stack, [peerOf(args.side)]: args.peerStack } as Record<Side, string>;
  const adopted: AdoptionPlan = half.adopts ? await seeAdoption(args, seen, step) : together();
  const turn = judgeDecision(decision, args, stacks, preview);
  if (turn.problems !== undefined) refuse([...adopted.problems, ...turn.problems]);

  const found = await seeStep(args, seen, step);
  const volumes = planVolumes(args, seen, step, found);
  const carried = planCarry({ args, preview, ...seen, decision, found: found?.carried });
  const locked = planRangeLock(step.locking, found?.rangeLock);
  const replaced = judgeReplaced(seen, half, step);
  const needs = found?.needs === undefined ? {} : judgeNeeds(args, decision, found.needs);
  refuse(together(adopted, replaced, volumes, carried, needs, locked).problems);

  const asked = { ownClusterUid: half.clusterUid, situation, stacks };
  const watch = decision.claims.length === 0 ? undefined : watchOf(args, asked, seen.records.peer);
  const { adoption } = adopted;
  const guard = { ...volumes.guard, peer: watch, ...(adoption && { adopted: adoption.set }) };
  const peer = decision.refusal === undefined ? judgePeer(await seePeer(guard, preview), preview) : {};
  refuse(peer.problems ?? []);
  const vouched = vouchedPods(guard);
  const { own } = seen.records;
  const namespace = planNamespace(args.workload, seen.look?.namespaceObject, {
    create: args.createNamespace ?? true,
    isFirst: own === undefined,
  });
  const { warnings } = together(
    ...[first, { warnings: decision.warnings }, turn, needs, locked, peer, vouched, namespace, adopted],
    ...[volumes, carried],
  );
  return {
    preview,
    decision,
    halfSet: step.halfSet,
    workload: args.workload,
    identity: half.identity,
    cluster: seen.cluster,
    clusterUid: half.clusterUid,
    namespaceObject: namespace.object,
    rangeLock: locked.rangeLock,
    guard,
    arriving: volumes.arriving,
    expected: volumes.expected,
    fenced: [...(own?.fenced ?? []), ...vouched.fenced],
    carry: carried.carry,
    existing: { ...half.existing, ...(adoption && { adopted: adoption.adopted }) },
    notes: [...(own === undefined ? args.workload.notes : []), ...(adoption?.notes ?? [])],
    warned: own?.warned,
    warnings,
    stepWords: stepWords(args, own),
  };
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new UserError(problems);
}

/** What was taken over is co-owned by whoever made it, for as long as it is there. */
function withForcedBelongings(args: HalfArgs): HalfArgs {
  const belongings = args.workload.belongings.map(asForced);
  return { ...args, workload: { ...args.workload, belongings } };
}

function situationOf(
  { side, workload, cutoverIndex, batch = 1 }: HalfArgs,
  { records }: HalfSeen,
  { live }: Half,
): Situation {
  return {
    side,
    set: workload.range,
    cutoverIndex,
    batch,
    own: records.own,
    peer: records.ended ? "none" : records.peer,
    live,
  };
}

async function seeAdoption(args: HalfArgs, seen: HalfSeen, { halfSet }: Step): Promise<AdoptionPlan> {
  const live = seen.look?.set;
  return planAdoption(args, seen, live, halfSet, await seeRunning(args, seen, live, halfSet));
}

/** What would make Pulumi delete the set and make it again. */
function judgeReplaced({ look }: HalfSeen, { identity, adopts }: Half, { halfSet }: Step): Partial<Verdict> {
  if (look?.set === undefined || adopts) return {};
  const where = `StatefulSet ${identity.namespace}/${identity.name}:`;
  return { problems: whyReplaced(look.set, halfSet).map((what) => ({ where, what })) };
}

/** The peer as `peerContext` shows it; undefined: it is not looked at. */
function watchOf(
  { connect, peerConnection }: HalfArgs,
  asked: Pick<PeerWatch, "ownClusterUid" | "situation" | "stacks">,
  record: HalfOutputs | undefined,
): PeerWatch | undefined {
  if (peerConnection === undefined || record === undefined) return undefined;
  return { ...asked, cluster: connect(peerConnection), context: peerConnection.context, record };
}

function stepWords({ workload, cutoverIndex }: HalfArgs, own: HalfOutputs | undefined): string | undefined {
  const index = own === undefined ? cutoverIndex : indexInSet(own, workload.range);
  return index === cutoverIndex ? undefined : stepInWords(index, cutoverIndex);
}
