import { seenOf } from "../core/adopt/compare";
import { isHalf } from "../core/set/half";
import type { Seen } from "../core/adopt/compare";
import { sameJson } from "../core/json";
import { titleOf } from "../core/kubernetes";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Workload } from "../core/manifests/workload";
import type { Cluster } from "./client/cluster";

/** Field manager of objects that a Pulumi program created, before its random suffix. */
const ownManager = "pulumi-kubernetes";

/** What else can be done about objects that exist already. */
export interface Existing {
  /** Objects that are taken over, by `referenceKey`, as they were compared. */
  readonly adopted?: ReadonlyMap<string, Seen>;
  /** The command that has a running set taken over; undefined where none can be. */
  readonly adoptCommand?: string | undefined;
}

/** Kind and name of an object, as one text. */
export function referenceKey({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/**
 * Why an object may not be created: an unrelated one has its name. An object that Pulumi's provider made is an earlier
 * run's, which was interrupted before it was recorded.
 */
export function namesakeProblem(
  wanted: KubernetesObject,
  existing: KubernetesObject | undefined,
  { adopted, adoptCommand }: Existing = {},
): Problem | undefined {
  if (existing === undefined) return undefined;
  const seen = adopted?.get(referenceKey(wanted));
  if (seen !== undefined) {
    if (sameJson(seen, seenOf(existing))) return undefined;
    return { where: titleOf(wanted), what: "was changed by someone else while this ran", todo: "Run pulumi up again" };
  }
  const managers = (existing.metadata.managedFields ?? []).map(({ manager }) => manager ?? "");
  if (managers.some((manager) => manager.startsWith(ownManager))) return undefined;
  const rename = "Rename it in the manifests, or remove the existing one if nothing needs it";
  return {
    where: titleOf(wanted),
    what: `exists in the cluster and was not made by this program (field managers: ${managers.join(", ") || "none"})`,
    todo:
      adoptCommand === undefined
        ? rename
        : `${rename}; or, if it belongs to a set that runs here already, take both over: ${adoptCommand}`,
  };
}

/** The object in the cluster that has the kind and name of one that is wanted. */
export async function readExisting(cluster: Cluster, wanted: KubernetesObject): Promise<KubernetesObject | undefined> {
  const { namespace, name } = wanted.metadata;
  const { apiVersion, kind } = wanted;
  return cluster.read({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
}

/** Looks whether an unrelated object has the name of one that is about to be created. @throws UserError if so. */
export async function refuseNamesake(cluster: Cluster, wanted: KubernetesObject, existing?: Existing): Promise<void> {
  const problem = namesakeProblem(wanted, await readExisting(cluster, wanted), existing);
  if (problem !== undefined) throw new UserError([problem]);
}

/** Unrelated objects that have the names of those that a first `up` would create. */
export async function namesakeProblems(
  cluster: Cluster,
  { belongings, set }: Workload,
  liveSet: StatefulSet | undefined,
  existing: Existing,
): Promise<Problem[]> {
  const problems = await Promise.all(
    belongings.map(async (wanted) => namesakeProblem(wanted, await readExisting(cluster, wanted), existing)),
  );
  if (liveSet !== undefined && isForeign(liveSet)) {
    problems.unshift({
      where: titleOf(set),
      what: "exists in the cluster and was not made by this program",
      todo:
        existing.adoptCommand === undefined
          ? "A running set can be taken over in the source only. Rename it in the manifests, or remove the existing one if nothing needs it"
          : `If it is the set to move, take it over as it runs: ${existing.adoptCommand}. If not, rename it in the manifests`,
    });
  }
  return problems.filter((problem) => problem !== undefined);
}

/** Whether a live set was never written by this program. */
export function isForeign(liveSet: StatefulSet): boolean {
  return !isHalf(liveSet);
}
