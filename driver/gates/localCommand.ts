import { spawn } from "node:child_process";
import type { Answer, CommandAsk } from "../../core/gates/ask";
import { usualTimeLimitMs } from "../../core/gates/ask";

const mostBytes = 1_048_576;

/**
 * Runs a command on this machine to its end, in a process group of its own: when its time is over, all that it has started is
 * killed with it.
 */
export function runLocally(ask: CommandAsk, folder: string, env: NodeJS.ProcessEnv): Promise<Answer> {
  const { command, environment, stdin, timeLimitMs = usualTimeLimitMs } = ask;
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: folder, env: { ...env, ...environment }, detached: true });
    const written = { output: "", errors: "" };
    const take = (stream: "output" | "errors") => (text: string) => {
      if (written[stream].length < mostBytes) written[stream] += text;
    };
    child.stdout.setEncoding("utf8").on("data", take("output"));
    child.stderr.setEncoding("utf8").on("data", take("errors"));
    // A command that does not read its stdin is a good one, too.
    child.stdin.on("error", () => undefined).end(stdin);
    let overdue = false;
    const timer = setTimeout(() => {
      overdue = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, timeLimitMs);
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const missing = error.code === "ENOENT" || error.code === "EACCES";
      resolve({
        trouble: `cannot be run (${error.code ?? "unknown error"})`,
        ...(missing ? { lasting: true } : {}),
      });
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (overdue) resolve({ trouble: `has not ended within ${timeLimitMs / 1_000} s` });
      else if (code === null) resolve({ trouble: `was ended by ${signal ?? "a signal"}` });
      else resolve({ code, ...written });
    });
  });
}
