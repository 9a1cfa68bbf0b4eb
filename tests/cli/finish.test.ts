import type { Finisher } from "../../cli/finish";
import type { Commands } from "../../cli/main";
import { run } from "../../cli/main";
import { UserError } from "../../core/userError";
import type { FinishOptions, FinishReport } from "../../driver/finish/finish";
import { fakeIo } from "./fixture";

const report: FinishReport = {
  set: { name: "web", namespace: "shop", start: 0, replicas: 2 },
  stacks: { source: "source", destination: "destination" },
  holder: "destination",
  planned: [{ stage: "destroy", words: "pulumi destroy -s source" }],
  stays: ["in the source: the namespace shop"],
  stages: [{ stage: "destroy", outcome: "done", ms: 2500 }],
  outcome: "finished",
  problems: [],
};

/** Plays a report to the listener, as the end of a move does, and asks before it. */
function playing(played: FinishReport, seen: FinishOptions[] = []): Commands {
  const finish: Finisher["finish"] = async (options, { confirm }, listener) => {
    seen.push(options);
    if (options.problems.length > 0) throw new UserError(options.problems);
    const { planned } = played;
    const plan = { ...played, stages: planned };
    listener.planned?.(plan, ["take care"]);
    if (!(await confirm(plan))) return { ...played, stages: [], outcome: "declined" };
    planned.forEach((stage, at) => {
      listener.started?.(stage, at + 1, planned.length);
      listener.output?.("Destroying\n");
      listener.progress?.("PersistentVolume pv-0 is Delete again");
    });
    for (const stage of played.stages) listener.ended?.(stage);
    return played;
  };
  const other = (): Promise<never> => Promise.reject(new Error("not this one"));
  const pulumi = { run: other, stop: () => undefined };
  const open: Finisher["open"] = () => {
    throw new Error("not opened");
  };
  return {
    rehearse: other,
    walk: other,
    doctor: other,
    status: other,
    finish: () => Promise.resolve({ finish, pulumiIn: () => pulumi, open }),
  };
}

test("says what will be done, how every stage went, and what stays", async () => {
  const io = fakeIo();
  expect(await run(["finish", "--yes"], io, playing(report))).toBe(0);
  expect(io.out().split("\n")).toEqual([
    "The move has arrived, StatefulSet shop/web: the destination holds ordinals 0 to 1 and all are Ready, the source runs nothing.",
    ...["", "What will be done:", "  1. pulumi destroy -s source", ""],
    ...["What stays:", "  - in the source: the namespace shop", ""],
    ...["", "[1 of 1] pulumi destroy -s source", "  PersistentVolume pv-0 is Delete again", "  done in 2.5 s"],
    ...[
      "",
      "Finished: the destination is a StatefulSet of its own. What stays:",
      "  - in the source: the namespace shop",
      "",
    ],
  ]);
  expect(io.err()).toBe("warning: take care\nDestroying\n");
});

test("a move that is called off says so, and one with nothing left too", async () => {
  const io = fakeIo();
  await run(["finish", "--yes"], io, playing({ ...report, holder: "source", planned: [], stages: [] }));
  expect(io.out()).toMatch(/^The move is called off, StatefulSet shop\/web: the source holds ordinals 0 to 1/);
  expect(io.out()).toContain("Finished: there is nothing left to do. What stays:");
});

test("on a terminal it asks, and only yes is taken", async () => {
  for (const [answer, code] of [
    ["yes", 0],
    ["y", 1],
    ["", 1],
  ] as const) {
    const asked: string[] = [];
    const io = { ...fakeIo(), ask: (question: string) => (asked.push(question), Promise.resolve(answer)) };
    expect([answer, await run(["finish"], io, playing(report))]).toEqual([answer, code]);
    expect(asked).toEqual(['Do all this? Only "yes" is taken: ']);
    expect(io.err().includes("error: nothing was done, as you said")).toBe(code === 1);
  }
});

test("elsewhere it needs --yes or --dry-run", async () => {
  const io = fakeIo();
  expect(await run(["finish", "--source", "a b"], io, playing(report))).toBe(2);
  expect(io.out()).toBe("");
  expect(io.err().split("\n")).toEqual([
    "error: 2 problems:",
    '  - --source is not legal (received "a b"); legal: a stack\'s name, also with its organization and project before it. Correct the option',
    "  - cutover finish asks before it does anything, and this is no terminal. Add --yes, or look first with --dry-run",
    "",
  ]);
});

test("options reach it", async () => {
  const seen: FinishOptions[] = [];
  const args = ["--dry-run", "--remove-claims", "--config-dir", "app", "--source", "acme/web/old"];
  await run(["finish", ...args], fakeIo(), playing(report, seen));
  const stacks = { source: "acme/web/old", destination: "destination" };
  expect(seen).toEqual([{ folder: "/srv/app/app", stacks, removeClaims: true, dryRun: true, problems: [] }]);
});

test("a stage that failed: exit code 1, and what to do", async () => {
  const io = fakeIo();
  const problems = [{ where: "pulumi destroy -s source", what: "failed", todo: "Do what it says above" }];
  const stages = [{ stage: "destroy", outcome: "failed", ms: 100 }] as const;
  expect(await run(["finish", "--yes"], io, playing({ ...report, stages, problems, outcome: "stopped" }))).toBe(1);
  expect(io.out()).toContain("  failed after 0.1 s\n");
  expect(io.out()).not.toContain("Finished");
  expect(io.err()).toContain("error: pulumi destroy -s source failed. Do what it says above\n");
});

test("--json prints one object on stdout and nothing else", async () => {
  const io = fakeIo();
  expect(await run(["finish", "--yes", "--json"], io, playing(report))).toBe(0);
  expect(JSON.parse(io.out())).toEqual(report);
  expect(io.err()).toBe("warning: take care\nDestroying\n");
});
