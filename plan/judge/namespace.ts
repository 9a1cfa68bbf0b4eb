import { annotations } from "../../core/kubernetes";
import type { KubernetesObject } from "../../core/kubernetes";
import type { Workload } from "../../core/manifests/workload";
import type { Verdict } from "../../core/verdict";

/**
 * The namespace to declare, or none if it is not this program's: one that exists without our mark stays as it is.
 *
 * @param existing the live namespace.
 */
export function planNamespace(
  { namespaceObject: given, namespace, set }: Workload,
  existing: KubernetesObject | undefined,
  { create, isFirst }: { readonly create: boolean; readonly isFirst: boolean },
): Partial<Verdict> & { readonly object?: KubernetesObject } {
  const mark = existing?.metadata.annotations?.[annotations.namespaceOf];
  if (!create || (existing !== undefined && mark !== set.metadata.name)) {
    if (!isFirst || given === undefined) return {};
    const stays = `the namespace ${namespace} exists already and stays as it is: the Namespace of the manifests is left out`;
    return { warnings: [stays] };
  }
  const metadata = given?.metadata ?? { name: namespace };
  const marked = { ...metadata.annotations, [annotations.namespaceOf]: set.metadata.name };
  return {
    object: { apiVersion: "v1", kind: "Namespace", ...given, metadata: { ...metadata, annotations: marked } },
  };
}
