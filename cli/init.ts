import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { shellWord } from "../core/shell";
import type { ProjectFiles } from "../core/project/startingProject";
import { throwIfAny, UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import { packageFiles } from "./package";

/** A project that is to be written. */
export interface NewProject {
  /** As it stands on the command line. */
  readonly folder: string;
  readonly files: ProjectFiles;
  /** Whether its destination has its context already. */
  readonly destinationKnown: boolean;
}

/** A project that was written. */
export interface WrittenProject {
  readonly fileCount: number;
  /** Name of the tarball of this package, if it is not one that a registry has. */
  readonly tarball: string | undefined;
  /** Whether it has a lock file. */
  readonly locked: boolean;
}

/** Why no project can be written to a folder. */
export function folderProblems(folder: string, cwd: string): Problem[] {
  const path = resolve(cwd, folder);
  const legal = "a folder that is empty or does not exist";
  if (folder === "") return [{ where: "--init", what: "is empty", legal, todo: "Name one" }];
  try {
    if (!existsSync(path) || (statSync(path).isDirectory() && readdirSync(path).length === 0)) return [];
  } catch (error) {
    return [{ where: "--init", what: `cannot be looked at (${codeOf(error)})`, received: folder, legal }];
  }
  const what = statSync(path).isDirectory() ? "is a folder with files in it, which stay as they are" : "is no folder";
  return [{ where: "--init", what, received: folder, legal, todo: "Name another one, or empty it yourself" }];
}

/**
 * Writes a project and the package that it runs, all of it or nothing: it is made beside its folder and then moved there.
 *
 * @throws UserError if it cannot be written.
 */
export function writeProject({ folder, files }: NewProject, cwd: string): WrittenProject {
  const path = resolve(cwd, folder);
  const problems = folderProblems(folder, cwd);
  throwIfAny(problems);
  let beside: string | undefined;
  const moved: string[] = [];
  try {
    mkdirSync(dirname(path), { recursive: true });
    beside = mkdtempSync(join(dirname(path), `.${basename(path)}-`));
    const { files: ofPackage, tarball } = packageFiles(JSON.parse(files["package.json"] ?? "{}") as object, beside);
    const all = { ...files, ...ofPackage };
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(beside, name)), { recursive: true });
      writeFileSync(join(beside, name), text, { flag: "wx" });
    }
    mkdirSync(path, { recursive: true });
    // Without Pulumi.yaml it is no project: that comes last.
    const names = readdirSync(beside).sort((a, b) => Number(a === "Pulumi.yaml") - Number(b === "Pulumi.yaml"));
    for (const name of names) {
      renameSync(join(beside, name), join(path, name));
      moved.push(name);
    }
    const fileCount = Object.keys(all).length + (tarball === undefined ? 0 : 1);
    return { fileCount, tarball, locked: "package-lock.json" in all };
  } catch (error) {
    for (const name of moved) rmSync(join(path, name), { recursive: true, force: true });
    if (error instanceof UserError) throw error;
    const what = `cannot be written (${codeOf(error)}), and nothing was`;
    throw new UserError([{ where: "--init", what, received: folder, todo: "Name a folder that you may write to" }]);
  } finally {
    if (beside !== undefined) rmSync(beside, { recursive: true, force: true });
  }
}

/** What to do with a new project, a line each. */
export function nextSteps({ folder, destinationKnown }: NewProject, written: WrittenProject): string[] {
  const { fileCount, tarball, locked } = written;
  return [
    `Wrote ${fileCount} files to ${folder}: the project that was rehearsed, for a repository of its own. What comes next:`,
    ...(destinationKnown
      ? []
      : [`    # write the destination's context into ${join(folder, "Pulumi.destination.yaml")}`]),
    `    cd ${shellWord(folder)}`,
    locked ? "    npm ci" : "    npm install   # makes package-lock.json: commit it",
    "    npx cutover rehearse",
    "    pulumi stack init source && pulumi stack init destination",
    "    pulumi preview -s source      # compares all of it with what runs",
    "    pulumi up -s source && pulumi up -s destination",
    `${join(folder, "README.md")} has the rest: a step, pull requests, the end.`,
    ...(tarball === undefined
      ? []
      : [`This package is in it as ${tarball}, since it runs from no registry's copy. Commit that too.`]),
    ...(locked
      ? []
      : [
          "warning: the project has no package-lock.json: the versions that this package runs with are written in no lock " +
            "file of npm beside it. The workflows need one",
        ]),
  ];
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
