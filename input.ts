import { carriedNames } from "./core/set/carried";
import type { Problem } from "./core/userError";
import { readWorkload } from "./core/manifests/workload";
import type { ManifestFile, Workload } from "./core/manifests/workload";
import { configuredIndex } from "./core/set/indexRange";
import type { GivenIndex } from "./core/set/indexRange";
import { readSettings } from "./settings";
import type { Settings } from "./settings";
import type { ConfigSource } from "./settings/configReader";

/** Reads a file of the user's, its path relative to the folder of `Pulumi.yaml`. Rejects as `fs.readFile` does. */
export type ReadFile = (path: string) => Promise<string>;

/** What a user gave for one half, read and checked. */
export interface Input {
  readonly settings: Settings;
  readonly workload: Workload;
}

/**
 * Reads config and manifests of one half; adds every problem of both to `problems`.
 *
 * @param indexes cutover indexes from elsewhere, to be checked with the config's own.
 * @returns undefined if there is any problem.
 */
export async function readInput(
  source: ConfigSource,
  readFile: ReadFile,
  problems: Problem[],
  indexes: readonly GivenIndex[] = [],
): Promise<Input | undefined> {
  const before = problems.length;
  const settings = readSettings(source, problems);
  const { side, patches, storageClasses, namespace, cutoverIndex } = settings;
  const files = await readManifests(readFile, settings.manifests, problems);
  if (files.length === 0) return undefined;
  const given = problems.slice(before);
  const options = {
    side,
    patches,
    storageClasses,
    carried: carriedNames(settings),
    leaveOut: settings.leaveOut,
    incomplete: given.some(({ where }) => where.startsWith("manifests")),
    indexes: [...(cutoverIndex === undefined ? [] : [configuredIndex(cutoverIndex)]), ...indexes],
    ...(namespace === undefined ? {} : { namespace }),
  };
  const found: Problem[] = [];
  const workload = readWorkload(files, options, found);
  // What a patch of the wrong shape does to an object is not said on top.
  const illShaped = new Set(given.map(({ where }) => patchOf(where)).filter((patch) => patch !== undefined));
  problems.push(...found.filter(({ where }) => !illShaped.has(patchOf(where) ?? "")));
  return workload === undefined || problems.length > before ? undefined : { settings, workload };
}

/** The patch that a problem is about, such as `patches[0]`. */
function patchOf(where: string): string | undefined {
  return /^patches\[\d+\]/.exec(where)?.[0];
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
