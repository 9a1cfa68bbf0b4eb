/**
 * The ways to a duplicate that were seen with a guard on outputs alone (A, B and C of the design), tried on the real
 * program: each is refused, and the way out that the message advises is followed to its end.
 */
import { until, useGround } from "./ground";
import { expectNothingLost, Scenario } from "./harness";
import { describeWithPulumi, tell } from "./tools";

describeWithPulumi("duplicates", () => {
  const ground = useGround();
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace: "duplicates" });
  });

  beforeEach(async () => {
    await scenario.moveTo(3);
  });

  /** The claiming destination has written its set, but its pod does not start: the up waits. */
  const claimHangs = (signal: "SIGKILL" | "SIGINT"): Promise<unknown> =>
    ground().without("destination", "kwok", async () => {
      const written = async (): Promise<boolean> => (await scenario.ordinals("destination")).includes(2);
      const run = await scenario.up("destination", 2, { when: written, signal });
      expect([run.interrupted, run.code]).not.toEqual([true, 0]);
      expect(await scenario.ordinals("destination")).toEqual([2]);
    });

  const allIsBack = async (): Promise<void> => {
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1, 2], destination: [] });
    expectNothingLost(scenario);
  };

  test("A: the destination's claim fails after its write, the config is reverted, the source goes first", async () => {
    await scenario.mustUp("source", 2);
    await claimHangs("SIGINT");
    const refused = await scenario.up("source", 3);
    expect(refused.code).not.toBe(0);
    expect(refused.operations).toEqual([]);
    expect(await scenario.ordinals("source")).toEqual([0, 1]);
    const advice = await scenario.followAdvice("source", 3);
    tell(`A: ${advice.join("; ")}`);
    expect(advice).not.toEqual([]);
    await scenario.followAdvice("destination", 3);
    await allIsBack();
  });

  test("B: the claiming destination is killed, the config is reverted, the destination goes first", async () => {
    await scenario.mustUp("source", 2);
    await claimHangs("SIGKILL");
    // What it vouches for must be what is: either it takes the pod away, or it is refused.
    const advice = await scenario.followAdvice("destination", 3);
    tell(`B: ${advice.join("; ")}`);
    expect(await scenario.ordinals("destination")).toEqual([]);
    tell(`B: ${(await scenario.followAdvice("source", 3)).join("; ")}`);
    await allIsBack();
  });

  test("B, the other way: after the kill the source goes first", async () => {
    await scenario.mustUp("source", 2);
    await claimHangs("SIGKILL");
    expect((await scenario.up("source", 3)).code).not.toBe(0);
    expect(await scenario.ordinals("source")).toEqual([0, 1]);
    const advice = await scenario.followAdvice("source", 3);
    tell(`B, source first: ${advice.join("; ")}`);
    await scenario.followAdvice("destination", 3);
    await allIsBack();
  });

  test("C: both ups of a step at once are killed, the config is reverted, the source goes first", async () => {
    scenario.project.cutoverIndex = 2;
    await ground().without("source", "kwok", async () => {
      const written = async (): Promise<boolean> => (await scenario.live("source")).spec.replicas === 2;
      const [source] = await Promise.all([
        scenario.up("source", 2, { when: written }),
        scenario.up("destination", 2, { when: written }),
      ]);
      expect(source.interrupted).toBe(true);
    });
    await until("the released pod is gone", async () => !(await scenario.ordinals("source")).includes(2));
    const advice = await scenario.followAdvice("source", 3);
    tell(`C: ${advice.join("; ")}`);
    await scenario.followAdvice("destination", 3);
    await allIsBack();
  });
});
