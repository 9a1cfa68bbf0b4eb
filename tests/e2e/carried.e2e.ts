/**
 * Secrets, ConfigMaps and what differs in CSI volumes, carried along by the real engine on two real clusters.
 */
import { sides } from "../../core/ordinals";
import type { KubeObject } from "../../dev/playground/api";
import { createVolume, DRIVER, volumeObject } from "../../dev/playground/storage";
import { useGround } from "./ground";
import { expectWholeSet, Scenario } from "./harness";
import { formsOf, leaksIn } from "./leaks";
import type { Run, Side } from "./project";
import { rehearsedSteps, withoutVolumeNames } from "./rehearsed";
import { describeInWhole } from "./tools";

const namespace = "carried";
const MARKER = "hunter2-marker-c0ffee";
const base64 = (value: string): string => Buffer.from(value).toString("base64");
const reference = (name: string) => ({ name, namespace: "storage" });

interface Carried extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly uid: string };
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

describeInWhole("carried along", () => {
  const ground = useGround();
  let scenario: Scenario;

  const path = (plural: string, name = ""): string => `/api/v1/namespaces/${namespace}/${plural}/${name}`;
  const secret = (side: Side, name: string) => ground().client(side).find<Carried>(path("secrets", name));
  const create = (kind: "Secret" | "ConfigMap", name: string, content: object, side: Side = "source") =>
    ground()
      .client(side)
      .create(`/api/v1/namespaces/${namespace}/${kind === "Secret" ? "secrets" : "configmaps"}`, {
        ...{ apiVersion: "v1", kind, metadata: { name, labels: { app: "web" } } },
        ...content,
      });
  /** A preview of each half's own form, then the `up`, which does what it said. */
  const shownAndDone = async (side: Side, cutoverIndex?: number): Promise<Run> => {
    if (cutoverIndex !== undefined) scenario.project.cutoverIndex = cutoverIndex;
    const preview = await scenario.project.preview(side, side === "source" ? "--json" : "--diff");
    const run = await scenario.mustUp(side);
    expect(run.operations).toEqual(preview.operations);
    return run;
  };
  const refusal = async (side: Side): Promise<string> => {
    const { code, output } = await scenario.up(side);
    expect(code === 0 ? "it went through" : "refused").toBe("refused");
    return output.replace(/\s+/g, " ");
  };
  /** What the refusal of a volume advises. */
  const makeAgain = async (ordinal: number): Promise<void> => {
    const client = ground().client("destination");
    await client.delete(path("persistentvolumeclaims", `data-web-${ordinal}`));
    await client.delete(`/api/v1/persistentvolumes/disk-${namespace}-data-web-${ordinal}`);
  };
  const sources = async (side: Side): Promise<unknown[]> => {
    const volumes = [...(await ground().all(side, "persistentvolumes")).values()];
    return volumes
      .filter(({ spec }) => (spec.claimRef as { namespace?: string }).namespace === namespace)
      .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))
      .map(({ spec }) => spec.csi);
  };

  beforeAll(async () => {
    const client = ground().client("source");
    await client.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await create("Secret", "db", { data: { password: base64(MARKER) }, type: "example.com/db" });
    await create("ConfigMap", "app", { data: { mode: "fast" } });
    for (const claim of ["data-web-0", "data-web-1"]) {
      const volume = volumeObject({ namespace, claim }) as KubeObject & { spec: { csi: object } };
      const csi = {
        ...volume.spec.csi,
        nodeStageSecretRef: reference("a"),
        nodePublishSecretRef: reference("a"),
        volumeAttributes: { clusterID: "a", pool: "x", old: "y" },
      };
      await client.create("/api/v1/persistentvolumes", { ...volume, spec: { ...volume.spec, csi } });
      // The scenario finds it there.
      expect(await createVolume(client, { namespace, claim })).toBe(false);
    }
    scenario = await Scenario.prepare(ground(), {
      namespace,
      replicas: 2,
      config: {
        carrySecrets: ["db"],
        carryConfigMaps: ["app"],
        csi: {
          [DRIVER]: {
            nodeStageSecretRef: reference("b"),
            nodePublishSecretRef: null,
            volumeAttributes: { clusterID: "b", old: null },
          },
        },
      },
    });
  });

  test("with the first step, as rehearsed: one write, values encrypted, the volume's references those of the destination", async () => {
    const rehearsed = await rehearsedSteps(scenario.project.folder);
    expect((await shownAndDone("destination")).operations).toEqual(rehearsed[0]?.destination);
    expect((await shownAndDone("source")).operations).toEqual(rehearsed[0]?.source);
    expect((await shownAndDone("source", 1)).operations).toEqual(rehearsed[1]?.source);
    const { operations, diagnostics } = await shownAndDone("destination");
    expect(withoutVolumeNames(operations)).toEqual(withoutVolumeNames(rehearsed[1]?.destination ?? []));
    expect(diagnostics).toEqual([]);
    const { metadata, data, type } = (await secret("destination", "db")) ?? {};
    expect([metadata?.labels, metadata?.annotations, data, type]).toEqual([
      { app: "web" },
      { "statefulset-cutover/carried-for": "web" },
      { password: base64(MARKER) },
      "example.com/db",
    ]);
    const handle = (ordinal: number) => ({
      ...{ driver: DRIVER, fsType: "ext4", volumeHandle: `disk-${namespace}-data-web-${ordinal}` },
      nodeStageSecretRef: reference("b"),
      volumeAttributes: { clusterID: "b", pool: "x" },
    });
    expect(await sources("destination")).toEqual([handle(0), handle(1)]);
    await expectWholeSet(scenario, 1);
  });

  test("a changed value is an update at the same index, not a replacement", async () => {
    const before = await secret("destination", "db");
    const client = ground().client("source");
    await client.patch(path("secrets", "db"), { data: { password: base64(`${MARKER}-2`) } });
    await client.patch(path("configmaps", "app"), { data: { mode: "slow" } });
    expect((await shownAndDone("source")).operations).toEqual([]);
    await scenario.project.preview("destination", "--json");
    expect((await shownAndDone("destination")).operations).toEqual([
      { op: "update", type: "kubernetes:core/v1:ConfigMap", name: "app", fields: ["data.mode"] },
      { op: "update", type: "kubernetes:core/v1:Secret", name: "db", fields: ["data.password"] },
    ]);
    const after = await secret("destination", "db");
    expect([after?.metadata.uid, after?.data]).toEqual([before?.metadata.uid, { password: base64(`${MARKER}-2`) }]);
    expect((await scenario.mustUp("destination")).operations).toEqual([]);
  });

  test("a name more, by what the refusal says; a name less leaves the object where it is", async () => {
    await create("Secret", "more", { data: { password: base64(MARKER) } });
    scenario.project.setConfig({ carrySecrets: ["db", "more"] });
    const preview = await scenario.project.preview("destination");
    expect([preview.code, preview.diagnostics.join(" ").replace(/\s+/g, " ")]).toEqual([
      0,
      expect.stringContaining("Secret carried/more: not this half's turn yet: not offered by the source yet"),
    ]);
    expect(await scenario.followAdvice("destination", 1)).toEqual([
      "Run pulumi up -s source with cutoverIndex 1 first, then this again",
    ]);
    expect((await secret("destination", "more"))?.data).toEqual({ password: base64(MARKER) });
    scenario.project.setConfig({ carrySecrets: ["db"] });
    await scenario.mustUp("source");
    expect((await scenario.mustUp("destination")).operations).toEqual([
      { op: "retain", type: "kubernetes:core/v1:Secret", name: "more", fields: [] },
    ]);
    expect(await secret("destination", "more")).toBeDefined();
  });

  test("what cannot be carried is refused by name, and nothing is replaced", async () => {
    const { project } = scenario;
    await create("Secret", "token", {
      ...{ type: "kubernetes.io/service-account-token" },
      metadata: { name: "token", annotations: { "kubernetes.io/service-account.name": "default" } },
    });
    project.setConfig({ carrySecrets: ["db", "token", "gone"] });
    const refused = await refusal("source");
    expect(refused).toContain("Secret carried/token, which is a token of a ServiceAccount");
    expect(refused).toContain("Secret carried/gone, which does not exist in the source");
    project.setConfig({ carrySecrets: ["db"] });

    await ground().client("source").delete(path("secrets", "db"));
    await create("Secret", "db", { data: { password: base64(MARKER) }, type: "example.com/other" });
    await scenario.mustUp("source");
    const before = await secret("destination", "db");
    const typed = await refusal("destination");
    expect(typed).toContain("has the type example.com/db in the destination and example.com/other in the source");
    expect((await secret("destination", "db"))?.metadata.uid).toBe(before?.metadata.uid);
    expect(typed).toContain("kubectl -n carried delete secret db");
    await ground().client("destination").delete(path("secrets", "db"));
    await scenario.mustUp("destination");
    expect((await secret("destination", "db"))?.type).toBe("example.com/other");

    await create("ConfigMap", "theirs", { data: { a: "b" } }, "destination");
    await create("ConfigMap", "theirs", { data: { a: "c" } });
    project.setConfig({ carryConfigMaps: ["app", "theirs"] });
    await scenario.mustUp("source");
    expect(await refusal("destination")).toContain(
      "ConfigMap carried/theirs exists in the destination and was not carried there",
    );
    project.setConfig({ carryConfigMaps: ["app"] });
    await scenario.mustUp("source");
  });

  test("csi that changes is refused where it would replace a volume, and what the message says leads out", async () => {
    const { csi } = { csi: { [DRIVER]: { volumeAttributes: { clusterID: "c" } } } };
    scenario.project.setConfig({ csi });
    const before = await scenario.data("destination");
    const refused = await refusal("destination");
    expect(refused).toContain(
      "ordinal 0: PersistentVolume disk-carried-data-web-0 exists in the destination with other CSI",
    );
    expect(refused).toContain("kubectl -n carried delete pvc data-web-0 --ignore-not-found && kubectl delete pv");
    expect(await scenario.data("destination")).toEqual(before);
    await makeAgain(0);
    await scenario.mustUp("destination");
    const attributes = (await sources("destination")) as { volumeAttributes: { clusterID: string } }[];
    expect(attributes.map(({ volumeAttributes }) => volumeAttributes.clusterID)).toEqual(["c", "b"]);
  });

  test("back, and there again; the values are in the clusters, and nowhere else", async () => {
    const { project } = scenario;
    await scenario.step(2);
    // The volume of ordinal 1 still has what csi was when it moved; now nothing runs on it.
    await scenario.mustUp("source", 1);
    expect(await refusal("destination")).toContain(
      "kubectl -n carried delete pvc data-web-1 --ignore-not-found && kubectl",
    );
    await makeAgain(1);
    await scenario.mustUp("destination");
    await scenario.step(0);
    expect(await scenario.whereabouts()).toEqual({ source: [], destination: [0, 1] });
    const ended = (await sources("destination")) as { volumeAttributes: { clusterID: string } }[];
    expect(ended.map(({ volumeAttributes }) => volumeAttributes.clusterID)).toEqual(["c", "c"]);
    expect((await secret("destination", "db"))?.data).toEqual({ password: base64(MARKER) });
    // The end of the move leaves them where they are.
    await project.must("config", "set", "peerStack", "none", "-s", "destination");
    const { operations } = await scenario.mustUp("destination");
    expect(operations.filter(({ type }) => /:(Secret|ConfigMap)$/.test(type))).toEqual([
      { op: "retain", type: "kubernetes:core/v1:ConfigMap", name: "app", fields: [] },
      { op: "retain", type: "kubernetes:core/v1:Secret", name: "db", fields: [] },
    ]);
    expect(await secret("destination", "db")).toBeDefined();
    for (const side of sides) {
      for (const command of [["output", "--json"], ["export"], ["history", "--json"]]) {
        await project.run(["stack", ...command, "-s", side]);
      }
    }
    const { files, printed, searched } = leaksIn(project, formsOf(MARKER));
    expect(searched).toBeGreaterThan(20);
    expect([files, printed]).toEqual([[], []]);
    expect(project.printed).not.toContain(base64(`${MARKER}-2`));
  });
});
