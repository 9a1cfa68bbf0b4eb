import { annotations } from "../core/kubernetes";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Workload } from "../core/workload";
import type { Cluster } from "./cluster";

/** Field manager of objects that a Pulumi program created, before its random suffix. */
const ownManager = "pulumi-kubernetes";

/**
 * Why an object may not be created: an unrelated one has its name. An object that Pulumi's provider made is an earlier
 * run's, which was interrupted before it was recorded.
 */
export function namesakeProblem(wanted: KubernetesObject, existing: KubernetesObject | undefined): Problem | undefined {
  if (existing === undefined) return undefined;
  const managers = (existing.metadata.managedFields ?? []).map(({ manager }) => manager ?? "");
  if (managers.some((manager) => manager.startsWith(ownManager))) return undefined;
  return {
    where: `${wanted.kind} ${wanted.metadata.namespace ?? ""}${wanted.metadata.namespace ? "/" : ""}${wanted.metadata.name}`,
    what: `exists in the cluster and was not made by this program (field managers: ${managers.join(", ") || "none"})`,
    todo: "Rename it in the manifests, or remove the existing one if nothing needs it. Taking over objects (adopt) is not supported yet",
  };
}

/** The object in the cluster that has the kind and name of one that is wanted. */
export async function readExisting(cluster: Cluster, wanted: KubernetesObject): Promise<KubernetesObject | undefined> {
  const { namespace, name } = wanted.metadata;
  const { apiVersion, kind } = wanted;
  return cluster.read({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
}

/** Looks whether an unrelated object has the name of one that is about to be created. @throws UserError if so. */
export async function refuseNamesake(cluster: Cluster, wanted: KubernetesObject): Promise<void> {
  const problem = namesakeProblem(wanted, await readExisting(cluster, wanted));
  if (problem !== undefined) throw new UserError([problem]);
}

/** Unrelated objects that have the names of those that a first `up` would create. */
export async function namesakeProblems(
  cluster: Cluster,
  { belongings, set, namespace }: Workload,
  liveSet: StatefulSet | undefined,
): Promise<Problem[]> {
  const problems = await Promise.all(
    belongings.map(async (wanted) => namesakeProblem(wanted, await readExisting(cluster, wanted))),
  );
  if (liveSet !== undefined && liveSet.metadata.annotations?.[annotations.turn] === undefined) {
    problems.unshift({
      where: `StatefulSet ${namespace}/${set.metadata.name}`,
      what: "exists in the cluster and was not made by this program",
      todo: "Taking over a running set (adopt) is not supported yet",
    });
  }
  return problems.filter((problem) => problem !== undefined);
}

/**
 * The namespace to declare, or undefined if it is not this program's: one that exists without our mark stays as it is.
 *
 * @param existing the live namespace.
 */
export function planNamespace(
  { namespaceObject: given, namespace, set }: Workload,
  existing: KubernetesObject | undefined,
  create: boolean,
): KubernetesObject | undefined {
  const mark = existing?.metadata.annotations?.[annotations.namespaceOf];
  if (!create || (existing !== undefined && mark !== set.metadata.name)) return undefined;
  const metadata = given?.metadata ?? { name: namespace };
  return {
    apiVersion: "v1",
    kind: "Namespace",
    ...given,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotations.namespaceOf]: set.metadata.name } },
  };
}
