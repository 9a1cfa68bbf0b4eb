import * as pulumi from "@pulumi/pulumi";
import { podNeeds } from "../core/set/podNeeds";
import { carriedNames } from "../core/set/carried";
import type { BesideLive } from "../core/adopt/namesake";
import { minorOf } from "../core/contract/clusterIdentity";
import { whyNotTaken } from "../core/adopt/compare";
import { asDeclared } from "../core/adopt/declared";
import { whySetNotTaken } from "../core/adopt/runningSet";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import { unvouched } from "../core/protections/leaving";
import { UserError } from "../core/userError";
import { besideTwins } from "../core/volumes/arriving";
import type { ArrivingVolume, Twin } from "../core/volumes/arriving";
import { claimsWithData, offeredOrdinals } from "../core/volumes/claims";
import { storageNeeds } from "../core/volumes/storageNeeds";
import type { FoundClaim } from "../core/volumes/volume";
import { lookAtCarried } from "../live/carried";
import { Unreachable } from "../live/client/cluster";
import type { Cluster } from "../live/client/cluster";
import { listAutoscalers, readVolume } from "../live/client/objects";
import { askPeer } from "../live/guard";
import type { GuardedSet } from "../live/guard";
import { lookAround } from "../live/leaving";
import { lookAt, lookAtClaims } from "../live/look";
import type { Look } from "../live/look";
import { readExisting } from "../live/namesake";
import { lookUpNeeds } from "../live/podNeeds";
import { tryRangeLock } from "../live/rangeLock";
import { lackingStorage } from "../live/storage";
import type { HalfArgs } from "./arguments";
import { recordsOf } from "./records";
import { namesToSee } from "./judge/carry";
import { asksRangeLock } from "./judge/rangeLock";
import { readStackOutputs } from "./stackOutputs";
import type { DryRun, HalfSeen, PeerAnswer, RunningSeen, StepSeen } from "./seen";
import type { Step } from "./step";

/*
 * All that is read before an `up` of a half is planned. What is seen is judged elsewhere, by functions that read nothing;
 * here only what need not be asked is left out.
 */

/**
 * Reads the outputs of both halves, and looks at the own cluster at the same time: five requests, and one for each object
 * that the first `up` would create, or each Secret of the manifests.
 *
 * @throws Unreachable if the cluster does not answer. A preview of a half that has run before goes without.
 */
export async function seeHalf(args: HalfArgs, preview: boolean): Promise<HalfSeen> {
  const { workload, peerStack } = args;
  const stack = pulumi.getStack();
  const cluster = args.connect(args.connection);
  const looking = lookAt(cluster, workload.namespace, workload.set.metadata.name);
  // A failure is told where the look is awaited.
  looking.catch(() => undefined);
  const [own, peer] = await Promise.all([
    readStackOutputs(stack),
    peerStack === "none" ? ("none" as const) : readStackOutputs(peerStack),
  ]);
  const records = recordsOf(args, stack, own, peer);
  const looked = await lookOrGoWithout(looking, preview && records.own !== undefined);
  const isSeen = ({ kind }: KubernetesObject): boolean => records.own === undefined || kind === "Secret";
  const wanted = looked.look === undefined ? [] : workload.belongings.filter(isSeen);
  return { stack, cluster, records, ...looked, belongings: await besideLive(cluster, wanted) };
}

async function lookOrGoWithout(
  looking: Promise<Look>,
  mayGoWithout: boolean,
): Promise<Pick<HalfSeen, "look" | "unreachable">> {
  try {
    return { look: await looking };
  } catch (error) {
    if (!(error instanceof Unreachable) || !mayGoWithout) throw error;
    return { look: undefined, unreachable: error.message };
  }
}

function besideLive(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<BesideLive[]> {
  return Promise.all(objects.map(async (wanted) => ({ wanted, live: await readExisting(cluster, wanted) })));
}

/**
 * Asks the API server what it would store in the place of a running set and of what belongs to it: one request each, and
 * one for what scales the set.
 *
 * @param live the running set; undefined: there is none.
 * @param halfSet the set as it would be written.
 */
export async function seeRunning(
  { workload }: HalfArgs,
  { cluster, belongings }: HalfSeen,
  live: StatefulSet | undefined,
  halfSet: StatefulSet,
): Promise<RunningSeen> {
  if (live === undefined) return { autoscalers: [], set: undefined, belongings: [] };
  const autoscalers = await listAutoscalers(cluster, workload.namespace);
  const fits = whySetNotTaken(live, halfSet, workload.range, autoscalers).length === 0;
  const [set, ...others] = await Promise.all([
    fits ? dryRun(cluster, halfSet, live) : undefined,
    ...belongings.map(({ wanted, live: other }) =>
      other === undefined || whyNotTaken(other) !== undefined ? undefined : dryRun(cluster, asDeclared(wanted), other),
    ),
  ]);
  return { autoscalers, set, belongings: others };
}

async function dryRun(cluster: Cluster, wanted: KubernetesObject, live: KubernetesObject): Promise<DryRun> {
  try {
    return { stored: await cluster.dryRunReplace(wanted, live) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { refused: error.problems };
  }
}

/**
 * Looks at all that a step touches. However large the set is, the number of requests is the same.
 *
 * @returns undefined in a preview that cannot reach the cluster.
 */
export async function seeStep(args: HalfArgs, seen: HalfSeen, step: Step): Promise<StepSeen | undefined> {
  const { look, cluster, records } = seen;
  if (look === undefined) return undefined;
  const { decision, guard } = step;
  const { namespace, set, belongings } = args.workload;
  const claimsOf = (ordinals: readonly number[]): Promise<FoundClaim[]> =>
    lookAtClaims(cluster, namespace, set.metadata.name, guard.templates, ordinals);
  const leaves = async (): Promise<Pick<StepSeen, "released" | "around">> => {
    const released = await claimsOf(decision.releases);
    return { released, around: await lookAround(cluster, unvouched(guard.leaving, guard.fenced), released) };
  };
  const arrives = async (): Promise<Pick<StepSeen, "arrival" | "lacking">> => {
    const twins = await Promise.all(step.arrival.arriving.map((volume) => seeTwin(cluster, args, volume)));
    const arrival = besideTwins(step.arrival.arriving, twins, guard.decidedOn?.range);
    const volumes = arrival.arriving.map(({ objects }) => objects);
    return { arrival, lacking: await lackingStorage(cluster, storageNeeds(volumes, minorOf(look.version))) };
  };
  const needed = records.own === undefined || decision.claims.length > 0;
  const names = carriedNames(args);
  const [claimed, left, arrived, near, found, needs, rangeLock] = await Promise.all([
    claimsOf(claimsWithData(guard)),
    leaves(),
    arrives(),
    step.carries && decision.side === "source" ? claimsOf(offeredOrdinals(decision)) : [],
    lookAtCarried(cluster, namespace, namesToSee(args, records)),
    needed ? lookUpNeeds(cluster, podNeeds(set, namespace, belongings, names)) : undefined,
    asksRangeLock(step.locking) ? tryRangeLock(cluster, step.locking.set) : undefined,
  ]);
  return { claimed, ...left, ...arrived, near, carried: found, needs, rangeLock };
}

async function seeTwin(
  cluster: Cluster,
  { workload: { namespace, set } }: HalfArgs,
  { ordinal, template, objects }: ArrivingVolume,
): Promise<Twin> {
  const { persistentVolume, persistentVolumeClaim } = objects;
  const found = await lookAtClaims(cluster, namespace, set.metadata.name, [template], [ordinal]);
  const [claim = { ordinal, template, name: persistentVolumeClaim.metadata.name }] = found;
  return { claim, volume: claim.volume ?? (await readVolume(cluster, persistentVolume.metadata.name)) };
}

/**
 * The look at the live peer, so that an `up` that it would stop changes nothing, and a preview says so. The guard looks
 * again, immediately before the write.
 *
 * @throws Unreachable if it does not answer. A preview goes without.
 */
export async function seePeer(guard: GuardedSet, preview: boolean): Promise<PeerAnswer> {
  try {
    return await askPeer(guard);
  } catch (error) {
    if (!(error instanceof Unreachable) || !preview) throw error;
    return { unreachable: error.message };
  }
}
