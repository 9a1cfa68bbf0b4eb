import type { KubernetesObject } from "../../core/kubernetes";
import type { Workload } from "../../core/manifests/workload";
import type { SimulatedCluster } from "./simulatedCluster";
import { referenceOf } from "../apiServer/references";

/** The field manager of `kubectl apply`. */
const manager = "kubectl-client-side-apply";

/** Leaves a set and what belongs to it in a cluster as `kubectl apply` would have: its pods run, its claims are Bound. */
export function seedRunningSet(
  cluster: SimulatedCluster,
  { namespace, namespaceObject, belongings, set }: Workload,
): void {
  const space = namespaceObject ?? { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  for (const object of [space, ...belongings, set]) {
    if (cluster.get(referenceOf(object)) === undefined) cluster.server.create(asApplied(object), { manager });
  }
  cluster.settle();
}

/** With the note by which kubectl tells what it applied last. */
function asApplied(object: KubernetesObject): KubernetesObject {
  const note = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(object) };
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...note } } };
}
