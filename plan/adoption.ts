import { compare, managedBy, seenOf, whyNotTaken } from "../core/adopt/compare";
import type { Comparison, Seen } from "../core/adopt/compare";
import { asDeclared } from "../core/adopt/declared";
import { titleOf } from "../core/kubernetes";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import { whySetNotTaken } from "../core/adopt/runningSet";
import { notTakenSecrets } from "../core/adopt/secretValues";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Workload } from "../core/manifests/workload";
import type { Cluster } from "../live/client/cluster";
import { readExisting, referenceKey } from "../live/namesake";
import { listAutoscalers } from "../live/client/objects";

/** What a first `up` takes over, as it runs. */
export interface Adoption {
  /** The running set, as it was compared. */
  readonly set: Seen;
  /** What belongs to it, by `referenceKey`, as it was compared. Objects that are not there yet are missing. */
  readonly adopted: ReadonlyMap<string, Seen>;
  /** What will be written, although the engine calls it create. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** A running set, and what it is to become. */
export interface RunningSet {
  readonly workload: Workload;
  /** The set as it would be written. */
  readonly half: StatefulSet;
  /** The live set; undefined if there is none. */
  readonly live: StatefulSet | undefined;
  /** Of the kubeconfig, for messages. */
  readonly context: string;
  /** The destination's stack, if it has outputs. */
  readonly peerStack: string | undefined;
  /** Names of the Secrets that are carried. */
  readonly carrySecrets: readonly string[];
}

/**
 * Compares the running set, and everything that belongs to it, with what the API server would store in its place; adds
 * every difference to `problems`. One request for the set, two for each object, and one for what scales it.
 */
export async function planAdoption(
  cluster: Cluster,
  { workload, half, live, context, peerStack, carrySecrets }: RunningSet,
  problems: Problem[],
): Promise<Adoption | undefined> {
  if (live === undefined) {
    problems.push({
      where: "adopt",
      what: `is true, but the cluster of context ${context} has no ${titleOf(half)} to take over`,
      todo: "Correct kubernetes:context, namespace or the set's name; or remove adopt, and the set is created",
    });
    return undefined;
  }
  const [autoscalers, found] = await Promise.all([
    listAutoscalers(cluster, workload.namespace),
    Promise.all(workload.belongings.map(async (wanted) => ({ wanted, live: await readExisting(cluster, wanted) }))),
  ]);
  const against = whySetNotTaken(live, half, workload.range, autoscalers, peerStack);
  problems.push(...against);
  const set = against.length > 0 ? undefined : await comparedWith(cluster, half, live, problems);
  const belongings = await Promise.all(
    found.map(async (one) => ({ ...one, comparison: await comparedBelonging(cluster, one, problems) })),
  );
  const changed = belongings.map(({ comparison }) => comparison?.changed).filter((one) => one !== undefined);
  problems.push(...notTakenSecrets(changed, carrySecrets));
  const taken = belongings.flatMap(({ live: object, comparison }) =>
    object === undefined || comparison === undefined ? [] : [{ object, comparison }],
  );
  const created = belongings.filter((one) => one.live === undefined).map(({ wanted }) => wanted);
  return {
    set: seenOf(live),
    adopted: new Map(taken.map(({ object }) => [referenceKey(object), seenOf(object)])),
    notes: notesOf(live, set, taken, created),
    warnings: [
      ...managerWarnings([live, ...taken.map(({ object }) => object)]),
      ...[...(set === undefined ? [] : [set]), ...taken.map(({ comparison }) => comparison)].flatMap(
        ({ warnings }) => warnings,
      ),
    ],
  };
}

async function comparedBelonging(
  cluster: Cluster,
  { wanted, live }: { readonly wanted: KubernetesObject; readonly live: KubernetesObject | undefined },
  problems: Problem[],
): Promise<Comparison | undefined> {
  if (live === undefined) return undefined;
  const against = whyNotTaken(live);
  if (against === undefined) return comparedWith(cluster, asDeclared(wanted), live, problems);
  problems.push(against);
  return undefined;
}

async function comparedWith(
  cluster: Cluster,
  wanted: KubernetesObject,
  live: KubernetesObject,
  problems: Problem[],
): Promise<Comparison | undefined> {
  try {
    const comparison = compare(live, await cluster.dryRunReplace(wanted, live));
    problems.push(...comparison.problems);
    return comparison;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(
      ...error.problems.map((problem) => ({
        ...problem,
        todo: "Write what runs into the manifests, then run this again",
      })),
    );
    return undefined;
  }
}

/** In words, since the engine calls all of it create. */
function notesOf(
  live: StatefulSet,
  set: Comparison | undefined,
  taken: readonly { readonly object: KubernetesObject; readonly comparison: Comparison }[],
  created: readonly KubernetesObject[],
): string[] {
  return [
    ...(set === undefined
      ? []
      : [
          `adopt: ${titleOf(live)} is taken over as it runs, although the engine says create. ${writtenIn(set)}: its pods keep running`,
        ]),
    ...taken.map(({ object, comparison }) => `adopt: ${titleOf(object)} is taken over. ${writtenIn(comparison)}`),
    ...created.map((object) => `adopt: ${titleOf(object)} does not exist yet and is created`),
  ];
}

function writtenIn({ written }: Comparison): string {
  return written.length === 0 ? "Nothing is written" : `Only annotations are written (${written.join(", ")})`;
}

/** One warning for each tool that manages some of the objects. */
function managerWarnings(objects: readonly KubernetesObject[]): string[] {
  const titles = new Map<string, string[]>();
  for (const object of objects) {
    const manager = managedBy(object);
    if (manager !== undefined) titles.set(manager, [...(titles.get(manager) ?? []), titleOf(object)]);
  }
  return [...titles].map(
    ([manager, managed]) =>
      `adopt: ${managed.join(", ")} ${managed.length > 1 ? "belong" : "belongs"} to ${manager}, which would put replicas back ` +
      "in the middle of the move, and delete what it is told to uninstall. Stop it until the move is over: docs/adopting.md",
  );
}
