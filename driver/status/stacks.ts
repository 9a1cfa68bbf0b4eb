import { noChecks } from "../../core/gates/checks";
import type { Checks } from "../../core/gates/checks";
import { isObject, parsedJson } from "../../core/json";
import { endOf, sides } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import type { StackConfig, StackSeen } from "../../core/status/seen";
import { isFirst, UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import type { Input } from "../../input";
import { askedHalf, checksOf } from "../gates/walkChecks";
import type { Asked, AskedHalf } from "../gates/world";
import { filesIn, projectIn } from "../project";
import type { Pulumi } from "../pulumi";
import { peerProblem, plainName, readHalf, sideProblem } from "../walkInput";
import type { Half, WalkOptions } from "../walkInput";
import { stackLocks } from "./stackLock";

/** Whose status is asked for. */
export type StatusOptions = Pick<WalkOptions, "folder" | "stacks" | "problems">;

/** What the stacks say, and where their clusters are. */
export interface StacksSeen {
  readonly stacks: Readonly<Record<Side, StackSeen>>;
  /** Undefined: not known, or there is nothing to look at. */
  readonly halves: Readonly<Record<Side, AskedHalf | undefined>>;
  readonly set: { readonly name: string; readonly namespace: string };
  readonly offered: readonly number[] | undefined;
  readonly checks: Checks;
  /** Undefined where gates cannot be asked: one half is not known. */
  readonly asked: Asked | undefined;
}

/**
 * Reads config, manifests and outputs of both stacks. What is wrong with one of them is told in its `problems`, and does not
 * hide the other.
 *
 * @throws UserError if nobody can tell which set it is about.
 */
export async function readStacks(options: StatusOptions, pulumi: Pulumi): Promise<StacksSeen> {
  const { folder, stacks } = options;
  const readFile = filesIn(folder);
  const { value: project, problems: inProject } = await projectIn(folder);
  const problems = [...options.problems, ...inProject];
  if (project === undefined || problems.length > 0) throw new UserError(problems);
  const read = (side: Side): Promise<Half> =>
    readHalf(side, { stacks }, project, readFile, pulumi, (_, input) => halfProblems(side, stacks, input));
  const [source, destination, lockOf] = await Promise.all([
    read("source"),
    read("destination"),
    stackLocks(folder, project.name, pulumi),
  ]);
  const halves = { source, destination };
  const known = sides.map((side) => halves[side].input).find((input) => input !== undefined);
  if (known === undefined) throw new UserError([...source.problems, ...destination.problems].filter(isFirst));

  const { range, namespace } = known.workload;
  const { name } = known.workload.set.metadata;
  const set = { name, namespace, ...range };
  const hasEnded = sides.some((side) => halves[side].input?.settings.peerStack === "none");
  const both = bothOf(halves);
  const { value: checks, problems: checked } =
    both === undefined || hasEnded ? { value: noChecks, problems: [] } : checksOf(project.name, stacks, both);
  const askedOf = (side: Side): AskedHalf | undefined => {
    const { input, told, record } = halves[side];
    return input && askedHalf(stacks[side], { told, settings: input.settings }, record?.cluster);
  };
  const [low, high] = [askedOf("source"), askedOf("destination")];
  const seen = async (side: Side): Promise<StackSeen> => {
    const { input, record, isMissing } = halves[side];
    const stack = stacks[side];
    const lock = isMissing ? { state: "free" as const } : await lockOf(plainName(stack));
    // The empty half of a move that has ended may be gone for good.
    const own = isMissing && hasEnded ? [] : halves[side].problems;
    return {
      stack,
      config: input && configOf(input),
      record,
      lock,
      problems: side === "source" ? [...own, ...checked] : own,
    };
  };
  return {
    stacks: { source: await seen("source"), destination: await seen("destination") },
    halves: { source: low, destination: high },
    set: { name, namespace },
    offered: source.outputs.includes("offer") ? await offeredBy(stacks.source, pulumi) : undefined,
    checks,
    asked: low && high && { set, halves: { source: low, destination: high }, folder },
  };
}

function halfProblems(side: Side, stacks: WalkOptions["stacks"], { settings }: Input): Problem[] {
  const problem = sideProblem(side, plainName(stacks[side]), settings);
  if (problem !== undefined) return [problem];
  const peer = plainName(stacks[side === "source" ? "destination" : "source"]);
  // A move that has ended is no problem here, as it is for a walk.
  return settings.peerStack === peer || settings.peerStack === "none" ? [] : [peerProblem(side, stacks, settings)];
}

function bothOf({ source, destination }: Readonly<Record<Side, Half>>) {
  if (source.input === undefined || destination.input === undefined) return undefined;
  return { source: { ...source, ...source.input }, destination: { ...destination, ...destination.input } };
}

function configOf({ settings, workload }: Input): StackConfig {
  const { range, namespace, fingerprint } = workload;
  return {
    wanted: settings.cutoverIndex ?? endOf(range),
    batch: settings.batch,
    peerStack: settings.peerStack,
    adopt: settings.adopt,
    set: { name: workload.set.metadata.name, namespace, ...range, fingerprint },
  };
}

/** The ordinals of a secret output: its volumes are looked at by nobody. */
async function offeredBy(stack: string, pulumi: Pulumi): Promise<readonly number[] | undefined> {
  const { code, stdout } = await pulumi.run(["stack", "output", "offer", "--json", "--show-secrets", "-s", stack]);
  const offer = code === 0 ? parsedJson(stdout) : undefined;
  return isObject(offer) ? Object.keys(offer).map(Number) : undefined;
}
