import type { KubernetesObject } from "../kubernetes";

/** Kinds whose awaiter waits for ready pods: a half without pods would wait until it times out. */
const waitsForPods = new Set(["Service", "Ingress"]);

/** An object as it is declared: with the orders that the Kubernetes provider needs, as annotations. */
export function asDeclared(object: KubernetesObject): KubernetesObject {
  return waitsForPods.has(object.kind) ? withAnnotation(object, "pulumi.com/skipAwait") : object;
}

/**
 * An object whose values win over those of other field managers, instead of failing on a conflict. What is taken over is
 * co-owned by whoever made it: without this, the first change of it in the manifests would fail.
 */
export function asForced(object: KubernetesObject): KubernetesObject {
  return withAnnotation(object, "pulumi.com/patchForce");
}

function withAnnotation(object: KubernetesObject, name: string): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [name]: "true" };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
