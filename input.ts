import type { Problem } from "./core/userError";
import { readWorkload } from "./core/workload";
import type { ManifestFile, Workload } from "./core/workload";
import { readSettings } from "./settings";
import type { ConfigSource, Settings } from "./settings";

/** Reads a file of the user's, its path relative to the folder of `Pulumi.yaml`. Rejects as `fs.readFile` does. */
export type ReadFile = (path: string) => Promise<string>;

/** What a user gave for one half, read and checked. */
export interface Input {
  readonly settings: Settings;
  readonly workload: Workload;
}

/** Reads config and manifests of one half; adds every problem of both to `problems`. Undefined if there is any. */
export async function readInput(
  source: ConfigSource,
  readFile: ReadFile,
  problems: Problem[],
): Promise<Input | undefined> {
  const before = problems.length;
  const settings = readSettings(source, problems);
  const { side, patches, storageClasses, namespace, manifests } = settings;
  const files = await readManifests(readFile, manifests, problems);
  // Part of the files would only raise problems that are none, such as a missing StatefulSet.
  if (files.length === 0 || files.length < manifests.length) return undefined;
  const options = { side, patches, storageClasses, ...(namespace === undefined ? {} : { namespace }) };
  const workload = readWorkload(files, options, problems);
  return workload === undefined || problems.length > before ? undefined : { settings, workload };
}

async function readManifests(
  readFile: ReadFile,
  paths: readonly string[],
  problems: Problem[],
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const path of paths) {
    try {
      files.push({ path, text: await readFile(path) });
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  }
  return files;
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EISDIR: "is a folder",
  EACCES: "may not be read by this user",
};

function unreadable(path: string, error: unknown): Problem {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return {
    where: `manifests: ${path}`,
    what: causes[code] ?? `cannot be read: ${message}`,
    legal: "paths of YAML files",
    todo: "Paths are relative to the folder of Pulumi.yaml: correct the config key manifests",
  };
}
