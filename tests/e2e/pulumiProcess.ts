/**
 * Runs `pulumi` as a process that can be killed at any point, with every process that it started.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded, signal } from "../../dev/playground/processes/processes";

const POLL_MS = 15;
const LIMIT_MS = 540_000;

/** When a run is to be ended from outside. */
export interface Interruption {
  /** Fired once, when this holds; it is asked all the time, with what has been printed so far. */
  readonly when: (output: string) => boolean | Promise<boolean>;
  /** SIGKILL (the default) ends the whole process tree at once, as a lost CI runner does; SIGINT is one Ctrl-C. */
  readonly signal?: "SIGKILL" | "SIGINT";
}

/** How a process ended. */
export interface Ended {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  /** stdout and stderr, as a person would have seen them. */
  readonly output: string;
  readonly ms: number;
  /** Whether the interruption was fired. */
  readonly interrupted: boolean;
}

/** Runs a program to its end, or to its interruption; never longer than nine minutes. */
export async function runProcess(
  command: string,
  args: readonly string[],
  place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  interruption?: Interruption,
): Promise<Ended> {
  const startedMs = Date.now();
  const child = spawn(command, args, { ...place, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const { pid } = child;
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  let interrupted = false;
  const stop = (): void => {
    if (pid !== undefined) killTree(pid);
  };
  process.once("exit", stop);
  try {
    while (!(await Promise.race([closed.then(() => true), sleep(POLL_MS, false)]))) {
      if (!interrupted && interruption !== undefined && (await interruption.when(output))) {
        interrupted = true;
        if (pid !== undefined) {
          if (interruption.signal === "SIGINT") signal(pid, "SIGINT");
          else await killTreeAndWait(pid);
        }
      }
      if (Date.now() - startedMs > LIMIT_MS) {
        stop();
        throw new Error(`${command} ${args.join(" ")} did not end in ${LIMIT_MS / 1000} s:\n${output}`);
      }
    }
  } finally {
    process.removeListener("exit", stop);
  }
  return { code: await closed, stdout, output, ms: Date.now() - startedMs, interrupted };
}

/** The process and all that it started, as far as they still hang together. */
function treeOf(root: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const tree = [root];
  // A for-of over a growing array visits what is added.
  for (const pid of tree) tree.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child));
  return tree;
}

function parentOf(pid: string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "");
    return Number(fields.split(" ")[1]);
  } catch {
    return -1;
  }
}

function killTree(root: number): number[] {
  const tree = treeOf(root);
  for (const pid of tree) signal(pid, "SIGKILL");
  return tree;
}

async function killTreeAndWait(root: number): Promise<void> {
  // Those that a process started between the look and the kill are found by a second look.
  const tree = [...killTree(root), ...killTree(root)];
  while (!tree.every((pid) => hasEnded(pid))) await sleep(5);
}
