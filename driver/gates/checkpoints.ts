import { hasChecks } from "../../core/gates/checks";
import type { Checks } from "../../core/gates/checks";
import type { MovedSet, Step } from "../../core/gates/scene";
import {
  noOrdinals,
  ordinalsOf,
  ordinalsOutside,
  peerOf,
  rangeOf,
  sameRange,
  sides,
  towards,
} from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import type { Advice } from "../../core/protocol/decision";
import { indexInSet } from "../../core/protocol/protocol";
import type { Walk } from "../../core/protocol/walk";
import { Unreachable } from "../../live/client/cluster";
import { Gatekeeper } from "./gatekeeper";
import type { CheckListener, CheckReport } from "./report";
import type { World } from "./world";

/** A step that has been run, or begun, since the gates last held. */
export interface RunStep {
  readonly from: number;
  readonly to: number;
}

/** What is asked and done on which way. */
export interface Checked extends Pick<Walk, "records" | "batch" | "to"> {
  readonly checks: Checks;
  readonly asked: { readonly set: MovedSet };
}

/**
 * Says at which points of a walk the gates are asked and the actions are done. It follows the ups as they are run, and so it
 * is right also on a detour, in the middle of a step and on the way back.
 */
export class Checkpoints {
  /** Where each half stands by its last completed `up`; undefined before the first. */
  private readonly applied: Record<Side, number | undefined>;
  /** The last step whose gates have not held yet. */
  private step: RunStep | undefined;
  /** Whether an `up` has completed since the gates were asked. */
  private ran = false;
  private readonly keeper: Gatekeeper;
  private readonly set: MovedSet;
  private readonly way: Checked;

  /**
   * @param reports how every gate and action went is added here.
   * @param passed whether the gates need not be asked before the first step: on the way back, since they do not hold.
   */
  public constructor(
    way: Checked,
    private readonly world: World,
    reports: CheckReport[],
    listener: CheckListener,
    interrupted: () => boolean,
    private passed = false,
  ) {
    const { records, asked, checks } = way;
    this.set = asked.set;
    this.way = way;
    this.applied = {
      source: records.source && indexInSet(records.source, this.set),
      destination: records.destination && indexInSet(records.destination, this.set),
    };
    this.keeper = new Gatekeeper(checks, this.set, world, { reports, listener, interrupted });
  }

  /** The step that was run last, if nothing has spoken for it yet: what there is to go back over. */
  public get unproven(): RunStep | undefined {
    return this.step;
  }

  /** Before an `up`: the gates, where it begins a step; then the actions for every ordinal that it gives up. */
  public async before({ side, cutoverIndex }: Advice): Promise<CheckReport | undefined> {
    const from = this.applied[side];
    if (!hasChecks(this.way.checks) || from === undefined) return undefined;
    const ordinals = this.between(side, from, cutoverIndex);
    if (ordinals.length === 0) return undefined;
    const trouble = (await this.mayAsk())
      ? await this.gates(this.passed || this.ran ? "between" : "start", side)
      : undefined;
    if (trouble !== undefined) return trouble;
    return this.keeper.act("before", this.stepAt("before", { from, to: cutoverIndex }, side, ordinals));
  }

  /** After an `up` that has completed: the actions for every ordinal that it has claimed. */
  public async after({ side, cutoverIndex }: Advice): Promise<CheckReport | undefined> {
    const from = this.applied[side];
    this.applied[side] = cutoverIndex;
    this.ran = true;
    if (from === undefined || from === cutoverIndex) return undefined;
    this.step = { from, to: cutoverIndex };
    const ordinals = this.between(side, cutoverIndex, from);
    return this.keeper.act("after", this.stepAt("after", this.step, peerOf(side), ordinals));
  }

  /** After the last `up`: the gates, if anything was run. */
  public async end(): Promise<CheckReport | undefined> {
    const { source, destination } = this.applied;
    if (!this.ran || source === undefined || source !== destination) return undefined;
    return this.gates("end", this.step !== undefined && this.step.to > this.step.from ? "destination" : "source");
  }

  private async gates(moment: "start" | "between" | "end", leaves: Side): Promise<CheckReport | undefined> {
    const at = this.applied[leaves] ?? this.way.to;
    const run = this.step ?? { from: at, to: at };
    const ordinals = this.between(run.to < run.from ? "source" : "destination", run.from, run.to);
    const step = this.stepAt(moment, { from: run.from, to: at }, leaves, ordinals);
    const trouble = await this.keeper.gatesHold(step);
    if (trouble === undefined) {
      this.step = undefined;
      this.passed = true;
      this.ran = false;
    }
    return trouble;
  }

  /**
   * Whether the gates can be asked before an `up` that gives ordinals up: both halves stand at one index, and something has
   * changed since they held. At the start the live sets are asked too: after an `up` that was killed an ordinal may run nowhere,
   * and no gate would hold until the step is finished.
   */
  private async mayAsk(): Promise<boolean> {
    const { source, destination } = this.applied;
    if (source === undefined || source !== destination) return false;
    if (this.passed) return this.ran;
    return this.standsAt(source);
  }

  private async standsAt(index: number): Promise<boolean> {
    try {
      const live = await this.world.ranges();
      return sides.every((side) => {
        const wanted = rangeOf(side, this.set, index);
        const range = live[side] ?? noOrdinals;
        return sameRange(range, wanted) || (range.replicas === 0 && wanted.replicas === 0);
      });
    } catch (error) {
      // The gates will say so.
      if (error instanceof Unreachable) return true;
      throw error;
    }
  }

  /** The ordinals that a half has at one index and not at another, ascending. */
  private between(side: Side, at: number, notAt: number): number[] {
    return ordinalsOutside(rangeOf(side, this.set, at), rangeOf(side, this.set, notAt));
  }

  private stepAt(moment: Step["moment"], { from, to }: RunStep, leaves: Side, ordinals: readonly number[]): Step {
    const { to: goal, batch } = this.way;
    const then = towards(to, goal, batch);
    const next = ordinalsOf({ start: Math.min(to, then), replicas: Math.abs(to - then) });
    return { moment, from, to, goal, leaves, ordinals, next };
  }
}
