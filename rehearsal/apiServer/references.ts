import { pluralOf, qualified, scopeOf } from "../../core/kinds";
import type { KubernetesObject } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";

/**
 * Whether an object lives in a namespace. Of a custom resource nothing is known but the object itself: one that names a
 * namespace has one.
 */
export function isNamespaced(object: KubernetesObject): boolean {
  const scope = scopeOf(object);
  return scope === "unknown" ? object.metadata.namespace !== undefined : scope === "namespace";
}

/** The reference of an object, its namespace filled in as the API server does. */
export function referenceOf(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind } = object;
  const name = object.metadata.name;
  return isNamespaced(object)
    ? { apiVersion, kind, namespace: object.metadata.namespace ?? "default", name }
    : { apiVersion, kind, name };
}

/** Resource and group of a kind as the API server writes them in messages, such as `statefulsets.apps`. */
export function resourceOf({ apiVersion, kind }: Pick<ObjectReference, "apiVersion" | "kind">): string {
  return qualified(apiVersion, pluralOf(kind));
}
