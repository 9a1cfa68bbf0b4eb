import type { KubernetesObject, StatefulSet } from "../../../core/kubernetes";
import { Unreachable } from "../../../live/client/cluster";
import { readStatefulSet } from "../../../live/client/objects";
import { SimulatedCluster } from "../../../rehearsal/cluster/simulatedCluster";
import { webSet } from "../setStage";
import { claim, volume } from "../volumes";

const manager = "test";
const cluster = (): SimulatedCluster => new SimulatedCluster({ name: "source" });

function configMap(data: Record<string, string>): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "default" }, data };
}

const settings = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "settings" };
const web = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" };

describe("server-side apply", () => {
  test("removes what the same manager no longer applies, and nothing else", () => {
    const c = cluster();
    c.server.apply(configMap({ a: "1", b: "2" }), { manager });
    c.server.apply(configMap({ c: "3" }), { manager: "other" });
    c.server.apply(configMap({ b: "2" }), { manager });
    expect(c.get(settings)?.data).toEqual({ b: "2", c: "3" });
    expect(c.get(settings)?.metadata.managedFields).toEqual([
      { manager: "other", operation: "Apply" },
      { manager, operation: "Apply" },
    ]);
  });

  test("keeps a field that another manager applies too", () => {
    const c = cluster();
    c.server.apply(configMap({ a: "1" }), { manager });
    c.server.apply(configMap({ a: "1" }), { manager: "other" });
    c.server.apply(configMap({}), { manager });
    expect(c.get(settings)?.data).toEqual({ a: "1" });
  });

  test("answers with a conflict when another manager has another value, unless forced", () => {
    const c = cluster();
    c.server.apply(configMap({ a: "1" }), { manager });
    expect(() => c.server.apply(configMap({ a: "2" }), { manager: "other" })).toThrow(
      'Apply failed with 1 conflict: conflict with "test": .data.a',
    );
    c.server.apply(configMap({ a: "2" }), { manager: "other", force: true });
    expect(c.get(settings)?.data).toEqual({ a: "2" });
  });

  test("merges lists of named items by name, in the order applied", () => {
    const c = cluster();
    const env = (...names: string[]): { name: string; value: string }[] => names.map((name) => ({ name, value: name }));
    c.server.apply(webSet({}, { env: env("A", "B", "C") }), { manager });
    c.server.apply(webSet({}, { env: env("C", "A") }), { manager });
    const containers = (c.get(web) as StatefulSet).spec.template.spec.containers as Record<string, unknown>[];
    expect(containers).toEqual([
      {
        name: "web",
        image: "registry/web:1",
        env: env("C", "A"),
        imagePullPolicy: "IfNotPresent",
        resources: {},
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
      },
    ]);
  });

  test("rejects an environment variable given twice, which a plain creation does not", () => {
    const c = cluster();
    const twice = webSet(
      {},
      {
        env: [
          { name: "A", value: "1" },
          { name: "A", value: "2" },
        ],
      },
    );
    expect(() => c.server.apply(twice, { manager })).toThrow(
      'failed to create typed patch object (default/web; apps/v1, Kind=StatefulSet): .spec.template.spec.containers[name="web"].env: duplicate entries for key [name="A"]',
    );
    expect(c.server.create(twice, { manager }).kind).toBe("StatefulSet");
  });

  test("takes the fields of other managers over, so that later applies can remove them", () => {
    const c = cluster();
    c.server.create(configMap({ a: "1" }), { manager: "kubectl" });
    c.server.takeOver(settings, (name) => name.startsWith("kubectl"), manager);
    c.server.apply(configMap({ b: "2" }), { manager });
    expect(c.get(settings)?.data).toEqual({ b: "2" });
    expect(c.get(settings)?.metadata.managedFields).toEqual([{ manager, operation: "Apply" }]);
  });
});

describe("the API server", () => {
  test("gives uid, times and versions that are the same in every rehearsal", () => {
    const [a, b] = [cluster(), cluster()].map((c) => c.server.apply(configMap({ a: "1" }), { manager }));
    expect(a).toEqual(b);
    expect(a?.metadata.creationTimestamp).toBe("2026-01-01T00:00:00Z");
    expect(cluster().uid).not.toBe(new SimulatedCluster({ name: "destination" }).uid);
  });

  test("counts the generation with changes of spec, and writes nothing when nothing changes", () => {
    const c = cluster();
    const generation = (): unknown => c.get(web)?.metadata.generation;
    c.server.apply(webSet({ replicas: 2 }), { manager });
    expect(generation()).toBe(1);
    const changes = c.changes;
    c.server.apply(webSet({ replicas: 2 }), { manager });
    expect([generation(), c.changes]).toEqual([1, changes]);
    c.server.apply({ ...webSet({ replicas: 2 }), metadata: { ...webSet().metadata, labels: { a: "b" } } }, { manager });
    expect(generation()).toBe(1);
    c.server.apply(webSet({ replicas: 1, ordinals: { start: 3 } }), { manager });
    expect(generation()).toBe(2);
  });

  test("fills in defaults", () => {
    const c = cluster();
    const { spec } = c.server.apply(webSet(), { manager }) as StatefulSet;
    expect(spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: "OrderedReady",
      revisionHistoryLimit: 10,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    expect(spec.ordinals).toBeUndefined();
  });

  test("gives a field back to its default when it is no longer applied", () => {
    const c = cluster();
    c.server.apply(webSet({ replicas: 3, ordinals: { start: 2 } }), { manager });
    const { spec } = c.server.apply(webSet(), { manager }) as StatefulSet;
    expect([spec.replicas, spec.ordinals]).toEqual([1, undefined]);
  });

  test("refuses a namespace that does not exist", () => {
    const object = { ...configMap({}), metadata: { name: "settings", namespace: "shop" } };
    expect(() => cluster().server.apply(object, { manager })).toThrow('namespaces "shop" not found');
  });

  test("refuses to create what exists", () => {
    const c = cluster();
    c.server.create(webSet(), { manager });
    expect(() => c.server.create(webSet(), { manager })).toThrow('statefulsets.apps "web" already exists');
  });

  test.each([
    ["serviceName", { serviceName: "other" }],
    ["podManagementPolicy", { podManagementPolicy: "Parallel" as const }],
    ["volumeClaimTemplates", { volumeClaimTemplates: [{ metadata: { name: "data" }, spec: {} }] }],
  ])("refuses to change %s of a StatefulSet", (_, change) => {
    const c = cluster();
    c.server.apply(webSet(), { manager });
    expect(() => c.server.apply(webSet(change), { manager })).toThrow(
      `StatefulSet.apps "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas'`,
    );
  });

  test("refuses to change the source of a volume and the volume of a claim", () => {
    const c = cluster();
    c.server.apply(volume(), { manager });
    const other = volume({ csi: { driver: "disk.example.com", volumeHandle: "vol-2" } });
    expect(() => c.server.apply(other, { manager })).toThrow(
      'PersistentVolume "disk" is invalid: spec.persistentvolumesource: Forbidden',
    );
    c.server.apply(claim({ volumeName: "disk" }), { manager });
    expect(() => c.server.apply(claim({ volumeName: "other" }), { manager })).toThrow(
      "spec is immutable after creation",
    );
  });

  test("answers a dry run with what it would store, and stores nothing", async () => {
    const c = cluster();
    const changes = c.changes;
    const tried = await c.dryRunCreate(webSet({ ordinals: { start: 5 }, replicas: 0 }));
    expect([tried.spec.ordinals, tried.spec.podManagementPolicy]).toEqual([{ start: 5 }, "OrderedReady"]);
    expect([await readStatefulSet(c, "default", "web"), c.changes]).toEqual([undefined, changes]);
  });

  test("drops the ordinals without a word if it is an old one", async () => {
    const old = new SimulatedCluster({ name: "source", dropsOrdinals: true });
    expect(await old.version()).toBe("v1.26.15");
    expect((await old.dryRunCreate(webSet({ ordinals: { start: 5 } }))).spec.ordinals).toBeUndefined();
  });

  test("hands out frozen objects", async () => {
    const c = cluster();
    c.server.apply(webSet(), { manager });
    const set = await readStatefulSet(c, "default", "web");
    expect(() => Object.assign(set?.spec ?? {}, { replicas: 7 })).toThrow(TypeError);
  });

  test("keeps a Secret's stringData as data", () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { a: "b" } };
    const { data, stringData, type } = cluster().server.apply(secret, { manager });
    expect([data, stringData, type]).toEqual([{ a: "Yg==" }, undefined, "Opaque"]);
  });

  test("does not answer while it is unreachable", async () => {
    const c = cluster();
    c.unreachable = true;
    await expect(c.version()).rejects.toThrow(Unreachable);
    await expect(readStatefulSet(c, "default", "web")).rejects.toThrow("The cluster source does not answer.");
  });
});
