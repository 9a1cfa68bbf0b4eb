import { readWorkload } from "../../core/manifests/workload";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import { rehearse } from "../../rehearsal/rehearse";
import { seedRunningSet } from "../../rehearsal/cluster/runningSet";
import { inFolder, manifests } from "./rehearseFixture";
import type { FixtureSet } from "./rehearseFixture";
import { listAutoscalers, listClaims } from "../../live/client/objects";

jest.setTimeout(60_000);

const files = (set: FixtureSet) => ({
  "set.yaml": manifests(set),
  "Pulumi.yaml": "name: a\nconfig: { manifests: { default: [set.yaml] } }\n",
  "Pulumi.source.yaml": "config: { a:adopt: true }\n",
});

test.each<[string, FixtureSet]>([
  ["three", { replicas: 3 }],
  ["numbered from 1", { replicas: 2, start: 1 }],
  ["Parallel, without claims", { replicas: 2, templates: [], parallel: true }],
])("a running set is taken over and moved there and back: %s", async (_, set) => {
  const report = await inFolder(files(set), (cwd) => rehearse({ cwd, oneWay: false, problems: [] }));
  expect(report.violations).toEqual([]);
  const [first, ...steps] = report.steps;
  expect(first?.source.operations.map(({ op, type }) => `${op} ${type}`).sort()).toEqual([
    "create kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
    "create kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
    "create kubernetes:apps/v1:StatefulSet",
    "create kubernetes:core/v1:Secret",
    "create kubernetes:core/v1:Service",
    "create pulumi:providers:kubernetes",
    "create pulumi:pulumi:Stack",
    "create statefulset-cutover:index:SplitStatefulSet",
  ]);
  expect(first?.source.diagnostics?.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    "info: adopt: StatefulSet shop/web is taken over as it runs, although the engine says create. Only annotations are written " +
      "(pulumi.com/patchForce, statefulset-cutover/cluster, statefulset-cutover/range, statefulset-cutover/turn): its pods keep running",
    "info: adopt: Secret shop/web is taken over. Only annotations are written (pulumi.com/patchForce)",
    "info: adopt: Service shop/web is taken over. Only annotations are written (pulumi.com/patchForce, pulumi.com/skipAwait)",
  ]);
  expect(steps).toHaveLength(2 * set.replicas);
  for (const { source, destination } of steps) {
    expect(source.operations.map(({ op, type }) => `${op} ${type}`)).toEqual(["update kubernetes:apps/v1:StatefulSet"]);
    expect([source.diagnostics, destination.diagnostics]).toEqual([undefined, undefined]);
  }
});

describe("what runs before a rehearsal", () => {
  const { value: workload } = readWorkload([{ path: "set.yaml", text: manifests({ replicas: 2 }) }], {
    side: "source",
    patches: [],
    storageClasses: {},
  });
  const cluster = new SimulatedCluster({ name: "source", storageClasses: [{ name: "fast" }] });
  if (workload !== undefined) seedRunningSet(cluster, workload);
  const set = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "shop", name: "web" };

  test("is as kubectl apply leaves it: pods run, and claims are Bound", async () => {
    expect(cluster.get(set)).toMatchObject({
      metadata: {
        annotations: {
          "kubectl.kubernetes.io/last-applied-configuration": expect.stringContaining('"serviceName":"web"') as unknown,
        },
        managedFields: [{ manager: "kubectl-client-side-apply" }],
      },
      status: { readyReplicas: 2 },
    });
    expect((await listClaims(cluster, "shop")).map(({ status }) => status?.phase)).toEqual(["Bound", "Bound"]);
    expect(await listAutoscalers(cluster, "shop")).toEqual([]);
  });

  test("can be compared: with defaults, and without what only the live object has", async () => {
    const [live, wanted] = [cluster.get(set), workload?.set];
    if (live === undefined || wanted === undefined) throw new Error("no set");
    expect(await cluster.dryRunReplace(wanted)).toMatchObject({ spec: live.spec, status: live.status });
    expect((await cluster.dryRunReplace(wanted)).metadata.annotations).toBeUndefined();
    expect(cluster.get(set)).toBe(live);
    const other = { ...wanted, spec: { ...wanted.spec, serviceName: "other" } };
    await expect(cluster.dryRunReplace(other)).rejects.toThrow(
      'StatefulSet shop/web cannot be what source has now: StatefulSet.apps "web" is invalid: spec: Forbidden',
    );
  });
});
