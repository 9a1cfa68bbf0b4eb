import * as pulumi from "@pulumi/pulumi";
import { failsAsUserError } from "./components/failure";
import { endOf } from "./core/ordinals";
import { UserError } from "./core/userError";
import type { Problem } from "./core/userError";
import { readWorkload } from "./core/workload";
import type { ManifestFile } from "./core/workload";
import { cutover } from "./cutover";
import type { CutoverArgs, CutoverOutputs } from "./cutover";
import type { Cluster, Connection } from "./live/cluster";
import { readSettings } from "./settings";

/** What the program needs from outside: the rehearsal gives its own. */
export interface Ports {
  /** Reads a file of the user's, its path relative to the folder of `Pulumi.yaml`. Rejects as `fs.readFile` does. */
  readonly readFile: (path: string) => Promise<string>;
  /** Opens a cluster for looking at it. Does not connect yet. */
  readonly connect: (connection: Connection) => Cluster;
}

/**
 * The Pulumi program of one half: reads config and manifests, then lets `cutover` decide and declare.
 *
 * @returns the stack outputs.
 * @throws pulumi.RunError with every problem in one message. Nothing has been declared then.
 */
export async function program(ports: Ports): Promise<CutoverOutputs> {
  return cutover(await failsAsUserError(() => readArgs(ports)));
}

async function readArgs(ports: Ports): Promise<CutoverArgs> {
  const problems: Problem[] = [];
  const projectFile = await ports.readFile("Pulumi.yaml").catch(() => undefined);
  const settings = readSettings(
    {
      project: pulumi.getProject(),
      stack: pulumi.getStack(),
      values: pulumi.runtime.allConfig(),
      ...(projectFile === undefined ? {} : { projectFile }),
    },
    problems,
  );
  if (settings === undefined) throw new UserError(problems);

  const files = await readManifests(ports, settings.manifests, problems);
  const workload = readWorkload(
    files,
    {
      side: settings.side,
      patches: settings.patches,
      storageClasses: settings.storageClasses,
      ...(settings.namespace === undefined ? {} : { namespace: settings.namespace }),
    },
    problems,
  );
  if (workload === undefined || problems.length > 0) throw new UserError(problems);
  return {
    ...settings,
    workload: { ...workload, warnings: [...settings.warnings, ...workload.warnings] },
    cutoverIndex: settings.cutoverIndex ?? endOf(workload.range),
    connect: ports.connect,
  };
}

async function readManifests(ports: Ports, paths: readonly string[], problems: Problem[]): Promise<ManifestFile[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      try {
        return { path, text: await ports.readFile(path) };
      } catch (error) {
        problems.push(unreadable(path, error));
        return undefined;
      }
    }),
  );
  return files.filter((file) => file !== undefined);
}

function unreadable(path: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const causes: Record<string, string> = {
    ENOENT: "does not exist",
    EISDIR: "is a folder",
    EACCES: "may not be read by this user",
  };
  return {
    where: `manifests: ${path}`,
    what: causes[code] ?? `cannot be read (${code === "" ? String(error) : code})`,
    legal: "paths of YAML files, relative to the folder of Pulumi.yaml",
    todo: "Correct the path in the config key manifests",
  };
}
