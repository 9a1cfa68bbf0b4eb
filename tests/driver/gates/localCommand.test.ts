import { tmpdir } from "node:os";
import { runLocally } from "../../../driver/gates/localCommand";

const run = (command: readonly string[], timeLimitMs = 10_000, stdin = "the step\n"): Promise<unknown> =>
  runLocally({ type: "command", command, environment: { CUTOVER_TO: "2" }, stdin, timeLimitMs }, tmpdir(), process.env);

test("stdin, environment, exit code and both streams", async () => {
  expect(await run(["sh", "-c", 'cat; echo "$CUTOVER_TO" >&2; exit 4'])).toEqual({
    ...{ code: 4, output: "the step\n", errors: "2\n" },
  });
});

test("one that does not read its stdin", async () => {
  expect(await run(["true"], 10_000, "x".repeat(1_000_000))).toMatchObject({ code: 0 });
});

test("one that is not there: waiting does not help", async () => {
  expect(await run(["no-such-program"])).toEqual({ trouble: "cannot be run (ENOENT)", lasting: true });
});

test("its time is over: what it has started is killed with it", async () => {
  expect(await run(["sh", "-c", "sleep 60 & sleep 60"], 300)).toEqual({ trouble: "has not ended within 0.3 s" });
});
