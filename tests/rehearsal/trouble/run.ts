import { ApiRefusal } from "../../../rehearsal/apiServer/apiRefusal";
import { UserError } from "../../../core/userError";
import { Unreachable } from "../../../live/client/cluster";
import { AwaitFailed } from "./up";
import type { Point } from "./up";

/** Where an `up` is to stop, and whether for good. */
export interface Stop {
  readonly at: Point;
  readonly how: "killed" | "paused";
}

/** What became of an `up`, or where it waits. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "refused" | "failed"; readonly message: string }
  | { readonly kind: "killed" | "paused"; readonly at: Point };

class Killed extends Error {}

/** An `up` that runs by itself until the point where it is to stop, and on when it is told to. */
export class Run {
  private stop: Stop | undefined;
  private reached: ((outcome: Outcome) => void) | undefined;
  private broke: ((error: unknown) => void) | undefined;
  private resume: ((go: boolean) => void) | undefined;
  private last: Point = "read";

  /** Starts it. `work` calls `at` wherever it could be stopped. */
  public start(stop: Stop | undefined, work: (at: (point: Point) => Promise<void>) => Promise<void>): Promise<Outcome> {
    this.stop = stop;
    const outcome = this.next();
    void work((point) => this.at(point)).then(
      () => this.reached?.({ kind: "done" }),
      (error: unknown) => {
        const outcome = this.outcomeOf(error);
        if (outcome === undefined) this.broke?.(error);
        else this.reached?.(outcome);
      },
    );
    return outcome;
  }

  /** Lets it go on from where it waits. */
  public goOn(stop: Stop | undefined): Promise<Outcome> {
    this.stop = stop;
    const outcome = this.next();
    this.resume?.(true);
    return outcome;
  }

  /** Kills it where it waits: `pulumi cancel` frees the stack. */
  public kill(): Promise<Outcome> {
    const outcome = this.next();
    this.resume?.(false);
    return outcome;
  }

  private next(): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.reached = resolve;
      this.broke = reject;
    });
  }

  private async at(point: Point): Promise<void> {
    this.last = point;
    if (this.stop?.at !== point) return;
    if (this.stop.how === "killed") throw new Killed();
    const resumed = new Promise<boolean>((resolve) => (this.resume = resolve));
    this.reached?.({ kind: "paused", at: point });
    if (!(await resumed)) throw new Killed();
  }

  /** Undefined for what is neither the user's nor the schedule's doing: a defect. */
  private outcomeOf(error: unknown): Outcome | undefined {
    if (error instanceof Killed) return { kind: "killed", at: this.last };
    if (error instanceof UserError) return { kind: "refused", message: error.message };
    const isExpected = error instanceof AwaitFailed || error instanceof ApiRefusal || error instanceof Unreachable;
    if (isExpected) return { kind: "failed", message: error.message };
    return undefined;
  }
}
