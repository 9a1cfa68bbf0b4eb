import * as pulumi from "@pulumi/pulumi";
import { failsAsUserError } from "./components/failure";
import { endOf } from "./core/ordinals";
import { UserError } from "./core/userError";
import type { Problem } from "./core/userError";
import { cutover } from "./cutover";
import type { CutoverArgs, CutoverOutputs } from "./cutover";
import { readInput } from "./input";
import type { ReadFile } from "./input";
import type { Cluster, Connection } from "./live/client/cluster";

/** What the program needs from outside: the rehearsal gives its own. */
export interface Ports {
  readonly readFile: ReadFile;
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
  const source = {
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    values: pulumi.runtime.allConfig(),
    ...(projectFile === undefined ? {} : { projectFile }),
  };
  const input = await readInput(source, ports.readFile, problems);
  if (input === undefined) throw new UserError(problems);
  const { settings, workload } = input;
  return {
    ...settings,
    workload: { ...workload, warnings: [...settings.warnings, ...workload.warnings] },
    cutoverIndex: settings.cutoverIndex ?? endOf(workload.range),
    connect: ports.connect,
  };
}
