import { data, Stage } from "../setStage";
import type { Spec } from "../setStage";

const policy = (whenScaled: string, whenDeleted: string): Spec => ({
  persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted },
});
const set = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" };

test.each([
  ["Retain", "Retain", [], []],
  ["Retain", "Delete", ["StatefulSet web"], ["StatefulSet web"]],
  ["Delete", "Retain", [], ["Pod web-1"]],
  ["Delete", "Delete", ["StatefulSet web"], ["Pod web-1"]],
])(
  "claims of a set with whenScaled %s, whenDeleted %s have their owners",
  (whenScaled, whenDeleted, within, beyond) => {
    const spec: Spec = { volumeClaimTemplates: [data], ...policy(whenScaled, whenDeleted) };
    const stage = new Stage().apply({ replicas: 2, ...spec }).settle();
    stage.cluster.setPodFault("default", "web-1", "stuckTerminating");
    stage.apply({ replicas: 1, ...spec }).settle();
    const named = (name: string, owners: string[]): string => [name, "Bound", ...owners].join(" ");
    expect(stage.claims).toEqual([named("data-web-0", within), named("data-web-1", beyond)]);

    stage.cluster.setPodFault("default", "web-1", undefined);
    stage.settle();
    expect(stage.claims.length).toBe(whenScaled === "Delete" ? 1 : 2);
    stage.cluster.delete(set);
    stage.settle();
    expect(stage.claims.length).toBe(whenDeleted === "Delete" ? 0 : whenScaled === "Delete" ? 1 : 2);
  },
);

test("the policy may be taken back: the claims lose their owners", () => {
  const stage = new Stage()
    .apply({ replicas: 1, volumeClaimTemplates: [data], ...policy("Delete", "Delete") })
    .settle();
  stage.apply({ replicas: 1, volumeClaimTemplates: [data], ...policy("Retain", "Retain") }).settle();
  expect(stage.claims).toEqual(["data-web-0 Bound"]);
});

test("a claim that somebody else controls keeps its owner", () => {
  const stage = new Stage();
  const owner = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "elsewhere", controller: true };
  const metadata = { name: "data-web-0", namespace: "default", ownerReferences: [owner] };
  stage.cluster.seed({ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: data.spec });
  stage.apply({ replicas: 1, volumeClaimTemplates: [data], ...policy("Delete", "Delete") }).settle();
  expect(stage.claims).toEqual(["data-web-0 Bound ConfigMap owner"]);
});

test("a claim that goes with a pod scaled away goes although the pod is wanted again, and is made anew, empty", () => {
  const spec: Spec = { volumeClaimTemplates: [data], ...policy("Delete", "Retain") };
  const stage = new Stage().apply({ replicas: 2, ...spec }).settle();
  stage.cluster.setPodFault("default", "web-1", "stuckTerminating");
  stage.apply({ replicas: 1, ...spec }).settle();
  stage.apply({ replicas: 2, ...spec }).settle();
  const reference = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "default", name: "data-web-1" };
  const before = stage.cluster.get(reference)?.metadata.uid;
  stage.cluster.setPodFault("default", "web-1", undefined);
  stage.settle();
  expect(stage.pods).toEqual(["web-0", "web-1"]);
  expect(stage.cluster.get(reference)?.metadata.uid).not.toBe(before);
  expect(stage.claims).toEqual(["data-web-0 Bound", "data-web-1 Bound"]);
});

test("no pod is made for a claim that is being deleted; it is made anew, empty, when it is gone", () => {
  const stage = new Stage().apply({ replicas: 1, volumeClaimTemplates: [data] }).settle();
  // Another pod uses it, too.
  const volumes = [{ persistentVolumeClaim: { claimName: "data-web-0" } }];
  const user = { apiVersion: "v1", kind: "Pod", metadata: { name: "backup", namespace: "default" }, spec: { volumes } };
  stage.cluster.seed(user);
  stage.settle();
  stage.delete("data-web-0", "PersistentVolumeClaim").delete("web-0").settle();
  expect(stage.pods).toEqual(["backup"]);
  stage.delete("backup").settle();
  expect([stage.pods, stage.claims]).toEqual([["web-0"], ["data-web-0 Bound"]]);
});

test("a claim of a pod that is on no node yet is deleted at once, and made anew: the scheduler tells that it is missing", () => {
  const waiting = { ...data, spec: { ...data.spec, storageClassName: "none" } };
  const stage = new Stage().apply({ replicas: 1, volumeClaimTemplates: [waiting] }).settle();
  const from = stage.cluster.events.length;
  stage.delete("data-web-0", "PersistentVolumeClaim").settle();
  expect(stage.cluster.events.slice(from).map(({ what, name }) => `${what} ${name}`)).toEqual([
    ...["terminating data-web-0", "gone data-web-0", "created data-web-0"],
  ]);
  expect([stage.pods, stage.claims]).toEqual([["web-0"], ["data-web-0 Pending"]]);
});

test("a claim of a class that waits for a pod is bound when one is scheduled", () => {
  const storageClasses = [{ name: "local", volumeBindingMode: "WaitForFirstConsumer" as const }];
  const stage = new Stage({ storageClasses });
  stage.cluster.seed({
    ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", spec: data.spec },
    metadata: { name: "data-web-0", namespace: "default" },
  });
  stage.settle();
  expect(stage.claims).toEqual(["data-web-0 Pending"]);
  stage.apply({ replicas: 1, volumeClaimTemplates: [data] }).settle();
  expect([stage.claims, stage.status.readyReplicas]).toEqual([["data-web-0 Bound"], 1]);
});
