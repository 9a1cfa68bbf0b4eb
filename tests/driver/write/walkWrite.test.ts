import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../core/userError";
import { walk } from "../../../driver/walk";
import type { WalkOptions, WalkReport } from "../../../driver/walk";
import type { World } from "../../core/protocol/protocolModel";
import { FakePulumi, settledAt } from "../fakePulumi";

const world: World = { set: { start: 0, replicas: 3 }, batch: 1, mode: "none" };
const projectFile = "name: web\r\nconfig:\r\n  # where the cut is\r\n  cutoverIndex: '3'\r\n";

let pulumi: FakePulumi;
beforeEach(() => {
  pulumi = new FakePulumi(world, settledAt(world, 3), 3);
  write("Pulumi.yaml", projectFile);
});
afterEach(() => {
  pulumi.remove();
});

function write(name: string, text: string): void {
  writeFileSync(join(pulumi.folder, name), text);
}

function read(name: string): string {
  return readFileSync(join(pulumi.folder, name), "utf8");
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: pulumi.folder, encoding: "utf8", stdio: "pipe" });
}

function committed(): void {
  git("init", "-q");
  git("config", "user.name", "walker");
  git("config", "user.email", "walker@example.com");
  git("add", ".");
  git("commit", "-q", "-m", "start");
}

const written = (to: number, more: Partial<WalkOptions> = {}): Promise<WalkReport> =>
  walk({ ...pulumi.options, to, write: "file", ...more }, pulumi);

async function refusal(more: Partial<WalkOptions> = {}): Promise<string> {
  const error = await written(2, more).catch((thrown: unknown) => thrown);
  expect(pulumi.ups).toEqual([]);
  return error instanceof UserError ? error.message : `not refused: ${JSON.stringify(error)}`;
}

test("without --write no file changes", async () => {
  await walk({ ...pulumi.options, to: 2 }, pulumi);
  expect(read("Pulumi.yaml")).toBe(projectFile);
});

test("every step writes its index before its first up, and nothing but the number changes", async () => {
  const seen: string[] = [];
  pulumi.sayInstead = ({ side }) => (seen.push(`${side} ${read("Pulumi.yaml")}`), undefined);
  const report = await written(1);
  const at = (index: number): string => projectFile.replace("'3'", `'${index}'`);
  expect(seen).toEqual([
    ...[`source ${at(2)}`, `destination ${at(2)}`],
    ...[`source ${at(1)}`, `destination ${at(1)}`],
  ]);
  expect(read("Pulumi.yaml")).toBe(at(1));
  expect(report.written).toEqual({
    changes: [
      { file: "Pulumi.yaml", line: 4, removed: ["  cutoverIndex: '3'"], added: ["  cutoverIndex: '2'"] },
      { file: "Pulumi.yaml", line: 4, removed: ["  cutoverIndex: '2'"], added: ["  cutoverIndex: '1'"] },
    ],
    commits: [],
  });
});

test("a step whose up fails leaves the index that was asked for; the same again goes on, and commits", async () => {
  committed();
  pulumi.sayInstead = ({ side }) => (side === "destination" ? "error: not Ready: pod web-2\n" : undefined);
  expect((await written(2, { write: "commit" })).outcome).toBe("stopped");
  expect(read("Pulumi.yaml")).toContain("'2'");
  expect(git("log", "--format=%s").trim()).toBe("start");
  pulumi.sayInstead = () => undefined;
  pulumi.wanted = 2;
  expect((await written(2, { write: "commit" })).outcome).toBe("arrived");
  expect(git("log", "-1", "--format=%s").trim()).toBe(
    "Ordinal 2 of StatefulSet default/web moved from the source to the destination",
  );
});

test("one commit a step, of the file alone; back as well", async () => {
  committed();
  write("set.yaml", `${read("set.yaml")}# staged by somebody else\n`);
  git("add", "set.yaml");
  const { written: made } = await written(1, { write: "commit" });
  pulumi.wanted = 1;
  await written(2, { write: "commit" });
  expect(git("log", "--format=%B").trim().split(/\n+/)).toEqual([
    "Ordinal 1 of StatefulSet default/web moved from the destination back to the source",
    "cutoverIndex 1 => 2",
    "Ordinal 1 of StatefulSet default/web moved from the source to the destination",
    "cutoverIndex 2 => 1",
    "Ordinal 2 of StatefulSet default/web moved from the source to the destination",
    "cutoverIndex 3 => 2",
    "start",
  ]);
  expect(git("show", "--name-only", "--format=", "HEAD").trim()).toBe("Pulumi.yaml");
  expect(git("status", "--porcelain").trim()).toBe("M  set.yaml");
  expect(made?.commits.map(({ id }) => id)).toEqual(
    [git("rev-parse", "--short", "HEAD~2"), git("rev-parse", "--short", "HEAD~1")].map((id) => id.trim()),
  );
});

test("a stack's own value goes before, and is the one that is written", async () => {
  write("Pulumi.source.yaml", "config:\n  web:cutoverIndex: 3\n");
  const warnings: (readonly string[])[] = [];
  await walk({ ...pulumi.options, to: 2, write: "file" }, pulumi, { planned: (_, told) => warnings.push(told) });
  expect([read("Pulumi.source.yaml"), read("Pulumi.yaml")]).toEqual([
    "config:\n  web:cutoverIndex: 2\n",
    projectFile.replace("'3'", "'2'"),
  ]);
  expect(warnings.flat()).toContainEqual(
    "cutoverIndex is set in Pulumi.yaml and in Pulumi.source.yaml: the stack's own goes before it, so that one is written",
  );
});

test("set nowhere: Pulumi.yaml gets it", async () => {
  write("Pulumi.yaml", "name: web\n");
  pulumi.wanted = undefined;
  await written(2);
  expect(read("Pulumi.yaml")).toBe("name: web\nconfig:\n  cutoverIndex: 2\n");
});

test("a detour is not written: the file says where the walk goes", async () => {
  const seen: string[] = [];
  let refused = false;
  pulumi.sayInstead = ({ side, cutoverIndex }) => {
    seen.push(`${side}@${cutoverIndex} ${read("Pulumi.yaml").includes("'2'") ? "2" : "other"}`);
    if (refused) return undefined;
    refused = true;
    return "error: not yet. Run pulumi up -s source with cutoverIndex 3 first, then this again\n";
  };
  expect((await written(2)).outcome).toBe("arrived");
  expect(seen).toEqual(["source@2 2", "source@3 2", "source@2 2", "destination@2 2"]);
});

describe("refused before anything is run", () => {
  const mode = (bits: number): void => {
    chmodSync(join(pulumi.folder, "Pulumi.yaml"), bits);
  };

  test("something else than the files sets the number", async () => {
    pulumi.wanted = 2;
    expect(await refusal()).toMatch(
      /Pulumi.yaml: cutoverIndex is 3, but Pulumi says that it is 2 in stack source: an environment may set it/,
    );
  });

  (process.getuid?.() === 0 ? test.skip : test)("a file that is not writable", async () => {
    mode(0o444);
    expect(await refusal()).toMatch(/^Pulumi.yaml cannot be written \(EACCES\). Make it writable/);
    mode(0o644);
  });

  test("no git repository", async () => {
    expect(await refusal({ write: "commit" })).toMatch(/^--commit: .* is in no git repository/);
  });

  test("a repository without a commit", async () => {
    git("init", "-q");
    expect(await refusal({ write: "commit" })).toMatch(/^--commit: the git repository has no commit yet/);
  });

  test("a file that is in no commit", async () => {
    committed();
    git("rm", "-q", "--cached", "Pulumi.yaml");
    git("commit", "-q", "-m", "without");
    expect(await refusal({ write: "commit" })).toMatch(/^Pulumi.yaml is in no commit. Run: git add Pulumi.yaml/);
  });

  test("other changes of the file that are not committed", async () => {
    committed();
    write("Pulumi.yaml", `${projectFile}# more\r\n`);
    expect(await refusal({ write: "commit" })).toMatch(/^Pulumi.yaml has changes that are not committed/);
    expect(statSync(join(pulumi.folder, "Pulumi.yaml")).mode & 0o777).toBe(0o644);
  });
});

test("a commit that fails stops the walk after the step", async () => {
  committed();
  write(".git/hooks/pre-commit", "#!/bin/sh\necho 'no commits on Fridays' >&2\nexit 1\n");
  chmodSync(join(pulumi.folder, ".git/hooks/pre-commit"), 0o755);
  const report = await written(1, { write: "commit" });
  expect(report).toMatchObject({
    outcome: "stopped",
    problems: [{ where: "git commit", what: "failed: no commits on Fridays" }],
  });
  expect(pulumi.ups).toEqual(["source@2", "destination@2"]);
});
