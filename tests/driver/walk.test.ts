import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../../core/userError";
import { walk } from "../../driver/walk";
import type { WalkOptions, WalkReport } from "../../driver/walk";
import type { State, World } from "../core/protocol/protocolModel";
import { indexesOf } from "../core/protocol/protocolModel";
import { Space } from "../core/protocol/protocolSpace";
import { FakePulumi, settledAt, untouched } from "./fakePulumi";

const world: World = { set: { start: 0, replicas: 3 }, batch: 1, mode: "none" };

let pulumi: FakePulumi;
const made: FakePulumi[] = [];
function given(state: State, wanted: number | undefined, of = world): FakePulumi {
  pulumi = new FakePulumi(of, state, wanted);
  made.push(pulumi);
  return pulumi;
}

afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

async function walked(more: Partial<WalkOptions> = {}): Promise<WalkReport> {
  return walk({ ...pulumi.options, ...more }, pulumi);
}

async function refusal(more: Partial<WalkOptions> = {}): Promise<string[]> {
  const error = await walked(more).catch((thrown: unknown) => thrown);
  expect(pulumi.ups).toEqual([]);
  return error instanceof UserError ? error.message.split("\n") : [`not refused: ${JSON.stringify(error)}`];
}

test("walks from the applied index to the one of the config, forward and back", async () => {
  given(settledAt(world, 3), 1);
  const { outcome, problems, from, to, words, planned, ups } = await walked();
  expect({ outcome, problems, from, to, words }).toEqual({
    ...{ outcome: "arrived", problems: [], from: { source: 3, destination: 3 }, to: 1 },
    words: "cutoverIndex 3 => 1: ordinals 1 to 2 move to the destination; source first",
  });
  expect(planned).toHaveLength(4);
  expect(ups.map(({ outcome: how }) => how)).toEqual(["done", "done", "done", "done"]);
  pulumi.wanted = 3;
  expect((await walked()).outcome).toBe("arrived");
  expect(pulumi.ups).toEqual([
    ...["source@2", "destination@2", "source@1", "destination@1"],
    ...["destination@2", "source@2", "destination@3", "source@3"],
  ]);
});

test("without cutoverIndex nothing has moved, and both first ups run", async () => {
  given(untouched, undefined);
  expect(await walked()).toMatchObject({ outcome: "arrived", from: {}, to: 3 });
  expect(pulumi.ups).toEqual(["destination@3", "source@3"]);
});

test("--to goes before the config", async () => {
  given(settledAt(world, 3), 3);
  await walked({ to: 2 });
  expect(pulumi.ups).toEqual(["source@2", "destination@2"]);
});

test("a dry run plans and runs nothing", async () => {
  given(settledAt(world, 2, 3), 3);
  expect(await walked({ dryRun: true })).toMatchObject({
    outcome: "planned",
    planned: [
      { side: "destination", cutoverIndex: 3 },
      { side: "source", cutoverIndex: 3 },
    ],
    ups: [],
  });
  expect(pulumi.ups).toEqual([]);
});

test("every up gets its index in a copy of the stack's file, and the folder stays as it is", async () => {
  given(settledAt(world, 3), 2);
  const file = join(pulumi.folder, "Pulumi.source.yaml");
  const own =
    "encryptionsalt: v1:salt=\nsecretsprovider: passphrase\nenvironment: [dev]\nconfig:\n  web:cutoverIndex: 9\n";
  writeFileSync(file, `${own}  cutoverIndex: 9\n  other:password:\n    secure: v1:c2VjcmV0\n`);
  const before = readFileSync(file, "utf8");
  await walked();
  expect(readFileSync(file, "utf8")).toBe(before);
  expect(readdirSync(pulumi.folder).sort()).toEqual(["Pulumi.source.yaml", "Pulumi.yaml", "set.yaml"]);
  expect(pulumi.configFiles.map((text) => parse(text) as unknown)).toEqual([
    {
      encryptionsalt: "v1:salt=",
      secretsprovider: "passphrase",
      environment: ["dev"],
      config: { "web:cutoverIndex": 2, "other:password": { secure: "v1:c2VjcmV0" }, "cutover-walk:to": 2 },
    },
    { config: { "web:cutoverIndex": 2, "cutover-walk:to": 2 } },
  ]);
  const files = pulumi.commands.flatMap((command) => / --config-file (\S+)/.exec(command)?.[1] ?? []);
  expect(files.map((each) => existsSync(each))).toEqual([false, false]);
  expect(pulumi.commands.filter((command) => / -c |config set|--show-secrets/.test(command))).toEqual([]);
});

test("stops at the first failure", async () => {
  given(settledAt(world, 3), 1);
  pulumi.sayInstead = ({ side }) => (side === "destination" ? "error: not Ready: pod web-2\n" : undefined);
  expect(await walked()).toMatchObject({
    outcome: "stopped",
    problems: [
      {
        where: "pulumi up -s destination with cutoverIndex 2",
        what: "failed",
        todo: "Do what it says above. Then run the same again: it goes on from where it stands",
      },
    ],
  });
  expect(pulumi.ups).toEqual(["source@2", "destination@2 failed"]);
  pulumi.sayInstead = () => undefined;
  expect((await walked()).outcome).toBe("arrived");
  expect(pulumi.ups.slice(2)).toEqual(["destination@2", "source@1", "destination@1"]);
});

test("a locked stack: the lock is left alone, and with --cancel-locks taken away once", async () => {
  given(settledAt(world, 3), 2);
  pulumi.locked.add("source");
  expect(await walked()).toMatchObject({
    outcome: "stopped",
    problems: [
      {
        what: "was not run: another run has locked the stack",
        todo:
          "Wait until it ends and run the same again. If it is dead (see above who made the lock): pulumi cancel -s source, " +
          "then the same again; or add --cancel-locks",
      },
    ],
  });
  expect(pulumi.commands.filter((command) => command.startsWith("cancel"))).toEqual([]);
  expect((await walked({ cancelLocks: true })).outcome).toBe("arrived");
  expect(pulumi.ups).toEqual(["source@2 locked", "source@2 locked", "source@2", "destination@2"]);
  expect(pulumi.commands.filter((command) => command.startsWith("cancel"))).toEqual(["cancel --yes -s source"]);
});

test("a stack that is locked again: no fight over it", async () => {
  given(settledAt(world, 3), 2);
  pulumi.sayInstead = () => "error: [409] Conflict: Another update is currently in progress.\n";
  expect((await walked({ cancelLocks: true })).outcome).toBe("stopped");
  expect(pulumi.ups).toHaveLength(2);
});

test("interrupted: the up that runs is the last", async () => {
  given(settledAt(world, 3), 1);
  let stopped = false;
  const listener = { ended: () => (stopped = true) };
  const report = await walk(pulumi.options, pulumi, listener, () => stopped);
  expect(report).toMatchObject({
    outcome: "stopped",
    problems: [{ where: "the walk, after pulumi up -s source,", what: "was interrupted" }],
  });
  expect(pulumi.ups).toEqual(["source@2"]);
});

test("interrupted in the middle of an up", async () => {
  given(settledAt(world, 3), 1);
  let stopped = false;
  pulumi.sayInstead = () => ((stopped = true), "error: update canceled\n");
  const report = await walk(pulumi.options, pulumi, {}, () => stopped);
  expect(report.ups.map(({ outcome }) => outcome)).toEqual(["interrupted"]);
  expect(report.problems).toMatchObject([{ what: "was interrupted" }]);
});

describe("bad input is told together, before anything is run", () => {
  test("two indexes", async () => {
    given(settledAt(world, 3), 2);
    pulumi.config.source["web:cutoverIndex"] = "1";
    expect(await refusal()).toEqual([
      "cutoverIndex is 1 in stack source and 2 in stack destination. Keep it in Pulumi.yaml alone (pulumi config rm " +
        "cutoverIndex -s source; pulumi config rm cutoverIndex -s destination), or say where to with --to",
    ]);
  });

  test("everything at once, each problem once", async () => {
    given(settledAt(world, 3), 7);
    pulumi.config.destination["web:batch"] = "many";
    expect(await refusal({ to: 8, problems: [{ where: "--json", what: "is odd" }] })).toEqual([
      "4 problems:",
      "  - --json is odd",
      "  - cutoverIndex is out of range (received 7); legal: an integer from 0 (all moved) to 3 (nothing moved). Change it by one ordinal at a time, from the last index that was applied",
      "  - --to is out of range (received 8); legal: an integer from 0 (all moved) to 3 (nothing moved). Correct the option",
      expect.stringContaining("  - batch is not legal"),
    ]);
  });

  test("a stack that does not exist, and one that is the other half", async () => {
    given(settledAt(world, 3), 2);
    expect(await refusal({ stacks: { source: "destination", destination: "acme/web/nowhere" } })).toEqual([
      "2 problems:",
      "  - stack destination is the destination, not the source. Name the stack of the source with --source",
      "  - stack acme/web/nowhere cannot be read: no stack named 'nowhere' found. Create it: pulumi stack init acme/web/nowhere",
    ]);
  });

  test("a move that was ended", async () => {
    given(settledAt(world, 0), 0);
    pulumi.config.destination["web:peerStack"] = "none";
    expect(await refusal()).toEqual([
      "stack destination has ended its move (peerStack is none), so there is no way to walk. " +
        "Run pulumi up -s destination instead: from now on it is a stack like any other",
    ]);
  });

  test("a peer that is another stack", async () => {
    given(settledAt(world, 3), 2);
    pulumi.config.source["web:peerStack"] = "third";
    expect(await refusal()).toEqual([
      'stack source: peerStack is not destination (received "third"). Name the right stack with --destination, or: ' +
        "pulumi config set peerStack destination -s source",
    ]);
  });

  test("no project", async () => {
    given(settledAt(world, 3), 2);
    const folder = join(pulumi.folder, "gone");
    expect(await refusal({ folder })).toEqual([
      `${folder} has no Pulumi.yaml. Run it in the folder of a project, or name that folder with --config-dir`,
    ]);
  });
});

describe("from every state that ups leave behind, failed and killed ones too, every index is reached", () => {
  const worlds: [World, number, number][] = [
    [{ set: { start: 0, replicas: 2 }, batch: 1, mode: "none", deletions: "noneRuns" }, 366, 2],
    [{ set: { start: 1, replicas: 3 }, batch: 2, mode: "none" }, 380, 2],
  ];
  test.each(worlds)(
    "%j: %i walks, at most %i refused ups",
    async (each, walks, refusals) => {
      let count = 0;
      let most = 0;
      const failures: unknown[] = [];
      const goes = async (own: FakePulumi, state: State, to: number): Promise<void> => {
        own.state = state;
        own.ups.length = 0;
        const report = await walk({ ...own.options, to }, own);
        const arrived = own.state.every(({ exported, live }) => exported?.index === to && live?.index === to);
        if (report.outcome !== "arrived" || !arrived) failures.push({ state, to, report, ups: [...own.ups] });
        count += 1;
        most = Math.max(most, report.ups.filter(({ outcome }) => outcome === "refused").length);
      };
      // A walk mostly waits for the disk: those to other indexes go on meanwhile, each in a project of its own.
      const projects = indexesOf(each.set).map((to) => ({ to, own: given(untouched, each.set.start, each) }));
      for (const state of new Space(each).quiet()) {
        await Promise.all(projects.map(({ to, own }) => goes(own, state, to)));
      }
      expect(failures.slice(0, 3)).toEqual([]);
      expect([count, most]).toEqual([walks, refusals]);
    },
    120_000,
  );
});
