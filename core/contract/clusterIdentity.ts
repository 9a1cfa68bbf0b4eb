import type { HalfOutputs } from "./record";
import type { Problem } from "../userError";

/** The oldest Kubernetes minor version that keeps `spec.ordinals` reliably (KEP-3335: beta in 1.27, lagging there). */
const minimumMinor = 28;

/** The minor version in a server version such as `v1.36.2`; undefined if it is not one. */
export function minorOf(version: string): number | undefined {
  const match = /^v?1\.(\d+)/.exec(version);
  return match ? Number(match[1]) : undefined;
}

/** The minor version in which ValidatingAdmissionPolicy became stable. */
const rangeLockMinor = 30;

/** Whether a server of this version has ValidatingAdmissionPolicy v1; a version that says nothing is taken for a new one. */
export function hasRangeLock(version: string): boolean {
  return (minorOf(version) ?? rangeLockMinor) >= rangeLockMinor;
}

/** Whether a server of this version keeps `spec.ordinals`; an older one drops it without a word. */
export function hasOrdinals(version: string): boolean {
  return (minorOf(version) ?? minimumMinor) >= minimumMinor - 1;
}

/** Why a cluster is too old for a half that sends `spec.ordinals`, or undefined. */
export function versionProblem(version: string, context: string): Problem | undefined {
  const minor = minorOf(version);
  if (minor === undefined || minor >= minimumMinor) return undefined;
  return {
    where: `kubernetes:context ${context}:`,
    what: `the cluster is too old for start ordinals (spec.ordinals, KEP-3335)`,
    received: version,
    legal: `v1.${minimumMinor} or later`,
    todo: "Upgrade that cluster first. Only a source whose set starts at ordinal 0 may be older",
  };
}

/**
 * Whether this is the cluster that the half belongs to: contexts are personal and get swapped.
 *
 * @param uid uid of the cluster that the half's context leads to.
 * @param liveSetCluster the cluster that the live set says it was made in, if it says so.
 */
export function clusterProblems(
  uid: string,
  context: string,
  own: HalfOutputs | undefined,
  peer: HalfOutputs | undefined,
  liveSetCluster: string | undefined,
): Problem[] {
  const where = `kubernetes:context ${context}:`;
  const todo = "Point kubernetes:context (or kubernetes:kubeconfig) of this stack at the right cluster";
  const problems: Problem[] = [];
  if (own !== undefined && own.cluster !== uid) {
    problems.push({
      where,
      what: "leads to another cluster than this half's last up (uid of kube-system)",
      received: uid,
      legal: own.cluster,
      todo,
    });
  }
  if (peer?.cluster === uid) {
    problems.push({
      where,
      what: `leads to the cluster of the ${peer.side}: both halves would be one`,
      received: uid,
      todo,
    });
  }
  if (liveSetCluster !== undefined && liveSetCluster !== uid) {
    problems.push({
      where,
      what: "holds a set that was made in another cluster, so this cluster is a copy or was restored from one",
      received: liveSetCluster,
      legal: uid,
      todo: "Make sure that the ordinals of the set run in one cluster only, then correct the annotation statefulset-cutover/cluster",
    });
  }
  return problems;
}
