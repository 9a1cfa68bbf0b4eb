import { annotations } from "../core/kubernetes";
import type { KubernetesObject } from "../core/kubernetes";
import type { Workload } from "../core/manifests/workload";

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
