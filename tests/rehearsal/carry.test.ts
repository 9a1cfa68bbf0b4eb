import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject, PersistentVolume } from "../../core/kubernetes";
import type { Side } from "../../core/ordinals";
import { program } from "../../program";
import { rehearse } from "../../rehearsal/rehearse";
import type { Program } from "../../rehearsal/rehearse";
import type { RehearsalReport, UpResult } from "../../rehearsal/engine/report";
import { inFolder, manifests } from "./rehearseFixture";
import { World } from "./world";

jest.setTimeout(60_000);

const project = `name: a
config:
  manifests: { default: [set.yaml] }
  carrySecrets: { value: [db, tls] }
  carryConfigMaps: { value: [app] }
  csi: { value: { ceph.example.com: { nodeStageSecretRef: { name: b, namespace: storage } } } }
`;

function rehearseProject(extra = "", run?: Program): Promise<RehearsalReport> {
  const files = { "set.yaml": manifests({ replicas: 2 }), "Pulumi.yaml": project, "Pulumi.destination.yaml": extra };
  return inFolder(files, (cwd) => rehearse({ cwd, oneWay: false, problems: [] }, {}, run));
}

/** What an `up` does to carried objects. */
const carriedIn = ({ operations }: Pick<UpResult, "operations">): string[] =>
  operations
    .filter(({ type, op }) => op !== "same" && /core\/v1:(Secret|ConfigMap)$/.test(type))
    .map(({ op, name, changes }) => [op, name, ...changes.map(({ path }) => path)].join(" "));

describe("a project with carry lists and csi", () => {
  test("is rehearsed with stand-ins, whose values are shown nowhere", async () => {
    const report = await rehearseProject();
    expect(report.violations).toEqual([]);
    expect(report.steps.map(({ source, destination }) => [carriedIn(source), carriedIn(destination)])).toEqual([
      [["create web"], ["create web"]],
      [[], ["create app", "create db", "create tls"]],
      [[], []],
      [[], []],
      [[], []],
    ]);
    // No warning: the simulated volumes are of the driver that csi names.
    for (const { source, destination } of report.steps)
      expect([source.diagnostics, destination.diagnostics]).toEqual([]);
    const shown = JSON.stringify(report);
    for (const name of ["db", "tls"]) {
      expect(shown).not.toContain(`stands in for Secret ${name}`);
      expect(shown).not.toContain(Buffer.from(`stands in for Secret ${name}`).toString("base64"));
    }
  });

  test("a value that is shown somewhere is found", async () => {
    const leaks: Program = async (ports) => {
      const outputs = await program(ports);
      const cluster = ports.connect({ context: "source" });
      const secret = await cluster.read({ apiVersion: "v1", kind: "Secret", namespace: "shop", name: "db" });
      if (secret !== undefined) await pulumi.log.info(JSON.stringify(secret));
      return outputs;
    };
    const { violations } = await rehearseProject("", leaks);
    expect(violations).toContain(
      "pulumi up -s source at cutover index 2: secrets stay secret: a message of the source shows a secret of 32 characters",
    );
  });

  test("a name that only one stack has is refused, and the message names the other", async () => {
    const report = await rehearseProject("config: { a:carrySecrets: [db, tls, other] }\n");
    expect(report.violations.join()).toContain(
      "Secret shop/other: not offered by the source yet. Run pulumi up -s source with cutoverIndex 1 first, then this again; both " +
        "stacks need the same carrySecrets and carryConfigMaps",
    );
  });

  test("an object that is in the manifests too is carried, and that of the manifests left out", async () => {
    const files = {
      "set.yaml": manifests({ replicas: 1 }),
      "Pulumi.yaml": "name: a\nconfig: { manifests: [set.yaml], carrySecrets: [web], carryConfigMaps: [web] }\n",
    };
    const report = await inFolder(files, (cwd) => rehearse({ cwd, oneWay: true, problems: [] }));
    expect(report.violations).toEqual([]);
    const secrets = report.steps.map(({ source, destination }) =>
      [source, destination].map(({ operations }) => operations.filter(({ type }) => type.endsWith(":Secret")).length),
    );
    expect(secrets).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(report.steps[0]?.source.diagnostics).toEqual([
      {
        severity: "info",
        message: "left out, since carrySecrets names them and they are carried as they are in the source: Secret web",
      },
    ]);
  });
});

describe("in the middle of a move", () => {
  const reference = (kind: string, name: string) => ({ apiVersion: "v1", kind, namespace: "shop", name });
  const secretOf = (name: string, value: string): KubernetesObject => ({
    ...{ apiVersion: "v1", kind: "Secret", type: "Opaque" },
    metadata: { name, namespace: "shop" },
    data: { password: Buffer.from(value).toString("base64") },
  });
  const config: Record<string, string> = {};
  const csi = { "disk.example.com": { volumeAttributes: { clusterID: "b" } } };

  async function begin(): Promise<World> {
    const set = { name: "web", namespace: "shop", start: 0, replicas: 3, batch: 1, volumes: "carry" } as const;
    Object.assign(config, { "shop:carrySecrets": '["db"]', "shop:csi": JSON.stringify(csi) });
    const world = new World(set, config);
    world.clusters.source.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    world.clusters.source.seed(secretOf("db", "one-hunter2"));
    expect(await world.bothTo(3, "destination")).toBe(2);
    expect(await world.bothTo(2, "source")).toBe(2);
    return world;
  }

  const valueIn = (world: World, name: string, side: Side = "destination"): string => {
    const found = world.clusters[side].get(reference("Secret", name)) as { data?: { password: string } } | undefined;
    return Buffer.from(found?.data?.password ?? "", "base64").toString();
  };
  const errorsOf = ({ diagnostics }: UpResult): string =>
    diagnostics.map(({ severity, message }) => (severity === "error" ? message : "")).join("");

  test("a changed value is an update at the same index", async () => {
    const world = await begin();
    expect(valueIn(world, "db")).toBe("one-hunter2");
    world.clusters.source.edit(reference("Secret", "db"), (live) => ({ ...live, data: secretOf("db", "two").data }));
    expect(carriedIn(await world.up("destination", 2))).toEqual([]);
    const source = await world.up("source", 2);
    expect([source.succeeded, source.operations.filter(({ op }) => op !== "same")]).toEqual([true, []]);
    expect(carriedIn(await world.up("destination", 2))).toEqual(["update db data.password"]);
    expect(valueIn(world, "db")).toBe("two");
    expect(valueIn(world, "web")).toBe("hunter2hunter2");
    expect([...world.violations]).toEqual([]);
  });

  test("a name more: the source first, then the destination; a name less leaves the object where it is", async () => {
    const world = await begin();
    world.clusters.source.seed(secretOf("more", "more-hunter2"));
    config["shop:carrySecrets"] = '["db","more"]';
    expect(errorsOf(await world.up("destination", 2))).toContain("Secret shop/more: not offered by the source yet");
    // What it says leads out.
    expect(await world.follow("destination", 2)).toBe(3);
    expect(valueIn(world, "more")).toBe("more-hunter2");
    config["shop:carrySecrets"] = '["more"]';
    expect(await world.follow("source", 2)).toBe(1);
    expect(carriedIn(await world.up("destination", 2))).toEqual(["retain db"]);
    expect(valueIn(world, "db")).toBe("one-hunter2");
    // Named again, it is taken up again.
    config["shop:carrySecrets"] = '["db","more"]';
    expect(await world.follow("destination", 2)).toBe(3);
    expect([...world.violations]).toEqual([]);
  });

  test("another type is refused, and what it says leads out", async () => {
    const world = await begin();
    const { source, destination } = world.clusters;
    source.delete(reference("Secret", "db"));
    source.settle();
    source.seed({ ...secretOf("db", "three"), type: "example.com/other" });
    expect((await world.up("source", 2)).succeeded).toBe(true);
    const refused = await world.up("destination", 2);
    expect(errorsOf(refused)).toContain("Secret shop/db has the type Opaque in the destination and example.com/other");
    expect(refused.operations.filter(({ op }) => op === "replace")).toEqual([]);
    expect(errorsOf(refused)).toContain("kubectl -n shop delete secret db");
    destination.delete(reference("Secret", "db"));
    destination.settle();
    expect(carriedIn(await world.up("destination", 2))).toEqual(["create db"]);
  });

  test("csi is in the destination's volumes, not in the source's, and changed only where nothing runs", async () => {
    const world = await begin();
    const attributes = (side: Side): unknown[] =>
      (world.clusters[side].objects("v1", "PersistentVolume") as PersistentVolume[])
        .map(({ spec }) => [spec.claimRef?.name, spec.csi?.volumeAttributes])
        .sort();
    const b = { clusterID: "b" };
    expect(attributes("destination")).toEqual([
      ["data-web-1", b],
      ["data-web-2", b],
    ]);
    expect(attributes("source")).toEqual([0, 1, 2].map((n) => [`data-web-${n}`, undefined]));
    config["shop:csi"] = JSON.stringify({ "disk.example.com": { volumeAttributes: { clusterID: "c" } } });
    const refused = await world.up("destination", 2);
    expect(errorsOf(refused)).toContain("ordinal 1: PersistentVolume");
    expect(errorsOf(refused)).not.toContain("ordinal 2: PersistentVolume");
    const [, claim = "", volume = ""] =
      /kubectl -n shop delete pvc (\S+) --ignore-not-found && kubectl delete pv (\S+)/.exec(errorsOf(refused)) ?? [];
    const { destination } = world.clusters;
    destination.delete(reference("PersistentVolumeClaim", claim));
    destination.settle();
    destination.delete({ apiVersion: "v1", kind: "PersistentVolume", name: volume });
    destination.settle();
    expect(await world.bothTo(1, "source")).toBe(2);
    expect(attributes("destination")).toEqual([
      ["data-web-0", { clusterID: "c" }],
      ["data-web-1", { clusterID: "c" }],
      ["data-web-2", b],
    ]);
    expect(await world.bothTo(2, "destination")).toBe(2);
    expect(await world.bothTo(3, "destination")).toBe(2);
    expect([...world.violations]).toEqual([]);
  });
});
