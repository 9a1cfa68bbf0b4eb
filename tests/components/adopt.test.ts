import type { KubernetesObject } from "../../core/kubernetes";
import { offerOf } from "../../core/volumes/volume";
import { claim, liveSet, outputs, volume } from "../core/builders";
import { FakeCluster } from "../live/fakeCluster";
import { headless, inventory, look, setType, up, volumes } from "./halfRun";
import { secret } from "./recorder";

jest.setTimeout(60_000);

describe("a running set is taken over", () => {
  const peer = outputs("destination", 6, 1);
  const uid = (revision: string) => ({ uid: `uid-${revision}`, resourceVersion: revision });
  const runs = (change: Parameters<typeof liveSet>[2] = {}) =>
    liveSet({ start: 0, replicas: 6 }, 0, {
      spec: { podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10, ...change.spec },
      metadata: { annotations: {}, ...uid("3"), managedFields: [{ manager: "helm" }], ...change.metadata },
    });
  const service = {
    ...headless,
    metadata: { ...headless.metadata, ...uid("2"), managedFields: [{ manager: "helm" }] },
  };
  const shop = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const scene = (...objects: KubernetesObject[]): FakeCluster =>
    new FakeCluster("uid-of-source", shop, ...volumes(0, 1, 2, 3, 4, 5), ...objects);
  const adopt = { peer, args: { adopt: true } } as const;

  test("without adopt it is refused, and the message says how", async () => {
    const { errors, resources } = await up("source", 6, scene(runs(), service), { peer });
    expect(resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
    expect(errors.join()).toContain(
      "StatefulSet shop/web exists in the cluster and was not made by this program. If it is the set to move, take it over as it " +
        "runs: pulumi config set adopt true -s source",
    );
  });

  test("in place: a namespace that is left alone, a guard that remembers what was compared, forced belongings", async () => {
    const cluster = scene(runs(), service);
    const run = await up("source", 6, cluster, adopt);
    expect(run.errors).toEqual([]);
    expect(() => run.resource("kubernetes:core/v1:Namespace")).toThrow("0 of kubernetes:core/v1:Namespace");
    expect(run.resource("kubernetes:core/v1:Service").inputs).toMatchObject({
      metadata: { annotations: { "pulumi.com/patchForce": "true", "pulumi.com/skipAwait": "true" } },
    });
    expect(run.resource(setType)).toMatchObject({ protect: true, inputs: { spec: { replicas: 6 } } });
    expect(run.outputs).toMatchObject({
      held: { start: 0, replicas: 6 },
      turn: 0,
      peerTurn: 1,
      offer: secret(offerOf([look(5)])),
    });
    expect(run.log).toEqual([
      "info: adopt: StatefulSet shop/web is taken over as it runs, although the engine says create. Only annotations are written " +
        "(pulumi.com/patchForce, statefulset-cutover/cluster, statefulset-cutover/range, statefulset-cutover/turn): its pods keep running",
      "info: adopt: Service shop/web is taken over. Only annotations are written (pulumi.com/patchForce, pulumi.com/skipAwait)",
    ]);
    expect(cluster.requests.filter((request) => /dry run|autoscalers|read Service/.test(request))).toEqual([
      ...["read Service web", "autoscalers", "dry run StatefulSet web", "dry run Service web", "read Service web"],
    ]);
  });

  test("also before the destination has run: what runs is not claimed", async () => {
    const run = await up("source", 6, scene(runs(), service), { args: { adopt: true } });
    expect([run.errors, run.outputs.turn]).toEqual([[], 0]);
  });

  test("what is not there yet is created, and said so; a volume that cannot follow is told at once", async () => {
    const local = [claim(5), volume(5, { local: { path: "/a" } })];
    const run = await up("source", 6, scene(runs(), ...local), { ...adopt, preview: true });
    expect(run.errors).toEqual([]);
    expect(run.log).toContain("info: adopt: Service shop/web does not exist yet and is created");
    expect(run.log).toContainEqual(
      expect.stringMatching(/^warning: ordinal 5: claim data-web-5: .* is a local disk of one node/),
    );
  });

  test("what differs is told together, in a preview too, and nothing is declared", async () => {
    const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:0" }] } };
    const other = { ...service, spec: { type: "NodePort" } };
    const autoscaler = {
      ...{
        apiVersion: "autoscaling/v1",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "web", namespace: "shop" },
      },
      spec: { scaleTargetRef: { kind: "StatefulSet", name: "web" } },
    };
    for (const preview of [false, true]) {
      const run = await up("source", 6, scene(runs({ spec: { template } }), other), { ...adopt, preview });
      expect(run.resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
      expect(run.errors.join()).toContain("2 problems:");
      expect(run.errors.join()).toContain(
        'containers[web].image differs from what runs (received "web:1"); legal: "web:0"',
      );
      expect(run.errors.join()).toContain(
        "Service shop/web: spec.type runs with a value that the manifests do not have",
      );
    }
    const scaled = await up("source", 6, scene(runs(), service, autoscaler), adopt);
    expect(scaled.errors.join()).toContain("HorizontalPodAutoscaler shop/web scales the set");
  });

  test("a first up at another index, or of other replicas, says both what to write and where to start", async () => {
    const run = await up(
      "source",
      5,
      scene(liveSet({ start: 0, replicas: 5 }, 0, { metadata: { annotations: {} } }), service),
      adopt,
    );
    expect(run.errors).toEqual([
      "2 problems:\n" +
        "  - manifests: spec.replicas differs from the running set (received 6); legal: 5. Write spec.replicas: 5 and cutoverIndex: " +
        "5, or scale the set first. The destination has run with these manifests and holds nothing yet: when you correct them, run " +
        "pulumi destroy -s destination\n" +
        "  - cutoverIndex 5: the source has no completed up yet, and a first up starts where nothing has moved. Run pulumi up -s " +
        "source with cutoverIndex 6 first, then this again",
    ]);
  });

  test("what the API server would refuse, and a set that is not there", async () => {
    const cluster = scene(runs(), service);
    cluster.refusesReplace = "Service";
    expect((await up("source", 6, cluster, adopt)).errors).toEqual([
      "Service web cannot be what it is now (422): invalid. Write what runs into the manifests, then run this again",
    ]);
    expect((await up("source", 6, scene(), adopt)).errors).toEqual([
      "adopt is true, but the cluster of context source has no StatefulSet shop/web to take over. Correct kubernetes:context, " +
        "namespace or the set's name; or remove adopt, and the set is created",
    ]);
  });

  test("killed after it had written the set, it goes on; and once it has outputs, adopt takes nothing over", async () => {
    const ours = runs({ metadata: { annotations: { "statefulset-cutover/turn": "0" } } });
    const made = { ...service, metadata: { ...service.metadata, managedFields: [{ manager: "pulumi-kubernetes-1" }] } };
    const cluster = scene(ours, made);
    const again = await up("source", 6, cluster, adopt);
    expect([again.errors, again.log]).toEqual([[], []]);
    const own = outputs("source", 6, 0, { inventory });
    const later = scene(ours, service);
    expect((await up("source", 6, later, { ...adopt, own })).errors.join()).toContain(
      "exists in the cluster and was not made by this program (field managers: helm). Rename it in the manifests, or remove the " +
        "existing one if nothing needs it",
    );
    expect([...cluster.requests, ...later.requests]).not.toContain("autoscalers");
  });

  test("on the destination it means nothing to the library", async () => {
    const run = await up("destination", 6, new FakeCluster("uid-of-destination", runs()), { args: { adopt: true } });
    expect(run.errors.join()).toContain("A running set can be taken over in the source only");
  });
});
