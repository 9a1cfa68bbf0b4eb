import { carriedNames } from "./core/set/carried";
import type { Problem } from "./core/userError";
import { allRead } from "./core/verdict";
import type { Reading } from "./core/verdict";
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
 * Reads config and manifests of one half, and tells every problem of both.
 *
 * @param indexes cutover indexes from elsewhere, to be checked with the config's own.
 * @returns no value if there is any problem.
 */
export async function readInput(
  source: ConfigSource,
  readFile: ReadFile,
  indexes: readonly GivenIndex[] = [],
): Promise<Reading<Input | undefined>> {
  const { value: settings, problems: inConfig } = readSettings(source);
  const { side, patches, storageClasses, namespace, cutoverIndex } = settings;
  const read = allRead(await Promise.all(settings.manifests.map((path) => readManifest(readFile, path))));
  const files = read.value.filter((file) => file !== undefined);
  const given = [...inConfig, ...read.problems];
  if (files.length === 0) return { value: undefined, problems: given };
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
  const { value: workload, problems: found } = readWorkload(files, options);
  // What a patch of the wrong shape does to an object is not said on top.
  const illShaped = new Set(given.map(({ where }) => patchOf(where)).filter((patch) => patch !== undefined));
  const problems = [...given, ...found.filter(({ where }) => !illShaped.has(patchOf(where) ?? ""))];
  return { value: workload === undefined || problems.length > 0 ? undefined : { settings, workload }, problems };
}

/** The patch that a problem is about, such as `patches[0]`. */
function patchOf(where: string): string | undefined {
  return /^patches\[\d+\]/.exec(where)?.[0];
}

async function readManifest(readFile: ReadFile, path: string): Promise<Reading<ManifestFile | undefined>> {
  try {
    return { value: { path, text: await readFile(path) }, problems: [] };
  } catch (error) {
    return { value: undefined, problems: [unreadable(path, error)] };
  }
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
