import type { KubernetesObject, StatefulSet } from "../../core/kubernetes";
import type { Side } from "../../core/ordinals";
import type { HalfOutputs } from "../../core/contract/record";
import { inventoryOf } from "../../core/volumes/volume";
import type { FoundClaim } from "../../core/volumes/volume";
import type { Workload } from "../../core/manifests/workload";
import { declareHalf } from "../../declareHalf";
import type { HalfArgs } from "../../plan/arguments";
import { claim, found, node, pod, volume, webSet } from "../core/builders";
import type { FakeCluster } from "../live/fakeCluster";
import { record } from "./recorder";
import type { Recorded } from "./recorder";

/** Type of the set. */
export const setType = "kubernetes:apps/v1:StatefulSet";
/** A Service of the set. */
export const headless: KubernetesObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: {},
};
/** The set of N with its Service. */
export const workload = (n = 6): Workload => ({
  set: webSet(n),
  range: { start: 0, replicas: n },
  namespace: "shop",
  belongings: [headless],
  fingerprint: { claimTemplates: "c", podTemplate: "p" },
  warnings: [],
  notes: [],
  leftOut: [],
});
/** What looking at the claim of an ordinal finds. */
export const look = (n: number, change?: { local: object }): FoundClaim =>
  found(n, { claim: claim(n), volume: volume(n, change) });
/** Where the data of six ordinals is. */
export const inventory = inventoryOf([0, 1, 2, 3, 4, 5].map((n) => look(n)));
/** The namespace, as an earlier up made it. */
export const marked: KubernetesObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", annotations: { "statefulset-cutover/namespace-of": "web" } },
};
/** What the destination needs for the volumes. */
export const storage: KubernetesObject[] = [
  { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "fast" } },
  { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: "disk.example.com" } },
];
/** Claims and volumes of ordinals. */
export const volumes = (...which: number[]): KubernetesObject[] => which.flatMap((n) => [claim(n), volume(n)]);
/** The pod of an ordinal that leaves, and its node. */
export const running = (n: number): KubernetesObject[] => [pod(`web-${n}`, true, [`data-web-${n}`]), node("node-1")];

/** What an `up` finds. */
export interface Scene {
  readonly own?: HalfOutputs;
  readonly peer?: HalfOutputs | "missing";
  readonly preview?: boolean;
  readonly args?: Partial<HalfArgs>;
}

/** One run of a half at an index. What it writes of the set is in the cluster afterwards. */
export async function up(side: Side, cutoverIndex: number, cluster: FakeCluster, scene: Scene = {}): Promise<Recorded> {
  const { own, peer, preview = false } = scene;
  const other = side === "source" ? "destination" : "source";
  const stacks = { [side]: { ...own }, ...(peer === "missing" ? {} : { [other]: { ...peer } }) };
  const args: HalfArgs = {
    side,
    workload: workload(),
    cutoverIndex,
    peerStack: other,
    connection: { context: side },
    connect: () => cluster,
    ...scene.args,
  };
  return record(() => declareHalf(args), {
    preview,
    stack: side,
    stacks,
    apply: ({ type, inputs }) => {
      if (type !== setType) return;
      const set = inputs as unknown as StatefulSet;
      cluster.put({ ...set, status: {} });
      for (const each of cluster.podsBeyond(set)) cluster.remove("Pod", "shop", each);
    },
  });
}
