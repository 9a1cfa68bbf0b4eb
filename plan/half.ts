import * as pulumi from "@pulumi/pulumi";
import type { SplitStatefulSetArgs } from "../components/splitStatefulSet";
import { refusalProblem } from "../core/protocol/advice";
import { carriedNames } from "../core/set/carried";
import { clusterProblems } from "../core/contract/clusterIdentity";
import { asForced } from "../core/adopt/declared";
import { halfOfSet } from "../core/set/half";
import { whyReplaced } from "../core/volumes/handOver";
import { annotations } from "../core/kubernetes";
import type { StatefulSet } from "../core/kubernetes";
import { endOf, peerOf, rangeOf } from "../core/ordinals";
import type { Side } from "../core/ordinals";
import { pinnedProblems } from "../core/contract/pinned";
import type { SetIdentity } from "../core/contract/pinned";
import { decide, indexInSet } from "../core/protocol/protocol";
import type { LiveHalf } from "../core/protocol/protocol";
import type { FencedPod, HalfOutputs } from "../core/contract/record";
import { takenAway } from "../core/contract/takenAway";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import { stepInWords } from "../core/protocol/walk";
import { planAdoption } from "./adoption";
import type { RunningSet } from "./adoption";
import { Unreachable } from "../live/client/cluster";
import { liveHalf, lookAt } from "../live/look";
import type { Look } from "../live/look";
import { isForeign, namesakeProblems } from "../live/namesake";
import type { Existing } from "../live/namesake";
import type { PeerWatch } from "../live/peer";
import type { CutoverArgs } from "./arguments";
import { planCarry } from "./carry";
import { clusterContentProblems } from "./clusterContent";
import { planHandOver } from "./handOver";
import { planNamespace } from "./namespace";
import { checkNeeds } from "./needs";
import { askPeer, fencedPods } from "./protections";
import { planRangeLock } from "./rangeLock";
import { readRecords } from "./records";
import { checkSecrets } from "./secrets";

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
 * Reads the outputs of both halves and looks at the own cluster, then lets the core decide.
 *
 * @param preview whether nothing is written: what would be refused for being out of turn alone is a warning then.
 * @throws UserError with every problem if this `up` may not run. In a preview an `up` that is only out of turn passes
 * with a warning, so that a pull request can show both halves of one step.
 */
export async function planHalf(given: CutoverArgs, preview: boolean): Promise<HalfPlan> {
  const adopt = given.adopt === true && given.side === "source";
  const args = adopt ? withForcedBelongings(given) : given;
  const { side, workload, connection, cutoverIndex } = args;
  const { set, range, namespace } = workload;
  const identity: SetIdentity = { name: set.metadata.name, namespace, ...range, fingerprint: workload.fingerprint };
  const cluster = args.connect(connection);
  const problems: Problem[] = [];
  const warnings: string[] = [];

  if (cutoverIndex < range.start || cutoverIndex > endOf(range)) problems.push(indexProblem(args));
  // At the same time as the outputs are read; a failure is told where the look is awaited.
  const looking = lookAt(cluster, namespace, set.metadata.name);
  looking.catch(() => undefined);
  const records = await readRecords(args, problems);
  const { own } = records;
  const peer = records.peer === "none" ? undefined : records.peer;
  const look = await lookOrTakeRecord(looking, { args, own, preview }, warnings);
  const live = look === undefined ? liveAsRecorded(own) : look.set && liveHalf(look.set);
  const clusterUid = look?.clusterUid ?? own?.cluster ?? "";

  const liveSetCluster = look?.set?.metadata.annotations?.[annotations.cluster];
  problems.push(...clusterProblems(clusterUid, connection.context, own, peer, liveSetCluster));
  problems.push(...pinnedProblems(identity, cutoverIndex, own, peer));
  // A set that carries a turn is an earlier run's, which was interrupted after it had taken the set over.
  const adopts = adopt && own === undefined && (look?.set === undefined || isForeign(look.set));
  const existing: Existing = {
    adoptCommand:
      side === "source" && own === undefined ? `pulumi config set adopt true -s ${pulumi.getStack()}` : undefined,
  };
  if (look !== undefined) problems.push(...clusterContentProblems(args, look));
  if (look !== undefined && own === undefined && !adopts) {
    problems.push(...(await namesakeProblems(cluster, workload, look.set, existing)));
  }
  const taken = takenAway(own, {
    side,
    leftOut: workload.leftOut,
    carried: carriedNames(args),
    holds: own !== undefined && (own.held.replicas > 0 || rangeOf(side, range, cutoverIndex).replicas > 0),
  });
  problems.push(...taken.problems);
  warnings.push(...taken.warnings);
  // Another's Secret of that name has been told before.
  const looksAtSecrets = look !== undefined && !adopts && (own !== undefined || problems.length === 0);
  if (looksAtSecrets) await checkSecrets(args, cluster, records, problems, warnings);
  throwAll(problems);

  const batch = args.batch ?? 1;
  const situation = { side, set: range, cutoverIndex, batch, own, peer: records.peer, live };
  const decision = decide(situation);
  const stacks = { [side]: pulumi.getStack(), [peerOf(side)]: args.peerStack } as Record<Side, string>;
  warnings.push(...decision.warnings);
  const half = halfOfSet(set, decision, clusterUid);
  const adoption = adopts ? await planAdoption(cluster, runningSet(args, half, look, peer), problems) : undefined;
  if (decision.refusal !== undefined) {
    const problem = refusalProblem(decision.refusal, args, stacks);
    if (!decision.refusal.outOfTurn || !preview) throw new UserError([...problems, problem]);
    warnings.push(new UserError([{ ...problem, what: `not this half's turn yet: ${problem.what}` }]).message);
  }

  if (look?.set !== undefined && !adopts) problems.push(...setProblems(identity, whyReplaced(look.set, half)));
  const handOver = await planHandOver({ args, decision, records, look, live, cluster }, problems);
  const carry = await planCarry({ args, preview, decision, records, look, cluster }, problems);
  await checkNeeds({ args, decision, isFirst: own === undefined }, look && cluster, problems, warnings);
  const lockedSet = { namespace, name: identity.name, stack: pulumi.getStack() };
  const locking = { set: lockedSet, asked: args.rangeLock, recorded: own?.rangeLock, version: look?.version };
  // At the end of a move everything is the user's again.
  const rangeLock = records.peer === "none" ? undefined : await planRangeLock(cluster, locking, problems, warnings);
  throwAll(problems);
  const guard = {
    ...handOver.guard,
    peer:
      decision.claims.length === 0 ? undefined : watchOf(args, { ownClusterUid: clusterUid, situation, stacks }, peer),
  };
  if (decision.refusal === undefined) await askPeer(guard, preview, warnings);
  const fencedNow = fencedPods(guard, warnings);
  const namespaceObject = planNamespace(workload, look?.namespaceObject, args.createNamespace ?? true);
  if (own === undefined && workload.namespaceObject !== undefined && namespaceObject === undefined) {
    warnings.push(
      `the namespace ${namespace} exists already and stays as it is: the Namespace of the manifests is left out`,
    );
  }
  return {
    preview,
    workload,
    identity,
    cluster,
    clusterUid,
    namespaceObject,
    rangeLock,
    ...handOver,
    guard: { ...guard, ...(adoption && { adopted: adoption.set }) },
    fenced: [...(own?.fenced ?? []), ...fencedNow],
    carry,
    existing: { ...existing, ...(adoption && { adopted: adoption.adopted }) },
    notes: [...(own === undefined ? workload.notes : []), ...(adoption?.notes ?? [])],
    warned: own?.warned,
    warnings: [...warnings, ...(adoption?.warnings ?? []), ...handOver.warnings, ...carry.warnings],
    stepWords:
      own && indexInSet(own, range) !== cutoverIndex ? stepInWords(indexInSet(own, range), cutoverIndex) : undefined,
  };
}

function runningSet(
  { workload, connection: { context }, peerStack, carrySecrets = [] }: CutoverArgs,
  half: StatefulSet,
  look: Look | undefined,
  peer: HalfOutputs | undefined,
): RunningSet {
  return { workload, half, live: look?.set, context, peerStack: peer && peerStack, carrySecrets };
}

/** What was taken over is co-owned by whoever made it, for as long as it is there. */
function withForcedBelongings(args: CutoverArgs): CutoverArgs {
  const belongings = args.workload.belongings.map(asForced);
  return { ...args, workload: { ...args.workload, belongings } };
}

/** The peer as `peerContext` shows it; undefined: it is not looked at. */
function watchOf(
  { connect, peerConnection }: CutoverArgs,
  asked: Pick<PeerWatch, "ownClusterUid" | "situation" | "stacks">,
  record: HalfOutputs | undefined,
): PeerWatch | undefined {
  if (peerConnection === undefined || record === undefined) return undefined;
  return { ...asked, cluster: connect(peerConnection), context: peerConnection.context, record };
}

function throwAll(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new UserError(problems);
}

function indexProblem({ cutoverIndex, workload: { range, set } }: CutoverArgs): Problem {
  return {
    where: "cutoverIndex",
    what: "is out of range",
    received: cutoverIndex,
    legal: `an integer from ${range.start} (all of ${set.metadata.name} in the destination) to ${endOf(range)} (all in the source)`,
    todo: "Change one ordinal at a time, starting from the last index that was applied",
  };
}

/** A preview may run where the cluster cannot be reached, but never without saying so. */
async function lookOrTakeRecord(
  looking: Promise<Look>,
  {
    args,
    own,
    preview,
  }: { readonly args: CutoverArgs; readonly own: HalfOutputs | undefined; readonly preview: boolean },
  warnings: string[],
): Promise<Look | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (!(error instanceof Unreachable) || !preview || own === undefined) throw error;
    warnings.push(
      `the cluster of context ${args.connection.context} cannot be looked at, so this preview takes the recorded state for ` +
        `true and checks nothing there (${error.message})`,
    );
    return undefined;
  }
}

function liveAsRecorded(own: HalfOutputs | undefined): LiveHalf | undefined {
  return own && { range: own.held, turn: own.turn };
}

function setProblems({ namespace, name }: SetIdentity, reasons: readonly string[]): Problem[] {
  return reasons.map((what) => ({ where: `StatefulSet ${namespace}/${name}:`, what }));
}
