import type { HalfOutputs } from "../contract/record";
import { endOf, ordinalsText, peerOf, sameRange, sides } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import { indexInSet } from "../protocol/protocol";
import { shellWord } from "../shell";
import type { Problem } from "../userError";
import type { Reading } from "../verdict";

/** What is known of one half without its cluster. */
export interface FinishHalf {
  /** Its stack, as `pulumi -s` takes it. */
  readonly stack: string;
  /** Whether there is such a stack. */
  readonly exists: boolean;
  /** How many resources its state has, the stack itself included; 0 also after it was destroyed. */
  readonly resources: number;
  /** The config's index, with its default; undefined: there is no such stack. */
  readonly cutoverIndex: number | undefined;
  /** Whether its config ends the move (`peerStack: none`). */
  readonly ended: boolean;
  /** What its last completed `up` vouched for. */
  readonly record: HalfOutputs | undefined;
}

/** A move that may be at its end. */
export interface Finish {
  readonly set: { readonly name: string; readonly namespace: string } & OrdinalRange;
  readonly halves: Readonly<Record<Side, FinishHalf>>;
}

/** The stages of an end, in their order. Each may be done again. */
export const finishStages = ["end", "removeClaims", "destroy", "policies", "removeStack"] as const;

/** One of `finishStages`. */
export type FinishStage = (typeof finishStages)[number];

/** The cutover index at which a half holds all. */
export function indexOfAll(side: Side, set: OrdinalRange): number {
  return side === "source" ? endOf(set) : set.start;
}

/**
 * The half that holds every ordinal by what both vouch for, and is to stay.
 *
 * @returns no value if there is none.
 */
export function holderOf({ set, halves }: Finish): Reading<Side | undefined> {
  const holder = sides.find((side) => holdsAll(side, set, halves[side]) && holdsNone(side, set, halves[peerOf(side)]));
  if (set.replicas === 0) {
    const what = "is 0, so nothing tells which half holds the set";
    const todo = "Set peerStack to none on the one that stays, run its up, and destroy the other one";
    return { value: undefined, problems: [{ where: "spec.replicas", what, todo }] };
  }
  if (holder === undefined) {
    const at = sides.map((side) => `the ${side} ${standsAt(set, halves[side])}`).join(", ");
    const [all, none] = [indexOfAll("destination", set), indexOfAll("source", set)];
    const todo = `Walk to one first: cutover walk --to ${all} (all in the destination), or cutover walk --to ${none} to call it off`;
    return { value: undefined, problems: [{ where: "the move", what: `is not at an end: ${at}`, todo }] };
  }
  const problems: Problem[] = [];
  const index = indexOfAll(holder, set);
  for (const side of sides) {
    const { cutoverIndex, stack } = halves[side];
    if (cutoverIndex === undefined || cutoverIndex === index) continue;
    problems.push({
      where: `stack ${stack}: cutoverIndex`,
      what: `is another one than both halves stand at, and the ${holder} keeps its config`,
      received: cutoverIndex,
      legal: String(index),
      todo: `Change it, or run: cutover walk --to ${index} --write`,
    });
  }
  const { stack } = halves[peerOf(holder)];
  if (halves[peerOf(holder)].ended) {
    problems.push({
      where: `stack ${stack}: peerStack`,
      what: `is none, but the ${holder} holds all: this half is to go`,
      todo: `Run: pulumi config rm peerStack -s ${shellWord(stack)}`,
    });
  }
  return { value: holder, problems };
}

function holdsAll(side: Side, set: OrdinalRange, { record }: FinishHalf): boolean {
  if (record === undefined) return false;
  return sameRange(record.held, set) && indexInSet(record, set) === indexOfAll(side, set);
}

/** Of a half that has been destroyed, or that never ran, only its cluster can tell. */
function holdsNone(holder: Side, set: OrdinalRange, { record }: FinishHalf): boolean {
  if (record === undefined) return true;
  return record.held.replicas === 0 && indexInSet(record, set) === indexOfAll(holder, set);
}

function standsAt(set: OrdinalRange, { record, exists, stack }: FinishHalf): string {
  if (!exists) return `has no stack ${stack}`;
  if (record === undefined) return "has no completed up";
  return `holds ${ordinalsText(record.held)} at cutoverIndex ${indexInSet(record, set)}`;
}

/** Whether the cluster of the half that goes must be looked at: not where that half has been destroyed already. */
export function mustLook({ halves }: Finish, holder: Side): boolean {
  return isLeft(halves[peerOf(holder)]) || needsEnd(halves, holder);
}

function isLeft({ exists, resources }: FinishHalf): boolean {
  return exists && resources > 0;
}

/** The `up` that ends the move is run again for as long as the other half is there: whether it completed, nobody notes. */
function needsEnd(halves: Finish["halves"], holder: Side): boolean {
  return !halves[holder].ended || isLeft(halves[peerOf(holder)]);
}

/** What there is to do, in order. */
export function stagesOf(
  { halves }: Finish,
  holder: Side,
  { claims, policies }: { readonly claims: boolean; readonly policies: boolean },
): FinishStage[] {
  const other = halves[peerOf(holder)];
  const wanted: Readonly<Record<FinishStage, boolean>> = {
    end: needsEnd(halves, holder),
    removeClaims: claims,
    destroy: isLeft(other),
    policies,
    removeStack: other.exists,
  };
  return finishStages.filter((stage) => wanted[stage]);
}
