import type { KubernetesObject, StatefulSet } from "../../../core/kubernetes";
import { whySetNotTaken } from "../../../core/adopt/runningSet";
import { renderProblem } from "../../../core/userError";
import { liveSet, template, webSet } from "../builders";

const todo = "Write what runs into the manifests, or into patches; change it once it is taken over";
const range = { start: 0, replicas: 3 };
const metadata = { annotations: {} };
const running = (spec: Partial<StatefulSet["spec"]> = {}, status: object = {}): StatefulSet => {
  const set = liveSet(range, 0, { spec, metadata });
  return { ...set, status: { ...set.status, ...status } };
};

const told = (live: StatefulSet, wanted = webSet(3), autoscalers: readonly KubernetesObject[] = [], whole = range) =>
  whySetNotTaken(live, wanted, whole, autoscalers).map(renderProblem);

test("a set that runs as the manifests say", () => {
  expect(told(running())).toEqual([]);
  expect(told(running({ podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10 }))).toEqual([]);
});

test("a size in other units is the same, and so is what the server fills into a claim template", () => {
  const stored = {
    ...template("data"),
    spec: { ...template("data").spec, volumeMode: "Filesystem" },
    status: { phase: "Pending" },
  };
  const wanted = {
    ...template("data"),
    spec: { ...template("data").spec, resources: { requests: { storage: "1024Mi" } } },
  };
  expect(told(running({ volumeClaimTemplates: [stored] }), webSet(3, { volumeClaimTemplates: [wanted] }))).toEqual([]);
});

test("an unrelated set of the same name", () => {
  const live = running({
    serviceName: "other",
    volumeClaimTemplates: [template("data", "slow")],
    podManagementPolicy: "Parallel",
  });
  expect(told(live)).toEqual([
    "StatefulSet shop/web is another set than that of the manifests, and only has its name: serviceName, volumeClaimTemplates " +
      "cannot be changed and differ. If it is the set to move, write what runs into the manifests; otherwise rename one of them",
    `StatefulSet shop/web: spec.podManagementPolicy differs from what runs (received "OrderedReady"); legal: "Parallel". ${todo}`,
    `StatefulSet shop/web: spec.serviceName differs from what runs (received "web"); legal: "other". ${todo}`,
    "StatefulSet shop/web: spec.volumeClaimTemplates[0].spec.storageClassName runs with a value that the manifests do not have; " +
      `legal: "slow". ${todo}`,
  ]);
  expect(told(running({ revisionHistoryLimit: 3 }))).toEqual([
    `StatefulSet shop/web: spec.revisionHistoryLimit differs from what runs (received 10); legal: 3. ${todo}`,
  ]);
});

test("another range: what to write", () => {
  expect(told(liveSet({ start: 1, replicas: 5 }, 0, { metadata }))).toEqual([
    "manifests: spec.ordinals.start differs from the running set (received 0); legal: 1. Write spec.ordinals.start: 1",
    "manifests: spec.replicas differs from the running set (received 3); legal: 5. Write spec.replicas: 5 and cutoverIndex: 6, or scale the set first",
  ]);
  expect(told(liveSet({ start: 0, replicas: 0 }, 0, { metadata }))).toEqual([
    "manifests: spec.replicas differs from the running set (received 3); legal: 0. Scale the set up first: there is nothing to move",
  ]);
});

test("where the destination has run with other numbers, how to begin again", () => {
  const { todo: last } =
    whySetNotTaken(liveSet({ start: 0, replicas: 5 }, 0, { metadata }), webSet(3), range, [], "east")[0] ?? {};
  expect(last).toBe(
    "Write spec.replicas: 5 and cutoverIndex: 5, or scale the set first. The destination has run with these manifests and holds " +
      "nothing yet: when you correct them, run pulumi destroy -s east",
  );
});

test("a roll-out, or pods that are not Ready", () => {
  const where = "StatefulSet shop/web";
  expect(told(running({}, { updateRevision: "b" }))).toEqual([
    `${where} is in the middle of a roll-out (a to b). Finish it, partition included, or take it back: kubectl rollout status shows it`,
  ]);
  expect(told(running({ updateStrategy: { type: "OnDelete" } }, { updateRevision: "b" }))).toEqual([]);
  expect(told(running({}, { readyReplicas: 2 }))).toEqual([
    `${where} has 2 of 3 pods Ready, and taking it over waits for all of them. Make them Ready first`,
  ]);
  expect(told(running({}, { observedGeneration: 3 }))).toEqual([
    `${where} was changed just now, and its controller has not seen it yet. Run pulumi up again`,
  ]);
});

test("an operator's set", () => {
  const ownerReferences = [{ kind: "Cluster", name: "pg", controller: true }];
  expect(told(liveSet(range, 0, { metadata: { ...metadata, ownerReferences } }))).toEqual([
    "StatefulSet shop/web is owned by Cluster pg: its operator would undo each step. Move it by the operator's own means, or take " +
      "it away from the operator first",
  ]);
});

test("what scales it, and only that", () => {
  const autoscaler = (name: string, kind: string, target: string): KubernetesObject => ({
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace: "shop" },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind, name: target } },
  });
  const all = [
    autoscaler("a", "Deployment", "web"),
    autoscaler("b", "StatefulSet", "db"),
    autoscaler("c", "StatefulSet", "web"),
  ];
  expect(told(running(), webSet(3), all)).toEqual([
    "HorizontalPodAutoscaler shop/c scales the set, and would undo the steps of the move. Remove it until the move is over: " +
      "kubectl -n shop get hpa c -o yaml > c-hpa.yaml; kubectl -n shop delete hpa c",
  ]);
});
