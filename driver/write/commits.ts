import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { endOf, ordinalsText } from "../../core/ordinals";
import type { OrdinalRange } from "../../core/ordinals";
import { capital } from "../../core/suggestion";
import { throwIfAny, UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import type { StackFiles } from "../stackFile";
import type { Git } from "./git";
import { withIndexIn } from "./indexFiles";
import type { IndexFiles } from "./indexFiles";
import { findIndex } from "./indexText";

/** A commit that was made. */
export interface Commit {
  /** Its name, abbreviated as git does. */
  readonly id: string;
  /** Its message. */
  readonly message: string;
}

/** The set that the commits are about. */
export interface CommittedSet extends OrdinalRange {
  readonly name: string;
  readonly namespace: string;
}

/**
 * Why no step can be committed, before the first one. What differs from the last commit may be the number alone: a step that
 * failed leaves it so.
 */
export async function checkCommits(files: StackFiles, { paths }: IndexFiles, git: Git): Promise<void> {
  throwIfAny(await whyNoCommits(files, paths, git));
}

async function whyNoCommits(files: StackFiles, paths: readonly string[], git: Git): Promise<Problem[]> {
  const refuse = (what: string, todo: string): Problem[] => [{ where: "--commit:", what, todo }];
  const without = "or walk without --commit";
  const inside = await git("rev-parse", "--is-inside-work-tree");
  if (inside.code === undefined) return refuse("git is not on PATH", `Install it, ${without}`);
  if (inside.code !== 0) return refuse(`${files.folder} is in no git repository`, `Run: git init, ${without}`);
  if ((await git("rev-parse", "--verify", "--quiet", "HEAD")).code !== 0) {
    return refuse("the git repository has no commit yet", `Make the first one, ${without}`);
  }
  if ((await git("rev-parse", "--verify", "--quiet", "MERGE_HEAD")).code === 0) {
    return refuse("a merge is under way, and git commits no single file in it", `End it, ${without}`);
  }
  if ((await git("var", "GIT_COMMITTER_IDENT")).code !== 0) {
    return refuse(
      "git does not know who commits",
      `Run: git config user.name … and git config user.email …, ${without}`,
    );
  }
  const problems: Problem[] = [];
  for (const path of paths) {
    const problem = await whyNotCommitted(files, path, git);
    if (problem !== undefined) problems.push({ where: path, ...problem });
  }
  return problems;
}

async function whyNotCommitted(
  { folder, project }: StackFiles,
  path: string,
  git: Git,
): Promise<Omit<Problem, "where"> | undefined> {
  const committed = await textInHead(path, git);
  if (committed === undefined) {
    return { what: "is in no commit", todo: `Run: git add ${path}, and commit it; or walk without --commit` };
  }
  if ((await git("status", "--porcelain", "--", path)).stdout === "") return undefined;
  const text = await readFile(resolve(folder, path), "utf8");
  const now = findIndex(text, project);
  const index = now !== undefined && "index" in now ? now.index : undefined;
  if (index !== undefined && withIndexIn(committed, project, index) === text) return undefined;
  return {
    what: "has changes that are not committed, and a step's commit would take them along",
    todo: "Commit or stash them, or walk without --commit",
  };
}

/**
 * Commits the files of a step that is done, and nothing else that is staged.
 *
 * @returns undefined if they do not differ from the last commit.
 */
export async function commitStep(
  { project }: StackFiles,
  { paths }: IndexFiles,
  set: CommittedSet,
  index: number,
  git: Git,
): Promise<Commit | undefined> {
  const status = await git("status", "--porcelain", "--", ...paths);
  if (status.code === 0 && status.stdout === "") return undefined;
  const [path = ""] = paths;
  const before = findIndex((await textInHead(path, git)) ?? "", project);
  const message = commitMessage(set, before !== undefined && "index" in before ? before.index : endOf(set), index);
  const { code, stderr, stdout } = await git("commit", "--quiet", "--only", "-m", message, "--", ...paths);
  if (code !== 0) {
    const [said = "nothing"] = `${stderr}${stdout}`.trim().split("\n");
    const todo = `The step is done and ${paths.join(", ")} ${paths.length === 1 ? "says" : "say"} so: mend it, and run the same again`;
    throw new UserError([{ where: "git commit", what: `failed: ${said}`, todo }]);
  }
  return { id: (await git("rev-parse", "--short", "HEAD")).stdout.trim(), message };
}

/** As it stands in the last commit, with the line ends of the working tree; undefined: it is not in it. */
async function textInHead(path: string, git: Git): Promise<string | undefined> {
  const { code, stdout } = await git("cat-file", "--filters", `HEAD:./${path}`);
  return code === 0 ? stdout : undefined;
}

/** What moved, from where to where, and in which set. */
export function commitMessage({ name, namespace }: CommittedSet, from: number, to: number): string {
  const set = `StatefulSet ${namespace}/${name}`;
  if (from === to) return `cutoverIndex ${to} of ${set} is written down`;
  const moved = ordinalsText({ start: Math.min(from, to), replicas: Math.abs(from - to) });
  const where = to < from ? "from the source to the destination" : "from the destination back to the source";
  const subject = `${capital(moved)} of ${set} moved ${where}`;
  return `${subject}\n\ncutoverIndex ${from} => ${to}`;
}
