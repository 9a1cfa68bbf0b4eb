import type { Moment } from "../../core/gates/scene";

/** A gate or an action that has its turn. */
export interface CheckTurn {
  /** Where it stands in the config, such as `gates[0] ready`. */
  readonly title: string;
  readonly moment: Moment;
  /** The cutover index: of a gate, where both halves stand; of an action, where the step leads. */
  readonly cutoverIndex: number;
  /** The ordinal that an action is for. */
  readonly ordinal?: number;
}

/** How it went. `held`: a gate. `done`: an action. `trouble`: neither by its deadline, or waiting does not help. */
export interface CheckReport extends CheckTurn {
  readonly outcome: "held" | "done" | "trouble" | "interrupted";
  readonly ms: number;
  /** What was seen last: why a gate did not hold, what an action found or waited for. */
  readonly saw: readonly string[];
  /** Of an action that refused: what to do, a sentence without its full stop. */
  readonly todo?: string;
}

/** Told of gates and actions while they have their turn. */
export interface CheckListener {
  readonly begun?: (turn: CheckTurn) => void;
  /**
   * What was seen in a round, whenever it is something else than before, and each half minute. Empty: a gate holds, and must go on
   * to.
   */
  readonly saw?: (turn: CheckTurn, saw: readonly string[], sinceMs: number) => void;
  readonly ended?: (report: CheckReport) => void;
}
