/**
 * `cutover finish` with the real engine: a move that arrived, killed once on the way, and one that is called off.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rangeLockApi, rangeLockName } from "../../core/protections/rangeLock";
import { useGround } from "./ground";
import { expectNothingLost, Scenario, untouched } from "./harness";
import type { Side } from "./project";
import { describeInWhole } from "./tools";

describeInWhole("the end of a move", () => {
  const ground = useGround();

  /** Names of the objects of a range lock that are there. */
  const rangeLock = async (side: Side, namespace: string): Promise<string[]> => {
    const name = rangeLockName(namespace, "web");
    const kinds = ["validatingadmissionpolicies", "validatingadmissionpolicybindings"];
    const found = await Promise.all(
      kinds.map(async (kind) => ground().client(side).find(`/apis/${rangeLockApi}/${kind}/${name}`)),
    );
    return kinds.filter((_, at) => found[at] !== undefined);
  };

  /** Reclaim policies of the volumes of a namespace's claims. */
  const policies = async (side: Side, namespace: string): Promise<unknown[]> => {
    const claims = await ground().all(side, "persistentvolumeclaims", namespace);
    const volumes = await ground().all(side, "persistentvolumes");
    return [...claims.values()].map(
      ({ spec }) => volumes.get(String(spec.volumeName))?.spec.persistentVolumeReclaimPolicy,
    );
  };

  test("arrived: refused on the way, killed in the destroy, run again; the claims of the source go", async () => {
    const scenario = await Scenario.begin(ground(), { namespace: "arrived" });
    const { project } = scenario;
    project.cutoverIndex = 1;
    expect((await project.cutover(["walk"])).code).toBe(0);
    const early = await project.cutover(["finish", "--yes"]);
    expect([early.code, early.stdout]).toEqual([2, ""]);
    expect(early.output).toContain(
      "the move is not at an end: the source holds ordinal 0 at cutoverIndex 1, the destination holds ordinals 1 to 2",
    );
    project.cutoverIndex = 0;
    expect((await project.cutover(["walk"])).code).toBe(0);
    expect(await rangeLock("source", "arrived")).toHaveLength(2);

    const asked = await project.cutover(["finish"]);
    expect([asked.code, asked.output]).toEqual([
      2,
      "error: cutover finish asks before it does anything, and this is no terminal. Add --yes, or look first with --dry-run\n",
    ]);
    const planned = await project.cutover(["finish", "--dry-run", "--remove-claims"]);
    expect(planned.code).toBe(0);
    expect(planned.stdout).toContain("delete 3 claims and 3 PersistentVolumes in the source, all Retain");
    expect(await scenario.data("source")).toHaveLength(6);

    const before = (await untouched(scenario, "destination")).filter((object) => !/volume|^pv|data/.test(object));
    const killed = await project.cutover(["finish", "--yes", "--remove-claims"], {
      signal: "SIGKILL",
      when: (output) => output.includes("Destroying (source)"),
    });
    expect(killed.interrupted).toBe(true);
    await project.cancel("source");
    const again = await project.cutover(["finish", "--yes", "--remove-claims"]);
    expect([again.code, again.code === 0 ? "" : again.output]).toEqual([0, ""]);
    expect(again.stdout).toContain("Finished: the destination is a StatefulSet of its own.");

    expect(await scenario.whereabouts()).toEqual({ source: [], destination: [0, 1, 2] });
    expect((await untouched(scenario, "destination")).filter((object) => !/volume|^pv|data/.test(object))).toEqual(
      before,
    );
    expect(await scenario.data("source")).toEqual([]);
    expect(await ground().set("source", "arrived", "web")).toBeUndefined();
    expect(await ground().client("source").find("/api/v1/namespaces/arrived")).toBeDefined();
    expect([await rangeLock("source", "arrived"), await rangeLock("destination", "arrived")]).toEqual([[], []]);
    expect(await policies("destination", "arrived")).toEqual(["Delete", "Delete", "Delete"]);
    expect((await project.run(["stack", "ls"])).output).not.toContain("source");
    expect(readFileSync(join(project.folder, "Pulumi.destination.yaml"), "utf8")).toContain("peerStack: none");
    // From now on it is a stack like any other, and nothing is left to do.
    expect((await scenario.mustUp("destination")).operations).toEqual([]);
    const nothing = await project.cutover(["finish", "--yes"]);
    expect(nothing.stdout).toContain("Finished: there is nothing left to do.");
    const { overlaps, rebound, disksShared } = scenario.observed();
    expect({ overlaps, rebound, disksShared }).toEqual({ overlaps: [], rebound: [], disksShared: [] });
  });

  test("called off: there and back, then the destination goes and its claims stay", async () => {
    const scenario = await Scenario.begin(ground(), { namespace: "calledoff" });
    const { project } = scenario;
    for (const index of [1, 3]) {
      project.cutoverIndex = index;
      expect((await project.cutover(["walk"])).code).toBe(0);
    }
    const left = await scenario.data("destination");
    const done = await project.cutover(["finish", "--yes", "--json"]);
    expect([done.code, done.code === 0 ? "" : done.output]).toEqual([0, ""]);
    expect(JSON.parse(done.stdout)).toMatchObject({ outcome: "finished", holder: "source" });
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1, 2], destination: [] });
    expect(await scenario.data("destination")).toEqual(left);
    expect(await policies("source", "calledoff")).toEqual(["Delete", "Delete", "Delete"]);
    expect([await rangeLock("source", "calledoff"), await rangeLock("destination", "calledoff")]).toEqual([[], []]);
    expect((await scenario.mustUp("source")).operations).toEqual([]);
    expectNothingLost(scenario);
  });
});
