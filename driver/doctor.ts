import { diagnose } from "../core/doctor/diagnose";
import { severities } from "../core/doctor/finding";
import type { Finding } from "../core/doctor/finding";
import { isSeen, nextOrdinals } from "../core/doctor/seen";
import type { Examined, ExaminedHalf, HalfConfig, Moving } from "../core/doctor/seen";
import { comingVolumes } from "../core/doctor/volumes";
import { minorOf } from "../core/contract/clusterIdentity";
import { endOf, holds, ordinalsOf } from "../core/ordinals";
import type { OrdinalRange, Side } from "../core/ordinals";
import { carriedNames } from "../core/set/carried";
import { storageNeeds } from "../core/volumes/storageNeeds";
import { examineCluster } from "../live/doctor/examinedCluster";
import type { ExaminedCluster } from "../live/doctor/examinedCluster";
import { seeHalf, seeLacking } from "../live/doctor/see";
import type { HalfQuestion } from "../live/doctor/see";
import type { Connection } from "../live/client/cluster";
import type { Pulumi } from "./pulumi";
import { NoSecret, openConnection } from "./secretConfig";
import { readWalkInput } from "./walkInput";
import type { WalkInput, WalkOptions } from "./walkInput";

/** What the doctor found. */
export interface DoctorReport {
  readonly set: { readonly name: string; readonly namespace: string } & OrdinalRange;
  readonly stacks: Readonly<Record<Side, string>>;
  /** Which ordinals were looked after: those that config or --to ask to move, else those that are left to move. */
  readonly moving: Moving;
  /** How many findings there are of each severity. */
  readonly counts: Readonly<Record<Finding["severity"], number>>;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** Opens a cluster for the doctor. Tests put one of their own in its place. */
export type Examine = (connection: Connection) => ExaminedCluster;

/**
 * Looks for everything that would make a step fail or unsafe, before it starts. Nothing is changed.
 *
 * @throws UserError if config, manifests or outputs cannot be read, or the two stacks are not the halves of one move.
 */
export async function doctor(
  options: WalkOptions,
  pulumi: Pulumi,
  examine: Examine = examineCluster,
): Promise<DoctorReport> {
  return diagnoseInput(await readWalkInput(options, pulumi), options.stacks, pulumi, examine);
}

/** The same for what a walk has read already. */
export async function diagnoseInput(
  input: WalkInput,
  stacks: WalkOptions["stacks"],
  pulumi: Pulumi,
  examine: Examine = examineCluster,
): Promise<DoctorReport> {
  const examined = await seeBoth(input, stacks, pulumi, examine);
  const findings = diagnose(examined);
  const counted = severities.map((severity) => [
    severity,
    findings.filter((each) => each.severity === severity).length,
  ]);
  const counts = Object.fromEntries(counted) as DoctorReport["counts"];
  return { set: examined.set, stacks, moving: examined.moving, counts, findings };
}

async function seeBoth(
  input: WalkInput,
  stacks: WalkOptions["stacks"],
  pulumi: Pulumi,
  examine: Examine,
): Promise<Examined> {
  const { name, namespace, set, batch } = input;
  const about = { set: { name, namespace, ...set }, moving: movingOf(input), batch };
  const halfOf = (side: Side): Promise<ExaminedHalf> => see(side, input, stacks, about, pulumi, examine);
  const [source, destination] = await Promise.all([halfOf("source"), halfOf("destination")]);
  const examined: Examined = { ...about, halves: { source, destination } };
  const { to } = about.moving;
  const receiver = examined.halves[to];
  const coming = comingVolumes(receiver, examined);
  if (!isSeen(receiver) || coming === undefined) return examined;
  const needs = storageNeeds(coming, minorOf(receiver.seen.version ?? ""));
  const opened = examine(await openConnection(input.asked.halves[to], pulumi));
  const seen = await seeLacking(opened, receiver.seen, needs);
  return { ...examined, halves: { ...examined.halves, [to]: { ...receiver, seen } } };
}

async function see(
  side: Side,
  { inputs, records, asked }: WalkInput,
  stacks: WalkOptions["stacks"],
  { moving, batch }: Pick<Examined, "moving" | "batch">,
  pulumi: Pulumi,
  examine: Examine,
): Promise<ExaminedHalf> {
  const { settings, workload } = inputs[side];
  const about = { side, stack: stacks[side], config: configOf(settings), workload, record: records[side] };
  let connection: Connection;
  try {
    connection = await openConnection(asked.halves[side], pulumi);
  } catch (error) {
    if (!(error instanceof NoSecret)) throw error;
    return { ...about, context: settings.connection.context, seen: error.message };
  }
  const question: HalfQuestion = {
    ...{ ...about, context: connection.context },
    receives: moving.to === side,
    leaving: moving.to === side ? [] : nextOrdinals({ moving, batch }),
  };
  const { peerConnection } = settings;
  const { kubeconfig } = connection;
  const peer = peerConnection && examine({ ...peerConnection, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
  return { ...about, context: connection.context, seen: await seeHalf(examine(connection), question, peer) };
}

function configOf(settings: WalkInput["inputs"][Side]["settings"]): HalfConfig {
  const { batch, volumes, storageClasses, inTreeVolumes, rangeLock, adopt, createNamespace, peerConnection } = settings;
  const carried = carriedNames(settings);
  const peerContext = peerConnection?.context;
  return { batch, volumes, storageClasses, inTreeVolumes, rangeLock, adopt, createNamespace, carried, peerContext };
}

/** What is to move: what the wanted index asks for, else whatever is left of the way to the destination. */
function movingOf({ set, to, records: { source, destination } }: WalkInput): Moving {
  const there = destination?.cutoverIndex ?? endOf(set);
  const here = source?.cutoverIndex ?? endOf(set);
  const all = ordinalsOf(set);
  if (to < there) return { to: "destination", asked: true, ordinals: between(all, to, there).reverse() };
  if (to > here) return { to: "source", asked: true, ordinals: between(all, here, to) };
  return { to: "destination", asked: false, ordinals: between(all, set.start, there).reverse() };
}

function between(ordinals: readonly number[], start: number, end: number): number[] {
  return ordinals.filter((ordinal) => holds({ start, replicas: end - start }, ordinal));
}
