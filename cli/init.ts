import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

import { shellWord } from "../core/shell";
import { entryPoint, type ProjectFiles } from "../core/startingProject";
import { type Problem, UserError } from "../core/userError";
import { packageFolder } from "./version";

/** A project that is to be written. */
export interface NewProject {
  /** As it stands on the command line. */
  readonly folder: string;
  readonly files: ProjectFiles;
  /** Whether its destination has its context already. */
  readonly destinationKnown: boolean;
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
 * Writes a project, all of it or nothing: it is made beside its folder and then moved there.
 *
 * @throws UserError if it cannot be written.
 */
export function writeProject({ folder, files }: NewProject, cwd: string): void {
  const path = resolve(cwd, folder);
  const problems = folderProblems(folder, cwd);
  if (problems.length > 0) throw new UserError(problems);
  let beside: string | undefined;
  const moved: string[] = [];
  try {
    mkdirSync(dirname(path), { recursive: true });
    beside = mkdtempSync(join(dirname(path), `.${basename(path)}-`));
    for (const [name, text] of Object.entries({ ...files, [entryPoint]: entry(path) })) {
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
  } catch (error) {
    for (const name of moved) rmSync(join(path, name), { recursive: true, force: true });
    const what = `cannot be written (${codeOf(error)}), and nothing was`;
    throw new UserError([{ where: "--init", what, received: folder, todo: "Name a folder that you may write to" }]);
  } finally {
    if (beside !== undefined) rmSync(beside, { recursive: true, force: true });
  }
}

/** What to do with a new project, a line each. */
export function nextSteps({ folder, files, destinationKnown }: NewProject, cwd: string): string[] {
  const path = resolve(cwd, folder);
  const links = hasSdk(path) ? [] : [`ln -s ${shellWord(sdkFolder())} ${shellWord(join(folder, "node_modules"))}`];
  return [
    `Wrote ${Object.keys(files).length + 1} files to ${folder}: the project that was rehearsed. What comes next:`,
    ...(destinationKnown
      ? []
      : [`    # write the destination's context into ${join(folder, "Pulumi.destination.yaml")}`]),
    ...links.map((link) => `    ${link}   # Pulumi looks for its SDK from there`),
    `    cutover rehearse --config-dir ${shellWord(folder)}`,
    `    cd ${shellWord(folder)}`,
    "    pulumi stack init source && pulumi stack init destination",
    "    pulumi preview -s source      # compares all of it with what runs",
    "    pulumi up -s source && pulumi up -s destination",
  ];
}

/** The program that Pulumi runs is the one that this command belongs to. */
function entry(folder: string): string {
  const from = join(realpathSync(dirname(folder)), basename(folder));
  const to = relative(from, join(realpathSync(packageFolder()), "dist", "index"))
    .split(sep)
    .join("/");
  return `// The program of statefulset-cutover. Which set it moves is said in Pulumi.yaml.\nmodule.exports = require(${JSON.stringify(to.startsWith(".") ? to : `./${to}`)});\n`;
}

function hasSdk(folder: string): boolean {
  try {
    require.resolve("@pulumi/pulumi/package.json", { paths: [folder] });
    return true;
  } catch {
    return false;
  }
}

/** The `node_modules` that has Pulumi's SDK. */
function sdkFolder(): string {
  return dirname(dirname(dirname(require.resolve("@pulumi/pulumi/package.json"))));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
