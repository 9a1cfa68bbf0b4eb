import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Commands } from "../../cli/main";
import { run } from "../../cli/main";
import type { RehearsalOptions } from "../../rehearsal/rehearse";
import type { RehearsalReport } from "../../rehearsal/engine/report";
import { UserError } from "../../core/userError";
import { fakeIo, planOf, report } from "./fixture";
import { textOf } from "./page/fixture";

const manifest = readFileSync(join(__dirname, "..", "..", "package.json"), "utf8");
const { version } = JSON.parse(manifest) as { version: string };

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "page-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `cutover rehearse` in the folder, with this report played to it. */
async function rehearse(
  args: readonly string[],
  played: RehearsalReport = report,
  meanwhile: (options: RehearsalOptions) => void = () => undefined,
): Promise<Ran> {
  const io = { ...fakeIo(), cwd: folder };
  const commands: Commands = {
    rehearse: () =>
      Promise.resolve((options, listener) => {
        meanwhile(options);
        const plan = { ...planOf(played), manifests: [join(folder, "web.yaml")] };
        listener.started?.(plan);
        played.steps.forEach((step, number) => {
          listener.step?.(step, { plan, number, violations: number === 1 ? played.violations : [] });
        });
        return Promise.resolve(played);
      }),
    walk: () => Promise.reject(new Error("not this one")),
    finish: () => Promise.reject(new Error("not this one")),
    doctor: () => Promise.reject(new Error("not this one")),
    status: () => Promise.reject(new Error("not this one")),
  };
  const code = await run(["rehearse", ...args], io, commands);
  return { code, out: io.out(), err: io.err() };
}

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

test("--html writes the page, says where, and changes nothing else", async () => {
  const plain = await rehearse([]);
  const { code, out, err } = await rehearse(["--html", "move.html", "--config-dir", folder, "--batch", "2"]);
  expect(code).toBe(0);
  expect(out).toBe(plain.out);
  expect(err).toBe(`${plain.err}The rehearsal as a page: move.html\n`);
  expect(readdirSync(folder)).toEqual(["move.html"]);
  const text = textOf(read("move.html"));
  expect(text).toContain("All well: every invariant held.");
  expect(text).toContain("Manifests web.yaml Rehearsed by cutover rehearse --config-dir . --batch 2 Version");
  expect(text).toContain(`Version statefulset-cutover ${version} Date 2026-01-02 03:04 UTC`);
  expect(read("move.html")).not.toContain(folder);
});

test("--html beside --json: data on stdout as before", async () => {
  const plain = await rehearse(["--json"]);
  expect(await rehearse(["--json", "--html", "move.html"])).toEqual({
    ...plain,
    err: `${plain.err}The rehearsal as a page: move.html\n`,
  });
  expect(textOf(read("move.html"))).toContain("Step 2 of 2, back: ordinal 1 returns to the source");
});

test("the page of a rehearsal that fails is written, without folders of this machine", async () => {
  const violation = `at most one: see ${join(folder, "web.yaml")}`;
  const { code, err } = await rehearse(["--html", "move.html"], { ...report, violations: [violation] });
  expect(code).toBe(1);
  expect(err).toContain("The rehearsal as a page: move.html\n");
  expect(textOf(read("move.html"))).toContain("✕ Failed: 1 violation. at most one: see web.yaml StatefulSet web");
  expect(read("move.html")).not.toContain(folder);
});

test("a FILE that cannot be written is told with all else that is wrong, before anything is run", async () => {
  const refusing = ({ problems }: RehearsalOptions): void => {
    throw new UserError(problems);
  };
  const { code, out, err } = await rehearse(["--html", "gone/move.html", "--batch", "0"], report, refusing);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err.split("\n")).toEqual([
    "error: 2 problems:",
    '  - --batch is not legal (received "0"); legal: a whole number from 1 to 999999999. Correct the option',
    '  - --html is in a folder that does not exist (received "gone/move.html"); ' +
      "legal: a file to write, in a folder that exists. Make the folder first, or correct the path",
    "",
  ]);
  expect((await rehearse(["--html"])).code).toBe(2);
});

test("a FILE that can no longer be written when the rehearsal is over: exit code 1, and the steps have been said", async () => {
  mkdirSync(join(folder, "sub"));
  const { code, out, err } = await rehearse(["--html", "sub/move.html"], report, () => {
    rmSync(join(folder, "sub"), { recursive: true });
  });
  expect(code).toBe(1);
  expect(out).toContain("All well: web");
  expect(err).toMatch(
    /\nerror: --html sub\/move\.html could not be written: no such file or directory \(ENOENT\)\. Name a file elsewhere, and run again\n$/,
  );
});
