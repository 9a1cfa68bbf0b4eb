import { spawn } from "node:child_process";

/** How a `pulumi` command ended. */
export interface Ended {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  /** stdout and stderr in the order in which they came. */
  readonly output: string;
}

/** A signal that asks to stop. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** The Pulumi CLI in the folder of a project. Tests put one of their own in its place. */
export interface Pulumi {
  /**
   * Runs one command to its end.
   *
   * @param onOutput gets what it prints as soon as it is printed.
   */
  readonly run: (args: readonly string[], onOutput?: (text: string) => void) => Promise<Ended>;
  /** Passes a signal on to every command that is running. Pulumi then stops after what it is doing, and unlocks. */
  readonly stop: (signal: StopSignal) => void;
}

/**
 * The real one: `pulumi` of PATH as a process, with this environment.
 *
 * `run` rejects with the `ENOENT` of `spawn` if there is none.
 */
export function pulumiIn(folder: string, env: Readonly<Record<string, string | undefined>>): Pulumi {
  const running = new Set<(signal: StopSignal) => void>();
  const run: Pulumi["run"] = async (args, onOutput) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: folder,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C in a terminal would reach it once from there and once from here, and the second one
      // ends Pulumi at once.
      detached: true,
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      onOutput?.(text);
    });
    const stop = (signal: StopSignal): void => {
      child.kill(signal);
    };
    running.add(stop);
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      });
      return { code, stdout, output };
    } finally {
      running.delete(stop);
    }
  };
  return {
    run,
    stop: (signal) => {
      for (const stop of running) stop(signal);
    },
  };
}
