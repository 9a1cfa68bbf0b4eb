/** A round of questions: when it began and when all was answered, in milliseconds of one clock. */
export interface Round {
  readonly beganMs: number;
  readonly endedMs: number;
}

/** How far a gate is. `overdue`: its deadline has passed, and it has not held long enough. */
export type Verdict = "settled" | "waiting" | "overdue";

/**
 * Whether a gate has held for long enough without a break, as far as rounds tell. All gates of a moment have to be settled in the
 * same round, so one that breaks again while another one is awaited begins anew.
 */
export class Settling {
  /** Since when it has held; undefined while it does not. */
  private sinceMs: number | undefined;

  public constructor(
    private readonly limits: { readonly settleMs: number; readonly deadlineMs: number },
    private readonly startedMs: number,
  ) {}

  /** What a round has shown. */
  public see({ beganMs, endedMs }: Round, holds: boolean): Verdict {
    const { settleMs, deadlineMs } = this.limits;
    // Before the first good answer came, nobody knows.
    this.sinceMs = holds ? (this.sinceMs ?? endedMs) : undefined;
    if (this.sinceMs !== undefined && (settleMs === 0 || beganMs - this.sinceMs >= settleMs)) return "settled";
    return endedMs - this.startedMs >= deadlineMs ? "overdue" : "waiting";
  }
}
