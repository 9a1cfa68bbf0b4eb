import type { CarriedKind } from "../../core/set/carried";
import type { KubernetesObject } from "../../core/kubernetes";
import { offerOf } from "../../core/volumes/volume";
import { Unreachable } from "../../live/client/cluster";
import { claim, liveSet, outputs, volume } from "../core/builders";
import { FakeCluster } from "../live/fakeCluster";
import { inventory, look, running, storage, up as plainUp, volumes } from "./halfRun";
import { secret } from "./recorder";
import type { Recorded } from "./recorder";

jest.setTimeout(60_000);

const password = "aHVudGVyMg==";
const mark = { "statefulset-cutover/carried-for": "web" };
const object = (kind: CarriedKind, name: string, change: object = {}, metadata: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop", ...metadata },
  ...(kind === "Secret" ? { type: "Opaque", data: { password } } : { data: { mode: "fast" } }),
  ...change,
});
const db = object("Secret", "db");
const app = object("ConfigMap", "app");
const carried = { Secret: { db }, ConfigMap: { app } };
const config = { carrySecrets: ["db"], carryConfigMaps: ["app"] };

const namespace: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
const ordered = { spec: { podManagementPolicy: "OrderedReady" } } as const;

/** Someone deletes the Secret immediately before the set is written. */
class Vanishing extends FakeCluster {
  public override retain(name: string, previousPolicy: string): Promise<void> {
    this.remove("Secret", "shop", "db");
    return super.retain(name, previousPolicy);
  }
}

/** As everywhere, with both lists in the config. */
const up: typeof plainUp = (side, cutoverIndex, cluster, scene) =>
  plainUp(side, cutoverIndex, cluster, { ...scene, args: { ...config, ...scene?.args } });

const carriedTypes = ["kubernetes:core/v1:Secret", "kubernetes:core/v1:ConfigMap"];
const declared = (run: Recorded): string[] =>
  run.resources.filter(({ type }) => carriedTypes.includes(type)).map(({ name }) => name);

describe("the source", () => {
  const set = liveSet({ start: 0, replicas: 6 }, 0, ordered);
  const scene = { own: outputs("source", 6, 0, { inventory }), peer: outputs("destination", 6, 1) };
  const cluster = (...objects: KubernetesObject[]) =>
    new FakeCluster("uid-of-source", namespace, set, ...running(5), ...volumes(0, 1, 2, 3, 4, 5), ...objects);

  test("hands them over in a secret output, read after the write, and declares nothing", async () => {
    const source = cluster(db, app);
    const run = await up("source", 5, source, scene);
    expect(run.errors).toEqual([]);
    expect(run.outputs.carried).toEqual(secret(carried));
    expect(declared(run)).toEqual([]);
    const { requests } = source;
    expect(requests.filter((request) => request === "read Secret db")).toHaveLength(2);
    expect(requests.lastIndexOf("read Secret db")).toBeGreaterThan(requests.indexOf("retain pv-5 Delete"));
  });

  test("at an unchanged index too: a changed value is handed over", async () => {
    const changed = { ...db, data: { password: "bmV3" } };
    const own = { ...scene.own, carried };
    const run = await up("source", 6, cluster(changed, app), { ...scene, own });
    expect(run.outputs.carried).toEqual(secret({ ...carried, Secret: { db: changed } }));
    const preview = await up("source", 6, cluster(changed, app), { ...scene, own, preview: true });
    expect(preview.outputs.carried).toEqual(secret({ ...carried, Secret: { db: changed } }));
  });

  test("what is missing is refused by name before anything is declared, in a preview too", async () => {
    const reason =
      "carrySecrets names Secret shop/db, which does not exist in the source. Create it there, or take it out of carrySecrets: if " +
      "it was carried before, it stays in the destination";
    for (const preview of [false, true]) {
      const run = await up("source", 5, cluster(app), { ...scene, preview });
      expect(run.errors).toEqual([reason]);
      expect(run.resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
    }
  });

  test("what disappears while it runs leaves the outputs as they were", async () => {
    const source = new Vanishing("uid-of-source", namespace, set, ...running(5), ...volumes(0, 1, 2, 3, 4, 5), db, app);
    const run = await up("source", 5, source, scene);
    expect(run.errors.join()).toContain("carrySecrets names Secret shop/db, which does not exist in the source");
    expect(run.outputs).toEqual({});
  });

  test("a preview that cannot reach the cluster exports what was handed over before", async () => {
    const source = cluster();
    source.failure = new Unreachable("no route");
    const run = await up("source", 5, source, { ...scene, own: { ...scene.own, carried }, preview: true });
    expect([run.errors, run.outputs.carried]).toEqual([[], secret(carried)]);
  });

  test("an owner is told; without a list nothing is read; an ended move carries nothing", async () => {
    const owned = object("Secret", "db", {}, { ownerReferences: [{ kind: "Certificate", name: "web" }] });
    const warned = await up("source", 6, cluster(owned, app), scene);
    expect(warned.log.join()).toContain("warning: Secret shop/db is kept up to date by Certificate web in the source");
    expect(warned.outputs.carried).toEqual(secret(carried));
    for (const args of [{ carrySecrets: [], carryConfigMaps: [] }, { peerStack: "none" }]) {
      const quiet = cluster();
      const run = await up("source", 6, quiet, { ...scene, args });
      expect([run.errors, run.outputs.carried]).toEqual([[], secret({})]);
      expect(quiet.requests.join()).not.toMatch(/Secret|ConfigMap/);
    }
  });
});

describe("the destination", () => {
  const own = outputs("destination", 6, 1);
  const offer = offerOf([look(4), look(5)]);
  const peer = outputs("source", 5, 2, { offer, inventory, carried });
  const cluster = (...objects: KubernetesObject[]) =>
    new FakeCluster(
      "uid-of-destination",
      namespace,
      liveSet({ start: 6, replicas: 0 }, 1, ordered),
      ...[...storage, ...volumes(5), ...objects],
    );

  test("declares them before the set: marked, retained, the Secret's values encrypted", async () => {
    const run = await up("destination", 5, cluster(), { own, peer });
    expect(run.errors).toEqual([]);
    const { inputs, retainOnDelete, protect, parent } = run.resource("kubernetes:core/v1:Secret");
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", namespace: "shop", annotations: mark },
      type: "Opaque",
      data: secret({ password }),
    });
    expect([retainOnDelete, protect, parent.includes("SplitStatefulSet")]).toEqual([true, undefined, true]);
    expect(run.resource("kubernetes:core/v1:ConfigMap")).toMatchObject({
      retainOnDelete: true,
      inputs: { metadata: { name: "app", annotations: mark }, data: { mode: "fast" } },
    });
    const { dependencies } = run.resource("kubernetes:apps/v1:StatefulSet");
    for (const type of carriedTypes) expect(dependencies.some((urn) => urn.includes(type))).toBe(true);
    expect(run.outputs).not.toHaveProperty("carried");
  });

  test("takes in what the config of both halves names, and no more", async () => {
    const more = { ...peer, carried: { Secret: { db, more: object("Secret", "more") } } };
    const run = await up("destination", 5, cluster(), { own, peer: more, args: { carryConfigMaps: [] } });
    expect([run.errors, declared(run)]).toEqual([[], ["db"]]);
  });

  test("its first up, and the end of the move, carry nothing", async () => {
    const empty = new FakeCluster("uid-of-destination", namespace);
    const first = await up("destination", 6, empty);
    expect([first.errors, first.log, declared(first)]).toEqual([[], [], []]);
    const whole = liveSet({ start: 0, replicas: 6 }, 1, ordered);
    const ended = new FakeCluster("uid-of-destination", namespace, whole, ...volumes(0));
    const last = await up("destination", 0, ended, {
      own: outputs("destination", 0, 1),
      args: { peerStack: "none" },
    });
    expect([last.errors, declared(last)]).toEqual([[], []]);
  });

  describe("what the source has not offered yet", () => {
    const older = outputs("source", 5, 2, { offer, inventory });
    const advice =
      "Run pulumi up -s source with cutoverIndex 5 first, then this again; both stacks need the same carrySecrets and carryConfigMaps";

    test("is refused where pods start, and warned about in a preview", async () => {
      const refused = await up("destination", 5, cluster(), { own, peer: older });
      expect(refused.errors).toEqual([`Secret shop/db, ConfigMap shop/app: not offered by the source yet. ${advice}`]);
      const preview = await up("destination", 5, cluster(), { own, peer: older, preview: true });
      expect([preview.errors, preview.log.filter((line) => !line.startsWith("info"))]).toEqual([
        [],
        [
          `warning: Secret shop/db, ConfigMap shop/app: not this half's turn yet: not offered by the source yet. ${advice}`,
        ],
      ]);
      const part = await up("destination", 5, cluster(), { own, peer: { ...older, carried: { Secret: { db } } } });
      expect(part.errors).toEqual([`ConfigMap shop/app: not offered by the source yet. ${advice}`]);
    });

    test("in a preview out of turn, the index is that of the step", async () => {
      const before = outputs("source", 6, 0, { offer, inventory });
      const preview = await up("destination", 5, cluster(), { own, peer: before, preview: true });
      expect(preview.log[1]).toBe(
        `warning: Secret shop/db, ConfigMap shop/app: not this half's turn yet: not offered by the source yet. ${advice}`,
      );
    });

    test("can wait where no pod starts, and holds no way back up", async () => {
      const warning = "warning: Secret shop/db, ConfigMap shop/app: not offered by the source yet.";
      const start = await up("destination", 6, cluster(), { own, peer: outputs("source", 6, 0, { offer, inventory }) });
      expect(start.errors).toEqual([]);
      expect(start.log.join()).toContain(warning);
      const here = liveSet({ start: 4, replicas: 2 }, 1, ordered);
      const back = new FakeCluster("uid-of-destination", namespace, here, ...storage, ...running(4), ...volumes(4, 5));
      const run = await up("destination", 5, back, {
        own: outputs("destination", 4, 1, { peerTurn: 2 }),
        peer: outputs("source", 4, 2, { offer, inventory }),
      });
      expect(run.errors).toEqual([]);
      expect(run.log.join()).toContain(warning);
    });
  });

  test("a namesake, and what could only be made again, are refused together before anything is declared", async () => {
    const foreign = object("ConfigMap", "app", {}, { managedFields: [{ manager: "helm" }] });
    const typed = object("Secret", "db", { type: "kubernetes.io/tls" }, { annotations: mark });
    const run = await up("destination", 5, cluster(foreign, typed), { own, peer });
    expect(run.errors[0]?.split(". ")[0]).toBe(
      "2 problems:\n  - Secret shop/db has the type kubernetes.io/tls in the destination and Opaque in the source",
    );
    expect(run.errors.join()).toContain(
      "- ConfigMap shop/app exists in the destination and was not carried there (field managers: helm)",
    );
    expect(run.errors.join()).not.toContain(password);
    expect(run.resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
  });
});

describe("csi", () => {
  const driver = "disk.example.com";
  const reference = { name: "b", namespace: "storage" };
  const csi = { [driver]: { nodeStageSecretRef: reference, volumeAttributes: { clusterID: "b" } } };
  const args = { carrySecrets: [], carryConfigMaps: [], csi };
  const offer = offerOf([look(4), look(5)]);
  const peer = outputs("source", 5, 2, { offer, inventory });
  const csiOf = (run: Recorded, name: string): unknown =>
    (run.resource("kubernetes:core/v1:PersistentVolume", name).inputs.spec as { csi: unknown }).csi;
  const changed = (n: number) => ({ driver, volumeHandle: `disk-${n}`, ...csi[driver] });
  const retained = (n: number, source: object) =>
    volume(n, { csi: { ...changed(n), ...source }, persistentVolumeReclaimPolicy: "Retain" });

  test("lands in the volumes that are handed over; a driver that none has is warned about", async () => {
    const empty = liveSet({ start: 6, replicas: 0 }, 1, ordered);
    const cluster = new FakeCluster("uid-of-destination", namespace, empty, ...storage, claim(5), retained(5, {}));
    const run = await up("destination", 5, cluster, {
      own: outputs("destination", 6, 1),
      peer,
      args: { ...args, csi: { ...csi, other: {} } },
    });
    expect(run.errors).toEqual([]);
    expect([csiOf(run, "pv-4"), csiOf(run, "pv-5")]).toEqual([changed(4), changed(5)]);
    expect(run.log).toEqual([
      "warning: csi names the driver other, but no volume of the set is of that driver, so nothing of it is used (the volumes are " +
        "of: disk.example.com)",
    ]);
  });

  test("a volume that was handed over with others: in use it stays, else it is refused; never is it replaced", async () => {
    const here = liveSet({ start: 5, replicas: 1 }, 1, ordered);
    const earlier = { nodeStageSecretRef: { name: "a", namespace: "storage" } };
    const scene = { own: outputs("destination", 5, 1, { peerTurn: 2 }), peer, args };
    const inUse = new FakeCluster("uid-of-destination", namespace, here, ...storage, claim(5), retained(5, earlier));
    const run = await up("destination", 5, inUse, scene);
    expect(run.errors).toEqual([]);
    expect(csiOf(run, "pv-5")).toEqual({ ...changed(5), ...earlier });
    expect(run.log).toEqual([
      expect.stringMatching(/^warning: ordinal 5: .*\(nodeStageSecretRef\).*It keeps what it has/),
    ]);
    inUse.put(claim(4), retained(4, earlier));
    expect((await up("destination", 5, inUse, scene)).errors).toEqual([
      expect.stringMatching(/^StatefulSet shop\/web: ordinal 4: PersistentVolume pv-4 exists .*delete pv pv-4$/),
    ]);
    // What it says leads out.
    inUse.remove("PersistentVolumeClaim", "shop", "data-web-4");
    inUse.remove("PersistentVolume", undefined, "pv-4");
    expect((await up("destination", 5, inUse, scene)).errors).toEqual([]);
  });
});
