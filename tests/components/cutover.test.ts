import { rangeLockOf } from "../../core/protections/rangeLock";
import { inventoryText } from "../../core/contract/record";
import { offerOf } from "../../core/volumes/volume";
import { Unreachable } from "../../live/client/cluster";
import { claim, liveSet, outputs, pod, volume, without } from "../core/builders";
import { FakeCluster } from "../live/fakeCluster";
import { headless, inventory, look, marked, running, setType, storage, up, volumes, workload } from "./halfRun";
import { secret } from "./recorder";

jest.setTimeout(60_000);

const policyType = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy";

describe("the first ups", () => {
  test("the destination: everything but pods, and nothing of it protected yet", async () => {
    const cluster = new FakeCluster("uid-of-destination");
    const run = await up("destination", 6, cluster);
    expect(run.errors).toEqual([]);
    expect(run.resource("kubernetes:core/v1:Namespace")).toMatchObject({
      inputs: marked,
      retainOnDelete: true,
      protect: false,
    });
    const set = run.resource(setType);
    expect(set).toMatchObject({ protect: false, inputs: { spec: { replicas: 0, ordinals: { start: 6 } } } });
    expect(set.hooks.beforeCreate).toEqual(["web-before-write"]);
    expect(set.hooks.beforeUpdate).toEqual(["web-before-write"]);
    expect(run.resource("kubernetes:core/v1:Service").hooks.beforeCreate).toEqual([
      "web-kubernetes:core/v1:Service-web",
    ]);
    expect(run.outputs).toEqual({
      contract: 1,
      side: "destination",
      cutoverIndex: 6,
      declared: "Service web",
      cluster: "uid-of-destination",
      set: {
        name: "web",
        namespace: "shop",
        start: 0,
        replicas: 6,
        fingerprint: { claimTemplates: "c", podTemplate: "p" },
      },
      held: { start: 6, replicas: 0 },
      turn: 1,
      rangeLock: true,
      peerTurn: 0,
    });
  });

  test("the provider replaces nothing when an address changes, and does not record this person's KUBECONFIG", async () => {
    process.env.KUBECONFIG = "/home/me/config";
    try {
      const { inputs } = (await up("destination", 6, new FakeCluster("uid-of-destination"))).resource(
        "pulumi:providers:kubernetes",
      );
      expect(inputs).toEqual({
        namespace: "shop",
        clusterIdentifier: "uid-of-destination",
        context: "destination",
        enableServerSideApply: "true",
        enableConfigMapMutable: "true",
        enableSecretMutable: "true",
        upsertExistingObjects: "true",
        skipUpdateUnreachable: "false",
        deleteUnreachable: "false",
        enablePatchForce: "false",
      });
    } finally {
      delete process.env.KUBECONFIG;
    }
  });

  test("the range lock is there before the set", async () => {
    const cluster = new FakeCluster("uid-of-destination");
    const run = await up("destination", 6, cluster);
    const { policy, binding } = rangeLockOf({ namespace: "shop", name: "web", stack: "destination" });
    const declared = [run.resource(policyType), run.resource(`${policyType}Binding`)];
    expect(declared.map(({ inputs }) => inputs)).toEqual([policy, binding]);
    const waits = ["web-range-lock-acts", "web-range-lock-binding-acts"];
    expect(declared.map(({ hooks }) => [hooks.afterCreate, hooks.afterUpdate])).toEqual(waits.map((w) => [[w], [w]]));
    expect(declared.map(({ hooks }) => hooks.beforeCreate)).toEqual([
      ["web-range-lock-namesake"],
      ["web-range-lock-binding-namesake"],
    ]);
    const { dependencies } = run.resource(setType);
    expect(dependencies.filter((d) => d.includes("Admission"))).toHaveLength(2);
    expect(declared[1]?.dependencies.filter((d) => d.includes("Admission"))).toHaveLength(1);
    // The wait asks in the set's namespace.
    for (const { dependencies } of declared) expect(dependencies.some((d) => d.includes("Namespace"))).toBe(true);
  });

  test("the source: protected at once; offer and inventory are secret", async () => {
    const cluster = new FakeCluster("uid-of-source", ...volumes(0, 1, 2, 3, 4, 5));
    const run = await up("source", 6, cluster, { peer: outputs("destination", 6, 1) });
    expect(run.errors).toEqual([]);
    expect(run.resource(setType)).toMatchObject({ protect: true, inputs: { spec: { replicas: 6 } } });
    expect(run.resource("kubernetes:core/v1:Namespace")).toMatchObject({ protect: true, retainOnDelete: true });
    expect(run.outputs).toMatchObject({
      held: { start: 0, replicas: 6 },
      turn: 0,
      peerTurn: 1,
      offer: secret(offerOf([look(5)])),
      inventory: secret(inventoryText(inventory)),
    });
  });

  test("killed after its write, it goes on", async () => {
    const set = liveSet({ start: 0, replicas: 6 }, 0, { spec: { podManagementPolicy: "OrderedReady" } });
    const cluster = new FakeCluster("uid-of-source", marked, set, ...volumes(0, 1, 2, 3, 4, 5));
    const run = await up("source", 6, cluster, { peer: outputs("destination", 6, 1) });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ held: { start: 0, replicas: 6 }, turn: 0 });
  });

  test("a namespace that exists stays as it is, and that of the manifests is left out with a warning", async () => {
    const plain = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const cluster = new FakeCluster("uid-of-destination", plain);
    const run = await up("destination", 6, cluster, { args: { workload: { ...workload(), namespaceObject: plain } } });
    expect(run.errors).toEqual([]);
    expect(() => run.resource("kubernetes:core/v1:Namespace")).toThrow("0 of kubernetes:core/v1:Namespace");
    expect(run.log).toEqual([
      "warning: the namespace shop exists already and stays as it is: the Namespace of the manifests is left out",
    ]);
  });

  test("what speaks against it is told at once, and nothing is declared", async () => {
    const cluster = new FakeCluster("uid-of-destination", { ...headless });
    cluster.serverVersion = "v1.26.0";
    const run = await up("destination", 7, cluster, { peer: "missing", args: { createNamespace: false } });
    expect(run.resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
    expect(run.errors).toEqual([
      [
        "5 problems:",
        "  - cutoverIndex is out of range (received 7); legal: an integer from 0 (all moved) to 6 (nothing moved). Change it by one " +
          "ordinal at a time, from the last index that was applied",
        '  - peerStack names a stack that does not exist in this project (received "source"); legal: the stack of the source. Create ' +
          "it: pulumi stack init source; or name the right one: pulumi config set peerStack NAME -s destination",
        "  - kubernetes:context destination: the cluster is too old for start ordinals (spec.ordinals, KEP-3335) (received " +
          '"v1.26.0"); legal: v1.28 or later. Upgrade that cluster first. Only a source whose set starts at ordinal 0 may be older',
        '  - namespace does not exist in the cluster of context destination, and createNamespace is false (received "shop"). Create ' +
          "it (kubectl create namespace shop), or remove createNamespace",
        "  - Service shop/web exists in the cluster and was not made by this program (field managers: none). Rename it in the " +
          "manifests, or remove the existing one if nothing needs it",
      ].join("\n"),
    ]);
  });
});

describe("a step", () => {
  const offer = offerOf([look(4), look(5)]);
  const released = outputs("source", 5, 2, { offer, inventory });
  const sourceSet = (n: number, turn: number) =>
    liveSet({ start: 0, replicas: n }, turn, { spec: { podManagementPolicy: "OrderedReady" } });
  const empty = liveSet({ start: 6, replicas: 0 }, 1);

  test("the source releases: one write, its volume Retain before it", async () => {
    const own = outputs("source", 6, 0, { inventory });
    const cluster = new FakeCluster(
      "uid-of-source",
      marked,
      sourceSet(6, 0),
      ...running(5),
      ...volumes(0, 1, 2, 3, 4, 5),
    );
    const run = await up("source", 5, cluster, {
      own: { ...own, rangeLock: true },
      peer: outputs("destination", 6, 1),
    });
    expect(run.errors).toEqual([]);
    // A range lock costs a step nothing.
    expect(cluster.requests.filter((request) => /^try|Admission/.test(request))).toEqual([
      // The recorder creates everything anew, and so looks for namesakes.
      "read ValidatingAdmissionPolicy statefulset-cutover.shop.web",
      "read ValidatingAdmissionPolicyBinding statefulset-cutover.shop.web",
    ]);
    expect(run.outputs).toMatchObject({
      cutoverIndex: 5,
      held: { start: 0, replicas: 5 },
      turn: 2,
      offer: secret(offer),
    });
    expect(cluster.requests).toContain("retain pv-5 Delete");
  });

  test("a volume that was restored since is where the data is when its ordinal leaves", async () => {
    const own = outputs("source", 6, 0, { inventory });
    const elsewhere = volume(5, { csi: { driver: "disk.example.com", volumeHandle: "restored" } });
    const cluster = new FakeCluster(
      "uid-of-source",
      marked,
      sourceSet(6, 0),
      ...running(5),
      ...volumes(4, 5),
      elsewhere,
    );
    const run = await up("source", 5, cluster, { own, peer: outputs("destination", 6, 1) });
    expect(run.outputs.inventory).toEqual(
      secret(inventoryText({ ...inventory, 5: { data: { driver: "disk.example.com", volumeHandle: "restored" } } })),
    );
  });

  test("the destination claims, with the volume, and the next one prepared", async () => {
    const cluster = new FakeCluster("uid-of-destination", marked, empty, ...storage, ...volumes(5));
    const run = await up("destination", 5, cluster, { own: outputs("destination", 6, 1), peer: released });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ held: { start: 5, replicas: 1 }, turn: 1, peerTurn: 2 });
    expect(run.resource(setType)).toMatchObject({ protect: true });
    expect(
      run.resources
        .filter((r) => r.type.includes("PersistentVolume"))
        .map((r) => r.name)
        .sort(),
    ).toEqual(["data-web-4", "data-web-5", "pv-4", "pv-5"]);
    expect(run.resource(setType).dependencies.filter((d) => d.includes("Claim"))).toHaveLength(2);
  });

  test("in-tree volumes are handed over as they are, or on wish as CSI volumes of the same disks", async () => {
    const csiDriver = { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: "ebs.csi.aws.com" } };
    const inTree = (n: number) => {
      const spec = { ...without(volume(n).spec, "csi"), awsElasticBlockStore: { volumeID: `aws://zone-a/vol-${n}` } };
      return { ...volume(n), spec };
    };
    const offer = offerOf([4, 5].map((n) => ({ ...look(n), claim: claim(n), volume: inTree(n) })));
    const disks = [0, 1, 2, 3, 4, 5].map((n) => [n, { data: { driver: "ebs.csi.aws.com", volumeHandle: `vol-${n}` } }]);
    const peer = { ...released, offer, inventory: Object.fromEntries(disks) as typeof inventory };
    const declared = async (inTreeVolumes: "keep" | "csi", ...more: (typeof csiDriver)[]) => {
      const cluster = new FakeCluster("uid-of-destination", marked, empty, ...storage, ...more, claim(5), inTree(5));
      const csi = { driver: "ebs.csi.aws.com", volumeHandle: "vol-5" };
      if (inTreeVolumes === "csi") cluster.put(volume(5, { csi }));
      return up("destination", 5, cluster, { own: outputs("destination", 6, 1), peer, args: { inTreeVolumes } });
    };
    const specOf = async (form: "keep" | "csi") => {
      const run = await declared(form, csiDriver);
      expect(run.errors).toEqual([]);
      return run.resources.find(({ name }) => name === "pv-4")?.inputs.spec as Record<string, unknown>;
    };
    const kept = await specOf("keep");
    expect(kept).toMatchObject({ awsElasticBlockStore: { volumeID: "aws://zone-a/vol-4" } });
    expect(kept).not.toHaveProperty("csi");
    const formed = await specOf("csi");
    expect(formed).toMatchObject({ csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-4" } });
    expect(formed).not.toHaveProperty("awsElasticBlockStore");
    for (const form of ["keep", "csi"] as const) {
      expect((await declared(form)).errors.join()).toContain("the destination has no CSI driver ebs.csi.aws.com");
    }
  });

  test("out of turn: an up is refused, a preview warns and shows the step", async () => {
    const cluster = new FakeCluster("uid-of-destination", marked, empty, ...storage, ...volumes(5));
    const scene = {
      own: outputs("destination", 6, 1),
      peer: outputs("source", 6, 0, { offer: offerOf([look(5)]), inventory }),
    };
    const reason =
      "ordinal 5 is still held by the source. Run pulumi up -s source with cutoverIndex 5 first, then this again";
    // What is known of the config is said all the same: it may be why.
    const shadowed = { workload: { ...workload(), warnings: ["cutoverIndex is 5 in this stack alone"] } };
    const refused = await up("destination", 5, cluster, { ...scene, args: shadowed });
    expect([refused.errors, refused.log]).toEqual([
      [`cutoverIndex 5: ${reason}`],
      ["warning: cutoverIndex is 5 in this stack alone"],
    ]);
    const preview = await up("destination", 5, cluster, { ...scene, preview: true });
    expect(preview.errors).toEqual([]);
    expect(preview.log).toEqual([
      `warning: cutoverIndex 5: not this half's turn yet: ${reason}`,
      "info: cutoverIndex 6 => 5: ordinal 5 moves to the destination; source first",
    ]);
    expect(preview.resource(setType).inputs).toMatchObject({ spec: { replicas: 1, ordinals: { start: 5 } } });
    expect(preview.outputs).toMatchObject({ held: { start: 5, replicas: 1 } });
  });

  test("a preview that cannot reach the cluster says so, and drops no volume", async () => {
    const cluster = new FakeCluster("uid-of-destination");
    cluster.failure = new Unreachable("no route");
    const own = outputs("destination", 5, 1, { peerTurn: 2 });
    const run = await up("destination", 5, cluster, { own, peer: released, preview: true });
    expect(run.errors).toEqual([]);
    expect(run.log).toEqual([
      "warning: the cluster of context destination cannot be looked at, so this preview takes the recorded state for true and " +
        "checks nothing there (no route)",
    ]);
    expect(run.resources.filter((r) => r.type.includes("PersistentVolume"))).toHaveLength(4);
    expect(run.outputs).toMatchObject({ cluster: "uid-of-destination", held: { start: 5, replicas: 1 }, turn: 1 });
    expect((await up("destination", 5, cluster, { own, peer: released })).errors).toEqual(["no route"]);
  });

  test("without an offer the destination refuses, and says how to get one", async () => {
    const cluster = new FakeCluster("uid-of-destination", marked, empty, ...storage);
    const run = await up("destination", 5, cluster, {
      own: outputs("destination", 6, 1),
      peer: { ...released, offer: {} },
    });
    expect(run.errors).toEqual([
      "StatefulSet shop/web: ordinal 5: claim data-web-5 does not exist, so the controller would make it, empty. The source offers " +
        "no volume for it: run pulumi up -s source at cutoverIndex 5, with the same batch and volumes in both stacks",
    ]);
  });

  // Found by random schedules: the source had been scaled down by hand, and the advice above went in a circle.
  test("where the source's cut is too far away for its offer, it says which batch reaches", async () => {
    const cluster = new FakeCluster("uid-of-destination", marked, empty, ...storage);
    const run = await up("destination", 5, cluster, {
      own: outputs("destination", 6, 1),
      peer: outputs("source", 3, 2, { inventory, offer: offerOf([look(3), look(4)]) }),
    });
    expect(run.errors).toEqual([
      "StatefulSet shop/web: ordinal 5: claim data-web-5 does not exist, so the controller would make it, empty. The source, at " +
        "cutoverIndex 3, offers no volume so far from its cut: set batch to 2 in both stacks and run pulumi up -s source at " +
        "cutoverIndex 3, then this again",
    ]);
  });

  test("a volume that cannot follow is told when its ordinal is next, in a preview too, and refused when it leaves", async () => {
    const local = [...running(5), claim(5), volume(5, { local: { path: "/a" } })];
    const cluster = new FakeCluster("uid-of-source", marked, sourceSet(6, 0), ...volumes(0, 1, 2, 3, 4), ...local);
    const scene = { own: outputs("source", 6, 0, { inventory }), peer: outputs("destination", 6, 1) };
    const reason =
      "ordinal 5: claim data-web-5: PersistentVolume pv-5 is a local disk of one node (spec.local), so no pod of another cluster " +
      "can mount it. Move its data to storage that both clusters can mount, or set volumes: fresh";
    expect((await up("source", 6, cluster, { ...scene, preview: true })).log).toEqual([`warning: ${reason}`]);
    expect((await up("source", 5, cluster, scene)).errors).toEqual([`StatefulSet shop/web: ${reason}`]);
  });
});

describe("the way back", () => {
  const live = liveSet({ start: 5, replicas: 1 }, 1, { spec: { podManagementPolicy: "OrderedReady" } });
  const own = outputs("destination", 5, 1, { peerTurn: 2 });
  const peer = outputs("source", 5, 2, { inventory, offer: offerOf([look(4), look(5)]) });

  test("the destination gives an ordinal back on the disk that the source knows", async () => {
    const cluster = new FakeCluster("uid-of-destination", marked, live, ...running(5), ...storage, ...volumes(5));
    const run = await up("destination", 6, cluster, { own, peer });
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ held: { start: 6, replicas: 0 }, turn: 3 });
    expect(run.resource(setType).protect).toBe(false);
  });

  test("one that only ever lived here is not given back until the source has a claim for it", async () => {
    const cluster = new FakeCluster("uid-of-destination", marked, live, ...running(5), ...storage, ...volumes(5));
    const known = without(inventory, "5");
    const refused = await up("destination", 6, cluster, { own, peer: { ...peer, inventory: known } });
    expect(refused.errors).toEqual([
      "StatefulSet shop/web: ordinal 5: claim data-web-5 is not known in the source, so the ordinal would start empty there. Make " +
        "its PersistentVolume and claim in the source for the same volume, run pulumi up there at its last cutoverIndex, then this again",
    ]);
    // What it says leads out: the source takes the claim into its inventory.
    const set = liveSet({ start: 0, replicas: 5 }, 2, { spec: { podManagementPolicy: "OrderedReady" } });
    const source = new FakeCluster("uid-of-source", marked, set, ...volumes(4, 5));
    const told = await up("source", 5, source, { own: { ...peer, inventory: known }, peer: own });
    expect(told.outputs.inventory).toEqual(secret(inventoryText(inventory)));
  });

  test("the source takes it back only with its claim", async () => {
    const set = liveSet({ start: 0, replicas: 5 }, 2, { spec: { podManagementPolicy: "OrderedReady" } });
    const scene = { own: peer, peer: outputs("destination", 6, 3) };
    const cluster = new FakeCluster("uid-of-source", marked, set, ...volumes(4, 5));
    cluster.remove("PersistentVolumeClaim", "shop", "data-web-5");
    expect((await up("source", 6, cluster, scene)).errors).toEqual([
      "StatefulSet shop/web: ordinal 5: claim data-web-5 does not exist, so the controller would make it, empty. Make the claim " +
        "again for its volume, which was kept, then run this again; or take the step back: give cutoverIndex its earlier value and " +
        "run pulumi up on both stacks",
    ]);
    cluster.put(claim(5));
    const run = await up("source", 6, cluster, scene);
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ held: { start: 0, replicas: 6 }, turn: 2, peerTurn: 3 });
  });
});

test("a range lock that was put up under its earlier name is taken over: the same two objects", async () => {
  const cluster = new FakeCluster(
    "uid-of-source",
    marked,
    liveSet({ start: 0, replicas: 6 }, 1),
    ...running(6),
    ...volumes(0, 1, 2, 3, 4, 5),
  );
  const own = { ...outputs("source", 6, 1), fence: true };
  const run = await up("source", 6, cluster, { own, peer: outputs("destination", 6, 1) });
  expect([run.errors, run.outputs.rangeLock, "fence" in run.outputs]).toEqual([[], true, false]);
  const { policy } = rangeLockOf({ namespace: "shop", name: "web", stack: "source" });
  expect(run.resource(policyType).inputs).toEqual(policy);
  // It is known to be there, so the cluster is not asked about it.
  expect(cluster.requests.filter((request) => request.startsWith("try"))).toEqual([]);
});

describe("the range lock goes", () => {
  const own = outputs("destination", 6, 1, { rangeLock: true });
  const scene = { own, peer: outputs("source", 6, 0) };
  const empty = () => new FakeCluster("uid-of-destination", marked, liveSet({ start: 6, replicas: 0 }, 1));

  test("with rangeLock: false", async () => {
    const run = await up("destination", 6, empty(), { ...scene, args: { rangeLock: false } });
    expect([run.errors, run.outputs.rangeLock]).toEqual([[], false]);
    expect(run.resources.filter(({ type }) => type.startsWith(policyType))).toEqual([]);
  });

  test("with the end of a move; nothing but its outputs tells that up from another", async () => {
    const cluster = new FakeCluster(
      "uid-of-destination",
      marked,
      liveSet({ start: 0, replicas: 6 }, 1),
      ...volumes(0, 1, 2, 3, 4, 5),
    );
    const held = outputs("destination", 0, 1, { rangeLock: true });
    const run = await up("destination", 0, cluster, { own: held, peer: "missing", args: { peerStack: "none" } });
    expect([run.errors, run.outputs.rangeLock]).toEqual([[], false]);
    expect(run.resources.filter(({ type }) => type.startsWith(policyType))).toEqual([]);
  });

  test("and is not there on an old cluster: a warning, and a refusal where it was asked for", async () => {
    const cluster = new FakeCluster("uid-of-destination");
    cluster.serverVersion = "v1.29.4";
    const run = await up("destination", 6, cluster);
    expect([run.errors, run.outputs.rangeLock]).toEqual([[], false]);
    expect(run.log.join()).toContain(
      "no range lock is around web: the cluster has no ValidatingAdmissionPolicy (v1.29.4)",
    );
    const refused = await up("destination", 6, cluster, { args: { rangeLock: true } });
    expect(refused.errors.join()).toContain("rangeLock: the cluster has no ValidatingAdmissionPolicy (v1.29.4)");
  });
});

describe("an ended move", () => {
  const end = { peer: "missing", args: { peerStack: "none" } } as const;

  test("on the destination: its set can be made again from its own claims", async () => {
    const own = outputs("destination", 0, 1);
    const cluster = new FakeCluster("uid-of-destination", marked, ...storage, ...volumes(0, 1, 2, 3, 4, 5));
    expect((await up("destination", 0, cluster, { own, ...end })).outputs).toMatchObject({
      held: { start: 0, replicas: 6 },
      turn: 1,
    });
    cluster.remove("StatefulSet", "shop", "web");
    cluster.remove("PersistentVolumeClaim", "shop", "data-web-3");
    expect((await up("destination", 0, cluster, { own, ...end })).errors).toEqual([
      "StatefulSet shop/web: ordinal 3: claim data-web-3 does not exist, so the controller would make it, empty. Make the claim again for its volume, which was kept, then run this again",
    ]);
  });

  test("on the source", async () => {
    const own = outputs("source", 6, 0, { inventory });
    const set = liveSet({ start: 0, replicas: 6 }, 0, { spec: { podManagementPolicy: "OrderedReady" } });
    const cluster = new FakeCluster("uid-of-source", marked, set, pod("web-0"), ...volumes(5));
    expect((await up("source", 6, cluster, { own, ...end })).errors).toEqual([]);
    expect((await up("source", 5, cluster, { own, ...end })).errors.join()).toContain(
      "peerStack is none, which ends a move",
    );
  });
});

test("a set on its way out is told before anything is declared", async () => {
  const metadata = { deletionTimestamp: "now", annotations: { "statefulset-cutover/turn": "1" } };
  const cluster = new FakeCluster("uid-of-destination", marked, liveSet({ start: 6, replicas: 0 }, 1, { metadata }));
  const run = await up("destination", 6, cluster, { own: outputs("destination", 6, 1), peer: outputs("source", 6, 0) });
  expect(run.errors).toEqual([
    "kubernetes: StatefulSet shop/web is being deleted. Wait until it is gone, then run pulumi up again",
  ]);
});
