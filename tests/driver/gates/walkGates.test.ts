import type { Ask } from "../../../core/gates/ask";
import { UserError } from "../../../core/userError";
import { walk } from "../../../driver/walk";
import type { WalkListener, WalkOptions, WalkReport } from "../../../driver/walk";
import type { World as ProtocolWorld } from "../../core/protocol/protocolModel";
import { FakePulumi, settledAt } from "../fakePulumi";
import { FakeWorld } from "./fakeWorld";

const three: ProtocolWorld = { set: { start: 0, replicas: 3 }, batch: 1, mode: "none" };

let pulumi: FakePulumi;
let outside: FakeWorld;

afterEach(() => {
  pulumi.remove();
});

/** A project in which nothing has moved, with gates and actions in Pulumi.yaml. */
function given(
  checks: Readonly<Record<string, unknown>>,
  { wanted = 1, at = 3, world = three }: { wanted?: number; at?: number; world?: ProtocolWorld } = {},
): void {
  pulumi = new FakePulumi(world, settledAt(world, at), wanted);
  outside = new FakeWorld(pulumi);
  for (const [key, value] of Object.entries(checks)) {
    pulumi.config.source[`web:${key}`] = JSON.stringify(value);
    pulumi.config.destination[`web:${key}`] = JSON.stringify(value);
  }
}

function walked(
  more: Partial<WalkOptions> = {},
  listener: WalkListener = {},
  interrupted = () => false,
): Promise<WalkReport> {
  return walk({ ...pulumi.options, ...more }, pulumi, listener, interrupted, () => outside);
}

/** Ups, gates and actions in the order in which they ended. */
async function storyOf(more: Partial<WalkOptions> = {}): Promise<{ report: WalkReport; story: string[] }> {
  const story: string[] = [];
  const report = await walked(more, {
    ended: ({ side, cutoverIndex }) => story.push(`${side}@${cutoverIndex}`),
    goesBack: ({ from, to }) => story.push(`back from ${to} to ${from}`),
    checks: {
      ended: ({ title, moment, ordinal, outcome }) =>
        story.push([title, moment, ...(ordinal === undefined ? [] : [ordinal]), outcome].join(" ")),
    },
  });
  return { report, story };
}

test("gates before the first step, between two and after the last; actions around what moves", async () => {
  given({
    gates: [{ ready: {} }],
    before: [{ command: { command: ["drain"] } }],
    after: [{ command: { command: ["undrain"] } }],
  });
  const { report, story } = await storyOf();
  expect(story).toEqual([
    ...["gates[0] ready start held", "before[0] command before 2 done", "source@2"],
    ...["destination@2", "after[0] command after 2 done"],
    ...["gates[0] ready between held", "before[0] command before 1 done", "source@1"],
    ...["destination@1", "after[0] command after 1 done", "gates[0] ready end held"],
  ]);
  expect(outside.asked).toEqual(["drain", "undrain", "drain", "undrain"]);
  expect(report).toMatchObject({ outcome: "arrived", asks: "gates ready; before command; after command" });
  expect(report.checks[0]).toEqual({
    ...{ title: "gates[0] ready", moment: "start", cutoverIndex: 3, outcome: "held", ms: 5_000, saw: [] },
  });
});

test("a batch: the actions of every ordinal, and what they are told of the step", async () => {
  given({ before: [{ command: { command: ["drain"] } }] }, { wanted: 1, world: { ...three, batch: 2 } });
  const told: Ask[] = [];
  outside.answers = (ask) => void told.push(ask);
  const { story } = await storyOf();
  expect(story.slice(0, 2)).toEqual(["before[0] command before 1 done", "before[0] command before 2 done"]);
  expect(told[0]).toMatchObject({
    command: ["drain"],
    environment: {
      ...{
        CUTOVER_SET: "web",
        CUTOVER_NAMESPACE: "default",
        CUTOVER_MOMENT: "before",
        CUTOVER_FROM: "3",
        CUTOVER_TO: "1",
      },
      ...{
        CUTOVER_GOAL: "1",
        CUTOVER_LEAVES: "source",
        CUTOVER_ORDINALS: "1 2",
        CUTOVER_NEXT: "",
        CUTOVER_ORDINAL: "1",
      },
    },
  });
  const { stdin } = told[0] as Extract<Ask, { type: "command" }>;
  expect(JSON.parse(stdin)).toEqual({
    ...{ set: { name: "web", namespace: "default", start: 0, replicas: 3 }, moment: "before", from: 3, to: 1, goal: 1 },
    ...{ leaves: "source", ordinals: [1, 2], next: [], ordinal: 1 },
  });
});

test("the way back: the destination gives up, and the next ordinal is the one above", async () => {
  given({ before: [{ command: { command: ["drain"] } }] }, { at: 0, wanted: 2 });
  const told: Ask[] = [];
  outside.answers = (ask) => void told.push(ask);
  await storyOf();
  expect(told[0]).toMatchObject({
    environment: { CUTOVER_LEAVES: "destination", CUTOVER_ORDINALS: "0", CUTOVER_NEXT: "1", CUTOVER_ORDINAL: "0" },
  });
});

test("a gate that does not hold before the first step: nothing is run", async () => {
  given({ gates: [{ ready: { deadline: "20s" } }] });
  outside.unready.add("web-1");
  const { report, story } = await storyOf({ onTrouble: "rollback" });
  expect(story).toEqual(["gates[0] ready start trouble"]);
  expect(report).toMatchObject({
    outcome: "paused",
    ups: [],
    problems: [
      {
        where: "gates[0] ready, at cutoverIndex 3,",
        what: "does not hold after 20 s: in the source Pod default/web-1 is Running, and not Ready: nothing says why",
        todo: "Every up has completed. Run the same again to go on",
      },
    ],
  });
});

test("one that does not hold between two steps pauses the walk, and the same again goes on", async () => {
  given({ gates: [{ ready: { deadline: "20s" } }] });
  outside.resting = () => {
    if (pulumi.ups.includes("destination@2")) outside.unready.add("web-2");
  };
  const { report } = await storyOf();
  expect([report.outcome, pulumi.ups]).toEqual(["paused", ["source@2", "destination@2"]]);
  expect(report.problems[0]?.todo).toBe(
    "Every up has completed. Run the same again to go on, or go back: cutover walk --to 3",
  );
  outside.resting = () => undefined;
  outside.unready.clear();
  const { story } = await storyOf();
  expect(story).toEqual([...["gates[0] ready start held", "source@1", "destination@1", "gates[0] ready end held"]]);
});

test("paused after the last step: the same again runs both ups, and asks the gates again", async () => {
  given({ gates: [{ ready: { deadline: "20s" } }] }, { wanted: 2 });
  outside.resting = () => pulumi.ups.includes("destination@2") && outside.unready.add("web-2");
  expect((await walked()).outcome).toBe("paused");
  expect((await walked()).outcome).toBe("paused");
  outside.resting = () => undefined;
  outside.unready.clear();
  const { report, story } = await storyOf();
  expect(report.outcome).toBe("arrived");
  expect(story.at(-1)).toBe("gates[0] ready end held");
});

test("--on-trouble rollback: the step is walked back, with its actions, and the gates are asked there", async () => {
  given({ gates: [{ ready: { deadline: "20s" } }], before: [{ command: { command: ["drain"] } }] }, { wanted: 0 });
  outside.resting = () => {
    const isMoved = pulumi.ups.at(-1) === "destination@1";
    if (isMoved) outside.unready.add("web-1");
    else outside.unready.delete("web-1");
  };
  const { report, story } = await storyOf({ onTrouble: "rollback" });
  expect(story.slice(5)).toEqual([
    ...["before[0] command before 1 done", "source@1", "destination@1", "gates[0] ready between trouble"],
    ...["back from 1 to 2", "before[0] command before 1 done", "destination@2", "source@2", "gates[0] ready end held"],
  ]);
  expect(report).toMatchObject({ outcome: "rolledBack", problems: [{ where: "gates[0] ready, at cutoverIndex 1," }] });
  expect(report.problems[0]?.what).toMatch(/\. So the step was walked back to cutoverIndex 2, where the gates hold$/);
  expect(report.problems[0]?.todo).toBe("See to it, and run the same again");
});

test("a gate that does not hold after the way back either", async () => {
  given({ gates: [{ ready: { deadline: "20s" } }] }, { wanted: 2 });
  outside.resting = () => pulumi.ups.includes("destination@2") && outside.unready.add("web-0");
  const { report } = await storyOf({ onTrouble: "rollback" });
  expect([report.outcome, pulumi.ups]).toEqual(["paused", ["source@2", "destination@2", "destination@3", "source@3"]]);
  expect(report.problems.map(({ where }) => where)).toEqual([
    "gates[0] ready, at cutoverIndex 2,",
    "gates[0] ready, at cutoverIndex 3,",
  ]);
});

test("an action that fails: nothing is released, and there is nothing to go back over", async () => {
  given({ before: [{ command: { command: ["drain"] } }] });
  outside.answers = () => ({ code: 3, output: "", errors: "first\nthe password is hunter2\n" });
  const { report, story } = await storyOf({ onTrouble: "rollback" });
  expect(story).toEqual(["before[0] command before 2 trouble"]);
  expect(report).toMatchObject({
    outcome: "paused",
    problems: [
      {
        where: "before[0] command, for ordinal 2, before it moves,",
        what: "cannot go on after 0 s: drain: exit code 3: the password is [secret]",
        todo: "See what the command needs. The next walk runs it again. Nothing has been released. Run the same again to go on",
      },
    ],
  });
});

test("an action after the ordinal has moved fails", async () => {
  given({ after: [{ command: { command: ["undrain"] } }] });
  outside.answers = () => ({ trouble: "cannot be run (ENOENT)", lasting: true });
  const { report } = await storyOf();
  expect(report.problems[0]).toMatchObject({
    where: "after[0] command, for ordinal 2, after it moves,",
    todo: expect.stringContaining(
      "Every up has completed; what this action does is not done again by itself. Run the same again to go on, or go back: cutover walk --to 3",
    ) as unknown,
  });
});

test("a right that is missing is told at once", async () => {
  given({ gates: [{ ready: {} }, { exec: { command: ["true"] } }] });
  outside.answers = () => ({ trouble: "the account needs a right", lasting: true });
  const { report } = await storyOf();
  expect(report).toMatchObject({ outcome: "paused", checks: [{ title: "gates[1] exec", outcome: "trouble", ms: 0 }] });
});

test("a step that was killed in the middle is finished before gates are asked", async () => {
  given({ gates: [{ ready: {} }] }, { wanted: 2 });
  // The source's up was killed after its write: its outputs say 3, and ordinal 2 runs nowhere.
  outside.live = { source: { start: 0, replicas: 2 } };
  let asked = 0;
  outside.resting = () => (asked += 1);
  const { report, story } = await storyOf();
  expect(story.slice(0, 2)).toEqual(["source@2", "destination@2"]);
  expect(story[2]).toBe("gates[0] ready end held");
  expect([report.outcome, asked > 0]).toEqual(["arrived", true]);
});

test("first ups are not gated, but the end of them is", async () => {
  given({ gates: [{ ready: { settle: "0" } }] }, { wanted: 3 });
  pulumi.state = [
    { exported: undefined, live: undefined, pods: 0, run: undefined },
    { exported: undefined, live: undefined, pods: 0, run: undefined },
  ];
  expect((await storyOf()).story).toEqual(["destination@3", "source@3", "gates[0] ready end held"]);
});

test("interrupted while a gate is asked: no up is begun", async () => {
  given({ gates: [{ ready: {} }] });
  let stopped = false;
  outside.resting = () => (stopped = true);
  const report = await walked({}, {}, () => stopped);
  expect(report).toMatchObject({
    outcome: "stopped",
    problems: [{ where: "the walk", what: "was interrupted" }],
    checks: [{ outcome: "interrupted" }],
  });
  expect(pulumi.ups).toEqual([]);
});

test("a dry run asks nothing, and says what a walk would", async () => {
  given({ gates: [{ ready: {} }], before: [{ "redis-cluster": {} }] });
  expect(await walked({ dryRun: true })).toMatchObject({ asks: "gates ready; before redis-cluster", checks: [] });
  expect(outside.asked).toEqual([]);
});

describe("config", () => {
  const refusal = async (): Promise<string> => {
    const error: unknown = await walked().catch((thrown: unknown) => thrown);
    expect(pulumi.ups).toEqual([]);
    return error instanceof UserError ? error.message : `not refused: ${JSON.stringify(error)}`;
  };

  test("in one stack alone it counts too; two that differ are refused", async () => {
    given({ gates: [{ ready: {} }] });
    delete pulumi.config.source["web:gates"];
    expect((await walked({ dryRun: true })).asks).toBe("gates ready");
    pulumi.config.source["web:gates"] = JSON.stringify([{ ready: { settle: "1s" } }]);
    expect(await refusal()).toBe(
      "gates is one thing in stack source and another in stack destination. Keep it in Pulumi.yaml alone: " +
        "pulumi config rm gates -s source; pulumi config rm gates -s destination",
    );
  });

  test("a misspelt gate", async () => {
    given({ gates: [{ redy: {} }] });
    expect(await refusal()).toMatch(
      /^gates\[0\] is of a kind that does not exist \(received "redy"\); .*Did you mean ready\?/,
    );
  });

  test("encrypted as a whole", async () => {
    given({});
    pulumi.encrypted.source.push("web:gates");
    expect(await refusal()).toMatch(/^stack source: gates is encrypted as a whole, /);
  });
});
