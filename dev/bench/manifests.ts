/**
 * The set that is moved: a headless Service, a Secret, and a StatefulSet with one claim template.
 */
import type { KubeObject } from "../playground/api";

/** Name of the set in every namespace of the benchmark. */
export const SET = "web";
/** Name of its claim template. */
export const TEMPLATE = "data";
/** Name of its Secret. */
export const SECRET = "web-password";

/** What the set is like. */
export interface SetOptions {
  /** N. */
  readonly replicas: number;
  /** `Parallel` where a set is too large to be made one pod after the other. */
  readonly podManagementPolicy: "OrderedReady" | "Parallel";
}

/** The objects that a user would write, without a namespace. */
export function manifestsOf({ replicas, podManagementPolicy }: SetOptions): readonly KubeObject[] {
  const labels = { app: SET };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: SET },
      spec: { clusterIP: "None", selector: labels, ports: [{ port: 80 }] },
    },
    { apiVersion: "v1", kind: "Secret", metadata: { name: SECRET }, stringData: { password: "benchmark" } },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: SET },
      spec: {
        replicas,
        podManagementPolicy,
        serviceName: SET,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "main",
                image: "example.com/web:1",
                envFrom: [{ secretRef: { name: SECRET } }],
                volumeMounts: [{ name: TEMPLATE, mountPath: `/${TEMPLATE}` }],
              },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: TEMPLATE },
            spec: {
              accessModes: ["ReadWriteOnce"],
              storageClassName: "shared",
              resources: { requests: { storage: "1Gi" } },
            },
          },
        ],
      },
    },
  ];
}
