import type { KubernetesObject } from "../../core/kubernetes";
import { NotAllowed } from "../../live/client/cluster";
import type { ClusterReader, Glance } from "../../live/survey/clusterReader";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import type { SimulatedClusterOptions } from "../../rehearsal/cluster/simulatedCluster";

/** A cluster in memory that stands for a real one, with what often stands beside a set. */
export class SimulatedReader implements ClusterReader {
  /** Every request so far, such as `get StatefulSet web`. */
  public readonly requests: string[] = [];
  /** Kinds that the account may not get or list, such as `list Node`. */
  public readonly forbidden = new Set<string>();
  /** Thrown instead of every answer. */
  public failure: Error | undefined;
  /** What the API server says that it is. */
  public serverVersion = "v1.33.1";

  public constructor(public readonly cluster: SimulatedCluster) {}

  public version(): Promise<string> {
    return this.answer("get", "version", "", () => this.serverVersion);
  }

  public read(reference: Parameters<ClusterReader["read"]>[0]): Promise<KubernetesObject | undefined> {
    return this.answer("get", reference.kind, ` ${reference.name}`, () => this.cluster.get(reference));
  }

  public list(apiVersion: string, kind: string, namespace?: string): Promise<KubernetesObject[]> {
    return this.answer("list", kind, "", () => this.cluster.objects(apiVersion, kind, namespace));
  }

  public glance(namespace: string, named: { kind: string; name: string }): Promise<Glance | undefined> {
    return this.answer("glance", named.kind, ` ${named.name}`, () => {
      const object = this.cluster.get({ apiVersion: "v1", namespace, ...named });
      return object && (typeof object.type === "string" ? { type: object.type } : {});
    });
  }

  private answer<T>(verb: string, kind: string, name: string, look: () => T): Promise<T> {
    this.requests.push(`${verb} ${kind}${name}`);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (!this.forbidden.has(`${verb} ${kind}`)) return Promise.resolve().then(look);
    return Promise.reject(new NotAllowed(`does not allow to ${verb} ${kind}. Give the account the right.`));
  }
}

const metadata = (name: string, more: object = {}) => ({ name, namespace: "shop", ...more });
const pick = { matchLabels: { app: "web" } };

/** What belongs to the set, and what does not. */
export const surroundings: readonly KubernetesObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { team: "sale" } } },
  { apiVersion: "v1", kind: "Secret", metadata: metadata("web"), type: "Opaque", data: { password: "aHVudGVyMg==" } },
  { apiVersion: "v1", kind: "Secret", metadata: metadata("old-token"), type: "kubernetes.io/service-account-token" },
  { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("web"), data: { mode: "calm" } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("web"), secrets: [{ name: "web-token-abcde" }] },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata("web"),
    spec: { clusterIP: "None", selector: { app: "web" } },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata("web-front", {
      labels: { "app.kubernetes.io/managed-by": "Helm", tier: "front" },
      annotations: { "meta.helm.sh/release-name": "shop" },
      finalizers: ["service.example.com/resources"],
    }),
    spec: {
      type: "NodePort",
      clusterIP: "10.96.7.7",
      clusterIPs: ["10.96.7.7"],
      selector: { app: "web" },
      ports: [{ port: 80, nodePort: 30080 }],
    },
  },
  { apiVersion: "v1", kind: "Service", metadata: metadata("other"), spec: { selector: { app: "other" } } },
  { apiVersion: "v1", kind: "Service", metadata: metadata("by-hand"), spec: {} },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: metadata("web"), spec: { selector: pick } },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata("deny-all"),
    spec: { podSelector: {} },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata("web"),
    spec: { podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["web", "api"] }] } },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: metadata("web"),
    spec: { rules: [{ http: { paths: [{ backend: { service: { name: "web-front", port: { number: 80 } } } }] } }] },
  },
];

/** The class of its pods. */
export const highPriority: KubernetesObject = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: "high" },
};

/** The set `shop/web` of three, as a person writes it. */
export const runningSet: KubernetesObject = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: metadata("web"),
  spec: {
    replicas: 3,
    serviceName: "web",
    selector: pick,
    template: {
      metadata: { labels: { app: "web" }, annotations: { on: "1.10" } },
      spec: {
        serviceAccountName: "web",
        priorityClassName: "high",
        containers: [
          {
            name: "web",
            image: "web:1",
            env: [
              { name: "MODE", value: "yes" },
              { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "web", key: "password" } } },
              { name: "LATER", valueFrom: { configMapKeyRef: { name: "later", key: "x", optional: true } } },
            ],
          },
        ],
        volumes: [
          { name: "config", configMap: { name: "web", defaultMode: 420 } },
          { name: "token", secret: { secretName: "old-token" } },
        ],
        imagePullSecrets: [{ name: "nowhere" }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "fast",
          resources: { requests: { storage: "1Gi" } },
        },
      },
    ],
  },
};

/** Such a set, running. */
export function runningCluster(
  set: KubernetesObject = runningSet,
  options: Partial<SimulatedClusterOptions> = {},
): SimulatedReader {
  const cluster = new SimulatedCluster({ name: "real", storageClasses: [{ name: "fast" }], ...options });
  cluster.seed({ apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: "disk.example.com" } });
  for (const object of [highPriority, ...surroundings, set])
    cluster.server.create(object, { manager: "kubectl-client-side-apply" });
  cluster.settle();
  return new SimulatedReader(cluster);
}
