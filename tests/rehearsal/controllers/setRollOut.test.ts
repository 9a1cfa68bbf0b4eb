import type { KubernetesObject } from "../../../core/kubernetes";
import { Stage } from "../setStage";
import type { Spec } from "../setStage";

const rolling = (rollingUpdate: Record<string, unknown>): Spec => ({
  updateStrategy: { type: "RollingUpdate", rollingUpdate },
});
const parallel: Spec = { podManagementPolicy: "Parallel" };

/** The images of the ControllerRevisions, the oldest first. */
function history(stage: Stage): unknown[] {
  type Revision = KubernetesObject & {
    revision: number;
    data: { spec: { template: { spec: { containers: { image: string }[] } } } };
  };
  const revisions = stage.cluster.objects("apps/v1", "ControllerRevision", "default") as Revision[];
  return revisions
    .sort((a, b) => a.revision - b.revision)
    .map((revision) => revision.data.spec.template.spec.containers[0]?.image.slice(-1));
}

test("maxUnavailable is dropped without its feature gate: one pod at a time", () => {
  const spec = { replicas: 3, ...rolling({ maxUnavailable: 3 }) };
  const stage = new Stage().apply(spec).settle();
  expect(stage.watch(() => stage.apply({ ...spec, image: "registry/web:2" }).settle()).slice(0, 4)).toEqual([
    ...["~web-2", "-web-2", "+web-2", "=web-2"],
  ]);
});

test.each([
  [2, ["~web-3", "~web-2"]],
  // Rounded down, but at least one.
  ["60%", ["~web-3", "~web-2"]],
  ["10%", ["~web-3"]],
])("with its feature gate, maxUnavailable %s of 4 pods go at once", (maxUnavailable, first) => {
  const spec = { replicas: 4, ...parallel, ...rolling({ maxUnavailable }) };
  const stage = new Stage({ maxUnavailable: true }).apply(spec).settle();
  const events = stage.watch(() => stage.apply({ ...spec, image: "registry/web:2" }).settle());
  expect(
    events.slice(
      0,
      events.findIndex((event) => event.startsWith("-")),
    ),
  ).toEqual(first);
});

test("with maxUnavailable, every pod that is not Ready counts; without, only those above the next one", () => {
  const roll = (gate: boolean): string[] => {
    const stage = new Stage({ maxUnavailable: gate }).apply({ replicas: 3, ...parallel }).settle();
    stage.cluster.setPodFault("default", "web-0", "neverReady");
    stage.settle();
    return stage.watch(() => stage.apply({ replicas: 3, ...parallel, image: "registry/web:2" }).settle()).slice(0, 1);
  };
  expect([roll(true), roll(false)]).toEqual([[], ["~web-2"]]);
});

test.each([
  ["is not healed by going back: the broken pod must be deleted", {}, []],
  ["heals by going back where pods are managed in parallel", parallel, ["~web-1", "-web-1", "+web-1", "=web-1"]],
])("a broken template %s", (_, policy, events) => {
  const stage = new Stage({
    faultOf: (pod) => (JSON.stringify(pod.spec).includes("web:2") ? "neverReady" : undefined),
  });
  stage.apply({ replicas: 2, ...policy }).settle();
  stage.apply({ replicas: 2, ...policy, image: "registry/web:2" }).settle();
  expect(stage.watch(() => stage.apply({ replicas: 2, ...policy }).settle())).toEqual(events);
  if (events.length > 0) return;
  expect(stage.watch(() => stage.delete("web-1").settle())).toEqual(["~web-1", "-web-1", "+web-1", "=web-1"]);
});

test("revisions beyond the limit are deleted, the oldest first; one that a pod or the status needs stays", () => {
  const spec: Spec = { replicas: 1, revisionHistoryLimit: 1 };
  const stage = new Stage().apply(spec).settle();
  for (const image of ["registry/web:2", "registry/web:3", "registry/web:4"]) stage.apply({ ...spec, image }).settle();
  expect(history(stage)).toEqual(["3", "4"]);
});

test("going back to an earlier template makes its revision the newest", () => {
  const stage = new Stage().apply({ replicas: 1 }).settle();
  stage.apply({ replicas: 1, image: "registry/web:2" }).settle();
  expect(history(stage)).toEqual(["1", "2"]);
  stage.apply({ replicas: 1 }).settle();
  expect(history(stage)).toEqual(["2", "1"]);
});

test("minReadySeconds: the next pod comes when this one is available", () => {
  const stage = new Stage();
  const seconds: number[] = [];
  stage.apply({ replicas: 2, minReadySeconds: 10 }).settle();
  for (const event of stage.cluster.events) if (event.what === "ready") seconds.push(event.atMs / 1000);
  const [first = 0, second = 0] = seconds;
  expect(second - first).toBeGreaterThanOrEqual(10);
  expect(stage.status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });

  stage.apply({ replicas: 2, minReadySeconds: 10, image: "registry/web:2" });
  stage.cluster.settle(() => stage.status.updatedReplicas === 1 && stage.status.readyReplicas === 2);
  expect(stage.status).toMatchObject({ readyReplicas: 2, availableReplicas: 1 });
});

test("minReadySeconds 0 is the same as none", () => {
  const stage = new Stage().apply({ replicas: 1 }).settle();
  stage.apply({ replicas: 1, minReadySeconds: 0 }).settle();
  expect(stage.status.observedGeneration).toBe(1);
});

test("a pod that has ended is replaced, and nobody waits for its kubelet", () => {
  const stage = new Stage().apply({ replicas: 1 }).settle();
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "web-0" };
  const fail = (): void => {
    stage.cluster.edit(pod, (live) => ({ ...live, status: { phase: "Failed" } }));
  };
  expect(stage.watch(() => (fail(), stage.settle()))).toEqual(["?web-0", "~web-0", "-web-0", "+web-0", "=web-0"]);
});

test("a pod of that name that belongs to nobody's set is in the way until it goes", () => {
  const stage = new Stage();
  stage.cluster.seed({ apiVersion: "v1", kind: "Pod", metadata: { name: "web-0", namespace: "default" }, spec: {} });
  stage.settle();
  expect(stage.watch(() => stage.apply({ replicas: 1 }).settle())).toEqual([]);
  expect(stage.watch(() => stage.delete("web-0").settle())).toEqual(["~web-0", "-web-0", "+web-0", "=web-0"]);
});
