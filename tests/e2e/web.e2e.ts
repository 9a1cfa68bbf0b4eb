/**
 * The example `web`, moved on two real clusters by the real engine: forward, back, forward, and the end of the move.
 */
import { useGround } from "./ground";
import { expectNothingLost, orderOf, Scenario, untouched } from "./harness";
import type { Run, Side } from "./project";
import { beginAsRehearsed, rehearsedSteps, withoutVolumeNames } from "./rehearsed";
import type { RehearsedStep } from "./rehearsed";
import { describeWithPulumi, tell } from "./tools";

describeWithPulumi("examples/web on two clusters", () => {
  const ground = useGround();
  let scenario: Scenario;
  let rehearsed: RehearsedStep[];

  beforeAll(async () => {
    scenario = await Scenario.prepare(ground(), { namespace: "web", example: "web" });
    rehearsed = await rehearsedSteps(scenario.project.folder);
  });

  test("starts with all ordinals in the source", async () => {
    await beginAsRehearsed(scenario, rehearsed[0]);
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1, 2], destination: [] });
  });

  test.each([2, 1, 0, 1, 2, 3, 2, 1, 0].map((index, at) => ({ index, at: at + 1 })))(
    "moves to $index: rehearsal and both previews of the pull request say what the ups then do, one write a half",
    async ({ index, at }) => {
      const order = orderOf(scenario.project.cutoverIndex, index);
      scenario.project.cutoverIndex = index;
      const previews = new Map<Side, Run>();
      for (const side of order) previews.set(side, await scenario.project.preview(side));
      const ups = new Map<Side, Run>();
      const writes: number[] = [];
      for (const side of order) {
        const before = (await scenario.live(side)).metadata.generation;
        ups.set(side, await scenario.mustUp(side));
        writes.push((await scenario.live(side)).metadata.generation - before);
      }
      expect(writes).toEqual([1, 1]);
      for (const side of order) {
        const operations = ups.get(side)?.operations ?? [];
        expect(operations).toEqual(previews.get(side)?.operations);
        // There and back is rehearsed once; the third way finds claims and volumes where it left them.
        const expected = rehearsed[at]?.[side] ?? operations;
        expect(withoutVolumeNames(operations)).toEqual(withoutVolumeNames(expected));
      }
      const [first, second] = order.map((side) => previews.get(side)?.diagnostics ?? ["no preview"]);
      expect(first).toEqual([]);
      expect(second).toEqual([expect.stringContaining("not this half's turn yet")]);
      const ordinals = [0, 1, 2];
      expect(await scenario.whereabouts()).toEqual({
        source: ordinals.filter((ordinal) => ordinal < index),
        destination: ordinals.filter((ordinal) => ordinal >= index),
      });
      expectNothingLost(scenario);
    },
  );

  test("no pod was restarted that did not move, and every ordinal was down only while it moved", () => {
    const { restarts, moves } = scenario.observed();
    expect(restarts).toEqual([]);
    expect(moves.map(({ ordinal, to }) => `${ordinal} ${to}`)).toEqual([
      ...["2 destination", "1 destination", "0 destination", "0 source", "1 source", "2 source"],
      ...["2 destination", "1 destination", "0 destination"],
    ]);
    tell(`down, in ms: ${moves.map(({ downMs }) => downMs).join(", ")}`);
  });

  test("every volume of the source is Retain, and remembers what it was", async () => {
    const volumes = [...(await ground().all("source", "persistentvolumes")).values()];
    expect(
      volumes.map(({ metadata, spec }) => [
        spec.persistentVolumeReclaimPolicy,
        metadata.annotations?.["statefulset-cutover/reclaim-policy"],
      ]),
    ).toEqual([0, 1, 2].map(() => ["Retain", "Delete"]));
  });

  test("the move is ended: nothing of the destination is touched, and the source keeps its claims and volumes", async () => {
    await scenario.project.must("config", "set", "peerStack", "none", "-s", "destination");
    await scenario.mustUp("destination");
    const destination = await untouched(scenario, "destination");
    const left = await scenario.data("source");
    const destroyed = await scenario.project.destroy("source");
    expect([destroyed.code, destroyed.output]).toEqual([0, expect.any(String)]);
    expect(await untouched(scenario, "destination")).toEqual(destination);
    expect(await scenario.data("source")).toEqual(left);
    expect(await ground().set("source", "web", "web")).toBeUndefined();
    expect(await ground().client("source").find("/api/v1/namespaces/web")).toBeDefined();
    const again = await scenario.mustUp("destination");
    expect(again.operations).toEqual([]);
    expectNothingLost(scenario);
  });
});
