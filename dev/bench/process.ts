/**
 * Runs a program to its end and takes the time.
 */
import { spawn } from "node:child_process";

const LIMIT_MS = 900_000;

/** How a program ended. */
export interface Ended {
  /** From its start to its end. */
  readonly ms: number;
  /** When it was started, in milliseconds since 1970. */
  readonly startedMs: number;
  /** stdout and stderr. */
  readonly output: string;
}

/** Where a program runs. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a program. @throws Error with all that it printed if it fails. */
export async function runProcess(command: string, args: readonly string[], place: Place): Promise<Ended> {
  const startedMs = Date.now();
  const child = spawn(command, args, { ...place, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code ?? "a signal"}:\n${output}`);
  return { ms: Date.now() - startedMs, startedMs, output };
}
