import { readOutputs } from "../../core/contract/record";
import { field, parsedJson } from "../../core/json";
import { endOf, peerOf, sides } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import type { Finish, FinishHalf } from "../../core/finish/finish";
import type { ClaimedSet } from "../../core/finish/claims";
import { isFirst, UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import { readInput } from "../../input";
import type { Input, ReadFile } from "../../input";
import type { Connection } from "../../live/client/cluster";
import type { ProjectFile } from "../../settings/projectFile";
import type { ToldConfig } from "../gates/walkChecks";
import { filesIn, projectIn } from "../project";
import type { Pulumi } from "../pulumi";
import { plainName, stackProblem, toldConfig, toldOutputs } from "../walkInput";

/** Which end is asked for. */
export interface FinishOptions {
  /** The folder of `Pulumi.yaml`. */
  readonly folder: string;
  /** The stack of each half, as `pulumi -s` takes it. */
  readonly stacks: Readonly<Record<Side, string>>;
  /** Whether claims and volumes of the half that goes are removed. */
  readonly removeClaims: boolean;
  /** Whether to stop when the stages are known. */
  readonly dryRun: boolean;
  /** What the caller has found wrong already: told together with whatever else is. */
  readonly problems: readonly Problem[];
}

/** Everything that the end of a move works on, found good. */
export interface FinishInput extends Finish {
  readonly claimed: ClaimedSet;
  /** How each half's cluster is reached; undefined: there is no such stack, and nothing says how. */
  readonly connections: Readonly<Record<Side, Connection | undefined>>;
  /** Names of Secrets and ConfigMaps that were carried. */
  readonly carried: readonly string[];
  readonly warnings: readonly string[];
}

/** What is read of one half. `input`: undefined if there is no such stack, or its config is wrong. */
interface Read {
  readonly exists: boolean;
  readonly input?: Input;
  readonly told?: ToldConfig;
  readonly half?: Omit<FinishHalf, "cutoverIndex" | "ended">;
  readonly problems: readonly Problem[];
}

/**
 * Reads config, manifests, outputs and the size of the state of both halves. A stack that is gone is no problem: a run that was
 * killed may have removed it.
 *
 * @throws UserError with every problem, those that the caller had found included.
 */
export async function readFinishInput(options: FinishOptions, pulumi: Pulumi): Promise<FinishInput> {
  const { folder, stacks } = options;
  const problems: Problem[] = [...options.problems];
  const readFile = filesIn(folder);
  const { value: project, problems: inProject } = await projectIn(folder);
  problems.push(...inProject);
  if (project === undefined) throw new UserError(problems);

  const read = (side: Side): Promise<Read> => readHalf(side, options, project, readFile, pulumi);
  const [source, destination] = await Promise.all([read("source"), read("destination")]);
  const halves = { source, destination };
  problems.push(...[...source.problems, ...destination.problems].filter(isFirst));
  const input = source.input ?? destination.input;
  if (problems.length > 0 || input === undefined) {
    if (problems.length === 0) problems.push(...sides.map((side) => noStack(stacks[side])));
    throw new UserError(problems);
  }
  const { range, namespace, set } = input.workload;
  const { name } = set.metadata;
  const templates = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  return {
    set: { name, namespace, ...range },
    halves: {
      source: finishHalf(source, stacks.source, endOf(range)),
      destination: finishHalf(destination, stacks.destination, endOf(range)),
    },
    claimed: { name, namespace, ...range, templates },
    connections: {
      source: await connectionOf(halves.source, stacks.source, pulumi),
      destination: await connectionOf(halves.destination, stacks.destination, pulumi),
    },
    carried: [...input.settings.carrySecrets, ...input.settings.carryConfigMaps],
    warnings: [...new Set(sides.flatMap((side) => halves[side].input?.settings.warnings ?? []))],
  };
}

function finishHalf({ half, input }: Read, stack: string, noneMoved: number): FinishHalf {
  const none = { stack, exists: false, resources: 0, record: undefined };
  const cutoverIndex = input && (input.settings.cutoverIndex ?? noneMoved);
  return { ...none, ...half, cutoverIndex, ended: input?.settings.peerStack === "none" };
}

function noStack(stack: string): Problem {
  return { where: `stack ${stack}`, what: "does not exist", todo: "Name the stacks with --source and --destination" };
}

async function readHalf(
  side: Side,
  { stacks }: FinishOptions,
  { name, text: projectFile }: ProjectFile,
  readFile: ReadFile,
  pulumi: Pulumi,
): Promise<Read> {
  const stack = stacks[side];
  const config = await pulumi.run(["config", "--json", "--open", "-s", stack]);
  if (config.code !== 0) {
    if (config.output.includes("no stack named")) return { exists: false, problems: [] };
    return { exists: true, problems: [stackProblem(stack, config)] };
  }
  const [outputs, state] = await Promise.all([
    pulumi.run(["stack", "output", "--json", "-s", stack]),
    pulumi.run(["stack", "export", "-s", stack]),
  ]);
  const failed = [outputs, state].find(({ code }) => code !== 0);
  if (failed !== undefined) return { exists: true, problems: [stackProblem(stack, failed)] };
  const resources = field(field(parsedJson(state.stdout), "deployment"), "resources");
  const told = toldConfig(config);
  const source = { project: name, stack: plainName(stack), values: told.values, projectFile };
  const { value: input, problems: inInput } = await readInput(source, readFile);
  const inHalf = input === undefined ? inInput : halfProblems(side, stacks, input);
  const { value: record, problems } =
    inHalf.length > 0 ? { value: undefined, problems: inHalf } : readOutputs(toldOutputs(outputs), stack, side);
  const half = { stack, exists: true, resources: Array.isArray(resources) ? resources.length : 0, record };
  return { exists: true, ...(input && { input }), told, half, problems };
}

/** The stacks must be the two halves, each the peer of the other, unless the move has been ended. */
function halfProblems(side: Side, stacks: FinishOptions["stacks"], { settings }: Input): Problem[] {
  const stack = plainName(stacks[side]);
  const peer = plainName(stacks[peerOf(side)]);
  if (settings.side !== side) {
    const todo = `Name the stack of the ${side} with --${side}`;
    return [{ where: `stack ${stack}`, what: `is the ${settings.side}, not the ${side}`, todo }];
  }
  if (settings.peerStack === "none" || settings.peerStack === peer) return [];
  const todo = `Name the right stack with --${peerOf(side)}, or: pulumi config set peerStack ${peer} -s ${stack}`;
  return [{ where: `stack ${stack}: peerStack`, what: `is not ${peer}`, received: settings.peerStack, todo }];
}

/** With context and kubeconfig decrypted where they are secrets: their values stay between the two processes. */
async function connectionOf({ input, told }: Read, stack: string, pulumi: Pulumi): Promise<Connection | undefined> {
  if (input === undefined) return undefined;
  const { connection } = input.settings;
  const decrypted = async (key: string): Promise<string | undefined> => {
    if (told?.encrypted.includes(key) !== true) return undefined;
    const { code, stdout } = await pulumi.run(["config", "get", key, "--json", "-s", stack]);
    const value = code === 0 ? field(parsedJson(stdout), "value") : undefined;
    if (typeof value === "string") return value;
    const todo = "Set PULUMI_CONFIG_PASSPHRASE, or log in where its key is";
    throw new UserError([{ where: `stack ${stack}: ${key}`, what: "cannot be decrypted", todo }]);
  };
  const context = await decrypted("kubernetes:context");
  const kubeconfig = await decrypted("kubernetes:kubeconfig");
  return {
    ...connection,
    ...(context !== undefined && { context, isDefault: false }),
    ...(kubeconfig !== undefined && { kubeconfig }),
  };
}
