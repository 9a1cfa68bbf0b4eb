/**
 * What people do: edit the config between the halves, merge two pull requests at once, run both halves at the same time,
 * and leave things in the destination that are in the way.
 */
import type { KubeObject } from "../../dev/playground/api";
import { createVolume } from "../../dev/playground/storage";
import { useGround } from "./ground";
import { expectNothingLost, expectWholeSet, orderOf, Scenario } from "./harness";
import { setManifest } from "./manifests";
import type { Side } from "./project";
import { describeInWhole, tell } from "./tools";

describeInWhole("people", () => {
  const ground = useGround();
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace: "people" });
  });

  const settle = async (order: readonly Side[], cutoverIndex: number): Promise<string[]> => {
    const followed = await scenario.settle(order, cutoverIndex);
    await expectWholeSet(scenario, cutoverIndex);
    return followed;
  };

  test("two pull requests are merged before the first was applied: the messages lead through both steps", async () => {
    const advice = await settle(["source", "destination"], 1);
    expect(advice.join("; ")).toContain("cutoverIndex 2");
    await settle(["destination", "source"], 3);
  });

  test.each([3, 1, 0])("the index is edited to %i by hand between the halves of a step to 2", async (index) => {
    await settle(orderOf(scenario.project.cutoverIndex, 3), 3);
    await scenario.mustUp("source", 2);
    const run = await scenario.up("destination", index);
    tell(`  the destination ${run.code === 0 ? "went through" : "was refused"}`);
    expectNothingLost(scenario);
    await settle(["destination", "source"], index);
    await settle(["source", "destination"], index);
  });

  test("the pod template is edited between the halves: refused until it is given back", async () => {
    await settle(orderOf(scenario.project.cutoverIndex, 3), 3);
    await scenario.mustUp("source", 2);
    const original = setManifest({});
    scenario.project.writeManifest("set.yaml", original.replace("example.com/web:1", "example.com/web:2"));
    const { code, diagnostics, operations } = await scenario.up("destination", 2);
    expect([code === 0, operations]).toEqual([false, []]);
    expect(diagnostics.join(" ")).toContain("spec.template differs");
    scenario.project.writeManifest("set.yaml", original);
    await settle(["source", "destination"], 2);
  });

  test("a stack's own index is warned about, and stays safe", async () => {
    await settle(orderOf(scenario.project.cutoverIndex, 3), 3);
    const run = await scenario.project.withConfig("destination", "cutoverIndex", "2", () => scenario.up("destination"));
    expect(run.code).not.toBe(0);
    expect(run.diagnostics.join(" ")).toContain("in stack destination alone");
    await settle(["source", "destination"], 3);
  });

  test.each([2, 1, 2, 3])("both halves of the step to %i are run at the same time", async (index) => {
    const order = orderOf(scenario.project.cutoverIndex, index);
    scenario.project.cutoverIndex = index;
    const runs = await Promise.all(order.map((side) => scenario.up(side)));
    tell(`  ${runs.map(({ code }) => (code === 0 ? "went through" : "was refused")).join(", ")}`);
    expect(runs[0]?.code).toBe(0);
    await settle(order, index);
  });

  test("both halves are run at the same time at different indexes", async () => {
    await settle(orderOf(scenario.project.cutoverIndex, 3), 3);
    await scenario.moveTo(2);
    scenario.project.cutoverIndex = 1;
    await scenario.project.withConfig("destination", "cutoverIndex", "3", () =>
      Promise.all([scenario.up("source"), scenario.up("destination")]),
    );
    expectNothingLost(scenario);
    await settle(["source", "destination"], 1);
  });
});

describeInWhole("things in the way", () => {
  const ground = useGround();

  test("a volume of that name with other content in the destination is refused, and kept", async () => {
    const namespace = "twin";
    const destination = ground().client("destination");
    await createVolume(destination, {
      ...{ namespace, claim: "data-web-2", name: `disk-${namespace}-data-web-2`, volumeHandle: "someone-elses-disk" },
    });
    const scenario = await Scenario.prepare(ground(), { namespace });
    await scenario.mustUp("destination");
    await scenario.mustUp("source");
    scenario.project.cutoverIndex = 2;
    const before = await scenario.up("destination");
    expect([before.code === 0, before.operations]).toEqual([false, []]);
    await scenario.mustUp("source", 2);
    const { code, output, operations } = await scenario.up("destination", 2);
    expect([code === 0, operations]).toEqual([false, []]);
    expect(output).toContain("someone-elses-disk");
    expect(await scenario.ordinals("destination")).toEqual([]);
    await destination.delete(`/api/v1/persistentvolumes/disk-${namespace}-data-web-2`);
    await scenario.mustUp("destination", 2);
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1], destination: [2] });
    interface Disk extends KubeObject {
      readonly spec: { readonly csi: { readonly volumeHandle: string }; readonly claimRef: { readonly name: string } };
    }
    const disk = await destination.get<Disk>(`/api/v1/persistentvolumes/disk-${namespace}-data-web-2`);
    expect([disk.spec.csi.volumeHandle, disk.spec.claimRef.name]).toEqual([
      `disk-${namespace}-data-web-2`,
      "data-web-2",
    ]);
    const { overlaps, claimsMadeEmpty } = await scenario.finish();
    expect([overlaps, claimsMadeEmpty.filter(({ cluster }) => cluster === "destination")]).toEqual([[], []]);
  });

  test("a claim of that name on another disk in the destination is refused, and kept", async () => {
    const namespace = "twin-claim";
    const destination = ground().client("destination");
    await createVolume(destination, { namespace, claim: "data-web-2", volumeHandle: "another-disk" });
    const scenario = await Scenario.prepare(ground(), { namespace });
    await scenario.mustUp("destination");
    const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    await destination.create(claims, {
      ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data-web-2" } },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "shared",
        resources: { requests: { storage: "1Gi" } },
      },
    });
    await scenario.mustUp("source");
    await scenario.mustUp("source", 2);
    const { code, output } = await scenario.up("destination", 2);
    expect(code).not.toBe(0);
    expect(output).toContain("data-web-2");
    expect(await scenario.ordinals("destination")).toEqual([]);
    // What the message says: the claim is not needed.
    expect(output.replace(/\s+/g, " ")).toContain(`kubectl -n ${namespace} delete pvc data-web-2`);
    await destination.delete(`${claims}/data-web-2`);
    await scenario.mustUp("destination", 2);
    expect((await scenario.finish()).overlaps).toEqual([]);
  });
});
