import { pluralOf, scopeOf } from "../../core/kinds";
/** Where the API server keeps the objects of one kind. */
export interface Resource {
  /** Plural name, as in paths and in RBAC rules. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Kinds that every cluster has: no need to ask. All others are looked up by discovery. */
const known: Readonly<Record<string, readonly string[]>> = {
  v1: [
    ...["ConfigMap", "Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim"],
    ...["Pod", "ResourceQuota", "Secret", "Service", "ServiceAccount"],
  ],
  "admissionregistration.k8s.io/v1": ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
  "apps/v1": ["StatefulSet"],
  "autoscaling/v1": ["HorizontalPodAutoscaler"],
  "batch/v1": ["CronJob", "Job"],
  "coordination.k8s.io/v1": ["Lease"],
  "networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
  "node.k8s.io/v1": ["RuntimeClass"],
  "policy/v1": ["PodDisruptionBudget"],
  "rbac.authorization.k8s.io/v1": ["Role", "RoleBinding"],
  "scheduling.k8s.io/v1": ["PriorityClass"],
  "storage.k8s.io/v1": ["CSIDriver", "StorageClass", "VolumeAttachment"],
};

/** The resource of a built-in kind, or undefined if it must be looked up. */
export function knownResource(apiVersion: string, kind: string): Resource | undefined {
  if (known[apiVersion]?.includes(kind) !== true) return undefined;
  return { plural: pluralOf(kind), namespaced: scopeOf({ apiVersion, kind }) === "namespace" };
}

/** The resource of a kind in the answer of discovery (`APIResourceList`), or undefined if the server has no such kind. */
export function discoveredResource(list: Readonly<Record<string, unknown>>, kind: string): Resource | undefined {
  const resources = Array.isArray(list.resources) ? (list.resources as Record<string, unknown>[]) : [];
  // Subresources, such as `pods/status`, carry the kind of what they take.
  const found = resources.find(({ name, kind: k }) => k === kind && typeof name === "string" && !name.includes("/"));
  return found && { plural: String(found.name), namespaced: found.namespaced === true };
}

/** Path of the group and version: `/api/v1`, `/apis/apps/v1`. */
export function groupPath(apiVersion: string): string {
  const segments = apiVersion.split("/").map(encodeURIComponent).join("/");
  return apiVersion.includes("/") ? `/apis/${segments}` : `/api/${segments}`;
}

/** Path of the objects of a resource, in a namespace if it has them. */
export function collection(apiVersion: string, resource: Resource, namespace: string | undefined): string {
  if (!resource.namespaced) return `${groupPath(apiVersion)}/${resource.plural}`;
  if (namespace === undefined) throw new Error(`${resource.plural} are asked for without a namespace`);
  return `${groupPath(apiVersion)}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`;
}
