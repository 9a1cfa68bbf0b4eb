import type { SimulatedCluster } from "../cluster/simulatedCluster";
import type { JsonObject } from "../../core/json";
import type { UpResult } from "./report";
import { printedMessage, runProgram } from "./sdk";
import { emptyState } from "./state";
import type { Interrupt, StackState } from "./state";
import { Update } from "./update";
import { redact, revealObject } from "./secrets";

/** Which stack it is, and where its cluster and the other stacks are. */
export interface SimulatedStackOptions {
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  /** The cluster that every Kubernetes provider of the program leads to. */
  readonly cluster: SimulatedCluster;
  /**
   * Last outputs of another stack of the project, as `wireOutputs` of its `SimulatedStack` gives them; undefined for a
   * stack without any; `"missing"` for one that does not exist.
   */
  readonly peers: (stack: string) => JsonObject | undefined | "missing";
}

/** One run of a program. */
export interface StackRun {
  /** The program: returns the stack outputs. */
  readonly program: () => Promise<object>;
  /** Fully resolved config, keys `project:key`; objects and lists as JSON text. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys of `config` that are secret. */
  readonly secretKeys?: readonly string[];
  /** Where to break the run. */
  readonly interrupt?: Interrupt;
  /** As `options.refresh: always`. Default true. */
  readonly refresh?: boolean;
  /** Whether no other program runs in this process meanwhile: it is quicker then. */
  readonly alone?: boolean;
  /** How long the program may do nothing before it is given up, milliseconds. Default 30 s. */
  readonly patienceMs?: number;
}

/**
 * One Pulumi stack in memory: state, outputs, and the engine's rules. It runs a real program with the real SDK, and
 * writes to a simulated cluster.
 */
export class SimulatedStack {
  private recorded: StackState = emptyState;
  private busy = false;

  public constructor(private readonly options: SimulatedStackOptions) {}

  /** The state, for invariants and tests. */
  public get state(): StackState {
    return this.recorded;
  }

  /** The last outputs as other stacks read them: secrets wrapped. */
  public get wireOutputs(): JsonObject {
    return this.recorded.outputs;
  }

  /** The last outputs as plain values, secrets too. For invariants, never for a report. */
  public get plainOutputs(): JsonObject {
    return revealObject(this.recorded.outputs);
  }

  /** Sets the state back, as `pulumi stack import` of an earlier export does. */
  public restore(state: StackState): void {
    this.recorded = state;
  }

  /** `pulumi preview`: says what `up` would do. Changes nothing. */
  public preview(run: StackRun): Promise<UpResult> {
    return this.locked(() => this.run(run, true));
  }

  /** `pulumi up`. */
  public up(run: StackRun): Promise<UpResult> {
    return this.locked(() => this.run(run, false));
  }

  /**
   * Makes the state what the `up` so far have left, whose outputs and objects are there: the program is asked what it
   * declares, and that is taken up as it is. Nothing is written in the cluster except what nobody has looked for.
   *
   * @param run at the index that the half stands at.
   * @param given what the half and its peer say meanwhile, and what the half's outputs are afterwards.
   */
  public takeUp(
    run: StackRun,
    given: { readonly own: JsonObject; readonly peer: JsonObject; readonly outputs: JsonObject },
  ): Promise<UpResult> {
    return this.locked(async () => {
      const { project, stack, organization, cluster } = this.options;
      const readStack = (name: string): JsonObject => (name === stack ? given.own : given.peer);
      const update = new Update(
        { project, stack, organization, cluster, readStack },
        false,
        emptyState,
        undefined,
        true,
      );
      await this.drive(update, run, false);
      this.recorded = { resources: update.state, outputs: given.outputs };
      return result(update, given.outputs);
    });
  }

  /** `pulumi destroy`: deletes every resource of the state. The program does not run. */
  public destroy(): Promise<UpResult> {
    return this.locked(async () => {
      const update = this.update(false, undefined);
      if (update.refresh()) {
        try {
          await update.destroy();
        } catch (error) {
          update.log("error", printedMessage(error));
        }
      }
      this.recorded = { resources: update.state, outputs: update.errored ? this.recorded.outputs : {} };
      return result(update, this.recorded.outputs);
    });
  }

  private update(preview: boolean, interrupt: Interrupt | undefined): Update {
    const { project, stack, organization, cluster, peers } = this.options;
    const own = this.recorded.outputs;
    const readStack = (name: string): JsonObject | undefined => {
      if (name === stack) return own;
      const outputs = peers(name);
      return outputs === "missing" ? undefined : (outputs ?? {});
    };
    return new Update({ project, stack, organization, cluster, readStack }, preview, this.recorded, interrupt);
  }

  private async run(run: StackRun, preview: boolean): Promise<UpResult> {
    const before = this.recorded.outputs;
    const update = this.update(preview, run.interrupt);
    if (run.refresh === false || update.refresh()) await this.drive(update, run, preview);
    const given = update.killed ? undefined : update.stackOutputs;
    const outputs = given === undefined ? before : update.errored ? { ...before, ...given } : given;
    if (!preview) this.recorded = { resources: update.state, outputs };
    return result(update, outputs);
  }

  private async drive(update: Update, run: StackRun, preview: boolean): Promise<void> {
    const { project, stack, organization } = this.options;
    const { config, secretKeys = [], alone = false, patienceMs } = run;
    const program = async (): Promise<Record<string, unknown>> => ({ ...(await run.program()) });
    const identity = { project, stack, organization, preview, config, secretKeys, alone, program };
    const patience = patienceMs === undefined ? {} : { patienceMs };
    const errors = await runProgram({ ...identity, ...patience, handlers: update });
    if (update.killed) return;
    errors.forEach((error) => {
      update.log("error", printedMessage(error));
    });
  }

  /** Pulumi locks a stack while it is worked on. */
  private async locked(work: () => Promise<UpResult>): Promise<UpResult> {
    if (this.busy) {
      const message =
        "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.";
      return { succeeded: false, operations: [], diagnostics: [{ severity: "error", message }], outputs: {} };
    }
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }
}

function result(update: Update, outputs: JsonObject): UpResult {
  const { errored, operations, diagnostics } = update;
  return { succeeded: !errored, operations, diagnostics, outputs: redact(outputs) as Record<string, unknown> };
}
