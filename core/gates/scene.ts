import { isReady, ordinalIn } from "../kubernetes";
import type { Pod } from "../kubernetes";
import { holds, rangeOf } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";

/** The set that is being moved, the whole of it. */
export interface MovedSet extends OrdinalRange {
  readonly name: string;
  readonly namespace: string;
}

/**
 * When a gate or an action has its turn.
 *
 * - `start`: before the first step. `between`: after both `up` of a step, before the next. `end`: after the last.
 * - `before`: an action, before the `up` that releases the step's ordinals. `after`: one, when the second `up` of the step has
 *   ended, so that they are Ready in their new cluster.
 */
export type Moment = "start" | "between" | "end" | "before" | "after";

/** Where a walk stands when a gate or an action has its turn. It is plain data: the kind `command` passes it on as it is. */
export interface Step {
  readonly moment: Moment;
  /** The cutover index before the step, and after it. At the start both are where the walk stands. */
  readonly from: number;
  readonly to: number;
  /** The cutover index that the walk is on its way to. */
  readonly goal: number;
  /** The half that gives the ordinals of the step up. */
  readonly leaves: Side;
  /** The ordinals that the step moves (`before`, `after`) or has moved (`between`, `end`); none at the start. Ascending. */
  readonly ordinals: readonly number[];
  /** Those of the step that follows; none after the last one. Ascending. */
  readonly next: readonly number[];
}

/** A pod of the set, in either cluster. A pod on its way out is one, too. */
export interface SetPod {
  /** The half in whose cluster it is. */
  readonly side: Side;
  readonly ordinal: number;
  /** Such as `web-2`. */
  readonly name: string;
  /** The pod's own IP; undefined until it has one. */
  readonly ip: string | undefined;
  /** Whether its condition Ready is true and it is not being deleted. */
  readonly ready: boolean;
  /** Whether it is being deleted. */
  readonly terminating: boolean;
  /** As the API server has it. */
  readonly object: Pod;
}

/** What a gate or an action is asked about: looked at anew in every round. */
export interface Scene {
  readonly set: MovedSet;
  readonly step: Step;
  /** Every pod of the set in both clusters, by ordinal, then source before destination. */
  readonly pods: readonly SetPod[];
}

/** What an action is asked about: one ordinal of the step. A step with several asks once for each. */
export interface ActionScene extends Scene {
  /** The ordinal that moves. */
  readonly ordinal: number;
}

/** The pods of a set out of all that the namespaces of both clusters have. */
export function podsIn(set: MovedSet, pods: Readonly<Record<Side, readonly Pod[]>>): SetPod[] {
  const sides = ["source", "destination"] as const;
  return sides
    .flatMap((side) => pods[side].flatMap((object) => setPod(side, set, object)))
    .sort((a, b) => a.ordinal - b.ordinal);
}

function setPod(side: Side, set: MovedSet, object: Pod): SetPod[] {
  const { name, deletionTimestamp } = object.metadata;
  const ordinal = ordinalIn(name, set.name);
  if (ordinal === undefined) return [];
  const ip = object.status?.podIP;
  return [
    {
      ...{ side, ordinal, name, object },
      ip: typeof ip === "string" && ip !== "" ? ip : undefined,
      ready: isReady(object),
      terminating: deletionTimestamp !== undefined,
    },
  ];
}

/** The half in which an ordinal lives at a cutover index. */
export function sideOf(set: OrdinalRange, cutoverIndex: number, ordinal: number): Side {
  return holds(rangeOf("destination", set, cutoverIndex), ordinal) ? "destination" : "source";
}

/** The pod of an ordinal that is not on its way out; undefined if there is none. */
export function podOf({ pods }: Scene, ordinal: number): SetPod | undefined {
  return pods.find((pod) => pod.ordinal === ordinal && !pod.terminating);
}
