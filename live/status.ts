import { hasRangeLock } from "../core/contract/clusterIdentity";
import { rangeLockApi, rangeLockName } from "../core/protections/rangeLock";
import type { RangeLockSeen } from "../core/status/report";
import type { ClusterSeen, Unseen } from "../core/status/seen";
import { podsOfSet } from "../core/volumes/handOver";
import { NotAllowed, Unreachable } from "./client/cluster";
import type { Cluster } from "./client/cluster";
import { listPods, readStatefulSet } from "./client/objects";

/**
 * Looks at one half's cluster: six requests, whatever the size of the set. Reads only; what `peer-reader` may do is enough
 * but for the range lock, which is unknown without its right.
 *
 * @param context the kubeconfig context, for messages.
 * @returns what it saw; or why it saw nothing: one cluster that does not answer must not hide the other.
 */
export async function lookAtStatus(
  cluster: Cluster,
  context: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<ClusterSeen | Unseen> {
  try {
    const [system, set, pods, rangeLock] = await Promise.all([
      cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }),
      readStatefulSet(cluster, namespace, name),
      listPods(cluster, namespace),
      lookAtRangeLock(cluster, rangeLockName(namespace, name)),
    ]);
    return {
      ...{ context, set, rangeLock },
      clusterUid: system?.metadata.uid ?? "",
      pods: [...podsOfSet(name, pods).values()],
    };
  } catch (error) {
    if (error instanceof Unreachable) return { context, unreachable: error.message };
    throw error;
  }
}

/** Both objects of it: half of it locks nothing. */
async function lookAtRangeLock(cluster: Cluster, name: string): Promise<RangeLockSeen> {
  try {
    if (!hasRangeLock(await cluster.version())) return "absent";
    const kinds = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];
    const found = await Promise.all(kinds.map((kind) => cluster.read({ apiVersion: rangeLockApi, kind, name })));
    return found.includes(undefined) ? "absent" : "present";
  } catch (error) {
    if (error instanceof NotAllowed) return "unknown";
    throw error;
  }
}
