import { hasRangeLock } from "../../core/contract/clusterIdentity";
import type { KubernetesObject } from "../../core/kubernetes";
import type { FinishLook } from "../../core/finish/proof";
import type { ClaimedSet } from "../../core/finish/claims";
import { rangeLockApi, rangeLockName } from "../../core/protections/rangeLock";
import { NotAllowed, Unreachable } from "../client/cluster";
import type { Cluster } from "../client/cluster";
import { listAttachments, listClaims, listPods, listVolumes, readStatefulSet } from "../client/objects";

/**
 * Looks at all that the end of a move depends on in one cluster: ten requests, however large the set is.
 *
 * @throws Unreachable if it does not answer, or is no cluster that can be told from others.
 */
export async function lookForFinish(cluster: Cluster, { namespace, name }: ClaimedSet): Promise<FinishLook> {
  const [system, space, set, rangeLock] = await Promise.all([
    cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }),
    cluster.read({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    readStatefulSet(cluster, namespace, name),
    readRangeLock(cluster, rangeLockName(namespace, name)),
  ]);
  const clusterUid = system?.metadata.uid;
  if (clusterUid === undefined) {
    throw new Unreachable("The cluster has no namespace kube-system, so it has no identity.");
  }
  // After the set: a pod that is gone after its spec excluded it, and the controller knew, stays away.
  const [pods, claims, volumes, attachments] = await Promise.all([
    listPods(cluster, namespace),
    listClaims(cluster, namespace),
    listVolumes(cluster),
    listAttachments(cluster),
  ]);
  return { clusterUid, set, pods, hasNamespace: space !== undefined, rangeLock, claims, volumes, attachments };
}

/** None where the cluster has no such objects, or where the account may not see them, and so has made none. */
async function readRangeLock(cluster: Cluster, name: string): Promise<KubernetesObject[]> {
  if (!hasRangeLock(await cluster.version())) return [];
  const read = async (kind: string): Promise<KubernetesObject[]> => {
    try {
      const object = await cluster.read({ apiVersion: rangeLockApi, kind, name });
      return object === undefined ? [] : [object];
    } catch (error) {
      if (error instanceof NotAllowed) return [];
      throw error;
    }
  };
  return (await Promise.all(["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"].map(read))).flat();
}
