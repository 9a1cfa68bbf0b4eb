import { open, readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { sides } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import { throwIfAny, UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import type { StackFiles } from "../stackFile";
import { findIndex, insertIndex } from "./indexText";
import type { IndexTrouble } from "./indexText";

/** A file that was written: what the line with the number was, and what it is now. */
export interface FileChange {
  /** Path of the file, relative to the folder of `Pulumi.yaml`. */
  readonly file: string;
  /** Number of the first line that differs, from 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Where `cutoverIndex` is set. */
export interface IndexFiles {
  /** Paths relative to the folder of `Pulumi.yaml`. */
  readonly paths: readonly string[];
  /** What a person should know of them. */
  readonly notes: readonly string[];
}

const byHand = "Change it there by hand, and walk without --write";

/**
 * Finds the files that set `cutoverIndex`, as Pulumi takes it: a stack's own value goes before that of `Pulumi.yaml`. Where
 * none sets it, `Pulumi.yaml` will.
 *
 * @param indexes what Pulumi says that each stack's config has; undefined: nothing.
 * @throws UserError if one of them cannot be written, or something else than they sets the number.
 */
export async function findIndexFiles(
  files: StackFiles,
  stacks: Readonly<Record<Side, string>>,
  indexes: Readonly<Record<Side, number | undefined>>,
): Promise<IndexFiles> {
  const problems: Problem[] = [];
  const { folder, project, stackConfigDir } = files;
  const shared = (await firstOf(folder, ["Pulumi.yaml", "Pulumi.yml"])) ?? { path: "Pulumi.yaml", text: "" };
  const sharedIndex = indexOf(shared, project, problems);
  const paths = new Set<string>();
  const notes: string[] = [];
  for (const side of sides) {
    const names = ["yaml", "yml", "json"].map((ending) =>
      resolve(folder, stackConfigDir, `Pulumi.${stacks[side]}.${ending}`),
    );
    const own = await firstOf(folder, names);
    const ownIndex = own && indexOf(own, project, problems);
    const [{ path }, index] = own !== undefined && ownIndex !== undefined ? [own, ownIndex] : [shared, sharedIndex];
    paths.add(path);
    if (path !== shared.path && sharedIndex !== undefined) {
      notes.push(
        `cutoverIndex is set in ${shared.path} and in ${path}: the stack's own goes before it, so that one is written`,
      );
    }
    if (problems.length === 0 && index !== indexes[side]) {
      const told = indexes[side] === undefined ? "not set" : String(indexes[side]);
      const what = `is ${index ?? "not set"}, but Pulumi says that it is ${told} in stack ${stacks[side]}: an environment may set it`;
      problems.push({ where: `${path}: cutoverIndex`, what, todo: byHand });
    }
  }
  for (const path of paths) problems.push(...(await whyNotWritable(folder, path)));
  throwIfAny(problems);
  return { paths: [...paths], notes };
}

interface TextFile {
  readonly path: string;
  readonly text: string;
}

async function firstOf(folder: string, names: readonly string[]): Promise<TextFile | undefined> {
  for (const name of names) {
    const path = resolve(folder, name);
    try {
      return { path: relative(folder, path), text: await readFile(path, "utf8") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}

function indexOf({ path, text }: TextFile, project: string, problems: Problem[]): number | undefined {
  const found = findIndex(text, project);
  if (found === undefined || "index" in found) return found?.index;
  problems.push(troubleProblem(path, found));
  return undefined;
}

function troubleProblem(path: string, { trouble }: IndexTrouble): Problem {
  return { where: `${path}: cutoverIndex`, what: `cannot be written: the file ${trouble}`, todo: byHand };
}

async function whyNotWritable(folder: string, path: string): Promise<Problem[]> {
  try {
    const bytes = await readFile(resolve(folder, path));
    if (!Buffer.from(bytes.toString("utf8")).equals(bytes)) return [troubleProblem(path, { trouble: "is not UTF-8" })];
    await (await open(resolve(folder, path), "r+")).close();
    return [];
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const todo = "Make it writable for this user, or walk without --write";
    return [{ where: path, what: `cannot be written (${code})`, todo }];
  }
}

/** Writes the index into these files where they have another one. @throws UserError if one of them cannot be. */
export async function writeIndex(
  { folder, project }: StackFiles,
  { paths }: IndexFiles,
  index: number,
): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const path of paths) {
    const file = resolve(folder, path);
    const before = await readFile(file, "utf8");
    const after = withIndexIn(before, project, index);
    if (typeof after !== "string") throw new UserError([troubleProblem(path, after)]);
    if (after === before) continue;
    await overwrite(file, after);
    changes.push(changeOf(path, before, after));
  }
  return changes;
}

/** The text of one of the files with an index. */
export function withIndexIn(text: string, project: string, index: number): string | IndexTrouble {
  const found = findIndex(text, project);
  if (found === undefined) return insertIndex(text, index);
  return "index" in found ? found.replaced(index) : found;
}

/** In place: mode, owner and links stay, and there is no moment in which the file is empty. */
async function overwrite(file: string, text: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const bytes = Buffer.from(text);
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
  } finally {
    await handle.close();
  }
}

function changeOf(file: string, before: string, after: string): FileChange {
  const [old, now] = [before, after].map((text) => text.split(/\r?\n/)) as [string[], string[]];
  const shorter = Math.min(old.length, now.length);
  let same = 0;
  while (same < shorter && old[same] === now[same]) same++;
  let tail = 0;
  while (tail < shorter - same && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  return {
    file,
    line: same + 1,
    removed: old.slice(same, old.length - tail),
    added: now.slice(same, now.length - tail),
  };
}
