import { spawn } from "node:child_process";

/** How a `git` command ended. */
export interface GitEnded {
  /** Undefined: there is no `git` on PATH, or a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** `git` in a folder. */
export type Git = (...args: readonly string[]) => Promise<GitEnded>;

/** The `git` of PATH. It never asks anybody anything. */
export function gitIn(folder: string, env: NodeJS.ProcessEnv): Git {
  return (...args) =>
    new Promise((resolve) => {
      const child = spawn("git", args, {
        cwd: folder,
        env: { ...env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" },
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own: Ctrl-C in a terminal must not end it between its writes.
        detached: true,
      });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.once("error", ({ message }) => {
        resolve({ code: undefined, stdout, stderr: message });
      });
      child.once("close", (code) => {
        resolve({ code: code ?? undefined, stdout, stderr });
      });
    });
}
