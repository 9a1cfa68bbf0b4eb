import { durationText } from "../core/gates/duration";
import type { Problem } from "../core/userError";
import type { RunStep } from "./gates/checkpoints";
import type { CheckReport } from "./gates/report";
import type { UpReport } from "./walkReport";

/** The refused ups of one walk. Two are enough from every state that ups can leave behind, as the tests find. */
export const mostDetours = 6;

/** The most sentences of a gate that go into a message: the others have been shown before. */
const mostSeen = 5;

const again = "Then run the same again: it goes on from where it stands";

/** What to do about an `up` that did not go through. */
export function upProblem({ outcome, side, stack, cutoverIndex }: UpReport): Problem {
  const where = `pulumi up -s ${stack} with cutoverIndex ${cutoverIndex}`;
  if (outcome === "locked") {
    return {
      where,
      what: "was not run: another run has locked the stack",
      todo:
        `Wait until it ends and run the same again. If it is dead (see above who made the lock): pulumi cancel -s ${stack}, ` +
        "then the same again; or add --cancel-locks",
    };
  }
  if (outcome === "interrupted") return { where, what: "was interrupted", todo: again };
  if (outcome === "refused") {
    const what = `was refused, and following its advice ${mostDetours} times has not led on`;
    return {
      where,
      what,
      todo: `Read what it says above, and see that nobody else moves the ${side} meanwhile. ${again}`,
    };
  }
  return { where, what: "failed", todo: `Do what it says above. ${again}` };
}

/** The walk was asked to stop between two ups. */
export function stoppedProblem(ups: readonly UpReport[]): Problem {
  const last = ups[ups.length - 1];
  const where = last === undefined ? "the walk" : `the walk, after pulumi up -s ${last.stack},`;
  return { where, what: "was interrupted", todo: again.replace("Then run", "Run") };
}

/**
 * A gate does not hold, or an action cannot go on.
 *
 * @param step the step that could be walked back: its ups have run, and nothing has spoken for it yet.
 */
export function pausedProblem(report: CheckReport, step: RunStep | undefined): Problem {
  const { title, moment, cutoverIndex, ordinal, ms, todo } = report;
  const isGate = ordinal === undefined;
  const at = isGate ? `at cutoverIndex ${cutoverIndex}` : `for ordinal ${ordinal}, ${moment} it moves`;
  const verb = isGate ? "does not hold" : "cannot go on";
  const stands = moment === "before" ? "Nothing has been released" : "Every up has completed";
  const undone = moment === "after" ? "; what this action does is not done again by itself" : "";
  const back = step === undefined ? "" : `, or go back: cutover walk --to ${step.from}`;
  return {
    where: `${title}, ${at},`,
    what: `${verb} after ${durationText(ms)}: ${seen(report)}`,
    todo: `${todo === undefined ? "" : `${todo}. `}${stands}${undone}. Run the same again to go on${back}`,
  };
}

/** The step was walked back, and the gates hold there. */
export function wentBackProblem(report: CheckReport, step: RunStep): Problem {
  const { where, what } = pausedProblem(report, undefined);
  const { todo = "See to it" } = report;
  return {
    where,
    what: `${what}. So the step was walked back to cutoverIndex ${step.from}, where the gates hold`,
    todo: `${todo}, and run the same again`,
  };
}

function seen({ saw }: CheckReport): string {
  if (saw.length === 0) return "it has not held for long enough without a break";
  const more = saw.length > mostSeen ? `; and ${saw.length - mostSeen} more` : "";
  return `${saw.slice(0, mostSeen).join("; ")}${more}`;
}
