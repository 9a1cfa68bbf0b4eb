import type { Commands } from "../../../cli/main";
import { run } from "../../../cli/main";
import type { Walker } from "../../../cli/walk/walk";
import { UserError } from "../../../core/userError";
import type { Pulumi, StopSignal } from "../../../driver/pulumi";
import type { UpReport, WalkListener, WalkOptions, WalkReport } from "../../../driver/walk";
import { fakeIo } from "../fixture";

const up = (side: UpReport["side"], cutoverIndex: number, outcome: UpReport["outcome"], ms = 6500): UpReport => ({
  ...{ side, stack: side, cutoverIndex, outcome, ms },
});

const report: WalkReport = {
  set: { name: "web", namespace: "default", start: 0, replicas: 3 },
  stacks: { source: "source", destination: "destination" },
  from: { source: 3, destination: 3 },
  to: 2,
  batch: 1,
  words: "cutoverIndex 3 => 2: ordinal 2 moves to the destination; source first",
  planned: [
    { side: "source", cutoverIndex: 2 },
    { side: "destination", cutoverIndex: 2 },
  ],
  ups: [up("source", 2, "done"), up("destination", 2, "done", 3000)],
  asks: "",
  checks: [],
  outcome: "arrived",
  problems: [],
};

/** Plays a report to the listener, as the walk does. */
function playing(
  played: WalkReport,
  {
    seen = [],
    during = () => undefined,
    signals = [],
  }: {
    seen?: unknown[];
    during?: (interrupted: () => boolean) => void;
    signals?: StopSignal[];
  } = {},
): Commands {
  const pulumi: Pulumi = {
    run: () => Promise.reject(new Error("not run")),
    stop: (signal) => void signals.push(signal),
  };
  const walk = (options: WalkOptions, _: Pulumi, listener: WalkListener, interrupted: () => boolean) => {
    seen.push(options);
    listener.planned?.({ ...played, ups: played.planned }, ["take care"]);
    for (const [at, each] of played.ups.entries()) {
      listener.started?.(each, at + 1, played.planned.length);
      listener.output?.("Updating\n");
      listener.ended?.(each, each.outcome === "refused" ? { side: "source", cutoverIndex: 2 } : undefined);
    }
    during(interrupted);
    return Promise.resolve(played);
  };
  const walker: Walker = {
    walk,
    pulumiIn: (folder) => {
      seen.push(folder);
      return pulumi;
    },
  };
  const other = (): Promise<never> => Promise.reject(new Error("not this one"));
  return { rehearse: other, walk: () => Promise.resolve(walker), finish: other, doctor: other, status: other };
}

test("says what will happen and how every up went; what Pulumi prints goes to stderr", async () => {
  const io = fakeIo();
  expect(await run(["walk"], io, playing(report))).toBe(0);
  expect(io.out().split("\n")).toEqual([
    "cutoverIndex 3 => 2: ordinal 2 moves to the destination; source first",
    "",
    "[1 of 2] pulumi up -s source  (cutoverIndex 2)",
    "  done in 6.5 s",
    "",
    "[2 of 2] pulumi up -s destination  (cutoverIndex 2)",
    "  done in 3.0 s",
    "",
    "Arrived: both halves stand at cutoverIndex 2.",
    "",
  ]);
  expect(io.err()).toBe("warning: take care\nUpdating\nUpdating\n");
});

test("--dry-run prints the plan, legible as Markdown too", async () => {
  const io = fakeIo();
  expect(await run(["walk", "--dry-run"], io, playing({ ...report, ups: [], outcome: "planned" }))).toBe(0);
  expect(io.out()).toBe(
    "cutoverIndex 3 => 2: ordinal 2 moves to the destination; source first\n\n" +
      "    pulumi up -s source       (cutoverIndex 2)\n" +
      "    pulumi up -s destination  (cutoverIndex 2)\n",
  );
});

test("a refused and a failed up; the exit code is 1", async () => {
  const io = fakeIo();
  const ups = [up("destination", 2, "refused", 3000), up("source", 2, "failed")];
  const problems = [{ where: "pulumi up -s source", what: "failed", todo: "Do what it says above" }];
  expect(await run(["walk"], io, playing({ ...report, ups, problems, outcome: "stopped" }))).toBe(1);
  expect(io.out()).toContain("  refused; first the source with cutoverIndex 2, as it says\n");
  expect(io.out()).toContain("  failed after 6.5 s\n");
  expect(io.out()).not.toContain("Arrived");
  expect(io.err().endsWith("error: pulumi up -s source failed. Do what it says above\n")).toBe(true);
});

test("--json prints one object on stdout and nothing else", async () => {
  const io = fakeIo();
  expect(await run(["walk", "--json"], io, playing(report))).toBe(0);
  expect(JSON.parse(io.out())).toEqual(report);
  expect(io.err()).toBe("warning: take care\nUpdating\nUpdating\n");
});

test("options reach the walk", async () => {
  const seen: unknown[] = [];
  const args = ["--to", "2", "--dry-run", "--cancel-locks", "--config-dir", "app", "--source", "acme/web/old"];
  await run(["walk", ...args, "--destination", "new"], fakeIo(), playing(report, { seen }));
  const stacks = { source: "acme/web/old", destination: "new" };
  expect(seen).toEqual([
    "/srv/app/app",
    { folder: "/srv/app/app", stacks, to: 2, dryRun: true, cancelLocks: true, onTrouble: "pause", problems: [] },
  ]);
});

test("ill-typed options are told together, and the exit code is 2", async () => {
  const io = fakeIo();
  const refusing: Commands = {
    ...playing(report),
    walk: () =>
      Promise.resolve({
        walk: ({ problems }) => Promise.reject(new UserError(problems)),
        pulumiIn: () => ({ run: () => Promise.reject(new Error("not run")), stop: () => undefined }),
      }),
  };
  expect(await run(["walk", "--to", "-1", "--source", "a b"], io, refusing)).toBe(2);
  expect(io.out()).toBe("");
  expect(io.err().split("\n")).toEqual([
    "error: 2 problems:",
    '  - --to is not legal (received "-1"); legal: a whole number from 0 to 999999999. Correct the option',
    '  - --source is not legal (received "a b"); legal: a stack\'s name, also with its organization and project before it. Correct the option',
    "",
  ]);
});

test("without pulumi it says so", async () => {
  const io = fakeIo();
  const missing = Object.assign(new Error("spawn pulumi ENOENT"), { code: "ENOENT", path: "pulumi" });
  const commands: Commands = {
    ...playing(report),
    walk: async () => ({ ...(await playing(report).walk()), walk: () => Promise.reject(missing) }),
  };
  expect(await run(["walk"], io, commands)).toBe(2);
  expect(io.err()).toBe("error: pulumi is not on PATH. Install it: https://www.pulumi.com/docs/install/\n");
});

test("a signal is passed on to Pulumi, and the walk hears of it; afterwards nobody listens", async () => {
  let listener: ((signal: StopSignal) => void) | undefined;
  const io = {
    ...fakeIo(),
    onStop: (given: (signal: StopSignal) => void) => {
      listener = given;
      return () => (listener = undefined);
    },
  };
  const signals: StopSignal[] = [];
  const heard: boolean[] = [];
  const during = (interrupted: () => boolean): void => {
    heard.push(interrupted());
    listener?.("SIGTERM");
    listener?.("SIGTERM");
    heard.push(interrupted());
  };
  await run(["walk"], io, playing(report, { during, signals }));
  expect([heard, signals, listener]).toEqual([[false, true], ["SIGTERM", "SIGTERM"], undefined]);
  expect(io.err()).toContain("SIGTERM: the up that runs is asked to stop, and no other is begun.\n");
  expect(io.err()).toContain("SIGTERM again: Pulumi ends at once.\n");
});

test("interrupted before it began", async () => {
  const io = {
    ...fakeIo(),
    onStop: (given: (signal: StopSignal) => void) => {
      given("SIGINT");
      return () => undefined;
    },
  };
  const walker = async (): Promise<Walker> => ({
    ...(await playing(report).walk()),
    walk: () => Promise.reject(new UserError([{ where: "stack source", what: "cannot be read" }])),
  });
  expect(await run(["walk"], io, { ...playing(report), walk: walker })).toBe(1);
  expect(io.err()).toContain("error: the walk was interrupted before it began. Run the same again\n");
});

describe("--write", () => {
  const change = { file: "Pulumi.yaml", line: 4, removed: ["  cutoverIndex: 3"], added: ["  cutoverIndex: 2"] };

  test("shows the line and the commit", async () => {
    const io = fakeIo();
    const commands = playing(report);
    const walker = await commands.walk();
    const seen: WalkOptions[] = [];
    const walk: Walker["walk"] = (options, pulumi, listener, interrupted) => {
      seen.push(options);
      listener.writes?.wrote?.(change);
      listener.writes?.committed?.({ id: "0a1b2c3", message: "Ordinal 2 moved\n\ncutoverIndex 3 => 2" });
      return walker.walk(options, pulumi, listener, interrupted);
    };
    const args = ["walk", "--to", "2", "--write", "--commit"];
    expect(await run(args, io, { ...commands, walk: () => Promise.resolve({ ...walker, walk }) })).toBe(0);
    expect(seen).toMatchObject([{ to: 2, write: "commit", problems: [] }]);
    expect(io.out()).toContain(
      "\nPulumi.yaml:4\n-   cutoverIndex: 3\n+   cutoverIndex: 2\n  commit 0a1b2c3: Ordinal 2 moved\n",
    );
  });

  test("a step that failed: what the file says now", async () => {
    const io = fakeIo();
    const written = { changes: [change], commits: [] };
    const problems = [{ where: "pulumi up -s source", what: "failed" }];
    await run(
      ["walk", "--to", "2", "--write"],
      io,
      playing({ ...report, ups: [up("source", 2, "failed")], written, problems, outcome: "stopped" }),
    );
    expect(io.err()).toContain(
      'note: Pulumi.yaml now has "cutoverIndex: 2", the index that was last asked for. The same command goes on to 2; ' +
        "with another --to it is changed again\n",
    );
  });

  test("needs --to, and --commit needs it", async () => {
    const seen: WalkOptions[] = [];
    await run(["walk", "--write"], fakeIo(), playing(report, { seen }));
    await run(["walk", "--commit"], fakeIo(), playing(report, { seen }));
    expect(seen.flatMap(({ problems = [] }) => problems.map(({ where, what }) => `${where} ${what}`))).toEqual([
      "--write needs --to: the config's own number is what it writes",
      "--commit needs --write: without it no file is changed",
    ]);
  });
});
