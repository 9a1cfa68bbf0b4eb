import { setTimeout as pause } from "node:timers/promises";
import type { BesideLive } from "../core/adopt/namesake";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import { isDeniedBy, rangeLockOf } from "../core/protections/rangeLock";
import type { LockedSet, RangeLock } from "../core/protections/rangeLock";
import { NotAllowed } from "./client/cluster";
import type { Cluster, Refused } from "./client/cluster";
import { readExisting } from "./namesake";

/** How long to wait for a range lock to act. */
export interface LockPatience {
  readonly limitMs: number;
  readonly pauseMs: number;
}

const patience: LockPatience = { limitMs: 10_000, pauseMs: 100 };

/** What the API server says to both objects of a range lock; or that the account may not create such objects. */
export type LockAnswers = { readonly objects: readonly LockAnswer[] } | { readonly notAllowed: string };

/** What it says to one of them, and what has its name already. */
export interface LockAnswer extends BesideLive {
  readonly refused: Refused | undefined;
}

/** Asks the API server whether it would accept a range lock: two requests, and one for each object that exists already. */
export async function tryRangeLock(cluster: Cluster, set: LockedSet): Promise<LockAnswers> {
  const { policy, binding } = rangeLockOf(set);
  const ask = async (wanted: KubernetesObject): Promise<LockAnswer> => {
    const refused = await cluster.tryCreate(wanted);
    const live = refused?.reason === "AlreadyExists" ? await readExisting(cluster, wanted) : undefined;
    return { wanted, refused, live };
  };
  try {
    return { objects: await Promise.all([policy, binding].map(ask)) };
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    return { notAllowed: error.message };
  }
}

/**
 * Waits until the API server enforces a range lock that was just written: it takes notice of policies about once a second.
 * Asks it to create the set without its annotations, as a dry run, until the range lock denies that. An API server that runs
 * several times answers for the one that was asked.
 *
 * @param wanted the set as in the manifests. Whether it exists makes no difference: admission comes first.
 * @returns undefined if it acts, or if half of it is missing; otherwise a sentence that says so.
 */
export async function waitUntilLocked(
  cluster: Cluster,
  rangeLock: RangeLock,
  wanted: StatefulSet,
  { limitMs, pauseMs }: LockPatience = patience,
): Promise<string | undefined> {
  const both = await Promise.all([rangeLock.policy, rangeLock.binding].map((object) => readExisting(cluster, object)));
  // The one that is written later waits.
  if (both.includes(undefined)) return undefined;
  let last = "it would create the set";
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    const refused = await cluster.tryCreate(wanted);
    if (refused !== undefined && isDeniedBy(rangeLock, refused.message)) return undefined;
    last = refused?.message ?? last;
    await pause(pauseMs);
  }
  return (
    `the range lock ${rangeLock.policy.metadata.name} does not act after ${limitMs / 1_000} s (the API server says: ${last}). Until ` +
    "it does, let nobody scale, apply or delete the set by hand; the step itself does not depend on it"
  );
}
