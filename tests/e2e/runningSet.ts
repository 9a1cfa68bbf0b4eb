/**
 * A set that runs before anybody thinks of moving it, with what belongs to it: made as kubectl and Helm make it.
 */
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../dev/playground/api";
import type { Ground } from "./ground";
import { until } from "./ground";

/** Whose hand made the objects, and how. */
export const hands = ["kubectl apply", "kubectl apply --server-side", "Helm 3", "Helm 4"] as const;
export type Hand = (typeof hands)[number];

/** Collections of a namespace, by kind. */
const collections: Readonly<Record<string, readonly [group: string, plural: string]>> = {
  ConfigMap: ["/api/v1", "configmaps"],
  HorizontalPodAutoscaler: ["/apis/autoscaling/v2", "horizontalpodautoscalers"],
  PodDisruptionBudget: ["/apis/policy/v1", "poddisruptionbudgets"],
  Role: ["/apis/rbac.authorization.k8s.io/v1", "roles"],
  RoleBinding: ["/apis/rbac.authorization.k8s.io/v1", "rolebindings"],
  Secret: ["/api/v1", "secrets"],
  Service: ["/api/v1", "services"],
  ServiceAccount: ["/api/v1", "serviceaccounts"],
  StatefulSet: ["/apis/apps/v1", "statefulsets"],
};

/** Path of a kind's objects, or of one of them. */
export function pathOf(namespace: string, kind: string, name?: string): string {
  const [group, plural] = collections[kind] ?? ["", ""];
  return `${group}/namespaces/${namespace}/${plural}${name === undefined ? "" : `/${name}`}`;
}

/** A set `web` of three with what often stands beside one, written as people write it, not as the API server writes it back. */
export function runningManifest(namespace: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data: { mode: calm }
---
apiVersion: v1
kind: Secret
metadata: { name: web }
stringData: { password: correct-horse }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web }
---
apiVersion: v1
kind: Service
metadata: { name: web, labels: { app: web } }
spec: { clusterIP: None, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web-front }
spec:
  type: NodePort
  selector: { app: web }
  ports: [{ name: http, port: 80 }, { name: metrics, port: 9100, targetPort: 9101, protocol: TCP }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: web }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web }
subjects: [{ kind: ServiceAccount, name: web, namespace: ${namespace} }]
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: web }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 3
  serviceName: web
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      initContainers:
        - { name: init, image: "example.com/init:1", command: [sh, -c, "true"] }
      containers:
        - name: web
          image: example.com/web:1
          env:
            - { name: MODE, value: calm }
            - { name: PASSWORD, valueFrom: { secretKeyRef: { name: web, key: password } } }
          ports: [{ containerPort: 80 }, { containerPort: 9101, name: metrics }]
          resources: { requests: { cpu: 1000m, memory: 1024Mi } }
          readinessProbe: { httpGet: { path: /, port: 80 } }
          volumeMounts: [{ name: data, mountPath: /data }, { name: config, mountPath: /etc/web }]
      volumes:
        - { name: config, configMap: { name: web } }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: shared
        resources: { requests: { storage: 1Gi } }
`;
}

/** Makes the objects of a manifest in the source, and waits until the pods of the set `web` are Ready. */
export async function runAlready(ground: Ground, namespace: string, manifest: string, hand: Hand): Promise<void> {
  const client = ground.client("source");
  await client.ensure("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (const document of parseAllDocuments(manifest)) {
    const object = document.toJS() as KubeObject & { readonly kind: string };
    const made = asMadeBy(hand, object);
    const path = pathOf(namespace, object.kind);
    if (hand === "Helm 3" || hand === "kubectl apply") {
      await client.create(`${path}?fieldManager=${hand === "Helm 3" ? "helm" : "kubectl-client-side-apply"}`, made);
    } else {
      const query = `fieldManager=${hand === "Helm 4" ? "helm" : "kubectl"}&force=false`;
      await client.text("PATCH", `${path}/${object.metadata.name}?${query}`, made, "application/apply-patch+yaml");
    }
  }
  await untilReady(ground, namespace);
}

/** Waits until the set runs, rolled out. */
export async function untilReady(ground: Ground, namespace: string): Promise<void> {
  interface Status {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  }
  await until(`${namespace}: the set runs`, async () => {
    const set = await ground.set("source", namespace, "web");
    const { readyReplicas, currentRevision, updateRevision, observedGeneration }: Status = set?.status ?? {};
    return readyReplicas === 3 && currentRevision === updateRevision && observedGeneration === set?.metadata.generation;
  });
}

/** With the marks that each tool leaves. */
function asMadeBy(hand: Hand, object: KubeObject): KubeObject {
  const { metadata } = object;
  const { labels, annotations } = metadata as { labels?: Record<string, string>; annotations?: Record<string, string> };
  if (hand === "kubectl apply") {
    const note = { "kubectl.kubernetes.io/last-applied-configuration": `${JSON.stringify(object)}\n` };
    return { ...object, metadata: { ...metadata, annotations: { ...annotations, ...note } } };
  }
  if (hand === "kubectl apply --server-side") return object;
  const release = { "meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "shop" };
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
      annotations: { ...annotations, ...release },
    },
  };
}
