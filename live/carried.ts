import { carriedOf, carryProblems } from "../core/set/carried";
import type { Carried, CarriedName, FoundObject } from "../core/set/carried";
import { throwIfAny } from "../core/userError";
import type { Cluster } from "./client/cluster";

/** Looks for objects that are carried: one request each, however many replicas there are. */
export function lookAtCarried(
  cluster: Cluster,
  namespace: string,
  names: readonly CarriedName[],
): Promise<FoundObject[]> {
  return Promise.all(
    names.map(async (named) => {
      const object = await cluster.read({ apiVersion: "v1", kind: named.kind, namespace, name: named.name });
      return { ...named, ...(object && { object }) };
    }),
  );
}

/**
 * Reads what the source hands over, as it is now.
 *
 * @throws UserError that names what is missing or may not be carried.
 */
export async function readCarried(
  cluster: Cluster,
  namespace: string,
  names: readonly CarriedName[],
): Promise<Carried> {
  const found = await lookAtCarried(cluster, namespace, names);
  const problems = carryProblems(namespace, found);
  throwIfAny(problems);
  return carriedOf(found);
}
