import type { KubernetesObject } from "../../core/kubernetes";
import { UserError } from "../../core/userError";
import { namesakeProblem, namesakeProblems } from "../../core/adopt/namesake";
import { readExisting, refuseNamesake } from "../../live/namesake";
import { liveSet } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const service: KubernetesObject = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" } };
const role: KubernetesObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "web" },
};
const by = (object: KubernetesObject, ...managers: (string | undefined)[]): KubernetesObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    managedFields: managers.map((manager) => (manager === undefined ? {} : { manager })),
  },
});
/** As a first `up` looks for them. */
const beside = (cluster: FakeCluster, ...wanted: KubernetesObject[]) =>
  Promise.all(wanted.map(async (object) => ({ wanted: object, live: await readExisting(cluster, object) })));
const foreign = (where: string, managers: string) => ({
  where,
  what: `exists in the cluster and was not made by this program (field managers: ${managers})`,
  todo: "Rename it in the manifests, or remove the existing one if nothing needs it",
});
const foreignSet = {
  where: "StatefulSet shop/web",
  what: "exists in the cluster and was not made by this program",
  todo: "A running set can be taken over in the source only. Rename it in the manifests, or remove the existing one if nothing needs it",
};
const adoptCommand = "pulumi config set adopt true -s west";

test("an object of an earlier run, or none, is no namesake", () => {
  expect(namesakeProblem(service, undefined)).toBeUndefined();
  expect(namesakeProblem(service, by(service, "pulumi-kubernetes"))).toBeUndefined();
  expect(
    namesakeProblem(service, by(service, "kube-controller-manager", "pulumi-kubernetes-1a2b3c4d")),
  ).toBeUndefined();
});

test("somebody else's is", () => {
  expect(namesakeProblem(service, by(service, "helm", "kubectl"))).toEqual(
    foreign("Service shop/web", "helm, kubectl"),
  );
  expect(namesakeProblem(role, role)).toEqual(foreign("ClusterRole web", "none"));
  expect(namesakeProblem(role, by(role, undefined))).toEqual(foreign("ClusterRole web", "none"));
});

test("it is asked for in its namespace, or without one, and refused", async () => {
  const cluster = new FakeCluster("uid", by(service, "helm"));
  await expect(refuseNamesake(cluster, service)).rejects.toEqual(new UserError([foreign("Service shop/web", "helm")]));
  await refuseNamesake(cluster, role);
  expect(cluster.requests).toEqual(["read Service web", "read ClusterRole web"]);
});

test("a first up looks for all of them, the set first", async () => {
  const cluster = new FakeCluster("uid", by(service, "helm"), role);
  const anothers = liveSet({ start: 0, replicas: 6 }, 0, { metadata: { annotations: {} } });
  expect(namesakeProblems(await beside(cluster, service, role), anothers, {})).toEqual([
    foreignSet,
    foreign("Service shop/web", "helm"),
    foreign("ClusterRole web", "none"),
  ]);
  expect(namesakeProblems([], undefined, {})).toEqual([]);
  expect(namesakeProblems([], liveSet({ start: 0, replicas: 6 }, 0), {})).toEqual([]);
});

test("where a running set can be taken over, they say how", async () => {
  const cluster = new FakeCluster("uid", by(service, "helm"));
  const anothers = liveSet({ start: 0, replicas: 6 }, 0, { metadata: { annotations: {} } });
  expect(namesakeProblems(await beside(cluster, service), anothers, { adoptCommand })).toMatchObject([
    { todo: `If it is the set to move, take it over as it runs: ${adoptCommand}. If not, rename it in the manifests` },
    {
      todo:
        "Rename it in the manifests, or remove the existing one if nothing needs it; or, if it belongs to a set that runs " +
        `here already, take both over: ${adoptCommand}`,
    },
  ]);
});

test("an object that was compared is taken over, unless it has changed since", () => {
  const seen = (uid: string, revision: string) => new Map([["v1 Service shop/web", { uid, revision }]]);
  const live = by({ ...service, metadata: { ...service.metadata, uid: "a", resourceVersion: "7" } }, "helm");
  expect(namesakeProblem(service, live, { adopted: seen("a", "7") })).toBeUndefined();
  const changed = {
    where: "Service shop/web",
    what: "was changed by someone else while this ran",
    todo: "Run pulumi up again",
  };
  expect(namesakeProblem(service, live, { adopted: seen("a", "6") })).toEqual(changed);
  expect(namesakeProblem(service, live, { adopted: seen("b", "7") })).toEqual(changed);
  const generations = { ...live, metadata: { ...live.metadata, generation: 3 } };
  expect(namesakeProblem(service, generations, { adopted: seen("a", "3") })).toBeUndefined();
});
