import { UserError } from "../../../core/userError";
import { Unreachable, UnknownContext } from "../../../live/client/cluster";
import { surveyDestination, surveySet } from "../../../live/survey/survey";
import { runningCluster, runningSet } from "../simulatedReader";
import type { SimulatedReader } from "../simulatedReader";

const place = { context: "old", namespace: "shop", name: "web" };

async function refused(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.catch((e: unknown) => e);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return error.message;
}

describe("a running set", () => {
  test("with its pods, claims, volumes, nodes, and what belongs to it", async () => {
    const reader = runningCluster();
    const { survey, warnings } = await surveySet(reader, place);
    expect(warnings).toEqual([]);
    expect(survey.clusterUid).toBe(reader.cluster.uid);
    const titles = (objects: readonly { kind: string; metadata: { name: string } }[]) =>
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(survey.version).toBe("v1.33.1");
    expect(titles(survey.pods)).toEqual(["Pod web-0", "Pod web-1", "Pod web-2"]);
    expect(titles(survey.claims)).toEqual([0, 1, 2].map((n) => `PersistentVolumeClaim data-web-${n}`));
    expect(survey.volumes.map(({ spec }) => spec.claimRef?.name)).toEqual([0, 1, 2].map((n) => `data-web-${n}`));
    expect(titles(survey.nodes)).toEqual([1, 2, 3].map((n) => `Node real-node-${n}`));
    expect(titles(survey.storageClasses)).toEqual(["StorageClass fast"]);
    expect(titles(survey.drivers)).toEqual(["CSIDriver disk.example.com"]);
    expect(titles(survey.objects)).toEqual(["Namespace shop"]);
    expect(titles(survey.belongings)).toEqual([
      ...["Service web", "Service web-front", "ServiceAccount web", "PodDisruptionBudget web", "NetworkPolicy web"],
    ]);
    expect(survey.carried).toEqual([
      { kind: "Secret", name: "web" },
      { kind: "ConfigMap", name: "web" },
    ]);
    expect(survey.left).toEqual([
      "PriorityClass high is named by the pods: the destination must have it",
      "NetworkPolicy shop/deny-all is about every pod of the namespace: make it in the destination if it is to hold there too",
      "Ingress shop/web leads to Service web-front: traffic is yours to move, when you see fit",
      "Secret shop/old-token is a token of a ServiceAccount, which is worth nothing in another cluster, and the pods name it",
    ]);
  });

  test("no Secret and no ConfigMap is read, nothing is written", async () => {
    const reader = runningCluster();
    const before = reader.cluster.changes;
    const { survey } = await surveySet(reader, place);
    await surveyDestination(runningCluster(), "new", survey);
    expect(reader.cluster.changes).toBe(before);
    expect(reader.requests.filter((request) => /(get|list) (Secret|ConfigMap)/.test(request))).toEqual([]);
    expect(reader.requests.filter((request) => request.startsWith("glance"))).toEqual([
      ...["glance Secret nowhere", "glance Secret old-token", "glance Secret web"],
      ...["glance ConfigMap later", "glance ConfigMap web"],
    ]);
    expect(JSON.stringify(survey)).not.toContain("aHVudGVyMg==");
  });

  test("of many replicas costs no more requests", async () => {
    const spec = { ...(runningSet.spec as object), replicas: 40, podManagementPolicy: "Parallel" };
    const reader = runningCluster({ ...runningSet, spec });
    const { survey } = await surveySet(reader, place);
    expect(survey.volumes).toHaveLength(40);
    expect(reader.requests.length).toBeLessThan(30);
    expect(reader.requests).toContain("list PersistentVolume");
  });

  test("with a backup pod that mounts a claim, and claims of ordinals that it no longer has", async () => {
    const reader = runningCluster();
    const claim = { persistentVolumeClaim: { claimName: "data-web-1" } };
    reader.cluster.seed({
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "backup", namespace: "shop" } },
      spec: { volumes: [{ name: "d", ...claim }] },
    });
    for (const name of ["data-web-7", "data-web-x", "data-webs-0"]) {
      reader.cluster.seed({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name, namespace: "shop" },
        spec: {},
      });
    }
    const { survey } = await surveySet(reader, place);
    expect(survey.pods.map(({ metadata }) => metadata.name)).toContain("backup");
    expect(survey.claims.map(({ metadata }) => metadata.name)).toEqual([
      ...["data-web-0", "data-web-1", "data-web-2", "data-web-7"],
    ]);
  });

  test("with a pod that no node takes: in the scheduler's own words", async () => {
    const reader = runningCluster();
    const message = "0/3 nodes are available: 3 Insufficient cpu.";
    reader.cluster.edit({ apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-1" }, (live) => ({
      ...live,
      status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message }] },
    }));
    expect((await surveySet(reader, place)).warnings).toEqual([
      `--from-cluster old: Pod shop/web-1 is Pending, not scheduled: ${message}`,
    ]);
  });

  test("that is not there: those that are", async () => {
    const reader = runningCluster();
    expect(await refused(surveySet(reader, { ...place, name: "wbe" }))).toBe(
      '--set names a StatefulSet that the cluster of --from-cluster old does not have (received "shop/wbe"); legal: shop/web. ' +
        "Correct the option",
    );
  });

  test("whose pods need a Secret that does not exist", async () => {
    const reader = runningCluster();
    reader.cluster.delete({ apiVersion: "v1", kind: "Secret", namespace: "shop", name: "web" });
    const { survey } = await surveySet(reader, place);
    expect(survey.carried).toEqual([{ kind: "ConfigMap", name: "web" }]);
    expect(survey.left).toContain(
      "Secret shop/web is named by the pods and does not exist: make it, then add it to the config",
    );
  });
});

describe("what the account may not do", () => {
  const forbid = (...looks: string[]): SimulatedReader => {
    const reader = runningCluster();
    for (const look of looks) reader.forbidden.add(look);
    return reader;
  };

  test("what matters is one message with everything that is missing", async () => {
    const text = await refused(surveySet(forbid("get Node", "get PersistentVolume"), place));
    expect(text).toMatch(/^2 problems:/);
    for (const kind of ["Node", "PersistentVolume"]) {
      expect(text).toMatch(
        new RegExp(`--from-cluster old: cannot be looked at well enough .* ${kind}\\. Give the account`),
      );
    }
  });

  test("what does not is a warning each, and the rest goes on", async () => {
    const reader = forbid(
      "list Role",
      "list Ingress",
      "list HorizontalPodAutoscaler",
      "list StorageClass",
      "glance Secret",
    );
    const { survey, warnings } = await surveySet(reader, place);
    expect(warnings.map((text) => text.replace(/: does not allow.*/, "")).sort()).toEqual([
      "--from-cluster old: Secret nowhere is assumed to be there",
      "--from-cluster old: Secret old-token is assumed to be there",
      "--from-cluster old: Secret web is assumed to be there",
      "--from-cluster old: no Ingress is taken for the set's",
      "--from-cluster old: no Role is taken for the set's",
      "--from-cluster old: what scales the set is not known",
    ]);
    // The classes that the volumes name may be read one by one.
    expect(survey.storageClasses.map(({ metadata }) => metadata.name)).toEqual(["fast"]);
  });

  test("no class at all: those that the volumes name are assumed; in the destination, those of the source", async () => {
    const looks = ["StorageClass", "CSIDriver"].flatMap((kind) => [`list ${kind}`, `get ${kind}`]);
    const source = await surveySet(forbid(...looks), place);
    expect(source.survey.storageClasses).toEqual([
      { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "fast" } },
    ]);
    const { survey, warnings } = await surveyDestination(forbid(...looks, "list Node"), "new", source.survey);
    expect(survey.storageClasses).toBe(source.survey.storageClasses);
    expect(survey.nodes).toEqual([]);
    expect(warnings.map((text) => text.replace(/: does not allow.*/, ""))).toEqual([
      "--destination-context new: three nodes are made up",
      "--destination-context new: no StorageClass can be looked at, and they are assumed to be as in the source",
      "--destination-context new: no CSIDriver can be looked at, and they are assumed to be as in the source",
    ]);
  });

  test.each<[Error, string]>([
    [
      new UnknownContext('there is no kubeconfig context "old"; there are: a, b', "Run: pulumi config set …"),
      '--from-cluster: there is no kubeconfig context "old"; there are: a, b. Correct the option, or set KUBECONFIG',
    ],
    [new Unreachable("it does not answer."), "--from-cluster old: it does not answer."],
  ])("no answer at all: %s", async (failure, message) => {
    const reader = runningCluster();
    reader.failure = failure;
    expect(await refused(surveySet(reader, place))).toBe(message);
  });
});

test("a destination: what has the names already that the move will write", async () => {
  const { survey: source } = await surveySet(runningCluster(), place);
  const other = runningCluster();
  other.cluster.delete({ apiVersion: "v1", kind: "Service", namespace: "shop", name: "web-front" });
  const { survey } = await surveyDestination(other, "new", source);
  expect(survey.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    ...["Namespace shop", "StatefulSet web", "Service web", "ServiceAccount web", "PodDisruptionBudget web"],
    ...["NetworkPolicy web", "Secret web", "ConfigMap web"],
  ]);
  expect(survey.objects.find(({ kind }) => kind === "Secret")).not.toHaveProperty("data");
});
