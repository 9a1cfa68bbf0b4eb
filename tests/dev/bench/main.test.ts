import { run } from "../../../dev/bench/main";
import type { Io } from "../../../dev/bench/main";
import { whatIsMissing } from "../../../dev/bench/machine";

function io(env: NodeJS.ProcessEnv = {}): { readonly io: Io; readonly out: string[]; readonly err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (lines: string[]): Io["stdout"] => ({ write: (text: string) => lines.push(text) });
  return { io: { stdout: stream(out), stderr: stream(err), env, date: "2026-11-22" }, out, err };
}

test.each([
  [["--only", "byHand,fast"], "Known are: byHand, plain, withoutLock, withLivePeer, growth, floor, typeScript, bare."],
  [["--runs", "0"], "A whole number above 0 is needed."],
  [["--replicas", "6,many"], "A whole number above 0 is needed."],
  [["now"], "too many arguments"],
])("%j is bad usage", async (argv, message) => {
  const { io: given, err } = io();
  expect(await run(argv, given)).toBe(2);
  expect(err.join("")).toContain(message);
});

test("--help is no error", async () => {
  const { io: given, out } = io();
  expect(await run(["--help"], given)).toBe(0);
  expect(out.join("")).toContain("--replicas <list>");
});

test("without its tools it says what is missing, and starts nothing", async () => {
  const { io: given, err } = io({ PATH: "/nowhere", XDG_CACHE_HOME: "/nowhere" });
  expect(await run([], given)).toBe(2);
  expect(err.join("")).toMatch(/Go is missing[^]*pulumi is missing[^]*kubectl is missing/);
});

test("by hand needs no pulumi, and the rest no kubectl", () => {
  const env = { PATH: "/nowhere", XDG_CACHE_HOME: "/nowhere" };
  expect(whatIsMissing(["byHand"], env).join(" ")).not.toContain("pulumi is missing");
  expect(whatIsMissing(["plain", "floor", "growth"], env).join(" ")).not.toContain("kubectl is missing");
});
