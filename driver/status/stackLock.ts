import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { field, parsedJson, textOr } from "../../core/json";
import type { StackLock } from "../../core/status/report";
import type { Pulumi } from "../pulumi";

/** Tells whether a stack of the project is locked, by its name without organization and project. */
export type LockOf = (stack: string) => Promise<StackLock>;

const unknown: LockOf = () => Promise.resolve({ state: "unknown" });

/**
 * The locks of a project's stacks. Only of a backend on this disk can they be read: there a lock is a file of its own, with
 * its owner in it (pkg/backend/diy/lock.go of Pulumi). Any other backend says it only to who wants the lock.
 *
 * @param folder of `Pulumi.yaml`.
 */
export async function stackLocks(folder: string, project: string, pulumi: Pulumi): Promise<LockOf> {
  const { code, stdout } = await pulumi.run(["whoami", "--verbose", "--json"]);
  const root = code === 0 ? folderOf(textOr(field(parsedJson(stdout), "url")), folder) : undefined;
  if (root === undefined || !(await exists(join(root, ".pulumi")))) return unknown;
  return (stack) => lockIn(join(root, ".pulumi", "locks", "organization", project, stack));
}

/** `file:///srv/state`, `file://~`, `file://./state`; undefined: another backend. */
function folderOf(url: string, folder: string): string | undefined {
  const [, path] = /^file:\/\/([^?]*)/.exec(url) ?? [];
  if (path === undefined) return undefined;
  return path.startsWith("~") ? join(homedir(), path.slice(1)) : resolve(folder, path);
}

async function lockIn(folder: string): Promise<StackLock> {
  const files = await readdir(folder).catch(() => []);
  const [file] = files.filter((name) => name.endsWith(".json"));
  if (file === undefined) return { state: "free" };
  // It may be gone by now.
  const lock = parsedJson(await readFile(join(folder, file), "utf8").catch(() => ""));
  const [username, hostname, timestamp] = ["username", "hostname", "timestamp"].map((key) => textOr(field(lock, key)));
  const owner = `${username ?? ""}@${hostname ?? ""} (process ${String(field(lock, "pid"))})`;
  return lock === undefined ? { state: "locked" } : { state: "locked", by: `${owner} since ${timestamp ?? ""}` };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
