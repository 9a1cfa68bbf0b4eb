import { readFile as readFileFromDisk } from "node:fs/promises";
import { resolve } from "node:path";
import type { Reading } from "../core/verdict";
import type { ReadFile } from "../input";
import { readProjectFile } from "../settings/projectFile";
import type { ProjectFile } from "../settings/projectFile";

/** Reads files of a project's folder. */
export function filesIn(folder: string): ReadFile {
  return (path) => readFileFromDisk(resolve(folder, path), "utf8");
}

/** The project in the folder that a command was pointed at. */
export function projectIn(folder: string): Promise<Reading<ProjectFile | undefined>> {
  const todo = "Run it in the folder of a project, or name that folder with --config-dir";
  return readProjectFile(filesIn(folder), { where: folder, what: "has no Pulumi.yaml", todo });
}
