import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../dev/playground/main";
import { fakeStream } from "./recorder";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "playground-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function clusters(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdout = fakeStream();
  const stderr = fakeStream();
  // An empty PATH: whatever this machine has, nothing may be built here.
  const code = await run(argv, { stdout, stderr, env: { PATH: "" } });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

describe("the command line", () => {
  test("--help goes to stdout, with commands, exit codes and annotations", async () => {
    const { code, stdout, stderr } = await clusters("--help");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const part of ["up", "down", "status", "volumes", "Exit codes: 0 done", "playground/stuck: unready"]) {
      expect(stdout).toContain(part);
    }
  });

  test.each([
    [[], "Usage: clusters"],
    [["sideways"], "unknown command 'sideways'"],
    [["up", "--sideways"], "unknown option '--sideways'"],
    [["up", "now"], "too many arguments"],
    [["up", "--dir"], "option '--dir <folder>' argument missing"],
    [["volumes"], "missing required argument 'namespace'"],
    [["volumes", "default"], "missing required argument 'claims'"],
    [["volumes", "default", "data-web-0", "--class", "fast"], "Allowed choices are shared, shared-wait"],
    [["volumes", "default", "data-web-0", "--policy", "Recycle"], "Allowed choices are Delete, Retain"],
    [["volumes", "default", "data-web-0", "--size", "big"], "--size big: a quantity such as 1Gi"],
  ])("%j is bad usage", async (argv, message) => {
    const { code, stdout, stderr } = await clusters(...argv);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });
});

describe("where nothing runs", () => {
  test("status says so and exits 1", async () => {
    const { code, stdout, stderr } = await clusters("status", "--dir", join(folder, "none"));
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: "source: not started\ndestination: not started\n",
    });
  });

  test("status --json prints one object", async () => {
    const dir = join(folder, "none");
    const { code, stdout, stderr } = await clusters("status", "--json", "--dir", dir);
    expect(code).toBe(1);
    expect(stderr).toBe("");
    const none = { server: null, pids: {}, problems: ["not started"] };
    expect(JSON.parse(stdout)).toEqual({
      running: false,
      dir,
      kubeconfig: null,
      clusters: { source: { context: "source", ...none }, destination: { context: "destination", ...none } },
    });
  });

  test("down has nothing to do, makes no files and exits 0", async () => {
    const { code, stderr } = await clusters("down", "--dir", join(folder, "deep", "none"));
    expect([code, stderr]).toEqual([0, `Nothing to end in ${join(folder, "deep", "none")}.\n`]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("volumes says how to start the clusters", async () => {
    const { code, stderr } = await clusters("volumes", "default", "data-web-0", "--dir", join(folder, "none"));
    expect([code, stderr]).toEqual([
      1,
      `The clusters are not running (${join(folder, "none")}): \`npm run clusters -- up\` starts them.\n`,
    ]);
  });
});

test.each(["up", "down"])("%s refuses a folder that is not the playground's", async (command) => {
  const dir = join(folder, "mine");
  mkdirSync(dir);
  writeFileSync(join(dir, "thesis.txt"), "");
  const { code, stderr } = await clusters(command, "--dir", dir);
  expect([code, stderr]).toEqual([
    1,
    `${dir} holds files that are not the playground's: choose another folder with --dir\n`,
  ]);
  expect(existsSync(join(dir, "thesis.txt"))).toBe(true);
});

test("down removes what an up left that was killed before it started anything", async () => {
  const dir = join(folder, "half");
  mkdirSync(join(dir, "source"), { recursive: true });
  writeFileSync(join(dir, "statefulset-cutover-clusters.json"), '{"madeAbove":null}');
  const { code, stderr } = await clusters("down", "--dir", dir);
  expect([code, stderr]).toEqual([0, `Both clusters are gone (${dir}).\n`]);
  expect(readdirSync(folder)).toEqual([]);
});
