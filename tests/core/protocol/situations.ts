import type { OrdinalRange, Side } from "../../../core/ordinals";
import { rangeOf } from "../../../core/ordinals";
import type { HalfRecord, LiveHalf, Situation } from "../../../core/protocol/protocol";

export const set: OrdinalRange = { start: 0, replicas: 6 };

export function record(side: Side, cutoverIndex: number, turn: number, more: Partial<HalfRecord> = {}): HalfRecord {
  const whole = more.set ?? set;
  return { cutoverIndex, set: whole, held: rangeOf(side, whole, cutoverIndex), turn, peerTurn: 0, ...more };
}

export const live = (start: number, replicas: number, turn: number, pods?: number[]): LiveHalf => ({
  range: { start, replicas },
  turn,
  ...(pods === undefined ? {} : { pods }),
});

/** An `up` of the source after five completed ones: 3 of 6 have moved, and the right to claim is the destination's. */
export function source(cutoverIndex: number, more: Partial<Situation> = {}): Situation {
  return {
    ...{ side: "source", set, cutoverIndex, batch: 1, live: live(0, 3, 5) },
    ...{ own: record("source", 3, 5), peer: record("destination", 3, 4) },
    ...more,
  };
}

export function destination(cutoverIndex: number, more: Partial<Situation> = {}): Situation {
  return {
    ...{ side: "destination", set, cutoverIndex, batch: 1, live: live(3, 3, 4) },
    ...{ own: record("destination", 3, 4), peer: record("source", 3, 5) },
    ...more,
  };
}
