import type { PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet } from "../../../core/kubernetes";
import type { Side } from "../../../core/ordinals";
import { peerOf } from "../../../core/ordinals";
import type { Workload } from "../../../core/manifests/workload";
import { readWorkload } from "../../../core/manifests/workload";
import type { HalfArgs } from "../../../plan/arguments";
import type { SimulatedCluster } from "../../../rehearsal/cluster/simulatedCluster";
import { WatchedCluster } from "../../../rehearsal/cluster/watchedCluster";
import type { Moment, MovedSet, Snapshot } from "../../../rehearsal/invariants";
import { csiDriver } from "../../../rehearsal/controllers/volumeController";

/** What a schedule plays with. */
export interface Scenario {
  readonly replicas: number;
  readonly start: number;
  readonly parallel: boolean;
  /** Whether its storage attaches volumes to nodes, as disks are; otherwise it is like NFS. */
  readonly attaches: boolean;
  /** What guards beside the outputs and the turns (docs/protections.md). */
  readonly protection: "outputs" | "livePeer" | "rangeLock";
  /** What others do to it: restore the state of a half from a backup, `kubectl scale`, `kubectl delete statefulset`. */
  readonly others: "restore" | "scale" | "delete";
}

export const namespace = "shop";
export const name = "web";
export const setReference = { apiVersion: "apps/v1", kind: "StatefulSet", namespace, name };

export function movedSet({ replicas, start }: Scenario, batch: number): MovedSet {
  return { name, namespace, replicas, start, batch, volumes: "carry" };
}

const workloads = new Map<string, Workload>();

/** The set that is moved: one claim, on a class whose volumes are deleted with their claims. */
function workloadOf(scenario: Scenario): Workload {
  const { replicas, start, parallel } = scenario;
  const key = `${replicas} ${start} ${parallel}`;
  const known = workloads.get(key);
  if (known !== undefined) return known;
  const set: StatefulSet = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace },
    spec: {
      replicas,
      ...(start === 0 ? {} : { ordinals: { start } }),
      ...(parallel ? { podManagementPolicy: "Parallel" as const } : {}),
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: "web:1" }] } },
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
  const text = JSON.stringify(set);
  const options = { side: "source", patches: [], storageClasses: {} } as const;
  const { value: workload } = readWorkload([{ path: "set.yaml", text }], options);
  if (workload === undefined) throw new Error("the manifest of the scene cannot be read");
  workloads.set(key, workload);
  return workload;
}

export type Clusters = Readonly<Record<Side, SimulatedCluster>>;

/** @param like what they start as, in place of empty ones. */
export function clustersFor(watch: () => void, like?: Clusters): Clusters {
  const clusterOf = (side: Side): SimulatedCluster => {
    const nodes = [0, 1, 2, 3].map((n) => `${side}-node-${n}`);
    const cluster = new WatchedCluster({ name: side, storageClasses: [{ name: "fast" }], nodes }, watch, like?.[side]);
    const driver = { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: csiDriver }, spec: {} };
    if (like === undefined) cluster.seed(driver);
    return cluster;
  };
  return { source: clusterOf("source"), destination: clusterOf("destination") };
}

/** What the config of a half says. */
export function argsOf(
  scenario: Scenario,
  clusters: Clusters,
  half: { readonly side: Side; readonly cutoverIndex: number; readonly batch: number; readonly fenced: string[] },
  looksAtPeer: boolean,
): HalfArgs {
  const { side } = half;
  return {
    ...half,
    workload: workloadOf(scenario),
    peerStack: peerOf(side),
    rangeLock: scenario.protection === "rangeLock",
    connection: { context: side },
    ...(looksAtPeer ? { peerConnection: { context: peerOf(side) } } : {}),
    connect: ({ context }) => clusters[context === "source" ? "source" : "destination"],
  };
}

/**
 * What there is of the set in both clusters.
 *
 * @param gone pods that run on although they are gone.
 */
export function momentOf(clusters: Clusters, gone?: Readonly<Record<Side, readonly Pod[]>>): Moment {
  return {
    source: snapshotOf(clusters.source, gone?.source),
    destination: snapshotOf(clusters.destination, gone?.destination),
  };
}

function snapshotOf(cluster: SimulatedCluster, gone: readonly Pod[] = []): Snapshot {
  const set = cluster.get(setReference) as StatefulSet | undefined;
  return {
    ...(set === undefined ? {} : { set }),
    pods: [...cluster.objects("v1", "Pod", namespace), ...gone],
    claims: cluster.objects("v1", "PersistentVolumeClaim", namespace) as PersistentVolumeClaim[],
    volumes: cluster.objects("v1", "PersistentVolume") as PersistentVolume[],
  };
}
