import { peerOf } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import { leftClaims, policiesOf, removalProblems } from "../../core/finish/claims";
import { holderOf, indexOfAll, mustLook, stagesOf } from "../../core/finish/finish";
import type { FinishStage } from "../../core/finish/finish";
import { proofProblems } from "../../core/finish/proof";
import type { FinishLook } from "../../core/finish/proof";
import { throwIfAny, UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import { Unreachable } from "../../live/client/cluster";
import { lookForFinish } from "../../live/finish/look";
import type { TidiedCluster } from "../../live/finish/tidy";
import { readFinishInput } from "./input";
import type { FinishInput, FinishOptions } from "./input";
import type { FinishListener, FinishPlan, FinishPorts, FinishReport, PlannedStage, StageReport } from "./report";
import { runStage } from "./stages";
import type { Finishing, Looks } from "./stages";
import { stageWords, staysWords } from "./words";

export type { FinishOptions } from "./input";
export type { FinishListener, FinishPlan, FinishPorts, FinishReport } from "./report";

/**
 * Ends a move on the half that holds all, and removes the other one. Everything is proven by both live clusters first, and the
 * stages that take away are preceded by the same proof again. Killed at any moment, it goes on when it is run again.
 *
 * @param interrupted whether someone asked to stop: no further stage is begun then.
 * @throws UserError if something speaks against it: nothing has been done then.
 */
export async function finish(
  options: FinishOptions,
  ports: FinishPorts,
  listener: FinishListener = {},
  interrupted: () => boolean = () => false,
): Promise<FinishReport> {
  const input = await readFinishInput(options, ports.pulumi);
  const { value: holder, problems } = holderOf(input);
  throwIfAny(problems);
  if (holder === undefined) throw new Error("no half holds all, and no problem says why");
  const finishing: Finishing = { input, holder, options, ports, listener, clusters: openedOf(input, holder, ports) };
  const looks = await proven(finishing);
  const plan = planOf(finishing, looks);
  const { stages: planned, ...about } = plan;
  listener.planned?.(plan, input.warnings);
  const stages: StageReport[] = [];
  const report = (outcome: FinishReport["outcome"], why: readonly Problem[] = []): FinishReport => ({
    ...{ ...about, planned, stages, outcome, problems: why },
  });
  if (options.dryRun) return report("planned");
  if (planned.length > 0 && !(await ports.confirm(plan))) return report("declined");
  for (const [at, stage] of planned.entries()) {
    if (interrupted()) return report("stopped", [stoppedProblem]);
    listener.started?.(stage, at + 1, planned.length);
    const why = await timed(stage, finishing, stages);
    if (why.length > 0) return report("stopped", interrupted() ? [stoppedProblem] : why);
  }
  return report("finished");
}

const stoppedProblem: Problem = {
  where: "the end of the move",
  what: "was interrupted",
  todo: "Run the same again: it goes on from where it stands",
};

async function timed(
  { stage }: PlannedStage,
  finishing: Finishing,
  stages: StageReport[],
): Promise<readonly Problem[]> {
  const startedMs = performance.now();
  let why: readonly Problem[] = [];
  try {
    await runStage(stage, finishing, () => (needsProof.has(stage) ? proven(finishing) : looksOf(finishing)));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    why = error.problems;
  }
  const ms = Math.round(performance.now() - startedMs);
  const ended: StageReport = { stage, outcome: why.length === 0 ? "done" : "failed", ms };
  stages.push(ended);
  finishing.listener.ended?.(ended);
  return why;
}

/** Around each of these both clusters must prove the same again: time has passed since. */
const needsProof: ReadonlySet<FinishStage> = new Set(["end", "removeClaims", "destroy"]);

function openedOf(input: FinishInput, holder: Side, { open }: FinishPorts): Finishing["clusters"] {
  const here = input.connections[holder];
  if (here === undefined) throw new Error(`the ${holder} holds all, and has no stack`);
  const there = input.connections[peerOf(holder)];
  return { here: open(here), there: there && open(there) };
}

/** Looks at both clusters, and throws what speaks against the end. */
async function proven(finishing: Finishing): Promise<Looks> {
  const { input, holder, options } = finishing;
  const looks = await looksOf(finishing);
  const problems = proofProblems(input, holder, looks);
  if (problems.length === 0 && options.removeClaims && looks.there !== undefined) {
    problems.push(...removalProblems(input.claimed, peerOf(holder), looks.here, looks.there));
  }
  throwIfAny(problems);
  return looks;
}

async function looksOf({ input, holder, options, clusters }: Finishing): Promise<Looks> {
  const look = async (side: Side, cluster: TidiedCluster): Promise<FinishLook> => {
    try {
      return await lookForFinish(cluster.look, input.claimed);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      throw new UserError([{ where: `the ${side}:`, what: error.message.replace(/\.$/, "") }]);
    }
  };
  const { here, there } = clusters;
  const asked = there !== undefined && (options.removeClaims || mustLook(input, holder));
  return { here: await look(holder, here), there: asked ? await look(peerOf(holder), there) : undefined };
}

function planOf(finishing: Finishing, { here, there }: Looks): FinishPlan {
  const { input, holder, options } = finishing;
  const { claimed, halves } = input;
  const left = options.removeClaims && there !== undefined ? leftClaims(claimed, here, there) : [];
  const given = policiesOf(claimed, here);
  const stages = stagesOf(input, holder, { claims: left.length > 0, policies: given.length > 0 });
  const about = { input, holder, left, given, index: indexOfAll(holder, claimed) };
  return {
    set: input.set,
    stacks: { source: halves.source.stack, destination: halves.destination.stack },
    holder,
    stages: stages.map((stage) => ({ stage, words: stageWords(stage, about) })),
    stays: staysWords(about, there, left.length > 0),
  };
}
