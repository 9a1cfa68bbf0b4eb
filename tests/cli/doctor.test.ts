import type { Commands } from "../../cli/main";
import { run } from "../../cli/main";
import type { Finding } from "../../core/doctor/finding";
import type { DoctorReport } from "../../driver/doctor";
import type { Pulumi } from "../../driver/pulumi";
import type { WalkOptions } from "../../driver/walkInput";
import { fakeIo } from "./fixture";

const finding: Finding = {
  ...{ severity: "critical", check: "mounts", side: "source", object: "claim data-web-2" },
  ...{ why: "is in use beside the set", todo: "Wait until kubectl -n shop get pod backup says that it is gone" },
};

function reportOf(...findings: Finding[]): DoctorReport {
  const count = (severity: string): number => findings.filter((each) => each.severity === severity).length;
  return {
    set: { name: "web", namespace: "shop", start: 0, replicas: 3 },
    stacks: { source: "source", destination: "destination" },
    moving: { to: "destination", asked: true, ordinals: [2, 1] },
    counts: { critical: count("critical"), error: count("error"), warning: count("warning"), advice: count("advice") },
    findings,
  };
}

function playing(report: DoctorReport, seen: WalkOptions[] = []): Commands {
  const other = (): Promise<never> => Promise.reject(new Error("not this one"));
  const pulumiIn = (): Pulumi => ({ run: other, stop: () => undefined });
  const doctor = (options: WalkOptions): Promise<DoctorReport> => {
    seen.push(options);
    return Promise.resolve(report);
  };
  return {
    rehearse: other,
    walk: other,
    finish: other,
    status: other,
    doctor: () => Promise.resolve({ doctor, pulumiIn }),
  };
}

test("a table, the worst first, each with what to do on a line that can be copied", async () => {
  const io = fakeIo();
  const advice: Finding = { ...finding, severity: "advice", side: undefined, object: "batch" };
  expect(await run(["doctor"], io, playing(reportOf(finding, advice)))).toBe(1);
  expect(io.out().split("\n").slice(0, 7)).toEqual([
    "StatefulSet shop/web: ordinals 1 to 2 move to the destination",
    "",
    "critical (1)  a step would be refused, fail or be unsafe; walk does not begin",
    "  - claim data-web-2 is in use beside the set",
    "    > Wait until kubectl -n shop get pod backup says that it is gone",
    "      [source, mounts]",
    "",
  ]);
  expect(io.out()).toContain("[both, mounts]\n\n1 critical, 0 error, 0 warning, 1 advice\n");
});

test("the exit code is 0 where nothing is worse than a warning", async () => {
  const codes = (["critical", "error", "warning", "advice"] as const).map((severity) =>
    run(["doctor"], fakeIo(), playing(reportOf({ ...finding, severity }))),
  );
  expect(await Promise.all(codes)).toEqual([1, 1, 0, 0]);
  const io = fakeIo();
  expect(await run(["doctor"], io, playing(reportOf()))).toBe(0);
  expect(io.out()).toContain("Nothing was found.");
});

test("--json prints one object with every key", async () => {
  const io = fakeIo();
  await run(["doctor", "--json"], io, playing(reportOf({ ...finding, side: undefined })));
  const { severity, check, object, why, todo } = finding;
  expect(JSON.parse(io.out())).toEqual({
    ...reportOf(finding),
    findings: [{ severity, check, half: null, object, why, todo }],
  });
});

test("options lead to the project, the stacks and the index; bad ones are handed on with what else is wrong", async () => {
  const seen: WalkOptions[] = [];
  const args = ["doctor", "--to", "x", "--source", "acme/old", "--config-dir", "sub"];
  await run(args, fakeIo(), playing(reportOf(), seen));
  expect(seen).toMatchObject([
    {
      folder: "/srv/app/sub",
      stacks: { source: "acme/old", destination: "destination" },
      dryRun: true,
      problems: [{ where: "--to" }],
    },
  ]);
});
