import { namesakeProblem } from "../core/adopt/namesake";
import type { Existing } from "../core/adopt/namesake";
import type { KubernetesObject } from "../core/kubernetes";
import { UserError } from "../core/userError";
import type { Cluster } from "./client/cluster";

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
