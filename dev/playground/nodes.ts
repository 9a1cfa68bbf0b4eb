/**
 * The nodes of a playground cluster. They are objects only; KWOK plays their kubelets (stages/nodes.yaml).
 */
import type { ApiClient, KubeObject } from "./api";
import { podNetwork } from "./components";

/** How many nodes each cluster has. */
export const NODE_COUNT = 3;

/** The names of a cluster's nodes: `source-node-1` and so on. */
export function nodeNames(context: string): string[] {
  return Array.from({ length: NODE_COUNT }, (_, index) => `${context}-node-${index + 1}`);
}

/** Creates the nodes of a cluster. `number` (1 or 2) keeps the pod addresses of the two clusters apart. */
export async function createNodes(client: ApiClient, context: string, number: number): Promise<void> {
  await Promise.all(
    nodeNames(context).map((name, index) => {
      const podCIDR = `${podNetwork(number)}.${index + 1}.0/24`;
      return client.ensure("/api/v1/nodes", {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
          name,
          labels: {
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/zone": `${context}-zone-${index + 1}`,
          },
        },
        spec: { podCIDR, podCIDRs: [podCIDR] },
      });
    }),
  );
}

interface NodeObject extends KubeObject {
  readonly spec: { readonly taints?: readonly unknown[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Whether every node is Ready and takes pods (the taint of a new node is gone). */
export async function nodesReady(client: ApiClient): Promise<boolean> {
  const { items } = await client.get<{ items: NodeObject[] }>("/api/v1/nodes");
  const isReady = ({ spec, status }: NodeObject): boolean =>
    (spec.taints ?? []).length === 0 &&
    (status.conditions ?? []).some((condition) => condition.type === "Ready" && condition.status === "True");
  return items.length >= NODE_COUNT && items.every(isReady);
}
