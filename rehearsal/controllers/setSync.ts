import { rangeOfSet } from "../../core/kubernetes";
import type { Pod, StatefulSet } from "../../core/kubernetes";
import { endOf, holds, ordinalsOf } from "../../core/ordinals";
import type { OrdinalRange } from "../../core/ordinals";
import type { ClaimUser } from "./claimOwners";
import { isFinished } from "../apiServer/deletion";
import type { Revisions } from "./revisionHistory";
import type { SetClaims } from "./setClaims";
import { isTerminating, revisionOf } from "./setPods";
import type { SetPods } from "./setPods";

/** What became of one pod. `wait` holds up what comes after it, but not in a Parallel set. */
type Outcome = "goOn" | "wait" | "failed";

/** One look at a set: what a sync works on. */
export interface View {
  readonly set: StatefulSet;
  readonly pods: SetPods;
  readonly revisions: Revisions;
  /** Ordinals of pods that are Ready, but not for `minReadySeconds` yet. */
  readonly young: ReadonlySet<number>;
  readonly claims: SetClaims;
  /** Whether claims of the set have owners, or are to have some. */
  readonly ownsClaims: boolean;
  /** Whether `maxUnavailable` is heeded: a feature gate. */
  readonly heedsMaxUnavailable: boolean;
  /** Makes a pod. False if another one has its name. */
  createPod(ordinal: number, revision: string): boolean;
  deletePod(pod: Pod): void;
}

/**
 * Brings a set nearer to its spec: first missing pods, then pods outside its range, then pods of an old revision.
 * OrderedReady does one thing at a time, and nothing past a pod that is not available.
 *
 * @returns false if it must be tried again, although neither the set nor its pods may change meanwhile.
 */
export function syncSet(view: View): boolean {
  const { pods, set } = view;
  const range = rangeOfSet(set);
  const condemned = [...pods.byOrdinal.keys()].filter((ordinal) => !holds(range, ordinal)).sort((a, b) => b - a);
  const lowestUnavailable = condemned.findLast((ordinal) => isUnavailable(view, ordinal));
  const isComplete = pods.byOrdinal.size - condemned.length === range.replicas;
  const acts = [
    () => forEach(view, restless(view, range, isComplete), (ordinal) => syncReplica(view, ordinal)),
    () => forEach(view, view.ownsClaims ? condemned : [], (ordinal) => keepOwners(view, ordinal)),
    () => forEach(view, condemned, (ordinal) => syncCondemned(view, ordinal, lowestUnavailable)),
  ];
  for (const act of acts) {
    const outcome = act();
    if (outcome !== "goOn") return outcome === "wait";
  }
  const updated = pods.ofRevision(view.revisions.update) === pods.byOrdinal.size;
  if (updated || set.spec.updateStrategy?.type === "OnDelete") return true;
  if (view.heedsMaxUnavailable) rollSeveral(view);
  else rollOne(view);
  return true;
}

const isMonotonic = ({ set }: View): boolean => set.spec.podManagementPolicy !== "Parallel";

const isUnavailable = ({ pods, young }: View, ordinal: number): boolean =>
  !pods.byOrdinal.has(ordinal) || pods.unready.has(ordinal) || young.has(ordinal);

const userOf = ({ set }: View, ordinal: number, pod?: Pod): ClaimUser => {
  return { name: `${set.metadata.name}-${ordinal}`, uid: pod?.metadata.uid, ordinal };
};

/** Ordinals at which there may be something to do, ascending: spares the look at a thousand pods that are as they should be. */
function restless(view: View, range: OrdinalRange, isComplete: boolean): readonly number[] {
  const { pods, young, ownsClaims } = view;
  const unavailable = [...pods.unready, ...young].filter((ordinal) => holds(range, ordinal));
  const isQuiet = isComplete && unavailable.length === 0;
  // In a Parallel set it counts how many come before one.
  if (ownsClaims || (!isMonotonic(view) && !isQuiet)) return ordinalsOf(range);
  // Nothing is done past the first one that is missing.
  let missing = range.start;
  while (pods.byOrdinal.has(missing)) missing += 1;
  return [...new Set([...unavailable, ...(holds(range, missing) ? [missing] : [])])].sort((a, b) => a - b);
}

/** One pod after the other until one must wait. A Parallel set acts on all, in batches of 1, 2, 4, … until one failed. */
function forEach(view: View, ordinals: readonly number[], act: (ordinal: number) => Outcome): Outcome {
  if (isMonotonic(view)) {
    for (const ordinal of ordinals) {
      const outcome = act(ordinal);
      if (outcome !== "goOn") return outcome;
    }
    return "goOn";
  }
  for (let from = 0, size = 1; from < ordinals.length; from += size, size *= 2) {
    const outcomes = ordinals.slice(from, from + size).map(act);
    if (outcomes.includes("failed")) return "failed";
  }
  return "goOn";
}

function syncReplica(view: View, ordinal: number): Outcome {
  const { set, pods, claims } = view;
  const pod = pods.byOrdinal.get(ordinal);
  if (pod === undefined) return makeReplica(view, ordinal);
  if (isFinished(pod)) {
    view.deletePod(pod);
    return "wait";
  }
  if (pod.status?.phase === "Pending") {
    if (!claims.create(set, ordinal)) return "failed";
    claims.setOwners(set, userOf(view, ordinal, pod));
  }
  if (isMonotonic(view) && isUnavailable(view, ordinal)) return "wait";
  return keepOwners(view, ordinal);
}

function makeReplica(view: View, ordinal: number): Outcome {
  const { set, claims, revisions } = view;
  const user = userOf(view, ordinal);
  // They go when the garbage collector gets to them; a pod would be bound to them.
  if (claims.areStale(set, user)) return "wait";
  const strategy = set.spec.updateStrategy;
  const below = rangeOfSet(set).start + (strategy?.rollingUpdate?.partition ?? 0);
  const keepsOld = strategy?.type === "RollingUpdate" && ordinal < below;
  if (!claims.create(set, ordinal)) return "failed";
  if (!view.createPod(ordinal, keepsOld ? revisions.current : revisions.update)) return "failed";
  claims.setOwners(set, user);
  return "wait";
}

function keepOwners(view: View, ordinal: number): Outcome {
  if (view.ownsClaims) view.claims.setOwners(view.set, userOf(view, ordinal, view.pods.byOrdinal.get(ordinal)));
  return "goOn";
}

/**
 * OrderedReady deletes one at a time, and a pod that is not available only if it is the lowest such one: two of them block
 * for ever.
 */
function syncCondemned(view: View, ordinal: number, lowestUnavailable: number | undefined): Outcome {
  const pod = view.pods.byOrdinal.get(ordinal);
  if (pod === undefined) return "goOn";
  if (isTerminating(pod)) return "wait";
  if (isMonotonic(view) && isUnavailable(view, ordinal) && ordinal !== lowestUnavailable) return "wait";
  view.deletePod(pod);
  return "wait";
}

/** The ordinals at or above the partition, from the top down. */
function rolledOrdinals({ set }: View): number[] {
  const range = rangeOfSet(set);
  const lowest = range.start + (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0);
  return ordinalsOf({ start: lowest, replicas: Math.max(0, endOf(range) - lowest) }).reverse();
}

const isOld = ({ revisions }: View, pod: Pod | undefined): pod is Pod =>
  pod !== undefined && !isTerminating(pod) && revisionOf(pod) !== revisions.update;

/** Deletes the highest pod of an old revision, unless one above it is not available yet. Lower ones do not matter. */
function rollOne(view: View): void {
  for (const ordinal of rolledOrdinals(view)) {
    const pod = view.pods.byOrdinal.get(ordinal);
    if (isOld(view, pod)) view.deletePod(pod);
    if (isOld(view, pod) || isUnavailable(view, ordinal)) return;
  }
}

/** Deletes pods of an old revision, from the top down, as many as may be unavailable at once. */
function rollSeveral(view: View): void {
  const range = rangeOfSet(view.set);
  const unavailable = ordinalsOf(range).filter((ordinal) => isUnavailable(view, ordinal)).length;
  const budget = Math.max(0, maxUnavailable(view.set) - unavailable);
  const old = rolledOrdinals(view).flatMap((ordinal) => view.pods.byOrdinal.get(ordinal) ?? []);
  for (const pod of old.filter((each) => isOld(view, each)).slice(0, budget)) view.deletePod(pod);
}

/** A number, or a percentage of the replicas, rounded down; at least 1. */
function maxUnavailable(set: StatefulSet): number {
  const value = set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  const count = percent === undefined ? Number(value) : Math.floor((rangeOfSet(set).replicas * Number(percent)) / 100);
  return Math.max(1, count);
}
