import type { ObjectReference } from "../../live/client/cluster";
import type { KubernetesObject } from "../../core/kubernetes";

/** Kinds without a namespace that the simulated API server knows. */
const clusterScoped = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

/** Whether a kind is one of Kubernetes' own, whose scope and defaults are known; the others are custom resources. */
export function isBuiltIn(apiVersion: string): boolean {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return !group.includes(".") || group.endsWith(".k8s.io");
}

/**
 * Whether an object lives in a namespace. Of a custom resource nothing is known but the object itself: one that names a
 * namespace has one.
 */
export function isNamespaced(object: KubernetesObject): boolean {
  return isBuiltIn(object.apiVersion) ? !clusterScoped.has(object.kind) : object.metadata.namespace !== undefined;
}

/** The reference of an object, its namespace filled in as the API server does. */
export function referenceOf(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind } = object;
  const name = object.metadata.name;
  return isNamespaced(object)
    ? { apiVersion, kind, namespace: object.metadata.namespace ?? "default", name }
    : { apiVersion, kind, name };
}

/** Plural of a kind, as the API server writes it in messages. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("s")) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** Resource and group of a kind as the API server writes them in messages, such as `statefulsets.apps`. */
export function resourceOf(apiVersion: string, kind: string): string {
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0] ?? ""}` : "";
  return `${pluralOf(kind)}${group}`;
}

/** How an object is named in events and messages, such as `StatefulSet default/web`. */
export function label(reference: ObjectReference): string {
  const { kind, namespace, name } = reference;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
