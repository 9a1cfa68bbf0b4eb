import { checksInWords, eitherChecks } from "../core/gates/checks";
import { program as realProgram } from "../program";
import { readRehearsalInput } from "./rehearsalInput";
import type { RehearsalOptions } from "./options";
import { EarlyWarnings } from "./earlyWarnings";
import type { RehearsalReport, StepReport } from "./engine/report";
import { Stage } from "./stage";
import type { Program } from "./stage";

export type { RehearsalOptions } from "./options";
export type { Program } from "./stage";

/** What will be rehearsed: known once the input has been found good. */
export interface RehearsalPlan {
  readonly set: RehearsalReport["set"];
  /** The cutover indexes of the steps that are shown, in order. */
  readonly indexes: readonly number[];
  /** How many ordinals one step may move. */
  readonly batch: number;
  /** Whether volumes move with their ordinal, or each cluster has its own. */
  readonly volumes: "carry" | "fresh";
  /** Names of the set's claim templates: every ordinal has a volume of each. */
  readonly claimTemplates: readonly string[];
  /** Paths of the manifests, as the config or the command line has them. */
  readonly manifests: readonly string[];
  /** Which gates a walk would ask and which actions it would do, in words: a rehearsal cannot. Empty if there are none. */
  readonly asks: string;
  /** What a person should know about the input. */
  readonly warnings: readonly string[];
}

/** Told of the rehearsal while it runs. */
export interface RehearsalListener {
  /** The input is good, and the first step begins. */
  readonly started?: (plan: RehearsalPlan) => void;
  /** A step that is shown is done. `number` is 0 for the first one, which is the state to start from. */
  readonly step?: (
    step: StepReport,
    about: { readonly plan: RehearsalPlan; readonly number: number; readonly violations: readonly string[] },
  ) => void;
}

/**
 * Runs the real program against two simulated clusters, through every cutover index on the way, and checks the
 * invariants after every `up` and after everything that happens in a cluster meanwhile. At the first step of each
 * direction it tries the wrong order, too.
 *
 * @throws UserError on bad input: nothing has been told to the listener's `step` then.
 */
export async function rehearse(
  options: RehearsalOptions,
  listener: RehearsalListener = {},
  program: Program = realProgram,
): Promise<RehearsalReport> {
  const input = await readRehearsalInput(options);
  const { name, namespace, start, replicas } = input.set;
  const plan: RehearsalPlan = {
    set: { name, namespace, start, replicas },
    indexes: input.shown,
    batch: input.set.batch,
    volumes: input.set.volumes,
    claimTemplates: (input.halves.source.workload.set.spec.volumeClaimTemplates ?? []).map((t) => t.metadata.name),
    manifests: options.manifests ?? input.halves.source.settings.manifests,
    asks: checksInWords(eitherChecks(input.halves.source.settings.checks, input.halves.destination.settings.checks)),
    warnings: input.warnings,
  };
  listener.started?.(plan);

  const stage = new Stage(input, program);
  const begun = await stage.takeUp();
  const steps: StepReport[] = [];
  const show = (step: StepReport, violations: readonly string[]): void => {
    listener.step?.(step, { plan, number: steps.length, violations });
    steps.push(step);
  };
  const silent = input.silent.length;
  const early = new EarlyWarnings();
  const indexes = [input.startIndex, ...input.silent, ...input.shown.slice(1)];
  const directions = new Set<boolean>();
  for (const [at, cutoverIndex] of indexes.entries()) {
    const known = stage.violations.length;
    if (at === 0 && begun) {
      // Where the move stands is there already: only the rest of the way is run.
      if (silent === 0) show({ ...stage.still(), found: true }, []);
      continue;
    }
    const isForward = cutoverIndex < (indexes[at - 1] ?? cutoverIndex);
    // That the wrong order is refused is shown once each way: at every step it would take as long again. Of a step in
    // progress the other half comes next.
    const inProgress = begun && at === 1 && input.standing?.unfinished === cutoverIndex;
    const outOfTurn = at > silent && !inProgress && !directions.has(isForward);
    if (outOfTurn) directions.add(isForward);
    const { step, succeeded } = await stage.step(cutoverIndex, outOfTurn);
    if (at > silent || silent === 0) show(step, stage.violations.slice(known));
    else {
      early.add(step);
      if (at === silent) show(succeeded ? early.on(stage.still()) : step, []);
    }
    if (!succeeded) break;
  }
  return { set: plan.set, steps, violations: stage.violations };
}
