import { Stage } from "../setStage";
import { readClaim, listClaims, listPodNames, listPods, readStatefulSet } from "../../../live/client/objects";

test("OrderedReady makes pods one after the other, each when the one before is Ready", () => {
  const stage = new Stage();
  expect(stage.watch(() => stage.apply({ replicas: 3 }).settle())).toEqual([
    ...["+web-0", "=web-0", "+web-1", "=web-1", "+web-2", "=web-2"],
  ]);
  expect(stage.status).toMatchObject({ replicas: 3, readyReplicas: 3, currentReplicas: 3, observedGeneration: 1 });
});

test("Parallel makes all pods at once", () => {
  const stage = new Stage();
  expect(stage.watch(() => stage.apply({ replicas: 3, podManagementPolicy: "Parallel" }).settle())).toEqual([
    ...["+web-0", "+web-1", "+web-2", "=web-0", "=web-1", "=web-2"],
  ]);
});

test("the start ordinal shifts the range", () => {
  const stage = new Stage().apply({ replicas: 2, ordinals: { start: 4 } }).settle();
  expect(stage.pods).toEqual(["web-4", "web-5"]);
});

test("scaling down goes from the top, one at a time, and terminating pods count as replicas", () => {
  const stage = new Stage().apply({ replicas: 3 }).settle();
  expect(stage.watch(() => stage.apply({ replicas: 1 }).settle())).toEqual(["~web-2", "-web-2", "~web-1", "-web-1"]);

  stage.cluster.setPodFault("default", "web-0", "stuckTerminating");
  stage.apply({ replicas: 0 }).settle();
  expect(stage.status).toMatchObject({ replicas: 1, readyReplicas: 1, observedGeneration: 3 });
  expect(stage.status.currentReplicas).toBeUndefined();
  stage.cluster.setPodFault("default", "web-0", undefined);
  stage.settle();
  expect(stage.pods).toEqual([]);
  expect(stage.status).toEqual({
    availableReplicas: 0,
    collisionCount: 0,
    currentRevision: stage.status.updateRevision,
    observedGeneration: 3,
    replicas: 0,
    updateRevision: stage.status.updateRevision,
  });
});

test("lowering the start while raising the replicas makes the new lowest pod first", () => {
  const stage = new Stage().apply({ replicas: 2, ordinals: { start: 4 } }).settle();
  expect(stage.watch(() => stage.apply({ replicas: 3, ordinals: { start: 3 } }).settle())).toEqual([
    "+web-3",
    "=web-3",
  ]);
});

test("raising the start removes the pods below it, from the top down", () => {
  const stage = new Stage().apply({ replicas: 4, ordinals: { start: 1 } }).settle();
  expect(stage.watch(() => stage.apply({ replicas: 2, ordinals: { start: 3 } }).settle())).toEqual([
    ...["~web-2", "-web-2", "~web-1", "-web-1"],
  ]);
});

test("a pod in the range that is not Ready blocks scaling down", () => {
  const stage = new Stage().apply({ replicas: 3 }).settle();
  stage.cluster.setPodFault("default", "web-0", "neverReady");
  stage.settle();
  expect(stage.watch(() => stage.apply({ replicas: 2 }).settle())).toEqual([]);
  stage.cluster.setPodFault("default", "web-0", undefined);
  expect(stage.watch(() => stage.settle())).toEqual(["=web-0", "~web-2", "-web-2"]);
});

test("one condemned pod that is not Ready goes; of two the upper one blocks for ever", () => {
  const stage = new Stage().apply({ replicas: 4 }).settle();
  stage.cluster.setPodFault("default", "web-3", "neverReady");
  expect(stage.watch(() => stage.apply({ replicas: 3 }).settle())).toEqual(["~web-3", "-web-3"]);

  for (const name of ["web-1", "web-2"]) stage.cluster.setPodFault("default", name, "neverReady");
  expect(stage.watch(() => stage.apply({ replicas: 1 }).settle())).toEqual([]);
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "web-2" };
  expect(stage.watch(() => (stage.cluster.delete(pod), stage.settle()))).toEqual([
    "~web-2",
    "-web-2",
    "~web-1",
    "-web-1",
  ]);
});

test("Parallel scales down all at once, whatever is not Ready", () => {
  const policy = { podManagementPolicy: "Parallel" } as const;
  const stage = new Stage().apply({ replicas: 3, ...policy }).settle();
  stage.cluster.setPodFault("default", "web-0", "neverReady");
  expect(stage.watch(() => stage.apply({ replicas: 1, ...policy }).settle())).toEqual([
    ...["~web-2", "~web-1", "-web-2", "-web-1"],
  ]);
});

test("a deleted pod comes back", () => {
  const stage = new Stage().apply({ replicas: 2 }).settle();
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "web-0" };
  const uid = stage.cluster.get(pod)?.metadata.uid;
  expect(stage.watch(() => (stage.cluster.delete(pod), stage.settle()))).toEqual([
    ...["~web-0", "-web-0", "+web-0", "=web-0"],
  ]);
  expect(stage.cluster.get(pod)?.metadata.uid).not.toBe(uid);
});

test("a new template rolls the pods from the top down, one at a time", () => {
  const stage = new Stage().apply({ replicas: 2 }).settle();
  const before = stage.status.currentRevision;
  expect(stage.watch(() => stage.apply({ replicas: 2, image: "registry/web:2" }).settle())).toEqual([
    ...["~web-1", "-web-1", "+web-1", "=web-1", "~web-0", "-web-0", "+web-0", "=web-0"],
  ]);
  expect(stage.status.currentRevision).not.toBe(before);
  expect(stage.status.currentRevision).toBe(stage.status.updateRevision);
});

test("the partition counts from the start ordinal", () => {
  const partition = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } };
  const spec = { replicas: 3, ordinals: { start: 2 }, ...partition };
  const stage = new Stage().apply(spec).settle();
  const old = stage.status.currentRevision ?? "";
  stage.apply({ ...spec, image: "registry/web:2" }).settle();
  const next = stage.status.updateRevision ?? "";
  expect(stage.revisions()).toEqual([`web-2 ${old}`, `web-3 ${next}`, `web-4 ${next}`]);
  expect([stage.status.currentRevision, stage.status.currentReplicas, stage.status.updatedReplicas]).toEqual([
    old,
    1,
    2,
  ]);

  // A pod below the partition that comes back is of the old revision.
  stage.cluster.delete({ apiVersion: "v1", kind: "Pod", namespace: "default", name: "web-2" });
  stage.settle();
  expect(stage.revisions()[0]).toBe(`web-2 ${old}`);
});

test("OnDelete leaves the pods to a person", () => {
  const strategy = { updateStrategy: { type: "OnDelete" } };
  const stage = new Stage().apply({ replicas: 1, ...strategy }).settle();
  expect(stage.watch(() => stage.apply({ replicas: 1, ...strategy, image: "registry/web:2" }).settle())).toEqual([]);
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "web-0" };
  stage.cluster.delete(pod);
  stage.settle();
  expect(stage.revisions()).toEqual([`web-0 ${stage.status.updateRevision ?? ""}`]);
});

test("missing claims are made, empty; existing ones are kept", async () => {
  const template = { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"] } };
  const stage = new Stage();
  const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data-web-1" } };
  stage.cluster.seed({ ...claim, spec: { accessModes: ["ReadWriteOnce"] } });
  stage.settle();
  const kept = (await readClaim(stage.cluster, "default", "data-web-1"))?.metadata.uid;
  stage.apply({ replicas: 2, volumeClaimTemplates: [template] }).settle();
  expect((await listClaims(stage.cluster, "default")).map((c) => [c.metadata.name, c.status?.phase])).toEqual([
    ["data-web-1", "Bound"],
    ["data-web-0", "Bound"],
  ]);
  expect((await readClaim(stage.cluster, "default", "data-web-1"))?.metadata.uid).toBe(kept);
  stage.apply({ replicas: 0, volumeClaimTemplates: [template] }).settle();
  expect((await listClaims(stage.cluster, "default")).length).toBe(2);
});

test("a pod waits for its claims, and blocks the next one", () => {
  const template = { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], storageClassName: "none" } };
  const stage = new Stage().apply({ replicas: 2, volumeClaimTemplates: [template] }).settle();
  expect(stage.pods).toEqual(["web-0"]);
  expect(stage.status).toMatchObject({ replicas: 1, availableReplicas: 0 });
});

test("a claim that a pod uses is deleted only when the pod is gone", async () => {
  const template = { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"] } };
  const stage = new Stage().apply({ replicas: 1, volumeClaimTemplates: [template] }).settle();
  stage.cluster.delete({ apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "default", name: "data-web-0" });
  stage.settle();
  expect((await readClaim(stage.cluster, "default", "data-web-0"))?.metadata.deletionTimestamp).toBeDefined();
  stage.apply({ replicas: 0, volumeClaimTemplates: [template] }).settle();
  expect(await listClaims(stage.cluster, "default")).toEqual([]);
});

test("a deleted set takes its pods along and leaves its claims", async () => {
  const template = { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"] } };
  const stage = new Stage().apply({ replicas: 2, volumeClaimTemplates: [template] }).settle();
  stage.cluster.delete({ apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" });
  stage.settle();
  expect(stage.pods).toEqual([]);
  expect(await readStatefulSet(stage.cluster, "default", "web")).toBeUndefined();
  expect((await listClaims(stage.cluster, "default")).length).toBe(2);
});

test("pods know their node, ordinal and owner", async () => {
  const stage = new Stage().apply({ replicas: 1, ordinals: { start: 4 } }).settle();
  const [pod] = await listPods(stage.cluster, "default");
  expect(pod?.spec?.nodeName).toBe("source-node-2");
  expect(pod?.metadata.labels).toEqual({
    app: "web",
    "apps.kubernetes.io/pod-index": "4",
    "controller-revision-hash": stage.status.updateRevision,
    "statefulset.kubernetes.io/pod-name": "web-4",
  });
  expect(await listPods(stage.cluster, "default", "web-4")).toEqual([pod]);
  expect(await listPods(stage.cluster, "default", "web-5")).toEqual([]);
  expect(await listPodNames(stage.cluster, "default")).toEqual(["web-4"]);
});

test("a thousand pods come and go in well under a second of work", () => {
  const stage = new Stage().apply({ replicas: 1000, podManagementPolicy: "Parallel" }).settle();
  expect(stage.pods.length).toBe(1000);
  stage.apply({ replicas: 0, podManagementPolicy: "Parallel" }).settle();
  expect(stage.pods).toEqual([]);
});
