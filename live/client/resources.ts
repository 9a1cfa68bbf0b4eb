/** Where the API server keeps the objects of one kind. */
export interface Resource {
  /** Plural name, as in paths and in RBAC rules. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Kinds that every cluster has: no need to ask. All others are looked up by discovery. */
const known: Readonly<Record<string, readonly (readonly [kind: string, plural: string])[]>> = {
  v1: [
    ["ConfigMap", "configmaps"],
    ["PersistentVolumeClaim", "persistentvolumeclaims"],
    ["Pod", "pods"],
    ["Secret", "secrets"],
    ["Service", "services"],
    ["ServiceAccount", "serviceaccounts"],
  ],
  "apps/v1": [["StatefulSet", "statefulsets"]],
  "autoscaling/v1": [["HorizontalPodAutoscaler", "horizontalpodautoscalers"]],
  "coordination.k8s.io/v1": [["Lease", "leases"]],
  "policy/v1": [["PodDisruptionBudget", "poddisruptionbudgets"]],
  "rbac.authorization.k8s.io/v1": [
    ["Role", "roles"],
    ["RoleBinding", "rolebindings"],
  ],
  "networking.k8s.io/v1": [
    ["Ingress", "ingresses"],
    ["NetworkPolicy", "networkpolicies"],
  ],
};

const knownOfCluster: typeof known = {
  v1: [
    ["Namespace", "namespaces"],
    ["Node", "nodes"],
    ["PersistentVolume", "persistentvolumes"],
  ],
  "admissionregistration.k8s.io/v1": [
    ["ValidatingAdmissionPolicy", "validatingadmissionpolicies"],
    ["ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"],
  ],
  "node.k8s.io/v1": [["RuntimeClass", "runtimeclasses"]],
  "scheduling.k8s.io/v1": [["PriorityClass", "priorityclasses"]],
  "storage.k8s.io/v1": [
    ["CSIDriver", "csidrivers"],
    ["StorageClass", "storageclasses"],
    ["VolumeAttachment", "volumeattachments"],
  ],
};

/** The resource of a built-in kind, or undefined if it must be looked up. */
export function knownResource(apiVersion: string, kind: string): Resource | undefined {
  const find = (table: typeof known) => table[apiVersion]?.find(([name]) => name === kind)?.[1];
  const [namespaced, ofCluster] = [find(known), find(knownOfCluster)];
  if (namespaced !== undefined) return { plural: namespaced, namespaced: true };
  return ofCluster === undefined ? undefined : { plural: ofCluster, namespaced: false };
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

/** A resource as RBAC and kubectl name it: `statefulsets.apps`, `pods`. */
export function qualified(apiVersion: string, plural: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? plural : `${plural}.${apiVersion.slice(0, slash)}`;
}
