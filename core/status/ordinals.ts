import type { HalfOutputs } from "../contract/record";
import { isReady, rangeOfSet } from "../kubernetes";
import type { Pod } from "../kubernetes";
import { holds, ordinalsOf, peerOf, sides } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import { whyNotReady } from "../project/podTrouble";
import { isHalf } from "../set/half";
import { podsOfSet } from "../volumes/handOver";
import type { Cell, Home, OrdinalStatus } from "./report";
import { isSeen } from "./seen";
import type { ClusterSeen, Seen } from "./seen";

/** What is known of the ordinals in one cluster. */
interface Half {
  readonly isSeen: boolean;
  readonly range: OrdinalRange | undefined;
  readonly pods: ReadonlyMap<number, Pod>;
  readonly record: HalfOutputs | undefined;
}

/**
 * Where every ordinal lives: those of the set, and others that a live set allows or that have a pod.
 *
 * @param set the whole set; its name is that of the pods.
 */
export function ordinalsNow(set: { readonly name: string } & OrdinalRange, seen: Seen): OrdinalStatus[] {
  const halves = { source: halfOf("source", set.name, seen), destination: halfOf("destination", set.name, seen) };
  const found = sides.flatMap((side) => {
    const { range, pods } = halves[side];
    return [...(range === undefined ? [] : ordinalsOf(range)), ...pods.keys()];
  });
  const all = [...new Set([...ordinalsOf(set), ...found])].sort((a, b) => a - b);
  return all.map((ordinal) => {
    const [source, destination] = sides.map((side) => cellOf(halves[side], ordinal));
    const home = homeOf(halves, ordinal, { source, destination });
    return { ordinal, home, ...(source && { source }), ...(destination && { destination }) };
  });
}

/** Whether a set of the name is a half of this move. A set in the source that is yet to be taken over is; elsewhere it is another. */
export function isOurs(side: Side, cluster: ClusterSeen, record: HalfOutputs | undefined): boolean {
  return cluster.set !== undefined && (side === "source" || record !== undefined || isHalf(cluster.set));
}

function halfOf(side: Side, name: string, { clusters, stacks }: Seen): Half {
  const cluster = clusters[side];
  const { record } = stacks[side];
  if (!isSeen(cluster)) {
    // Where the move has ended, the half that is left has all.
    const hasEnded = cluster === undefined && stacks[peerOf(side)].config?.peerStack === "none";
    return { isSeen: hasEnded, range: undefined, pods: new Map(), record };
  }
  // Pods may outlive their set, and then nobody else owns them.
  const isOther = cluster.set !== undefined && !isOurs(side, cluster, record);
  return {
    isSeen: true,
    range: cluster.set === undefined || isOther ? undefined : rangeOfSet(cluster.set),
    pods: isOther ? new Map<number, Pod>() : podsOfSet(name, cluster.pods),
    record,
  };
}

function cellOf({ range, pods }: Half, ordinal: number): Cell | undefined {
  const pod = pods.get(ordinal);
  const isAllowed = holds(range, ordinal);
  if (pod === undefined) return isAllowed ? { state: "noPod" } : undefined;
  const isGoing = pod.metadata.deletionTimestamp !== undefined;
  const why = whyNotReady(pod);
  const node = pod.spec?.nodeName;
  return {
    state: isAllowed ? (isReady(pod) && !isGoing ? "ready" : "notReady") : "leaving",
    ...(typeof node === "string" && node !== "" && { node }),
    ...(why !== undefined && { why }),
  };
}

function homeOf(
  halves: Readonly<Record<Side, Half>>,
  ordinal: number,
  cells: Readonly<Record<Side, Cell | undefined>>,
): Home {
  const there = sides.filter((side) => cells[side] !== undefined);
  if (there.length === 2) return "both";
  const [only] = there;
  const mayHold = (side: Side): boolean => {
    const { isSeen: wasSeen, record } = halves[side];
    // Who has vouched for nothing may hold anything.
    return !wasSeen && (record === undefined || holds(record.held, ordinal));
  };
  if (only !== undefined) return mayHold(peerOf(only)) ? "unknown" : only;
  return sides.some(mayHold) ? "unknown" : "neither";
}
