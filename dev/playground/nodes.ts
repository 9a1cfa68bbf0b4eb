/**
 * The nodes of a playground cluster, as their kubelets would register them. They are objects only; KWOK plays their kubelets
 * (stages/nodes.yaml), which fills in what is the same for every node.
 */
import type { PlaygroundApi, KubeObject } from "./api";
import { kubernetesVersion, readBuildInput } from "./build";
import { podNetwork } from "./components";

/** How many nodes each cluster has. */
const NODE_COUNT = 3;

/** The names of a cluster's nodes: `source-node-1` and so on. */
function nodeNames(context: string): string[] {
  return Array.from({ length: NODE_COUNT }, (_, index) => `${context}-node-${index + 1}`);
}

/**
 * One node.
 *
 * Both clusters have the same region and the same zones: they reach the same disks, and a disk of a cloud can be reached from
 * its own zone only. Whoever wants clusters that are far apart sets other labels.
 *
 * @param context kube context of the cluster
 * @param number 1 or 2: keeps the addresses of the two clusters apart
 * @param index position among the cluster's nodes, from 0
 * @param kubeletVersion such as `v1.36.3`
 */
function nodeObject(context: string, number: number, index: number, kubeletVersion: string): KubeObject {
  const name = nodeNames(context)[index] ?? "";
  const podCIDR = `${podNetwork(number)}.${index + 1}.0/24`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/instance-type": "playground",
        "topology.kubernetes.io/region": "region-1",
        "topology.kubernetes.io/zone": `region-1-${"abc".charAt(index)}`,
      },
    },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: {
      addresses: [
        // Of loopback: whoever asks this kubelet for a log must not reach somebody's machine.
        { type: "InternalIP", address: `127.0.${number}.${index + 1}` },
        { type: "Hostname", address: name },
      ],
      nodeInfo: {
        ...{ architecture: "amd64", operatingSystem: "linux", kernelVersion: "playground", osImage: "playground" },
        ...{ machineID: name, systemUUID: name, bootID: name, containerRuntimeVersion: "kwok://playground" },
        ...{ kubeletVersion, kubeProxyVersion: "" },
      },
    },
  };
}

/** Creates the nodes of a cluster. `number` (1 or 2) keeps the addresses of the two clusters apart. */
export async function createNodes(client: PlaygroundApi, context: string, number: number): Promise<void> {
  const kubeletVersion = kubernetesVersion(readBuildInput().goMod);
  await Promise.all(
    nodeNames(context).map((_, index) =>
      client.ensure("/api/v1/nodes", nodeObject(context, number, index, kubeletVersion)),
    ),
  );
}

interface NodeObject extends KubeObject {
  readonly spec: { readonly taints?: readonly unknown[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Whether every node is Ready and takes pods (the taint of a new node is gone). */
export async function nodesReady(client: PlaygroundApi): Promise<boolean> {
  const { items } = await client.get<{ items: NodeObject[] }>("/api/v1/nodes");
  const isReady = ({ spec, status }: NodeObject): boolean =>
    (spec.taints ?? []).length === 0 &&
    (status.conditions ?? []).some((condition) => condition.type === "Ready" && condition.status === "True");
  return items.length >= NODE_COUNT && items.every(isReady);
}
