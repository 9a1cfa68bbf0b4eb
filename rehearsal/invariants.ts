import type { PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet } from "../core/kubernetes";
import { ordinalIn, rangeOfSet } from "../core/kubernetes";
import type { StackOutputs } from "../core/contract/record";
import type { OrdinalRange, Side } from "../core/ordinals";
import {
  formatRange,
  holds,
  indexOf,
  noOrdinals,
  ordinalsOf,
  ordinalsOutside,
  overlapOf,
  sameRange,
  sides,
} from "../core/ordinals";
import type { Operation } from "./engine/report";

/** The set that is being moved. */
export interface MovedSet extends OrdinalRange {
  readonly name: string;
  readonly namespace: string;
  /** How many ordinals one step may move. */
  readonly batch: number;
  /** Whether volumes move with their ordinal, or each cluster has its own. */
  readonly volumes: "carry" | "fresh";
}

/** What there is of the set in one cluster. */
export interface Snapshot {
  readonly set?: StatefulSet;
  /** All pods of the namespace, terminating ones included. */
  readonly pods: readonly Pod[];
  /** All claims of the namespace. */
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
}

/** Both clusters at one moment. */
export type Moment = Readonly<Record<Side, Snapshot>>;

/** The broken invariants, in words; empty if none is. */
export type Violations = readonly string[];

/** Ordinals of the set that have a pod, terminating ones included. */
export function podOrdinals(set: MovedSet, snapshot: Snapshot): number[] {
  return snapshot.pods
    .filter((pod) => (pod.metadata.namespace ?? "default") === set.namespace)
    .map((pod) => ordinalIn(pod.metadata.name, set.name))
    .filter((ordinal) => ordinal !== undefined);
}

/** The ordinals that a live spec allows; none where there is no set. */
export function allowedRange(set: StatefulSet | undefined): OrdinalRange {
  return set === undefined ? noOrdinals : rangeOfSet(set);
}

/** Invariant 1: no ordinal has a pod in both clusters, nor a live spec in both that allows it, nor a pod here and a spec there. */
export function atMostOne(set: MovedSet, moment: Moment): Violations {
  const pods = sides.map((side) => new Set(podOrdinals(set, moment[side])));
  const ranges = sides.map((side) => allowedRange(moment[side].set));
  const lives = (at: number, ordinal: number): boolean => pods[at]?.has(ordinal) === true || holds(ranges[at], ordinal);
  const allowed = ordinalsOf(ranges.reduce(overlapOf));
  return [...new Set([...allowed, ...pods.flatMap((some) => [...some])])]
    .filter((ordinal) => lives(0, ordinal) && lives(1, ordinal))
    .sort((a, b) => a - b)
    .map((ordinal) => `at most one: ordinal ${ordinal} lives in both clusters (${both(set, moment, ordinal)})`);
}

function both(set: MovedSet, moment: Moment, ordinal: number): string {
  return sides
    .map((side) => `${side}: ${podOrdinals(set, moment[side]).includes(ordinal) ? "a pod" : "its live spec allows it"}`)
    .join(", ");
}

/**
 * Invariant 2: `replicas` and `start` of a half change in one write of an `up`, from one legal cut to another.
 *
 * @param seen every state of the half's live set during one `up`, the one before it first; undefined where there is none.
 */
export function oneWrite(set: MovedSet, side: Side, seen: readonly (StatefulSet | undefined)[]): Violations {
  const violations: string[] = [];
  const [first, last] = [seen[0], seen[seen.length - 1]];
  const writes = (last?.metadata.generation ?? 0) - (first?.metadata.generation ?? 0);
  if (writes > 1) violations.push(`one write: the ${side}'s set was written ${writes} times in one up`);
  seen.forEach((after, index) => {
    const before = seen[index - 1];
    if (index === 0 || after === undefined) return;
    const range = rangeOfSet(after);
    if (before !== undefined && sameRange(rangeOfSet(before), range)) return;
    if (indexOf(side, set, range) === undefined) {
      violations.push(`one write: the ${side}'s range ${formatRange(range)} is that of no cutover index`);
    }
    if (before === undefined && side === "destination" && range.replicas > 0) {
      violations.push(`one write: the destination's set was created with ${range.replicas} replicas instead of 0`);
    }
  });
  return violations;
}

/** One change of a half's live set: `before` is undefined for a create, `after` for a delete. */
export interface SetChange {
  readonly side: Side;
  readonly before: StatefulSet | undefined;
  readonly after: StatefulSet | undefined;
}

/** Invariant 4: a write takes away or claims at most a batch of ordinals, and none leaves while some are held by neither half. */
export function oneStep(set: MovedSet, { side, before, after }: SetChange, peer: Snapshot): Violations {
  if (before === undefined) return [];
  const [old, now] = [rangeOfSet(before), allowedRange(after)];
  if (sameRange(old, now)) return [];
  const leaving = ordinalsOutside(old, now);
  const coming = ordinalsOutside(now, old);
  const gap = ordinalsOutside(set, old, allowedRange(peer.set));
  const violations: string[] = [];
  for (const [ordinals, verb] of [
    [leaving, "gave up"],
    [coming, "claimed"],
  ] as const) {
    if (ordinals.length <= set.batch) continue;
    violations.push(
      `one step at a time: the ${side} ${verb} ${ordinals.length} ordinals at once, and batch is ${set.batch}`,
    );
  }
  if (leaving.length > 0 && gap.length > 0) {
    violations.push(
      `one step at a time: the ${side} gave up ${leaving.join(", ")} while neither half held ${gap.join(", ")}`,
    );
  }
  return violations;
}

/** Invariant 3: the program never deletes or replaces what holds data or would take it along. */
export function nothingDeleted(side: Side, operations: readonly Operation[]): Violations {
  return operations
    .filter(
      ({ op, type }) => (op === "delete" || op === "replace") && precious.some((kind) => type.endsWith(`:${kind}`)),
    )
    .map(({ op, type, name }) => `nothing deleted: up on the ${side} would ${op} ${type} ${name}`);
}

const precious = ["PersistentVolume", "PersistentVolumeClaim", "Namespace", "StatefulSet"];

/** A pod that neither comes nor goes is the same one after an `up`: also when a running set is taken over. */
export function nothingRestarted(set: MovedSet, before: Moment, after: Moment): Violations {
  const uidsOf = ({ pods }: Snapshot): Map<string, unknown> =>
    new Map(pods.map(({ metadata }) => [metadata.name, metadata.uid]));
  return sides.flatMap((side) => {
    const [earlier, now] = [uidsOf(before[side]), uidsOf(after[side])];
    return podOrdinals(set, after[side])
      .filter((ordinal) => {
        const name = `${set.name}-${ordinal}`;
        return earlier.has(name) && earlier.get(name) !== now.get(name);
      })
      .map((ordinal) => `nothing restarted: the pod of ordinal ${ordinal} in the ${side} was made again`);
  });
}

/**
 * Invariant 5: after a completed `up`, `held` covers all that the half's live spec allows and every pod.
 *
 * @param live the live set, and the ordinals that have a pod.
 */
export function heldIsTrue(
  side: Side,
  outputs: StackOutputs,
  live: { readonly set: StatefulSet | undefined; readonly pods: Iterable<number> },
): Violations {
  const held = outputs.held as Partial<OrdinalRange> | undefined;
  if (typeof held?.start !== "number" || typeof held.replicas !== "number") {
    return [`told from what is: the ${side} has no output held after a completed up`];
  }
  const vouched: OrdinalRange = { start: held.start, replicas: held.replicas };
  const pods = [...live.pods].filter((ordinal) => !holds(vouched, ordinal));
  const missing = [...new Set([...ordinalsOutside(allowedRange(live.set), vouched), ...pods])].sort((a, b) => a - b);
  if (missing.length === 0) return [];
  return [
    `told from what is: the ${side} says that it holds ${formatRange(vouched)}, but ${missing.join(", ")} live there too`,
  ];
}

/** After both `up` of a step: every ordinal has a ready pod in one of the clusters. */
export function allRunning(set: OrdinalRange, ready: Readonly<Record<Side, ReadonlySet<number>>>): Violations {
  return ordinalsOf(set)
    .filter((ordinal) => !ready.source.has(ordinal) && !ready.destination.has(ordinal))
    .map((ordinal) => `nothing lost: ordinal ${ordinal} is ready in neither cluster after both up`);
}

/** Invariant 6: none of these secrets is in anything that is shown. Shorter ones than 6 characters are found by chance. */
export function secretsStaySecret(shown: unknown, secrets: readonly string[], where: string): Violations {
  const long = secrets.filter((secret) => secret.length >= 6);
  const text = long.length === 0 ? "" : JSON.stringify(shown);
  return long
    .filter((secret) => text.includes(JSON.stringify(secret).slice(1, -1)))
    .map((secret) => `secrets stay secret: ${where} shows a secret of ${secret.length} characters`);
}
