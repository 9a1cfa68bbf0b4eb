/**
 * `cutover walk`, as CI runs it: the real engine, in both directions, interrupted, killed, and twice at once.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sides } from "../../core/ordinals";
import { useGround } from "./ground";
import { expectWholeSet, Scenario } from "./harness";
import type { Ended } from "./pulumiProcess";
import { describeInWhole } from "./tools";

/** The ups that a walk says it has run to their end, such as `source 2`. */
function done({ stdout }: Ended): string[] {
  const ups = [...stdout.matchAll(/\] pulumi up -s (\S+) {2}\(cutoverIndex (\d+)\)\n {2}done/g)];
  return ups.map(([, stack, index]) => `${stack} ${index}`);
}

describeInWhole("the walk", () => {
  const ground = useGround();
  let scenario: Scenario;
  let files: string;

  const stackFiles = (): string =>
    ["Pulumi.yaml", "Pulumi.source.yaml", "Pulumi.destination.yaml"]
      .map((name) => readFileSync(join(scenario.project.folder, name), "utf8"))
      .join("---\n");

  beforeAll(async () => {
    scenario = await Scenario.prepare(ground(), { namespace: "walk" });
    // Encrypted with the salt of the stack's file, which every `up` of a walk must have too.
    await scenario.project.must("config", "set", "--secret", "other:password", "hunter2", "-s", "source");
  });

  /** A walk to an index, as if a change of the number had been merged. */
  const walkTo = (cutoverIndex: number, ...rest: Parameters<typeof scenario.project.cutover>): Promise<Ended> => {
    scenario.project.cutoverIndex = cutoverIndex;
    files = stackFiles();
    return scenario.project.cutover(...rest);
  };

  /** It arrived, nothing was lost on the way, and no file of the project is another. */
  const expectArrival = async (walk: Ended, cutoverIndex: number): Promise<void> => {
    expect([walk.code, walk.code === 0 ? "" : walk.output]).toEqual([0, ""]);
    expect(stackFiles()).toBe(files);
    await expectWholeSet(scenario, cutoverIndex);
  };

  test("the first ups, then a step that a dry run and both previews say in words", async () => {
    const first = await walkTo(3, ["walk"]);
    await expectArrival(first, 3);
    expect(done(first)).toEqual(["destination 3", "source 3"]);

    const words = "cutoverIndex 3 => 2: ordinal 2 moves to the destination; source first";
    const plan = await walkTo(2, ["walk", "--dry-run"]);
    expect(plan.stdout).toBe(
      `${words}\n\n    pulumi up -s source       (cutoverIndex 2)\n    pulumi up -s destination  (cutoverIndex 2)\n`,
    );
    for (const side of sides) {
      expect((await scenario.project.preview(side)).output).toContain(words);
    }
    await expectWholeSet(scenario, 3);
  });

  test("forward to the end, one step after the other", async () => {
    const walk = await walkTo(0, ["walk"]);
    await expectArrival(walk, 0);
    expect(done(walk)).toEqual([
      ...["source 2", "destination 2", "source 1", "destination 1", "source 0", "destination 0"],
    ]);
    // An index of the walk's own is no leftover to warn about.
    expect(walk.output).not.toContain("alone, and");
    expect(walk.output).not.toContain("hunter2");
  });

  test("where nothing moves, both halves get their up", async () => {
    const walk = await walkTo(0, ["walk", "--json"]);
    await expectArrival(walk, 0);
    expect(JSON.parse(walk.stdout)).toMatchObject({
      outcome: "arrived",
      ups: [
        { side: "destination", cutoverIndex: 0, outcome: "done" },
        { side: "source", cutoverIndex: 0, outcome: "done" },
      ],
    });
  });

  test("interrupted between the two ups of a step back, and reversed there", async () => {
    const when = (output: string): boolean => output.includes("  done in");
    const walk = await walkTo(3, ["walk"], { when, signal: "SIGINT" });
    expect(walk.code).toBe(1);
    expect(walk.output).toContain("was interrupted. ");
    expect(done(walk)[0]).toBe("destination 1");
    const back = await walkTo(0, ["walk"]);
    await expectArrival(back, 0);
  });

  test("asked to stop in the middle of an up: Pulumi ends in good order, and leaves no lock", async () => {
    const when = (output: string): boolean => /\[1 of 6\][\s\S]*Updating/.test(output);
    const walk = await walkTo(3, ["walk"], { when, signal: "SIGINT" });
    expect(walk.code).toBe(1);
    expect(walk.output).toContain("was interrupted. Then run the same again");
    const on = await walkTo(3, ["walk", "--to", "2"]);
    await expectArrival(on, 2);
  });

  test("killed in the middle of an up: the lock is told, left alone, and taken away when asked", async () => {
    await expectArrival(await walkTo(0, ["walk"]), 0);
    const when = (output: string): boolean => /\[2 of 6\][\s\S]*StatefulSet \S+ updat/.test(output);
    const killed = await walkTo(3, ["walk"], { when });
    expect([killed.code, killed.interrupted]).toEqual([null, true]);

    const refused = await walkTo(3, ["walk"]);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("was not run: another run has locked the stack. Wait until it ends");
    expect(refused.output).toContain("pulumi cancel -s source");
    expect(done(refused)).toEqual([]);

    await expectArrival(await walkTo(3, ["walk", "--cancel-locks"]), 3);
  });
});

describeInWhole("two walks at once", () => {
  const ground = useGround();

  test("the second one finds the lock, changes nothing and says to wait", async () => {
    const scenario = await Scenario.begin(ground(), {
      ...{ namespace: "two-walks", replicas: 2, podAnnotations: { "playground/ready-after": "12s" } },
    });
    scenario.project.cutoverIndex = 1;
    let second: Promise<Ended> | undefined;
    const when = (output: string): boolean => {
      if (output.includes("Updating (destination)")) second ??= scenario.project.cutover(["walk"]);
      return false;
    };
    const first = await scenario.project.cutover(["walk"], { when });
    expect([first.code, done(first)]).toEqual([0, ["source 1", "destination 1"]]);
    const other = await second;
    expect(other?.code).toBe(1);
    expect(other?.output).toContain("was not run: another run has locked the stack. Wait until it ends");
    await expectWholeSet(scenario, 1);
  });
});
