import type { Propagation } from "../../../rehearsal/apiServer/deletion";
import { data, Stage } from "../setStage";

const set = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" };

function deleted(propagation: Propagation): { stage: Stage; isThere: boolean } {
  const stage = new Stage().apply({ replicas: 2, volumeClaimTemplates: [data] }).settle();
  stage.cluster.setPodFault("default", "web-1", "stuckTerminating");
  stage.cluster.delete(set, propagation);
  stage.settle();
  const isThere = stage.cluster.get(set) !== undefined;
  stage.cluster.setPodFault("default", "web-1", undefined);
  stage.settle();
  return { stage, isThere };
}

test("deleted in the background, a set goes first", () => {
  const { stage, isThere } = deleted("Background");
  expect([isThere, stage.pods, stage.cluster.objects("apps/v1", "ControllerRevision", "default")]).toEqual([
    false,
    [],
    [],
  ]);
});

test("deleted in the foreground, a set goes when its pods are gone", () => {
  const { stage, isThere } = deleted("Foreground");
  expect([isThere, stage.cluster.get(set), stage.pods]).toEqual([true, undefined, []]);
});

test("deleted with its pods left alone, a set made again takes them over, and its revisions", () => {
  const stage = new Stage().apply({ replicas: 2 }).settle();
  stage.cluster.delete(set, "Orphan");
  stage.settle();
  const orphans = stage.cluster.objects("v1", "Pod", "default");
  expect(orphans.map((pod) => [pod.metadata.name, pod.metadata.ownerReferences])).toEqual([
    ["web-0", undefined],
    ["web-1", undefined],
  ]);
  expect(stage.watch(() => stage.apply({ replicas: 3 }).settle())).toEqual(["+web-2", "=web-2"]);
  expect(stage.status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3 });
  expect(stage.cluster.objects("apps/v1", "ControllerRevision", "default").length).toBe(1);
});

test("a set made again while pods of the old one are still stopping waits for their names", () => {
  const stage = new Stage().apply({ replicas: 1 }).settle();
  stage.cluster.setPodFault("default", "web-0", "stuckTerminating");
  stage.cluster.delete(set);
  stage.settle();
  stage.apply({ replicas: 1 }).settle();
  expect(stage.status.replicas).toBe(0);
  stage.cluster.setPodFault("default", "web-0", undefined);
  expect(stage.watch(() => stage.settle())).toEqual(["-web-0", "+web-0", "=web-0"]);
});

test("in the foreground, a pod that owns its claim waits for the claim, and the claim for the pod, for ever", () => {
  const persistentVolumeClaimRetentionPolicy = { whenScaled: "Delete", whenDeleted: "Retain" };
  const spec = { volumeClaimTemplates: [data], persistentVolumeClaimRetentionPolicy };
  const stage = new Stage().apply({ replicas: 2, ...spec }).settle();
  // Two pods that are not Ready block the scale-down; their claims are to go with them already.
  for (const name of ["web-0", "web-1"]) stage.cluster.setPodFault("default", name, "neverReady");
  stage.apply({ replicas: 0, ...spec }).settle();
  expect(stage.claims).toEqual(["data-web-0 Bound Pod web-0", "data-web-1 Bound Pod web-1"]);
  stage.cluster.delete(set, "Foreground");
  stage.settle();
  expect([stage.pods, stage.claims.length, stage.cluster.get(set) !== undefined]).toEqual([
    ["web-0", "web-1"],
    2,
    true,
  ]);
});

test("an object whose owner does not exist is deleted, unless nobody here plays owners of that kind", () => {
  const stage = new Stage();
  const claim = (name: string, kind: string): void => {
    const ownerReferences = [{ apiVersion: "v1", kind, name: "elsewhere", uid: "elsewhere" }];
    const metadata = { name, namespace: "default", ownerReferences };
    stage.cluster.seed({ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: data.spec });
  };
  claim("of-a-pod", "Pod");
  claim("of-an-operator", "Database");
  stage.settle();
  expect(stage.claims).toEqual(["of-an-operator Bound Database elsewhere"]);
});
