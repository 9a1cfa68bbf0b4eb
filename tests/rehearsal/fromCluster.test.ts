import type { KubernetesObject, PersistentVolume } from "../../core/kubernetes";
import { startingProject } from "../../core/project/startingProject";
import { UserError } from "../../core/userError";
import { surveyDestination, surveySet } from "../../live/survey/survey";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import { rehearse } from "../../rehearsal/rehearse";
import type { RehearsalReport } from "../../rehearsal/engine/report";
import { without } from "../core/builders";
import { highPriority, runningCluster, runningSet, SimulatedReader } from "../live/simulatedReader";

jest.setTimeout(60_000);

const place = { context: "old", namespace: "shop", name: "web" };
const point = { source: "old", destination: undefined, batch: undefined, leaveOut: [] };

/** Rehearses what a cluster has; without another cluster the destination is as the source. */
async function rehearseReal(
  reader: SimulatedReader,
  other?: SimulatedReader,
  oneWay = true,
  config = "",
): Promise<RehearsalReport> {
  const { survey: source } = await surveySet(reader, place);
  const started = startingProject(source, point);
  const project = started["Pulumi.yaml"] ?? "";
  const files = { ...started, "Pulumi.yaml": project.replace(/^config:\n/m, (line) => `${line}${config}`) };
  const assumed = { ...source, clusterUid: undefined, objects: [] };
  const destination = other === undefined ? assumed : (await surveyDestination(other, "new", source)).survey;
  return rehearse({ cwd: "/nowhere", real: { source, destination, files }, oneWay, problems: [] });
}

/** Makes the volumes of the set those of EBS, as a cluster has them that is older than the driver. */
function inTree(reader: SimulatedReader): void {
  volumes(reader, (spec) => ({
    ...without(spec, "csi"),
    awsElasticBlockStore: { volumeID: `aws://zone-a/${spec.csi?.volumeHandle ?? ""}`, fsType: "ext4" },
  }));
}

async function refusal(reader: SimulatedReader, other?: SimulatedReader, config = ""): Promise<string> {
  const error: unknown = await rehearseReal(reader, other, true, config).catch((e: unknown) => e);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return error.message;
}

/** Changes the volumes of the set. */
function volumes(reader: SimulatedReader, change: (spec: PersistentVolume["spec"]) => PersistentVolume["spec"]): void {
  for (const { metadata } of reader.cluster.objects("v1", "PersistentVolume")) {
    const reference = { apiVersion: "v1", kind: "PersistentVolume", name: metadata.name };
    const live = reader.cluster.get(reference) as PersistentVolume;
    // Nobody can change what a volume is on: so it is another one of that name.
    reader.cluster.server.replace = replaceAnyway(reader);
    reader.cluster.server.replace({ ...live, spec: change(live.spec) }, { manager: "x" });
  }
}

function replaceAnyway({ cluster }: SimulatedReader): (object: KubernetesObject) => KubernetesObject {
  const inside = cluster as unknown as { store: { put: (object: KubernetesObject) => KubernetesObject } };
  return (object) => inside.store.put(object);
}

test("a running set is moved with its own volumes, and taking it over changes nothing but annotations", async () => {
  const reader = runningCluster();
  const report = await rehearseReal(reader);
  expect(report.violations).toEqual([]);
  expect(report.set).toEqual({ name: "web", namespace: "shop", start: 0, replicas: 3 });
  const [first, second] = report.steps;
  expect(first?.order).toEqual(["source", "destination"]);
  const said = first?.source.diagnostics?.map(({ severity, message }) => `${severity}: ${message}`) ?? [];
  expect(said.filter((text) => text.startsWith("warning: adopt"))).toEqual([
    expect.stringContaining("Service shop/web-front belongs to the Helm release shop") as string,
  ]);
  const taken = said.filter((text) => text.startsWith("info: adopt"));
  expect(taken).toHaveLength(6);
  for (const text of taken) expect(text).toMatch(/Only annotations are written/);
  const names = reader.cluster.objects("v1", "PersistentVolume").map(({ metadata }) => metadata.name);
  const created = second?.destination.operations.filter(({ type }) => type.endsWith(":PersistentVolume"));
  for (const { name } of created ?? []) expect(names).toContain(name);
  expect(created).not.toEqual([]);
});

test("a set in the namespace that every cluster has", async () => {
  const { survey } = await surveySet(runningCluster(), place);
  const moved = JSON.parse(
    JSON.stringify(survey).replaceAll('"namespace":"shop"', '"namespace":"default"'),
  ) as typeof survey;
  const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default", uid: "d" } };
  const source = { ...moved, objects: [space] };
  const files = startingProject(source, point);
  const destination = { ...source, clusterUid: undefined, objects: [space] };
  const report = await rehearse({ cwd: "/nowhere", real: { source, destination, files }, oneWay: true, problems: [] });
  expect([report.set.namespace, report.violations]).toEqual(["default", []]);
});

test("a set with maxUnavailable comes from a cluster that keeps it, and the destination is taken to keep it, too", async () => {
  const updateStrategy = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } };
  const set = { ...runningSet, spec: { ...(runningSet.spec as object), updateStrategy } };
  const report = await rehearseReal(runningCluster(set, { maxUnavailable: true }));
  expect(report.violations).toEqual([]);
  const written = report.steps.slice(1).flatMap(({ destination }) => destination.operations);
  expect(written.some(({ type }) => type.endsWith(":StatefulSet"))).toBe(true);
  expect(JSON.stringify(written)).not.toContain("maxUnavailable");
});

test("a set of two revisions, in the middle of a roll-out, is refused as the real program refuses it", async () => {
  const reader = runningCluster();
  const reference = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "shop", name: "web" };
  reader.cluster.edit(reference, (live) => ({
    ...live,
    status: { ...(live.status as object), currentRevision: "web-1", updateRevision: "web-2" },
  }));
  expect(await refusal(reader)).toContain("StatefulSet shop/web is in the middle of a roll-out (web-1 to web-2)");
});

test("a pod that is not Ready", async () => {
  const reader = runningCluster();
  reader.cluster.setPodFault("shop", "web-1", "neverReady");
  reader.cluster.settle();
  expect(await refusal(reader)).toContain("StatefulSet shop/web has 2 of 3 pods Ready");
});

test("an autoscaler and an owner", async () => {
  const reader = runningCluster({
    ...runningSet,
    metadata: { ...runningSet.metadata, ownerReferences: [{ kind: "Web", name: "w", uid: "u", controller: true }] },
  });
  reader.cluster.seed({
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "shop" },
    spec: { scaleTargetRef: { kind: "StatefulSet", name: "web" } },
  });
  const text = await refusal(reader);
  expect(text).toContain("pulumi up -s source would be refused");
  expect(text).toContain("HorizontalPodAutoscaler shop/web scales the set, and would undo the steps of the move");
  expect(text).toContain("StatefulSet shop/web is owned by Web w: its operator would undo each step");
});

test.each<[string, (spec: PersistentVolume["spec"]) => PersistentVolume["spec"], string]>([
  [
    "hostPath",
    (spec) => ({ ...without(spec, "csi"), hostPath: { path: "/mnt/data" } }),
    "is a hostPath on one node (spec.hostPath), so no pod of another cluster can mount it",
  ],
  [
    "affinity to a host",
    (spec) => ({
      ...spec,
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["a"] }] }],
        },
      },
    }),
    "is bound to named nodes (spec.nodeAffinity on kubernetes.io/hostname)",
  ],
])("volumes that cannot be mounted elsewhere: %s", async (_, change, message) => {
  const reader = runningCluster();
  volumes(reader, change);
  const { violations } = await rehearseReal(reader);
  expect(violations).toEqual([expect.stringContaining(message) as string]);
});

test("a claim that has lost its volume", async () => {
  const reader = runningCluster();
  const claim = reader.cluster.objects("v1", "PersistentVolumeClaim", "shop")[2];
  const name = (claim?.spec as { volumeName?: string } | undefined)?.volumeName ?? "";
  reader.cluster.delete({ apiVersion: "v1", kind: "PersistentVolume", name });
  (reader.cluster as unknown as { store: { remove: (reference: object) => void } }).store.remove({
    ...{ apiVersion: "v1", kind: "PersistentVolume", name },
  });
  const { violations } = await rehearseReal(reader);
  expect(violations[0]).toContain("claim data-web-2 is not Bound");
});

/** Makes a node of a cluster one that is not heard of. */
function silence({ cluster }: SimulatedReader, name: string): void {
  cluster.edit({ apiVersion: "v1", kind: "Node", name }, (live) => ({
    ...live,
    status: { conditions: [{ type: "Ready", status: "Unknown" }] },
  }));
}

test("a node that is not Ready: nobody can vouch for its pod", async () => {
  const reader = runningCluster();
  silence(reader, "real-node-3");
  const { violations } = await rehearseReal(reader);
  expect(violations).toEqual([expect.stringContaining("its node real-node-3 is not Ready") as string]);
  // What a person is to vouch for is the pod that really runs there.
  const pod = reader.cluster.get({ apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-2" });
  expect(violations[0]).toContain(`'fenced[0]' ${pod?.metadata.uid ?? "none"} on this stack`);
});

describe("the destination as it is", () => {
  const destination = (className: string, drivers: readonly string[] = ["disk.example.com"]): SimulatedReader => {
    const cluster = new SimulatedCluster({ name: "other", storageClasses: [{ name: className }], drivers });
    for (const name of drivers) {
      cluster.seed({ apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name } });
    }
    cluster.seed(highPriority);
    return new SimulatedReader(cluster);
  };

  test("with the same class and driver", async () => {
    const other = destination("fast");
    // No pod comes to run there, so none has to leave it.
    silence(other, "other-node-1");
    expect((await rehearseReal(runningCluster(), other, false)).violations).toEqual([]);
  });

  test("without the class, without the driver", async () => {
    const text = await refusal(runningCluster(), destination("slow", ["nfs.example.com"]));
    expect(text).toContain("the destination has no StorageClass fast");
    expect(text).toContain("the destination has no CSI driver disk.example.com");
  });

  test("without the driver that serves in-tree volumes", async () => {
    const reader = runningCluster();
    inTree(reader);
    expect(await refusal(reader, destination("fast"))).toContain(
      "the destination has no CSI driver ebs.csi.aws.com (no CSIDriver object), which serves awsElasticBlockStore volumes",
    );
  });

  test.each(["", "  inTreeVolumes: csi\n"])("in-tree volumes with config %j: there and back", async (config) => {
    const reader = runningCluster();
    inTree(reader);
    const { violations, steps } = await rehearseReal(reader, destination("fast", ["ebs.csi.aws.com"]), false, config);
    expect(violations).toEqual([]);
    const made = steps.flatMap(({ destination: half }) => half.operations);
    const created = made.filter(({ op, type }) => op === "create" && type.endsWith(":PersistentVolume"));
    expect(new Set(created.map(({ name }) => name)).size).toBe(3);
  });

  test("in-tree volumes that cannot become CSI volumes", async () => {
    const reader = runningCluster();
    volumes(reader, (spec) => ({ ...without(spec, "csi"), vsphereVolume: { volumePath: spec.csi?.volumeHandle } }));
    const other = destination("fast", ["csi.vsphere.vmware.com"]);
    expect(await refusal(reader, other, "  inTreeVolumes: csi\n")).toContain(
      "(vsphereVolume) cannot become a CSI volume: ",
    );
  });

  test("without the class of the pods: they would be refused one by one, so the step is", async () => {
    const other = destination("fast");
    silence(other, "other-node-1");
    other.cluster.delete({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", name: "high" });
    const { violations } = await rehearseReal(runningCluster(), other, false);
    expect(violations).toEqual([
      expect.stringContaining(
        "names PriorityClass high, which neither the cluster of context destination nor the manifests have",
      ),
    ]);
    other.forbidden.add("get PriorityClass");
    expect((await rehearseReal(runningCluster(), other, false)).violations).toEqual([]);
  });

  test("too old", async () => {
    const old = destination("fast");
    old.serverVersion = "v1.25.3";
    expect(await refusal(runningCluster(), old)).toContain("the cluster is too old for start ordinals");
  });

  test("with another object of the name", async () => {
    const taken = destination("fast");
    taken.cluster.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    taken.cluster.seed({ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" }, spec: {} });
    expect(await refusal(runningCluster(), taken)).toContain(
      "pulumi up -s destination would be refused: Service shop/web exists in the cluster and was not made by this program",
    );
  });

  test("with a Secret of the name", async () => {
    const taken = destination("fast");
    taken.cluster.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    taken.cluster.seed({ apiVersion: "v1", kind: "Secret", metadata: { name: "web", namespace: "shop" } });
    expect(await refusal(runningCluster(), taken)).toContain(
      "Secret shop/web exists in the destination and was not carried there",
    );
  });
});
