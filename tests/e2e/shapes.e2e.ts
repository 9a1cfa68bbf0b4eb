/**
 * Sets of every shape, moved there and back: batch 2, numbered from 1, several claim templates, none, new volumes,
 * Parallel, and the example of a Redis cluster. Each step is compared with what its previews and the rehearsal say.
 */
import { createVolumesForSet } from "../../dev/playground/storage";
import { useGround } from "./ground";
import { expectNothingLost, Scenario } from "./harness";
import type { ScenarioOptions } from "./manifests";
import { beginAsRehearsed, moveAsRehearsed, rehearsedSteps } from "./rehearsed";
import { describeInWhole, tell } from "./tools";

interface Shape extends ScenarioOptions {
  readonly batch?: number;
  /** Whether to go there a second time. */
  readonly andThereAgain?: boolean;
}

const shapes: Shape[] = [
  { namespace: "batch-two", replicas: 5, batch: 2 },
  { namespace: "from-one", start: 1, replicas: 3 },
  { namespace: "two-templates", replicas: 2, templates: ["data", "log"] },
  { namespace: "no-claims", replicas: 2, templates: [] },
  { namespace: "waits-for-pod", replicas: 2, storageClass: "shared-wait" },
  {
    namespace: "parallel",
    replicas: 4,
    batch: 2,
    podManagementPolicy: "Parallel",
    podAnnotations: { "playground/ready-after": "1s", "playground/gone-after": "1s" },
  },
  { namespace: "redis", name: "redis", example: "redis-cluster", replicas: 6, andThereAgain: true },
];

describeInWhole("every shape of a set", () => {
  const ground = useGround();

  test.each(shapes)("$namespace: there and back", async ({ batch = 1, andThereAgain = false, ...options }) => {
    const scenario = await Scenario.prepare(ground(), { ...options, config: { batch } });
    const { start, end } = scenario;
    const [first, ...moves] = await rehearsedSteps(scenario.project.folder);
    await beginAsRehearsed(scenario, first);
    const all = Array.from({ length: end - start }, (_, index) => start + index);
    expect(await scenario.whereabouts()).toEqual({ source: all, destination: [] });
    const generations = [(await scenario.live("source")).metadata.generation];
    await moveAsRehearsed(scenario, moves.slice(0, moves.length / 2));
    expect(await scenario.whereabouts()).toEqual({ source: [], destination: all });
    await moveAsRehearsed(scenario, moves.slice(moves.length / 2));
    expect(await scenario.whereabouts()).toEqual({ source: all, destination: [] });
    generations.push((await scenario.live("source")).metadata.generation);
    const steps = 2 * Math.ceil((end - start) / batch);
    expect(generations[1]).toBe((generations[0] ?? 0) + steps);
    if (andThereAgain) {
      await scenario.moveTo(start, batch);
      expect(await scenario.whereabouts()).toEqual({ source: [], destination: all });
    }
    const observed = await scenario.finish();
    expect(observed.restarts).toEqual([]);
    expect(observed.moves).toHaveLength((andThereAgain ? 3 : 2) * all.length);
    expectNothingLost(scenario);
    tell(`down, in ms: ${observed.moves.map(({ downMs }) => downMs).join(", ")}`);
  });

  test("fresh: new volumes there, and each way back is a choice of data", async () => {
    const namespace = "fresh";
    const scenario = await Scenario.prepare(ground(), { namespace, replicas: 2, config: { volumes: "fresh" } });
    await createVolumesForSet(ground().client("destination"), {
      ...{ namespace, set: "web", template: "data", replicas: 2 },
    });
    const [first, ...moves] = await rehearsedSteps(scenario.project.folder, "--one-way");
    await beginAsRehearsed(scenario, first);
    await moveAsRehearsed(scenario, moves);
    expect(await scenario.whereabouts()).toEqual({ source: [], destination: [0, 1] });

    await scenario.mustUp("destination", 1);
    const { code, output } = await scenario.up("source", 1);
    expect(code).not.toBe(0);
    const keep = /To use that data: kubectl (-n \S+ annotate --overwrite pvc (\S+) (\S+)=(\d+))/.exec(
      output.replace(/\s+/g, " "),
    );
    expect(keep?.[2]).toBe("data-web-0");
    await ground()
      .client("source")
      .patch(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/data-web-0`, {
        metadata: { annotations: { [keep?.[3] ?? ""]: keep?.[4] } },
      });
    await scenario.mustUp("source", 1);
    expect(await scenario.whereabouts()).toEqual({ source: [0], destination: [1] });
    const { overlaps, volumesDeleted, claimsDeleted } = await scenario.finish();
    expect([overlaps, volumesDeleted, claimsDeleted]).toEqual([[], [], []]);
  });
});
