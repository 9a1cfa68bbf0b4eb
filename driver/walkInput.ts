import type { ProjectFile } from "../settings/projectFile";
import { endOf, peerOf, sides } from "../core/ordinals";
import type { Side } from "../core/ordinals";
import type { HalfOutputs, StackOutputs } from "../core/contract/record";
import { readOutputs } from "../core/contract/record";
import { isFirst, throwIfAny, UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Walk } from "../core/protocol/walk";
import type { Checks } from "../core/gates/checks";
import type { Input, ReadFile } from "../input";
import { readInput } from "../input";
import type { Asked } from "./gates/world";
import { askedHalf, checksOf, secretChecks } from "./gates/walkChecks";
import type { ToldConfig } from "./gates/walkChecks";
import { filesIn, projectIn } from "./project";
import type { Ended, Pulumi } from "./pulumi";
import type { StackFiles } from "./stackFile";

/** Which walk is asked for. */
export interface WalkOptions {
  /** The folder of `Pulumi.yaml`. */
  readonly folder: string;
  /** The stack of each half, as `pulumi -s` takes it. */
  readonly stacks: Readonly<Record<Side, string>>;
  /** The wanted index. Default: the config's. */
  readonly to?: number;
  /** Whether to stop when the plan is made. */
  readonly dryRun: boolean;
  /** Whether to take a lock away that a stack has: it is for the caller to know that its owner is dead. */
  readonly cancelLocks: boolean;
  /** What to do where a gate does not hold, or an action cannot go on: stop there, or walk the step back. */
  readonly onTrouble: "pause" | "rollback";
  /** Whether the index of each step is written where it is set, and also committed. Left out: no file is changed. */
  readonly write?: "file" | "commit";
  /** What the caller has found wrong already: told together with whatever else is. */
  readonly problems: readonly Problem[];
}

/** Everything that a walk works on, found good. */
export interface WalkInput extends Walk {
  /** Name of the set. */
  readonly name: string;
  readonly namespace: string;
  readonly records: Readonly<Record<Side, HalfOutputs | undefined>>;
  readonly files: StackFiles;
  /** The index that each half's config has. */
  readonly indexes: Readonly<Record<Side, number | undefined>>;
  /** Config and manifests of each half. */
  readonly inputs: Readonly<Record<Side, Input>>;
  /** What is asked and done between the ups. */
  readonly checks: Checks;
  /** Where that is asked. */
  readonly asked: Asked;
  readonly warnings: readonly string[];
}

/** The part of a stack's name that is its own: without organization and project. */
export function plainName(stack: string): string {
  return stack.split("/").pop() ?? stack;
}

/**
 * Reads config, manifests and outputs of both halves. Config is asked of Pulumi, with what the project, the stack and
 * its environments say; secret values stay encrypted, since none of them is needed.
 *
 * @throws UserError with every problem, those that the caller had found included.
 */
export async function readWalkInput(options: WalkOptions, pulumi: Pulumi): Promise<WalkInput> {
  const { folder, stacks } = options;
  const problems: Problem[] = [...options.problems];
  const readFile = filesIn(folder);
  const { value: project, problems: inProject } = await projectIn(folder);
  problems.push(...inProject);
  if (project === undefined) throw new UserError(problems);

  const check = (side: Side, input: Input): Problem[] => halfProblems(side, stacks, input);
  const halfOf = (side: Side): Promise<Half> => readHalf(side, options, project, readFile, pulumi, check);
  const [source, destination] = await Promise.all([halfOf("source"), halfOf("destination")]);
  // In the order of the halves, whichever was read first.
  problems.push(...[...source.problems, ...destination.problems].filter(isFirst));
  if (source.input === undefined || destination.input === undefined) throw new UserError(problems);

  const { range: set, namespace } = source.input.workload;
  const { name } = source.input.workload.set.metadata;
  const halves = { source: { ...source, ...source.input }, destination: { ...destination, ...destination.input } };
  const { value: checks, problems: inChecks } = checksOf(project.name, stacks, halves);
  problems.push(...inChecks);
  if (options.to === undefined) problems.push(...indexProblems(source.input, destination.input, stacks));
  throwIfAny(problems);
  const to = options.to ?? source.input.settings.cutoverIndex ?? endOf(set);
  return {
    name,
    namespace,
    set,
    to,
    batch: Math.min(source.input.settings.batch, destination.input.settings.batch),
    records: { source: source.record, destination: destination.record },
    files: { folder, project: project.name, stackConfigDir: project.stackConfigDir },
    indexes: {
      source: source.input.settings.cutoverIndex,
      destination: destination.input.settings.cutoverIndex,
    },
    inputs: { source: source.input, destination: destination.input },
    checks,
    asked: {
      set: { name, namespace, ...set },
      halves: {
        source: askedHalf(stacks.source, halves.source, source.record?.cluster),
        destination: askedHalf(stacks.destination, halves.destination, destination.record?.cluster),
      },
      folder,
    },
    warnings: [...new Set([...source.input.settings.warnings, ...destination.input.settings.warnings])],
  };
}

/** What is known of one half. */
export interface Half {
  readonly input: Input | undefined;
  readonly record: HalfOutputs | undefined;
  readonly told: ToldConfig;
  /** Names of the outputs that it has. */
  readonly outputs: readonly string[];
  /** Whether there is no such stack. */
  readonly isMissing: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Reads config, manifests and outputs of one half.
 *
 * @param check what else must hold for its config; its problems come with the others.
 */
export async function readHalf(
  side: Side,
  { stacks, to }: Pick<WalkOptions, "stacks" | "to">,
  { name, text: projectFile }: ProjectFile,
  readFile: ReadFile,
  pulumi: Pulumi,
  check: (side: Side, input: Input) => Problem[],
): Promise<Half> {
  const stack = stacks[side];
  const [config, outputs] = await Promise.all([
    pulumi.run(["config", "--json", "--open", "-s", stack]),
    pulumi.run(["stack", "output", "--json", "-s", stack]),
  ]);
  const failed = [config, outputs].find(({ code }) => code !== 0);
  if (failed !== undefined) {
    const told = { values: {}, encrypted: [] };
    const isMissing = isNoStack(failed);
    const problems = [stackProblem(stack, failed)];
    return { input: undefined, record: undefined, told, outputs: [], isMissing, problems };
  }
  const told = toldConfig(config);
  const source = { project: name, stack: plainName(stack), values: told.values, projectFile };
  const indexes = to === undefined ? [] : [{ where: "--to", index: to, todo: "Correct the option" }];
  const { value: input, problems: inInput } = await readInput(source, readFile, indexes);
  const ofHalf = input === undefined ? [] : check(side, input);
  const problems = [...secretChecks(name, stack, told), ...inInput, ...ofHalf];
  const names = Object.keys(JSON.parse(outputs.stdout) as Readonly<Record<string, unknown>>);
  const about = { input, told, outputs: names, isMissing: false };
  // The outputs of the wrong stack are no second problem.
  if (problems.length > 0) return { ...about, record: undefined, problems };
  const record = readOutputs(toldOutputs(outputs), stack, side);
  return { ...about, record: record.value, problems: record.problems };
}

/** The outputs without the secret ones, for which Pulumi shows a marker: a walk asks for none of them. */
export function toldOutputs({ stdout }: Ended): StackOutputs {
  const outputs = JSON.parse(stdout) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== "[secret]"));
}

/** What Pulumi said when it was asked about a stack. */
export function stackProblem(stack: string, { output }: Pick<Ended, "output">): Problem {
  const said = output.trim().replace(/^error: /, "");
  const todo = isNoStack({ output }) ? `Create it: pulumi stack init ${stack}` : `Try: pulumi stack -s ${stack}`;
  return { where: `stack ${stack}`, what: `cannot be read: ${said.replace(/\.$/, "")}`, todo };
}

function isNoStack({ output }: Pick<Ended, "output">): boolean {
  return output.includes("no stack named");
}

/** Config as the SDK would hold it. A secret has no value here. */
export function toldConfig({ stdout }: Ended): ToldConfig {
  const config = Object.entries(JSON.parse(stdout) as Record<string, { readonly value?: string }>);
  return {
    values: Object.fromEntries(config.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]]))),
    encrypted: config.filter(([, { value }]) => value === undefined).map(([key]) => key),
  };
}

/** The stacks must be the two halves, each the peer of the other. */
function halfProblems(side: Side, stacks: WalkOptions["stacks"], { settings }: Input): Problem[] {
  const stack = plainName(stacks[side]);
  const peer = plainName(stacks[peerOf(side)]);
  const problem = sideProblem(side, stack, settings);
  if (problem !== undefined) return [problem];
  if (settings.peerStack === "none") {
    const todo = `Run pulumi up -s ${stack} instead: from now on it is a stack like any other`;
    return [
      { where: `stack ${stack}`, what: "has ended its move (peerStack is none), so there is no way to walk", todo },
    ];
  }
  return settings.peerStack === peer ? [] : [peerProblem(side, stacks, settings)];
}

/** The stack that was named as a half is the other one. */
export function sideProblem(side: Side, stack: string, settings: Input["settings"]): Problem | undefined {
  if (settings.side === side) return undefined;
  const todo = `Name the stack of the ${side} with --${side}`;
  return { where: `stack ${stack}`, what: `is the ${settings.side}, not the ${side}`, todo };
}

/** A stack has another peer than the one that was named. */
export function peerProblem(side: Side, stacks: WalkOptions["stacks"], settings: Input["settings"]): Problem {
  const stack = plainName(stacks[side]);
  const peer = plainName(stacks[peerOf(side)]);
  const todo = `Name the right stack with --${peerOf(side)}, or: pulumi config set peerStack ${peer} -s ${stack}`;
  return { where: `stack ${stack}: peerStack`, what: `is not ${peer}`, received: settings.peerStack, todo };
}

/** Both stacks must want the same index. */
function indexProblems(source: Input, destination: Input, stacks: WalkOptions["stacks"]): Problem[] {
  const [low, high] = [source.settings.cutoverIndex, destination.settings.cutoverIndex];
  if (low === high) return [];
  const shown = (index: number | undefined): string => (index === undefined ? "not set" : String(index));
  const what = `is ${shown(low)} in stack ${stacks.source} and ${shown(high)} in stack ${stacks.destination}`;
  const removals = sides.map((side) => `pulumi config rm cutoverIndex -s ${stacks[side]}`).join("; ");
  const todo = `Keep it in Pulumi.yaml alone (${removals}), or say where to with --to`;
  return [{ where: "cutoverIndex", what, todo }];
}
