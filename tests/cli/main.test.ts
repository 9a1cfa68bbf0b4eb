import type { Commands } from "../../cli/main";
import { run } from "../../cli/main";
import type { Rehearse } from "../../cli/rehearse";
import { UserError } from "../../core/userError";
import type { RehearsalOptions } from "../../rehearsal/rehearse";
import type { RehearsalReport } from "../../rehearsal/engine/report";
import { fakeIo, planOf, report } from "./fixture";

/** Plays a report to the listener, as the rehearsal does. */
function playing(played: RehearsalReport, seen: RehearsalOptions[] = []): Rehearse {
  return (options, listener) => {
    seen.push(options);
    const plan = planOf(played);
    listener.started?.(plan);
    played.steps.forEach((step, number) => {
      listener.step?.(step, { plan, number, violations: number === 1 ? played.violations : [] });
    });
    return Promise.resolve(played);
  };
}

function commands(rehearse: Rehearse): Commands {
  const other = (): Promise<never> => Promise.reject(new Error("not this one"));
  return { rehearse: () => Promise.resolve(rehearse), walk: other, finish: other, doctor: other, status: other };
}

test("prints the steps and the verdict on stdout, talk on stderr", async () => {
  const io = fakeIo();
  expect(await run(["rehearse"], io, commands(playing(report)))).toBe(0);
  const lines = io.out().split("\n");
  expect(lines.slice(0, 6)).toEqual([
    "Start, cutover index 2: all ordinals live in the source",
    "",
    "pulumi up -s destination  (cutoverIndex 2)",
    " +  kubernetes:apps/v1:StatefulSet  web  create",
    "",
    "pulumi up -s source  (cutoverIndex 2)",
  ]);
  expect(lines).toContain("Step 1 of 2, forward: ordinal 1 moves to the destination");
  expect(lines).toContain("Step 2 of 2, back: ordinal 1 returns to the source");
  expect(lines.slice(-3)).toEqual([
    "",
    "All well: web (ordinals 0 to 1) moved in 2 steps, cutover index 2 => 1 => 2. " +
      "No ordinal ran twice, no volume was lost, empty or shared.",
    "",
  ]);
  expect(io.err()).toBe(
    "warning: take care\n" +
      "Rehearsing StatefulSet web in namespace default, ordinals 0 to 1, on two simulated clusters. Nothing real is touched.\n" +
      "cutover walk would ask and do between the ups, which no rehearsal can: gates ready; before redis-cluster.\n",
  );
});

test("a violation is shown where it happened and in the verdict, and the exit code is 1", async () => {
  const io = fakeIo();
  expect(await run(["rehearse"], io, commands(playing({ ...report, violations: ["at most one: …"] })))).toBe(1);
  expect(io.out()).toContain("  destination  . 1\n  violation: at most one: …\n\nStep 2 of 2");
  expect(io.out().endsWith("\nFAILED: 1 violation.\n  - at most one: …\n")).toBe(true);
});

test("--json prints one object on stdout and nothing else", async () => {
  const io = fakeIo();
  expect(await run(["rehearse", "--json"], io, commands(playing(report)))).toBe(0);
  expect(JSON.parse(io.out())).toEqual(JSON.parse(JSON.stringify(report)));
  const failed = fakeIo();
  expect(await run(["rehearse", "--json"], failed, commands(playing({ ...report, violations: ["x"] })))).toBe(1);
  expect((JSON.parse(failed.out()) as RehearsalReport).violations).toEqual(["x"]);
});

test("options reach the rehearsal", async () => {
  const seen: RehearsalOptions[] = [];
  const args = ["--manifests", "a.yaml", "b.yaml", "--manifests", "c.yaml", "--namespace", "shop"];
  args.push("--leave-out", "Deployment/proxy", "Job/*,Role/system:a", "--leave-out", "Job/*");
  args.push("--from", "4", "--to", "2", "--one-way", "--batch", "2", "--config-dir", "examples/web");
  await run(["rehearse", ...args], fakeIo(), commands(playing(report, seen)));
  await run(["rehearse"], fakeIo(), commands(playing(report, seen)));
  expect(seen).toEqual([
    {
      cwd: "/srv/app",
      manifests: ["a.yaml", "b.yaml", "c.yaml"],
      leaveOut: ["Deployment/proxy", "Job/*", "Role/system:a"],
      namespace: "shop",
      from: 4,
      to: 2,
      oneWay: true,
      batch: 2,
      configDir: "examples/web",
      problems: [],
    },
    { cwd: "/srv/app", oneWay: false, problems: [] },
  ]);
});

test("ill-typed options are told together, with whatever the rehearsal finds", async () => {
  const io = fakeIo();
  const refusing: Rehearse = ({ problems }) =>
    Promise.reject(new UserError([...problems, { where: "manifests", what: "is not set", todo: "Set it" }]));
  const args = ["rehearse", "--json", "--from", "-1", "--to", "1.5", "--batch", "0", "--namespace", ""];
  args.push("--leave-out", "proxy");
  expect(await run(args, io, commands(refusing))).toBe(2);
  expect(io.out()).toBe("");
  expect(io.err().split("\n")).toEqual([
    "error: 6 problems:",
    '  - --from is not legal (received "-1"); legal: a whole number from 0 to 999999999. Correct the option',
    '  - --to is not legal (received "1.5"); legal: a whole number from 0 to 999999999. Correct the option',
    '  - --batch is not legal (received "0"); legal: a whole number from 1 to 999999999. Correct the option',
    '  - --leave-out names no object (received "proxy"); legal: Kind/name, Kind/* for all of a kind, or Kind.group/name, such as ' +
      "Deployment/proxy. Correct the option",
    "  - --namespace is empty. Name one, or leave it out for the manifests' own",
    "  - manifests is not set. Set it",
    "",
  ]);
});

test.each([
  [["rehearse", "--form", "3"], "error: unknown option '--form'\n(Did you mean --from?)\n"],
  [["rehearse", "--from"], "error: option '--from <k>' argument missing\n"],
  [["rehearse", "extra"], "error: too many arguments for 'rehearse'. Expected 0 arguments but got 1.\n"],
  [["rehears"], "error: unknown command 'rehears'\n(Did you mean rehearse?)\n"],
])("%j is a usage error", async (args, message) => {
  const io = fakeIo();
  expect(await run(args, io, commands(playing(report)))).toBe(2);
  expect(io.err()).toBe(message);
  expect(io.out()).toBe("");
});

test("without a command, the help goes to stderr and the exit code is 2", async () => {
  const io = fakeIo();
  expect(await run([], io)).toBe(2);
  expect(io.out()).toBe("");
  expect(io.err()).toContain("Usage: cutover");
});

test("an unexpected error is ours, without a stack unless asked for", async () => {
  const broken: Rehearse = () => Promise.reject(new Error("boom"));
  const io = fakeIo();
  expect(await run(["rehearse"], io, commands(broken))).toBe(1);
  expect(io.err()).toBe(
    "error: unexpected, a defect of this program: boom\nRun again with --stack-trace to see where.\n",
  );
  const traced = fakeIo();
  expect(await run(["rehearse", "--stack-trace"], traced, commands(broken))).toBe(1);
  expect(traced.err()).toMatch(/main\.test\.ts:\d+/);
});

test("help teaches: what it is, examples, exit codes; without loading the rehearsal", async () => {
  const loaded = (): Promise<never> => Promise.reject(new Error("loaded"));
  const never = { rehearse: loaded, walk: loaded, finish: loaded, doctor: loaded, status: loaded };
  for (const args of [
    ["--help"],
    ["rehearse", "--help"],
    ["help", "rehearse"],
    ["help", "walk"],
    ["help", "finish"],
    ["help", "doctor"],
    ["help", "status"],
  ]) {
    const io = fakeIo();
    expect(await run(args, io, never)).toBe(0);
    expect(io.out()).toMatch(/Examples:\n {2}cutover (rehearse|walk|finish|doctor|status) /);
    expect(io.out()).toContain("Exit codes:\n  0  all is well\n  1  an invariant was broken");
    expect(
      io
        .out()
        .split("\n")
        .filter((line) => line.length > 80),
    ).toEqual([]);
  }
});
