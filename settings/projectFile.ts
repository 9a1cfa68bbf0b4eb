import { parseDocument } from "yaml";
import { rememberingLast } from "../core/contract/rememberingLast";
import { isObject } from "../core/json";
import type { JsonObject } from "../core/json";
import { messageOf } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Reading } from "../core/verdict";

/** A file and what is in it. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** `Pulumi.yaml`, as far as it is read without Pulumi. */
export interface ProjectFile extends TextFile {
  /** Name of the project: the namespace of keys that have none. */
  readonly name: string;
  /** Where the stack files are, relative to the file's own folder; empty: beside it. */
  readonly stackConfigDir: string;
  /** What it says of each key of the config, not yet looked at. */
  readonly config: unknown;
}

/**
 * Reads `Pulumi.yaml`.
 *
 * @param readFile reads a file of the project's folder; rejects as `fs.readFile` does.
 * @param missing what to say if there is none.
 */
export async function readProjectFile(
  readFile: (path: string) => Promise<string>,
  missing: Problem,
): Promise<Reading<ProjectFile | undefined>> {
  const { value: file, problems } = await firstFile(["Pulumi.yaml", "Pulumi.yml"], readFile);
  if (file === undefined) return { value: undefined, problems: problems.length > 0 ? problems : [missing] };
  const { value: project, problems: illegible } = parseMap(file);
  if (project === undefined) return { value: undefined, problems: illegible };
  const { name, stackConfigDir, config } = project;
  if (typeof name !== "string" || name === "") {
    const where = `${file.path}: name`;
    const problem = { where, what: "is not the project's name", received: name, legal: "text", todo: "Correct it" };
    return { value: undefined, problems: [problem] };
  }
  const folder = typeof stackConfigDir === "string" ? stackConfigDir : "";
  return { value: { ...file, name, stackConfigDir: folder, config }, problems: [] };
}

/** The first of these files that exists. One that exists but cannot be read is a problem. */
export async function firstFile(
  paths: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<Reading<TextFile | undefined>> {
  for (const path of paths) {
    try {
      return { value: { path, text: await readFile(path) }, problems: [] };
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      return { value: undefined, problems: [{ where: path, what: `cannot be read: ${messageOf(error)}` }] };
    }
  }
  return { value: undefined, problems: [] };
}

/** Parses a YAML file that must be a map; an empty one counts as an empty map. */
export function parseMap({ path, text }: TextFile): Reading<JsonObject | undefined> {
  let problem: Problem;
  try {
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    if (isObject(value)) return { value, problems: [] };
    problem = { where: path, what: "is not a map", received: value, legal: "key: value", todo: "Correct it" };
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    problem = { where: path, what: `is not valid YAML: ${reason.replace(/:$/, "")}`, todo: "Correct it" };
  }
  return { value: undefined, problems: [problem] };
}

/**
 * What `Pulumi.yaml` sets for every stack, key to value as the SDK would hold it. Pulumi itself has checked the file
 * before: what cannot be read here is left out.
 *
 * @param project keys may be given with or without this prefix.
 */
export function sharedConfig(project: string, projectFile: string): ReadonlyMap<string, string> {
  const config = lastConfig(projectFile);
  const prefix = `${project}:`;
  const shared = new Map<string, string>();
  for (const [name, declared] of Object.entries(isObject(config) ? config : {})) {
    const given = isObject(declared) ? (declared.value ?? declared.default) : declared;
    if (given === undefined || given === null) continue;
    shared.set(name.startsWith(prefix) ? name.slice(prefix.length) : name, configText(given));
  }
  return shared;
}

/** A value of the config as the SDK holds it: text as it is, everything else as JSON. */
export function configText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value);
}

const lastConfig = rememberingLast((text): unknown => parseMap({ path: "Pulumi.yaml", text }).value?.config);
