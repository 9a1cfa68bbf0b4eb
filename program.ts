import * as pulumi from "@pulumi/pulumi";
import { failsAsUserError } from "./components/failure";
import { endOf } from "./core/ordinals";
import { UserError } from "./core/userError";
import { declareHalf } from "./declareHalf";
import type { CutoverOutputs } from "./declareHalf";
import { readInput } from "./input";
import type { ReadFile } from "./input";
import type { Cluster, Connection } from "./live/client/cluster";
import type { HalfArgs } from "./plan/arguments";
import type { ConfigSource } from "./settings/configReader";
import { configText } from "./settings/projectFile";

/** What the program needs from outside: the rehearsal gives its own. */
export interface Ports {
  readonly readFile: ReadFile;
  /** Opens a cluster for looking at it. Does not connect yet. */
  readonly connect: (connection: Connection) => Cluster;
}

/**
 * The Pulumi program of one half: reads config and manifests, then lets `declareHalf` decide and declare.
 *
 * @returns the stack outputs.
 * @throws pulumi.RunError with every problem in one message. Nothing has been declared then.
 */
export function program(ports: Ports): Promise<CutoverOutputs> {
  return run(ports, async () => {
    const projectFile = await ports.readFile("Pulumi.yaml").catch(() => undefined);
    return { values: pulumi.runtime.allConfig(), ...(projectFile === undefined ? {} : { projectFile }) };
  });
}

/** Keys of the config that have another namespace than the project's. */
const providerKeys = new Set(["context", "kubeconfig"]);

/** The same with values that another program gives, and not the config: by the config's keys, read and checked as those are. */
export function programWith(given: object, ports: Ports): Promise<CutoverOutputs> {
  const entries = Object.entries(given).flatMap(([key, value]: [string, unknown]) => {
    const space = providerKeys.has(key) ? "kubernetes" : pulumi.getProject();
    return value === undefined ? [] : [[`${space}:${key}`, configText(value)] as const];
  });
  return run(ports, () => Promise.resolve({ values: Object.fromEntries(entries), byProgram: true }));
}

async function run(
  ports: Ports,
  read: () => Promise<Omit<ConfigSource, "project" | "stack">>,
): Promise<CutoverOutputs> {
  return declareHalf(
    await failsAsUserError(async () => {
      const source = { project: pulumi.getProject(), stack: pulumi.getStack(), ...(await read()) };
      return readArgs(source, ports);
    }),
  );
}

async function readArgs(source: ConfigSource, ports: Ports): Promise<HalfArgs> {
  const { value: input, problems } = await readInput(source, ports.readFile);
  if (input === undefined) throw new UserError(problems);
  const { settings, workload } = input;
  return {
    ...settings,
    workload: { ...workload, warnings: [...settings.warnings, ...workload.warnings] },
    cutoverIndex: settings.cutoverIndex ?? endOf(workload.range),
    connect: ports.connect,
  };
}
