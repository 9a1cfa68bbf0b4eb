import { groupOf } from "./kubernetes";
import type { KubernetesObject } from "./kubernetes";

/** What says which kind an object is. */
type Typed = Pick<KubernetesObject, "apiVersion" | "kind">;

/** Why an object may not be among the manifests, a clause, and what to do instead. */
export interface KindRefusal {
  readonly what: string;
  readonly todo: string;
}

/** The beginning of what to do about an object that is not moved: what follows it is said with the line of `leaveOut`. */
export const leaveItOut = "Leave it out";

const notNow = `${leaveItOut}, and apply it by other means where it should act`;
const runsPods =
  "would run in both clusters from the first up on: only the StatefulSet is moved, everything else is created in both";
const applies = "would bring its own copy of what it applies back, in both clusters, against each step of the move";

/**
 * Kinds that act by themselves. What belongs to the set is created in both clusters, so each of these would act in
 * both at once, and most could undo a step.
 *
 * A Deployment beside the set (an exporter, say) is refused too, although many would do no harm: the program cannot
 * tell one that only reads from one that writes to what the set owns, and two writers are what it exists to prevent.
 */
const refused: Readonly<Record<string, KindRefusal>> = {
  ...Object.fromEntries(
    [
      "Pod",
      "ReplicationController",
      "apps/Deployment",
      "apps/DaemonSet",
      "apps/ReplicaSet",
      "batch/Job",
      "batch/CronJob",
      "keda.sh/ScaledJob",
      "argoproj.io/Rollout",
      "argoproj.io/Workflow",
      "argoproj.io/CronWorkflow",
      "apps.openshift.io/DeploymentConfig",
      "serving.knative.dev/Service",
    ].map((kind) => [kind, { what: runsPods, todo: notNow }]),
  ),
  ...Object.fromEntries(
    ["argoproj.io/Application", "helm.toolkit.fluxcd.io/HelmRelease", "kustomize.toolkit.fluxcd.io/Kustomization"].map(
      (kind) => [kind, { what: applies, todo: `${leaveItOut}, and suspend it in the source until the move is over` }],
    ),
  ),
  ...Object.fromEntries(
    ["autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject"].map((kind) => [
      kind,
      {
        what: "would scale the set in both clusters, and so undo the cut",
        todo: `${leaveItOut}, and remove it in the source until the move is over`,
      },
    ]),
  ),
  "autoscaling.k8s.io/VerticalPodAutoscaler": {
    what: "would evict pods in both clusters, each half judged on its own, in the middle of a step",
    todo: `${leaveItOut}, and remove it in the source until the move is over`,
  },
  PersistentVolume: {
    what: "would be created in both clusters past the hand-over, which alone makes sure that a volume is in use once",
    todo: `${leaveItOut}: the set's volumes are carried by the program`,
  },
  PersistentVolumeClaim: {
    what: "would be created in both clusters, and in the destination on a new, empty volume",
    todo: `${leaveItOut}: the set's own claims are carried by the program; any other one must be made, and bound, by hand`,
  },
  "apps/ControllerRevision": {
    what: "is kept by the StatefulSet controller of each cluster",
    todo: leaveItOut,
  },
  ...Object.fromEntries(
    ["Node", "Event", "events.k8s.io/Event", "coordination.k8s.io/Lease", "storage.k8s.io/VolumeAttachment"].map(
      (kind) => [kind, { what: "belongs to one cluster and is kept by it", todo: leaveItOut }],
    ),
  ),
};

/** Why an object may not be created in both clusters, or undefined if it may. */
export function refusalOf(object: KubernetesObject): KindRefusal | undefined {
  const type = typeOf(object);
  if (Object.hasOwn(refused, type)) return refused[type];
  if (type === "Secret" && object.type === "kubernetes.io/service-account-token") {
    return {
      what: "is a token of a ServiceAccount, which is worth nothing in another cluster",
      todo: `${leaveItOut}: pods get tokens of their own cluster`,
    };
  }
  if (type === "ConfigMap" && object.metadata.name === "kube-root-ca.crt") {
    return { what: "is made by Kubernetes in every namespace", todo: leaveItOut };
  }
  return undefined;
}

/** Group and kind, such as `apps/StatefulSet`; in the core group the kind alone. */
export function typeOf(object: Typed): string {
  const group = groupOf(object);
  return group === "" ? object.kind : `${group}/${object.kind}`;
}

const clusterScoped: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "admissionregistration.k8s.io/MutatingAdmissionPolicy",
  "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
  "certificates.k8s.io/CertificateSigningRequest",
  "certificates.k8s.io/ClusterTrustBundle",
  "flowcontrol.apiserver.k8s.io/FlowSchema",
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
  "networking.k8s.io/IPAddress",
  "networking.k8s.io/IngressClass",
  "networking.k8s.io/ServiceCIDR",
  "node.k8s.io/RuntimeClass",
  "policy/PodSecurityPolicy",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "resource.k8s.io/DeviceClass",
  "resource.k8s.io/ResourceSlice",
  "scheduling.k8s.io/PriorityClass",
  "storage.k8s.io/CSIDriver",
  "storage.k8s.io/CSINode",
  "storage.k8s.io/StorageClass",
  "storage.k8s.io/VolumeAttachment",
  "storage.k8s.io/VolumeAttributesClass",
  // Custom resources that are often seen beside a set.
  "cert-manager.io/ClusterIssuer",
  "external-secrets.io/ClusterExternalSecret",
  "external-secrets.io/ClusterSecretStore",
  "gateway.networking.k8s.io/GatewayClass",
  "kyverno.io/ClusterPolicy",
  "snapshot.storage.k8s.io/VolumeSnapshotClass",
  "snapshot.storage.k8s.io/VolumeSnapshotContent",
]);

/** The API groups that Kubernetes itself serves: all of their kinds are known, and what is not listed above is namespaced. */
const builtIn: ReadonlySet<string> = new Set([
  "",
  "apps",
  "autoscaling",
  "batch",
  "policy",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

/** Whether a kind lives in a namespace; `unknown` for custom resources. */
export function scopeOf(object: Typed): "cluster" | "namespace" | "unknown" {
  if (clusterScoped.has(typeOf(object))) return "cluster";
  return builtIn.has(groupOf(object)) ? "namespace" : "unknown";
}

/** Whether an object is a custom resource: then nobody here knows which of its fields a controller fills in. */
export function isCustom(object: Typed): boolean {
  return !builtIn.has(groupOf(object));
}

/** The resource of one of Kubernetes' own kinds, as in paths and in RBAC rules: `networkpolicies` for `NetworkPolicy`. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("s")) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** A resource with its group, as RBAC, kubectl and the API server's messages name it: `statefulsets.apps`, `pods`. */
export function qualified(apiVersion: string, resource: string): string {
  const group = groupOf({ apiVersion });
  return group === "" ? resource : `${resource}.${group}`;
}
