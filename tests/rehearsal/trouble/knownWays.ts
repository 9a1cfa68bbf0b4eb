import type { Pod, StatefulSet } from "../../../core/kubernetes";
import { annotations, isReady, rangeOfSet } from "../../../core/kubernetes";
import { formatRange, sides } from "../../../core/ordinals";
import { readOutputs } from "../../../core/contract/record";
import { liveHalf } from "../../../core/set/half";
import type { Snapshot } from "../../../rehearsal/invariants";
import { momentOf } from "./scene";
import type { TroubledWorld } from "./world";

/**
 * From which states the way out has been walked, and how many `up` it took: it is not walked again. Many schedules end
 * where another one did, and the walk is half of the work.
 */
export class KnownWays {
  private readonly ups = new Map<string, number>();

  /** Undefined: never walked from there. */
  public upsFrom(state: string): number | undefined {
    return this.ups.get(state);
  }

  public add(state: string, ups: number): void {
    this.ups.set(state, ups);
  }
}

/**
 * All of a world at rest that the program reads, but for what it only compares for being the same (uids, handles): two
 * worlds of one text go on alike. Turns count from the lowest.
 */
export function stateOf(world: TroubledWorld): string {
  const moment = momentOf(world.clusters);
  const records = sides.map((side) => readOutputs(world.outputsOf(side), side, side).value);
  const live = sides.map((side) => moment[side].set && liveHalf(moment[side].set));
  const turns = [...records, ...live].flatMap((half) => (half === undefined ? [] : [half.turn]));
  const lowest = Math.max(0, Math.min(...turns) - 1);
  const turnOf = (turn: number): number => Math.max(0, turn - lowest);
  const halves = sides.map((side, index) => {
    const [record, half] = [records[index], live[index]];
    return [
      record && [
        record.cutoverIndex,
        formatRange(record.held),
        turnOf(record.turn),
        turnOf(record.peerTurn),
        record.rangeLock,
      ],
      record && [Object.keys(record.offer), Object.keys(record.inventory), record.fenced?.length],
      half && [formatRange(half.range), turnOf(half.turn)],
      world.stackState(side).hasSet,
      [...world.stackState(side).carried.keys()],
      liveState(moment[side]),
    ];
  });
  // What is promised depends on what has been done.
  const rest = [world.scenario, world.checks.done, world.batch, world.looksAtPeer, world.fenced.length];
  return JSON.stringify([...rest, ...halves]);
}

function liveState({ set, pods, claims, volumes }: Snapshot): unknown {
  return [
    set && setState(set),
    pods.map((pod) => podState(pod)).sort(),
    claims.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ""}`).sort(),
    volumes
      .map(
        ({ spec, status }) =>
          `${spec.claimRef?.name ?? ""} ${spec.persistentVolumeReclaimPolicy ?? ""} ${status?.phase ?? ""}`,
      )
      .sort(),
  ];
}

function setState(set: StatefulSet): unknown {
  const { [annotations.range]: range, [annotations.leaving]: leaving = "" } = set.metadata.annotations ?? {};
  // Which pods they were matters only as far as anybody has seen them.
  const left = leaving.split(",").map((entry) => `${entry.split("/")[0] ?? ""}${entry.includes("@") ? " unseen" : ""}`);
  return [range, left, formatRange(rangeOfSet(set)), set.metadata.deletionTimestamp !== undefined];
}

function podState(pod: Pod): string {
  return `${pod.metadata.name} ${isReady(pod)} ${pod.metadata.deletionTimestamp !== undefined}`;
}
