import { sides } from "../../core/ordinals";
import type { KubernetesObject } from "../../core/kubernetes";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import { atMostOne } from "../../rehearsal/invariants";
import { volumesIntact } from "../../rehearsal/volumeInvariants";
import type { MovedSet } from "../../rehearsal/invariants";
import { SetWatch } from "../../rehearsal/setWatch";
import { webSet } from "./setStage";

const set: MovedSet = { name: "web", namespace: "default", start: 0, replicas: 3, batch: 1, volumes: "carry" };

const template = {
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};

function scene() {
  const clusters = {
    source: new SimulatedCluster({ name: "source" }),
    destination: new SimulatedCluster({ name: "destination" }),
  };
  const watch = new SetWatch(set, clusters);
  for (const side of sides) {
    clusters[side].seed(webSet({ replicas: side === "source" ? 3 : 0, volumeClaimTemplates: [template] }));
    clusters[side].settle();
  }
  return { clusters, watch };
}

const reference = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" };
const scaled =
  (replicas: number) =>
  (live: KubernetesObject): KubernetesObject => ({ ...live, spec: { ...(live.spec as object), replicas } });

test("only what has happened is looked at, and what belongs to it in the other cluster", () => {
  const { clusters, watch } = scene();
  expect(watch.take().moment.source.pods.map(({ metadata }) => metadata.name)).toEqual(["web-0", "web-1", "web-2"]);
  expect(watch.take().moment.source).toMatchObject({ pods: [], claims: [], volumes: [] });
  clusters.destination.edit(reference, scaled(1));
  // The other cluster's pod has not changed, and is what makes this wrong.
  const { moment } = watch.take();
  expect(moment.source.pods.map(({ metadata }) => metadata.name)).toEqual(["web-0"]);
  expect(atMostOne(set, moment)).toEqual([
    "at most one: ordinal 0 lives in both clusters (source: a pod, destination: its live spec allows it)",
  ]);
});

test("pods that were made again are told, with what they were", () => {
  const { clusters, watch } = scene();
  watch.begin();
  clusters.source.delete({ apiVersion: "v1", kind: "Pod", namespace: "default", name: "web-1" });
  clusters.source.settle();
  const { before, after } = watch.changedPods();
  expect([before, after].map(({ source }) => source.pods.map(({ metadata }) => metadata.name))).toEqual([
    ["web-1"],
    ["web-1"],
  ]);
  expect(before.source.pods[0]?.metadata.uid).not.toBe(after.source.pods[0]?.metadata.uid);
});

test("a volume that goes with its claim is missed", () => {
  const { clusters, watch } = scene();
  const first = watch.take();
  const { ledger, violations } = volumesIntact(set, first.moment, new Map(), first.backings);
  expect([ledger.size, violations]).toEqual([3, []]);
  clusters.source.edit(reference, scaled(2));
  clusters.source.delete({ apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "default", name: "data-web-2" });
  clusters.source.settle();
  const then = watch.take();
  expect(volumesIntact(set, then.moment, ledger, then.backings).violations).toContainEqual(
    expect.stringMatching(/^volume lost: no cluster has a PersistentVolume for disk\.example\.com\//),
  );
});
