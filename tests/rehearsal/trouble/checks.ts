import type { StatefulSet } from "../../../core/kubernetes";
import { ordinalIn, rangeOfSet } from "../../../core/kubernetes";
import type { OrdinalRange, Side } from "../../../core/ordinals";
import { holds, ordinalsOf, peerOf, sides } from "../../../core/ordinals";
import type { HalfRecord } from "../../../core/protocol/protocol";
import type { HalfPlan } from "../../../plan/half";
import { atMostOne, oneWrite } from "../../../rehearsal/invariants";
import { volumesIntact } from "../../../rehearsal/volumeInvariants";
import type { Moment, Snapshot } from "../../../rehearsal/invariants";
import type { Ledger } from "../../../rehearsal/volumeInvariants";
import { movedSet, name } from "./scene";
import type { Scenario } from "./scene";

/** What foreign hands have done so far: some promises hold only without them (docs/protections.md). */
export interface Done {
  /** Changed how many replicas a set has. */
  scaled: boolean;
  /** Deleted a set. */
  deleted: boolean;
  /** Set the recorded state of a half back. */
  restored: boolean;
}

const rangeIn = ({ set }: Snapshot): OrdinalRange => (set === undefined ? { start: 0, replicas: 0 } : rangeOfSet(set));

/** The ordinals that live in a cluster: its spec allows them, or a pod of them is there. */
function living(snapshot: Snapshot): Set<number> {
  const pods = snapshot.pods.map(({ metadata }) => ordinalIn(metadata.name, name)).filter((o) => o !== undefined);
  return new Set([...ordinalsOf(rangeIn(snapshot)), ...pods]);
}

/** The invariants, held against what is; told once each. */
export class Checks {
  public readonly violations: string[] = [];
  public readonly done: Done = { scaled: false, deleted: false, restored: false };
  private ledger: Ledger;
  private mostBatch = 1;

  /** @param like whose volumes are known from the start. */
  public constructor(
    private readonly scenario: Scenario,
    like?: Checks,
  ) {
    this.ledger = like?.ledger ?? new Map();
  }

  /** After everything that happens in a cluster. */
  public event(moment: Moment): void {
    const { done, scenario } = this;
    const set = movedSet(scenario, this.mostBatch);
    // Where a foreign hand may scale, only what an `up` writes is promised: see `wrote`.
    if (!done.scaled) this.tell(atMostOne(set, moment));
    const { ledger, violations } = volumesIntact(set, moment, this.ledger);
    this.ledger = ledger;
    // A foreign hand makes no volume Retain.
    const own = violations.filter((v) => !(done.scaled || done.deleted) || !v.startsWith("volume not retained"));
    this.tell(own);
  }

  /**
   * After an `up` has written its set.
   *
   * @param raced whether a foreign hand has been at work since the last look before the write.
   */
  public wrote(plan: HalfPlan, before: Moment, after: Moment, peer: HalfRecord | undefined, raced: boolean): void {
    const { side, batch } = plan.decision;
    this.mostBatch = Math.max(this.mostBatch, batch);
    const [old, now] = [before[side].set, after[side].set];
    // One that somebody deleted is made again as it is to be.
    if (!this.done.deleted) this.tell(oneWrite(movedSet(this.scenario, batch), side, [old, now]));
    if (!raced) this.tell(this.stepOf(side, batch, old, now, peer));
    const { done, scenario } = this;
    if (!done.scaled && !done.deleted && !done.restored) this.tell(this.gapIn(after));
    if (done.scaled && scenario.protection === "livePeer" && !raced) {
      this.tell(startedTwice(side, before, after));
      this.tell(unasked(plan, before, after));
    }
  }

  /** When an `up` vouches for what it holds. */
  public vouches(side: Side, held: OrdinalRange, moment: Moment): void {
    const more = [...living(moment[side])].filter((ordinal) => !holds(held, ordinal)).sort((a, b) => a - b);
    if (more.length > 0)
      this.tell([`told from what is: the ${side} vouches for ${text(held)}, but ${more.join(", ")} live there too`]);
  }

  public tell(violations: readonly string[]): void {
    for (const violation of violations) if (!this.violations.includes(violation)) this.violations.push(violation);
  }

  private stepOf(
    side: Side,
    batch: number,
    before: StatefulSet | undefined,
    after: StatefulSet | undefined,
    peer: HalfRecord | undefined,
  ): string[] {
    if (before === undefined || after === undefined) return [];
    const set = movedSet(this.scenario, batch);
    const leaving = ordinalsOf(rangeOfSet(before)).filter((o) => holds(set, o) && !holds(rangeOfSet(after), o));
    // What the peer vouches for may always go: somebody scaled it up here.
    const alone = leaving.filter((o) => !holds(peer?.held, o));
    if (alone.length <= batch) return [];
    return [`one step at a time: the ${side} gave up ${alone.length} ordinals at once, and batch is ${batch}`];
  }

  /** Each half may have given up a step of its own, at the same time; no more than that. */
  private gapIn(moment: Moment): string[] {
    if (sides.some((side) => moment[side].set === undefined)) return [];
    const set = movedSet(this.scenario, this.mostBatch);
    const gap = ordinalsOf(set).filter((o) => sides.every((side) => !holds(rangeIn(moment[side]), o)));
    if (gap.length <= 2 * this.mostBatch) return [];
    return [`one step at a time: the ordinals ${gap.join(", ")} are in neither half, and batch is ${this.mostBatch}`];
  }
}

/** Ordinals that a write has let live although they lived in the other cluster. */
function startedTwice(side: Side, before: Moment, after: Moment): string[] {
  const [here, there] = [living(before[side]), living(before[peerOf(side)])];
  return ordinalsOf(rangeIn(after[side]))
    .filter((ordinal) => !here.has(ordinal) && there.has(ordinal))
    .map((o) => `at most one: the ${side} has started ordinal ${o}, which lives in the ${peerOf(side)}`);
}

/** Ordinals that a write has let live although the peer was not asked about them. */
function unasked({ decision: { side, claims } }: HalfPlan, before: Moment, after: Moment): string[] {
  const here = rangeIn(before[side]);
  return ordinalsOf(rangeIn(after[side]))
    .filter((ordinal) => !holds(here, ordinal) && !claims.includes(ordinal))
    .map(
      (o) => `at most one: the ${side} has started ordinal ${o} without asking whether it lives in the ${peerOf(side)}`,
    );
}

function text({ start, replicas }: OrdinalRange): string {
  return replicas === 0 ? "no ordinal" : `${start} to ${start + replicas - 1}`;
}
