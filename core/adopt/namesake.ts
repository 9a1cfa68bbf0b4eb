import { seenOf } from "./compare";
import type { Seen } from "./compare";
import { sameJson } from "../json";
import { titleOf } from "../kubernetes";
import type { KubernetesObject, StatefulSet } from "../kubernetes";
import { isHalf } from "../set/half";
import type { Problem } from "../userError";

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

/** An object that an `up` would write, and what has its name in the cluster already. */
export interface BesideLive {
  readonly wanted: KubernetesObject;
  readonly live: KubernetesObject | undefined;
}

/**
 * Unrelated objects that have the names of those that a first `up` would create.
 *
 * @param liveSet what has the name of the set.
 */
export function namesakeProblems(
  belongings: readonly BesideLive[],
  liveSet: StatefulSet | undefined,
  existing: Existing,
): Problem[] {
  const problems = belongings
    .map(({ wanted, live }) => namesakeProblem(wanted, live, existing))
    .filter((problem) => problem !== undefined);
  if (liveSet === undefined || isHalf(liveSet)) return problems;
  const todo =
    existing.adoptCommand === undefined
      ? "A running set can be taken over in the source only. Rename it in the manifests, or remove the existing one if nothing needs it"
      : `If it is the set to move, take it over as it runs: ${existing.adoptCommand}. If not, rename it in the manifests`;
  const what = "exists in the cluster and was not made by this program";
  return [{ where: titleOf(liveSet), what, todo }, ...problems];
}
