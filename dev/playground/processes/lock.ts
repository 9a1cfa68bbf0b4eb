/**
 * A lock between processes: one file that names its owner's process id.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 200;

/**
 * Runs `work` while holding the lock `file`, waiting for as long as a live process holds it.
 * A lock left behind by a process that is gone is taken over.
 *
 * @param onWait told once, with the process id of the owner, when there is something to wait for
 */
export async function withLock<T>(file: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!tryLock(file)) {
    // A lock without a readable owner may be one that is being written just now: it gets a second look.
    const owner = ownerOf(file) ?? (await sleep(POLL_MS).then(() => ownerOf(file)));
    if (owner === undefined || !exists(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) {
      told = true;
      onWait(owner);
    }
    await sleep(POLL_MS);
  }
  const release = (): void => {
    rmSync(file, { force: true });
  };
  process.once("exit", release); // a process that is interrupted does not get to the `finally`
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

function ownerOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
