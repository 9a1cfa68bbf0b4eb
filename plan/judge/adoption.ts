import { compare, managedBy, seenOf, whyNotTaken } from "../../core/adopt/compare";
import type { Comparison, Seen } from "../../core/adopt/compare";
import { referenceKey } from "../../core/adopt/namesake";
import { whySetNotTaken } from "../../core/adopt/runningSet";
import { notTakenSecrets } from "../../core/adopt/secretValues";
import { titleOf } from "../../core/kubernetes";
import type { KubernetesObject, StatefulSet } from "../../core/kubernetes";
import type { Problem } from "../../core/userError";
import { together } from "../../core/verdict";
import type { Verdict } from "../../core/verdict";
import type { HalfArgs } from "../arguments";
import type { DryRun, HalfSeen, RunningSeen } from "../seen";

/** What a first `up` takes over, as it runs. */
export interface Adoption {
  /** The running set, as it was compared. */
  readonly set: Seen;
  /** What belongs to it, by `referenceKey`, as it was compared. Objects that are not there yet are missing. */
  readonly adopted: ReadonlyMap<string, Seen>;
  /** What will be written, although the engine calls it create. */
  readonly notes: readonly string[];
}

/** What is judged, and the words for it. */
export interface AdoptionPlan extends Verdict {
  /** Undefined where there is nothing to take over. */
  readonly adoption?: Adoption;
}

/**
 * Compares the running set, and everything that belongs to it, with what the API server would store in its place: every
 * difference is a problem.
 *
 * @param live the running set; undefined if there is none.
 * @param halfSet the set as it would be written.
 * @param running what the API server would store.
 */
export function planAdoption(
  { workload, connection, peerStack, carrySecrets = [] }: HalfArgs,
  { records: { peer }, belongings }: HalfSeen,
  live: StatefulSet | undefined,
  halfSet: StatefulSet,
  running: RunningSeen,
): AdoptionPlan {
  if (live === undefined) {
    const problem = {
      where: "adopt",
      what: `is true, but the cluster of context ${connection.context} has no ${titleOf(halfSet)} to take over`,
      todo: "Correct kubernetes:context, namespace or the set's name; or remove adopt, and the set is created",
    };
    return together({ problems: [problem] });
  }
  const ranThere = peer === undefined ? undefined : peerStack;
  const against = whySetNotTaken(live, halfSet, workload.range, running.autoscalers, ranThere);
  const set = compared(live, running.set);
  const found = belongings.map(({ wanted, live: object }, index) => {
    const owned = object && whyNotTaken(object);
    const judged = object === undefined ? {} : compared(object, running.belongings[index]);
    return { wanted, object, ...judged, ...(owned && { problems: [owned] }) };
  });
  const changed = found.map(({ comparison }) => comparison?.changed).filter((one) => one !== undefined);
  const taken = found.flatMap(({ object, comparison }) =>
    object === undefined || comparison === undefined ? [] : [{ object, comparison }],
  );
  const created = found.filter(({ object }) => object === undefined).map(({ wanted }) => wanted);
  return {
    adoption: {
      set: seenOf(live),
      adopted: new Map(taken.map(({ object }) => [referenceKey(object), seenOf(object)])),
      notes: notesOf(live, set.comparison, taken, created),
    },
    ...together(
      { problems: against },
      set,
      ...found.map(({ problems = [] }) => ({ problems })),
      { problems: notTakenSecrets(changed, carrySecrets) },
      { warnings: managerWarnings([live, ...taken.map(({ object }) => object)]) },
      ...[set, ...found].map(({ comparison }) => ({ warnings: comparison?.warnings ?? [] })),
    ),
  };
}

/** A live object beside what would be stored in its place. */
function compared(
  live: KubernetesObject,
  dryRun: DryRun | undefined,
): { readonly comparison?: Comparison; readonly problems?: readonly Problem[] } {
  if (dryRun === undefined) return {};
  if ("stored" in dryRun) {
    const comparison = compare(live, dryRun.stored);
    return { comparison, problems: comparison.problems };
  }
  const todo = "Write what runs into the manifests, then run this again";
  return { problems: dryRun.refused.map((problem) => ({ ...problem, todo })) };
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
