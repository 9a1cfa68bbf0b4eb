import { join } from "node:path";

import { UserError } from "../../core/userError";
import { rehearse } from "../../rehearsal/rehearse";
import type { RehearsalPlan, RehearsalOptions } from "../../rehearsal/rehearse";
import type { Operation, RehearsalReport, StepReport } from "../../rehearsal/engine/report";
import { inFolder, manifests, rehearseSet } from "./rehearseFixture";

jest.setTimeout(60_000);

const statefulSet = "kubernetes:apps/v1:StatefulSet";

function indexes(report: RehearsalReport): number[] {
  return report.steps.map(({ cutoverIndex }) => cutoverIndex);
}

/** The fields of the set that a half's `up` changes, but for the annotations. */
function fields(operations: readonly Operation[]): string[] {
  return operations
    .filter(({ op, type }) => op === "update" && type === statefulSet)
    .flatMap(({ changes }) => changes)
    .filter(({ path }) => path.startsWith("spec."))
    .map(({ path, from, to }) => `${path}: ${String(from)} => ${String(to)}`);
}

async function refusal(options: Partial<RehearsalOptions> & { cwd: string }): Promise<string> {
  const error: unknown = await rehearse({ oneWay: false, problems: [], ...options }).catch((e: unknown) => e);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return error.message;
}

test("a set of three, there and back", async () => {
  const report = await rehearseSet({ replicas: 3 });
  expect(report.violations).toEqual([]);
  expect(report.set).toEqual({ name: "web", namespace: "shop", start: 0, replicas: 3 });
  expect(
    report.steps.map(({ cutoverIndex, order, source, destination }) => [
      cutoverIndex,
      order[0],
      `${source.start}+${source.replicas}`,
      `${destination.start}+${destination.replicas}`,
    ]),
  ).toEqual([
    [3, "destination", "0+3", "3+0"],
    [2, "source", "0+2", "2+1"],
    [1, "source", "0+1", "1+2"],
    [0, "source", "0+0", "0+3"],
    [1, "destination", "0+1", "1+2"],
    [2, "destination", "0+2", "2+1"],
    [3, "destination", "0+3", "3+0"],
  ]);
  expect(report.steps.map(({ source }) => fields(source.operations))).toEqual([
    [],
    ["spec.replicas: 3 => 2"],
    ["spec.replicas: 2 => 1"],
    ["spec.replicas: 1 => 0"],
    ["spec.replicas: 0 => 1"],
    ["spec.replicas: 1 => 2"],
    ["spec.replicas: 2 => 3"],
  ]);
  expect(report.steps.map(({ destination }) => fields(destination.operations))).toEqual([
    [],
    ["spec.ordinals.start: 3 => 2", "spec.replicas: 0 => 1"],
    ["spec.ordinals.start: 2 => 1", "spec.replicas: 1 => 2"],
    ["spec.ordinals.start: 1 => 0", "spec.replicas: 2 => 3"],
    ["spec.ordinals.start: 0 => 1", "spec.replicas: 3 => 2"],
    ["spec.ordinals.start: 1 => 2", "spec.replicas: 2 => 1"],
    ["spec.ordinals.start: 2 => 3", "spec.replicas: 1 => 0"],
  ]);
  // The wrong order is tried once each way.
  expect(report.steps.map(({ outOfTurn }) => outOfTurn?.side)).toEqual([
    ...[undefined, "destination", undefined, undefined],
    ...["source", undefined, undefined],
  ]);
  expect(report.steps[1]?.outOfTurn?.refusal).toBe(
    "cutoverIndex 2: ordinal 2 is still held by the source. Run pulumi up -s source with cutoverIndex 2 first, then this again",
  );
  expect(report.steps[4]?.outOfTurn?.refusal).toContain("ordinal 0 is still held by the destination");
  const [creation] = report.steps;
  for (const half of [creation?.source, creation?.destination]) {
    expect(half?.operations.every(({ op }) => op === "create")).toBe(true);
    expect(half?.operations.map(({ type }) => type)).toContain(statefulSet);
  }
  expect(JSON.stringify(report)).not.toContain("hunter2");
  expect(JSON.stringify(report)).not.toContain("aHVudGVyMmh1bnRlcjI=");
});

test.each([
  ["one replica", { replicas: 1 }, 3],
  ["numbered from 1", { replicas: 2, start: 1 }, 5],
  ["two claim templates", { replicas: 2, templates: ["data", "log"] }, 5],
  ["no claims", { replicas: 2, templates: [] }, 5],
  ["Parallel", { replicas: 3, parallel: true }, 7],
])("%s", async (_, set, steps) => {
  const report = await rehearseSet(set);
  expect(report.violations).toEqual([]);
  expect(report.steps).toHaveLength(steps);
});

test("the ways through the cutover indexes", async () => {
  const way = async (options: Partial<RehearsalOptions>): Promise<number[]> => {
    const report = await rehearseSet({ replicas: 3, templates: [] }, options);
    expect(report.violations).toEqual([]);
    return indexes(report);
  };
  expect(await way({ oneWay: true })).toEqual([3, 2, 1, 0]);
  expect(await way({ batch: 2 })).toEqual([3, 1, 0, 2, 3]);
  expect(await way({ from: 2, to: 0 })).toEqual([2, 1, 0]);
  expect(await way({ from: 1, to: 3 })).toEqual([1, 2, 3]);
  expect(await way({ from: 1 })).toEqual([1, 0, 1, 2, 3]);
  expect(await way({ from: 1, oneWay: true })).toEqual([1, 0]);
  expect(await way({ to: 2 })).toEqual([3, 2]);
  expect(await way({ from: 0, to: 0 })).toEqual([0]);
});

test("the way to --from is run silently, and the first step shows the state only", async () => {
  const told: [number, number][] = [];
  const plans: RehearsalPlan[] = [];
  const report = await inFolder({ "set.yaml": manifests({ replicas: 3 }) }, (cwd) =>
    rehearse(
      { cwd, manifests: ["set.yaml"], from: 2, to: 1, oneWay: false, problems: [] },
      {
        started: (plan) => plans.push(plan),
        step: (step: StepReport, { number }) => told.push([step.cutoverIndex, number]),
      },
    ),
  );
  expect(told).toEqual([
    [2, 0],
    [1, 1],
  ]);
  expect(plans).toEqual([
    {
      set: { name: "web", namespace: "shop", start: 0, replicas: 3 },
      indexes: [2, 1],
      asks: "",
      batch: 1,
      volumes: "carry",
      claimTemplates: ["data"],
      manifests: ["set.yaml"],
      warnings: [],
    },
  ]);
  expect(report.steps[0]).toEqual({
    cutoverIndex: 2,
    order: ["source", "destination"],
    source: { start: 0, replicas: 2, operations: [] },
    destination: { start: 2, replicas: 1, operations: [] },
  });
  expect(fields(report.steps[1]?.source.operations ?? [])).toEqual(["spec.replicas: 2 => 1"]);
});

test.each(["web", "redis-cluster"])("examples/%s", async (name) => {
  const report = await rehearse({
    cwd: join(__dirname, "..", ".."),
    configDir: join("examples", name),
    oneWay: false,
    problems: [],
  });
  expect(report.violations).toEqual([]);
  expect(report.steps).toHaveLength(2 * report.set.replicas + 1);
});

test("a user's own cutover index in the config does not disturb the rehearsal", async () => {
  const files = {
    "set.yaml": manifests({ replicas: 2 }),
    "Pulumi.yaml":
      "name: a\nconfig:\n  manifests: { default: [set.yaml] }\n  cutoverIndex: { default: 1 }\n  batch: 2\n",
    "Pulumi.source.yaml": "config: { a:cutoverIndex: 2, a:peerStack: real-destination, kubernetes:context: x }\n",
  };
  const report = await inFolder(files, (cwd) => rehearse({ cwd, oneWay: false, problems: [] }));
  expect(report.violations).toEqual([]);
  expect(indexes(report)).toEqual([2, 0, 2]);
  expect(report.steps.flatMap(({ source, destination }) => [source.diagnostics, destination.diagnostics])).toEqual(
    Array(6).fill(undefined),
  );
});

describe("bad input is told in one message", () => {
  test("options, config and manifests together", async () => {
    const files = {
      "Pulumi.yaml":
        "name: a\nconfig:\n  manifests: { default: [set.yaml, gone.yaml] }\n  bach: 2\n  cutoverIndex: x\n",
      "set.yaml": manifests({ replicas: 2 }),
    };
    const problems = [{ where: "--from", what: "is not a whole number", received: "x" }];
    const message = await inFolder(files, (cwd) => refusal({ cwd, problems }));
    expect(message.split("\n")[0]).toBe("4 problems:");
    expect(message).toContain("\n  - manifests: gone.yaml does not exist; legal: ");
    expect(message).toContain('\n  - --from is not a whole number (received "x")\n');
    expect(message).toMatch(/\n {2}- bach .*batch/);
    expect(message).toMatch(/\n {2}- cutoverIndex .*"x"/);
  });

  test("indexes out of range", async () => {
    const files = {
      "Pulumi.yaml": "name: a\nconfig: { manifests: { default: [set.yaml] }, cutoverIndex: 9 }\n",
      "set.yaml": manifests({ replicas: 2 }),
    };
    expect(await inFolder(files, (cwd) => refusal({ cwd, from: 3, to: 4 }))).toBe(
      "3 problems:\n" +
        "  - cutoverIndex is out of range (received 9); legal: an integer from 0 (all moved) to 2 (nothing moved). Change it by one ordinal at a time, from the last index that was applied\n" +
        "  - --from is out of range (received 3); legal: an integer from 0 (all moved) to 2 (nothing moved). Correct the option\n" +
        "  - --to is out of range (received 4); legal: an integer from 0 (all moved) to 2 (nothing moved). Correct the option",
    );
  });

  test("what came from the command line is called as it is there", async () => {
    const files = { "a.yaml": manifests({ replicas: 2 }) };
    const message = await inFolder(files, (cwd) => refusal({ cwd, manifests: ["a.yaml"], namespace: "No" }));
    expect(message).toMatch(/^--namespace is not legal \(received "No"\); legal: [^.]*\. Correct the option$/);
    const missing = await inFolder({}, (cwd) => refusal({ cwd, manifests: ["a.yaml", "."] }));
    expect(missing).toBe(
      "2 problems:\n" +
        "  - --manifests: a.yaml does not exist; legal: paths of YAML files. Correct the option\n" +
        "  - --manifests: . is a folder; legal: paths of YAML files. Correct the option",
    );
  });

  test("advice about the manifests themselves stays", async () => {
    const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
    expect(await inFolder({ "a.yaml": text }, (cwd) => refusal({ cwd, manifests: ["a.yaml"] }))).toBe(
      "--manifests has no StatefulSet; legal: exactly one. Add the file that holds it",
    );
  });

  test("what is to be left out is said as an option where there is no project, as config where there is one", async () => {
    const job = (name: string): string => `---\napiVersion: batch/v1\nkind: Job\nmetadata: { name: ${name} }\n`;
    const files = {
      "set.yaml": `${manifests({ replicas: 1 })}${job("a")}${job("b")}`,
      "Pulumi.yaml": "name: a\nconfig: { manifests: [set.yaml], leaveOut: [Job/a] }\n",
    };
    await inFolder(files, async (cwd) => {
      const plain = await refusal({ cwd, manifests: ["set.yaml"], leaveOut: ["Job/c"] });
      expect(plain).toContain("  - --leave-out Job/c names no object of the manifests. Did you mean Job/a? ");
      expect(plain).toContain("All of them: --leave-out Job/a Job/b");
      const project = await refusal({ cwd });
      expect(project).toContain("Leave it out (leaveOut: [Job/a, Job/b]), and apply it");
      // Both are followed; the option adds to what the config has.
      for (const options of [{ manifests: ["set.yaml"], leaveOut: ["Job/a", "Job/b"] }, { leaveOut: ["Job/b"] }]) {
        const { violations } = await rehearse({ cwd, oneWay: true, problems: [], ...options });
        expect(violations).toEqual([]);
      }
    });
  });

  test("what is wrong with one file, the config and the options is told with a file that cannot be read", async () => {
    const files = {
      "Pulumi.yaml":
        "name: a\nconfig:\n  manifests: [set.yaml, nope.yaml]\n  cutoverIndex: 9\n  side: left\n" +
        "  patches: [{ kind: ConfigMap, name: elsewhere, patch: {} }]\n",
      "set.yaml": manifests({ replicas: 2 }).replace("serviceName: web", "serviceName: 7"),
    };
    expect(await inFolder(files, (cwd) => refusal({ cwd, from: 3 }))).toBe(
      "5 problems:\n" +
        '  - side is not legal (received "left"); legal: source, destination. Change side in Pulumi.yaml\n' +
        "  - manifests: nope.yaml does not exist; legal: paths of YAML files. Paths are relative to the folder of Pulumi.yaml: " +
        "correct the config key manifests\n" +
        "  - set.yaml, document 3 (StatefulSet web): spec.serviceName is not valid (received 7); legal: the name of the " +
        "set's headless Service. Correct it\n" +
        "  - cutoverIndex is out of range (received 9); legal: an integer from 0 (all moved) to 2 (nothing moved). Change it by " +
        "one ordinal at a time, from the last index that was applied\n" +
        "  - --from is out of range (received 3); legal: an integer from 0 (all moved) to 2 (nothing moved). Correct the option",
    );
  });

  test("the names of the real stacks do not matter here", async () => {
    const files = {
      "Pulumi.yaml": "name: a\nconfig: { manifests: [set.yaml], peerStack: prod-old, side: source }\n",
      "set.yaml": manifests({ replicas: 1 }),
    };
    const report = await inFolder(files, (cwd) => rehearse({ cwd, oneWay: true, problems: [] }));
    expect(report.violations).toStrictEqual([]);
  });

  test.each([
    ["nope", "does not exist"],
    ["a.yaml", "is no folder"],
  ])("--config-dir %s", async (configDir, what) => {
    expect(await inFolder({ "a.yaml": "" }, (cwd) => refusal({ cwd, configDir }))).toBe(
      `--config-dir ${what} (received "${configDir}"); legal: the folder of a Pulumi.yaml. Correct the path, which is ` +
        "relative to the current folder",
    );
  });

  test("no project and no manifests", async () => {
    expect(await inFolder({}, (cwd) => refusal({ cwd }))).toContain("has no Pulumi.yaml");
  });

  test("both stacks on one cluster", async () => {
    const files = {
      "Pulumi.yaml": "name: a\nconfig: { manifests: { default: [set.yaml] }, kubernetes:context: same }\n",
      "set.yaml": manifests({ replicas: 2 }),
    };
    const message = await inFolder(files, (cwd) => refusal({ cwd }));
    expect(message).toMatch(/^pulumi up -s source would be refused: .*cluster/);
  });
});
