import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, copyFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RehearsalReport } from "../../rehearsal/engine/report";

jest.setTimeout(60_000);

const root = join(__dirname, "..", "..");
const bin = join(root, "bin", "cutover.js");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command; `readBytes` closes the pipe early, as `head` does. */
function cutover(args: readonly string[], options: { bin?: string; readBytes?: number } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [options.bin ?? bin, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const read = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    read.out += text;
    if (options.readBytes !== undefined && read.out.length >= options.readBytes) child.stdout.destroy();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    read.err += text;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, ...read });
    });
  });
}

// `npm test` builds first.
const built = existsSync(join(root, "dist", "cli", "main.js")) ? test : test.skip;

built("the built command rehearses an example as one JSON object", async () => {
  const { code, out } = await cutover(["rehearse", "--config-dir", "examples/web", "--json"]);
  const report = JSON.parse(out) as RehearsalReport;
  expect(code).toBe(0);
  expect(Object.keys(report)).toEqual(["set", "steps", "violations"]);
  expect(report.steps.map(({ cutoverIndex }) => cutoverIndex)).toEqual([3, 2, 1, 0, 1, 2, 3]);
});

built("bad input: nothing on stdout, exit code 2", async () => {
  const { code, out, err } = await cutover(["rehearse", "--manifests", "gone.yaml", "--from", "x", "--json"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toBe(
    "error: 2 problems:\n" +
      '  - --from is not legal (received "x"); legal: a whole number from 0 to 999999999. Correct the option\n' +
      "  - --manifests: gone.yaml does not exist; legal: paths of YAML files. Correct the option\n",
  );
});

built("a reader that goes away is no error", async () => {
  const { code, err } = await cutover(["rehearse", "--config-dir", "examples/web"], { readBytes: 1 });
  expect(code).toBe(0);
  expect(err).not.toContain("rror");
});

test("before the first build, it says what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cutover-"));
  try {
    mkdirSync(join(folder, "bin"));
    copyFileSync(bin, join(folder, "bin", "cutover.js"));
    expect(await cutover([], { bin: join(folder, "bin", "cutover.js") })).toEqual({
      code: 2,
      out: "",
      err: "cutover is not built yet: run npm install (or npm run build) in the project's folder first.\n",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
