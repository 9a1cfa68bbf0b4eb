import { ordinalsText, peerOf, rangeOf, sameRange } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import { decide, indexInSet } from "../protocol/protocol";
import type { Advice, Decision, LiveHalf } from "../protocol/protocol";
import { planWalk } from "../protocol/walk";
import type { Walk } from "../protocol/walk";
import type { Reading } from "../verdict";
import type { Next } from "./report";

/** A walk, and what the live sets say. */
export interface Way extends Walk {
  readonly stacks: Readonly<Record<Side, string>>;
  /** Undefined: there is no set. `unseen`: its last `up` is taken at its word. */
  readonly live: Readonly<Record<Side, LiveHalf | "unseen" | undefined>>;
}

/** The refused ups on the way to one that may run. Two are enough from every state that ups can leave behind. */
const mostDetours = 6;

/**
 * The `up` to run next: what a walk would begin with, and where the protocol refuses that for what the live set says, what it
 * advises instead.
 *
 * @returns problems: why nobody can tell.
 */
export function nextUp(way: Way): Reading<Next> {
  const { value: planned, problems } = planWalk(way);
  const none = { words: "no up leads on: see the problems", left: 0 };
  if (problems.length > 0) return { value: none, problems };
  const left = planned.filter((up) => !isDone(way, up));
  const [first] = left;
  if (first === undefined) {
    return { value: { words: `nothing is to be moved: both halves stand at ${way.to}`, left: 0 }, problems };
  }
  let up = first;
  for (let detours = 0; detours <= mostDetours; detours++) {
    const decision = decideOn(way, up);
    const { refusal } = decision;
    if (refusal === undefined) {
      const stack = way.stacks[up.side];
      const { claims, releases } = decision;
      const command = `pulumi up -s ${stack}`;
      const words = inWords(decision, way.records[up.side] === undefined);
      const next = { up: { ...up, stack, command, claims, releases }, words, left: left.length + detours };
      return { value: next, problems };
    }
    if (refusal.advice === undefined) {
      return {
        value: none,
        problems: [{ where: `pulumi up -s ${way.stacks[up.side]}`, what: `would be refused: ${refusal.reason}` }],
      };
    }
    up = refusal.advice;
  }
  return { value: none, problems: [] };
}

/** Whether an `up` would find nothing to do for the ordinals: its half stands there, and so does its live set. */
function isDone({ records, live, set }: Way, { side, cutoverIndex }: Advice): boolean {
  const own = records[side];
  if (own === undefined || indexInSet(own, set) !== cutoverIndex || own.set.replicas !== set.replicas) return false;
  const now = live[side];
  if (now === "unseen") return true;
  return now !== undefined && sameOrdinals(now.range, rangeOf(side, set, cutoverIndex)) && now.turn === own.turn;
}

function sameOrdinals(a: OrdinalRange, b: OrdinalRange): boolean {
  return sameRange(a, b) || (a.replicas === 0 && b.replicas === 0);
}

function decideOn({ records, live, set, batch }: Way, up: Advice): Decision {
  const own = records[up.side];
  const seen = live[up.side];
  const now = seen === "unseen" ? own && { range: own.held, turn: own.turn } : seen;
  return decide({ ...up, set, batch, own, peer: records[peerOf(up.side)], live: now });
}

function inWords({ side, claims, releases }: Decision, isFirst: boolean): string {
  const range = (ordinals: readonly number[]): OrdinalRange => ({
    start: ordinals[0] ?? 0,
    replicas: ordinals.length,
  });
  const parts = [
    ...(releases.length > 0 ? [`gives up ${ordinalsText(range(releases))}`] : []),
    ...(claims.length > 0 ? [`takes ${ordinalsText(range(claims))}`] : []),
  ];
  if (isFirst) return `the first up of the ${side}${parts.length > 0 ? `, which ${parts.join(" and ")}` : ""}`;
  return parts.length > 0 ? `the ${side} ${parts.join(" and ")}` : `the ${side} finishes what it began`;
}
