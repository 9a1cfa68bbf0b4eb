import { versionProblem } from "../../core/contract/clusterIdentity";
import { whyRetentionDestroys } from "../../core/volumes/handOver";
import type { Problem } from "../../core/userError";
import { beingDeleted } from "../../core/set/half";
import type { Look } from "../../live/look";
import type { HalfArgs } from "../arguments";

/** What in the cluster speaks against any `up` of this half. */
export function clusterContentProblems(args: HalfArgs, look: Look): Problem[] {
  const { side, workload, connection, createNamespace = true } = args;
  const { namespace, range, set } = workload;
  const problems: Problem[] = [];
  if (side === "destination" || range.start > 0) {
    const tooOld = versionProblem(look.version, connection.context);
    if (tooOld !== undefined) problems.push(tooOld);
  }
  if (look.namespaceObject === undefined && !createNamespace) {
    problems.push({
      where: "namespace",
      what: `does not exist in the cluster of context ${connection.context}, and createNamespace is false`,
      received: namespace,
      todo: `Create it (kubectl create namespace ${namespace}), or remove createNamespace`,
    });
  }
  if (look.namespaceObject?.metadata.deletionTimestamp !== undefined) {
    problems.push({ where: "namespace", what: "is being deleted", received: namespace, todo: "Wait until it is gone" });
  }
  if (look.set !== undefined) {
    const destroys = whyRetentionDestroys(look.set);
    if (destroys !== undefined)
      problems.push({ where: `StatefulSet ${namespace}/${set.metadata.name}:`, what: destroys });
    if (look.set.metadata.deletionTimestamp !== undefined) {
      problems.push({ where: "kubernetes:", what: beingDeleted(namespace, set.metadata.name) });
    }
  }
  return problems;
}
