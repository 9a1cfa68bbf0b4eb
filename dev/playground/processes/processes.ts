/**
 * Processes that outlive the command that started them, remembered in pid files and recognised by their command line: a pid
 * alone may meanwhile belong to somebody else.
 */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;
const KILL_WAIT_MS = 5_000;

/** A process to start. */
export interface Launch {
  /** Path of the binary. */
  readonly binary: string;
  /** Its arguments. One of them must contain `mark`. */
  readonly args: readonly string[];
  /** The folder it runs in, also its HOME: nothing of the user's own configuration leaks in, nothing is written there. */
  readonly cwd: string;
  /** The file that its output is appended to. */
  readonly logFile: string;
  /** The file that remembers its process id. */
  readonly pidFile: string;
}

/** Starts a process that goes on when this one ends. Returns its process id. */
export function launch(what: Launch): number {
  mkdirSync(dirname(what.logFile), { recursive: true });
  const log = openSync(what.logFile, "a");
  try {
    const child = spawn(what.binary, [...what.args], {
      cwd: what.cwd,
      detached: true,
      stdio: ["ignore", log, log],
      env: { PATH: process.env.PATH, HOME: what.cwd, TMPDIR: what.cwd },
    });
    // Without a listener a failed start would be an uncaught exception; the caller sees it by the missing pid.
    child.on("error", () => undefined);
    if (child.pid === undefined) {
      throw new Error(`could not start ${what.binary}`);
    }
    writeFileSync(what.pidFile, String(child.pid));
    child.unref();
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** The process id in the file, if that process runs and its command line contains `mark`. */
export function runningPid(pidFile: string, mark: string): number | undefined {
  if (!existsSync(pidFile)) {
    return undefined;
  }
  const pid = Number(readFileSync(pidFile, "utf8"));
  return Number.isInteger(pid) && pid > 1 && commandLine(pid).includes(mark) ? pid : undefined;
}

/** Whether the process was stopped with SIGSTOP. */
export function isPaused(pid: number): boolean {
  return processState(pid).startsWith("T");
}

/**
 * Whether the process is gone, or has ended and only waits to be reaped. One that still gives back its memory and its sockets
 * has no command line any more, but has not ended: somebody may still be connected to it.
 */
export function hasEnded(pid: number): boolean {
  if (!/^($|[ZX])/.test(processState(pid))) {
    return false;
  }
  try {
    // The first thread may be done while others, and with them the sockets, are not.
    return readdirSync(`/proc/${pid}/task`).length <= 1;
  } catch {
    return true;
  }
}

/** Sends SIGKILL to a process and waits until it has ended. */
export async function killProcess(pid: number): Promise<void> {
  const deadline = Date.now() + KILL_WAIT_MS;
  signal(pid, "SIGKILL");
  while (!hasEnded(pid)) {
    if (Date.now() > deadline) {
      throw new Error(`process ${pid} does not end after SIGKILL`);
    }
    await sleep(POLL_MS);
  }
}

/**
 * Process ids of all programs with one of these names whose command line contains `mark`: finds those whose pid files were
 * removed under them, for example by `git clean`.
 */
export function findProcesses(names: readonly string[], mark: string): number[] {
  return allProcesses()
    .filter(({ command }) => command.includes(mark) && names.includes(basename(command.split(" ")[0] ?? "")))
    .map(({ pid }) => pid);
}

function allProcesses(): { pid: number; command: string }[] {
  if (process.platform === "linux") {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return pids.map((pid) => ({ pid: Number(pid), command: commandLine(Number(pid)) }));
  }
  const listed = spawnSync("ps", ["-A", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return listed.stdout.split("\n").flatMap((line) => {
    const [, pid, command] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
  });
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

/** The command line of a process; empty if it is gone or waits to be reaped. */
function commandLine(pid: number): string {
  if (process.platform === "linux") {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      return "";
    }
  }
  return ps(pid, "command=");
}

function processState(pid: number): string {
  if (process.platform === "linux") {
    try {
      // The name in parentheses may hold anything: the state is what follows the last one.
      return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "");
    } catch {
      return "";
    }
  }
  return ps(pid, "state=");
}

function ps(pid: number, column: string): string {
  return spawnSync("ps", ["-p", String(pid), "-o", column], { encoding: "utf8" }).stdout.trim();
}
