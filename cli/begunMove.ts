import { titleOf } from "../core/kubernetes";
import { endOf, ordinalsText, sides } from "../core/ordinals";
import { wasTakenOver, wholeSet, whyProjectNeeded } from "../core/project/movingProject";
import type { Side } from "../core/ordinals";
import type { ProjectFiles } from "../core/project/startingProject";
import { isFinished } from "../core/project/standing";
import { startingProject } from "../core/project/startingProject";
import type { StartingPoint } from "../core/project/startingPoint";
import type { FoundHalf, Standing, StandingHalf } from "../core/project/standing";
import type { ClusterSurvey, SetSurvey } from "../core/project/survey";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";

/** Both contexts, by half. */
type Contexts = Readonly<Record<Side, string>>;

/** Where a move stands, and what is rehearsed of it, in lines. */
export function standingInWords(standing: Standing, source: FoundHalf, destination: FoundHalf): string[] {
  const { halves, cutoverIndex, unfinished, set } = standing;
  const context: Contexts = { source: source.context, destination: destination.context };
  const said = (side: Side): string => {
    const half = halves[side];
    const where = `the ${side} (context ${context[side]})`;
    return half === undefined
      ? `${where} has had no up yet`
      : `${where} holds ${ordinalsText(half.range)}, turn ${half.turn}`;
  };
  const title = source.set === undefined ? "the set" : titleOf(source.set);
  const at =
    unfinished === undefined
      ? `cutoverIndex ${cutoverIndex}${edge(cutoverIndex, standing)}`
      : `in the middle of the step from cutoverIndex ${cutoverIndex} to ${unfinished}`;
  return [
    `The move of ${title}, ${ordinalsText(set)}, has begun: ${said("source")}; ${said("destination")}: ${at}.`,
    ...(unfinished === undefined ? [] : [inProgress(standing, unfinished)]),
    ...sides.flatMap((side) => stillLeaving(side, halves[side])),
    "  Rehearsed is the rest of the way from there. An up that was killed and has changed nothing that shows counts as completed.",
  ];
}

function edge(index: number, { set, halves }: Standing): string {
  if (halves.source === undefined || halves.destination === undefined) return ", the first ups are not complete";
  if (index === set.start) return ", all ordinals have moved";
  return index === endOf(set) ? ", nothing has moved" : "";
}

function inProgress({ cutoverIndex }: Standing, unfinished: number): string {
  const between = { start: Math.min(cutoverIndex, unfinished), replicas: Math.abs(cutoverIndex - unfinished) };
  const claims = unfinished < cutoverIndex ? "destination" : "source";
  const verb = between.replicas === 1 ? "is" : "are";
  return (
    `  ${ordinalsText(between)} ${verb} held by neither half, and it is the ${claims}'s turn to claim: ` +
    `the step goes on with the up of both halves at cutoverIndex ${unfinished}.`
  );
}

function stillLeaving(side: Side, half: StandingHalf | undefined): string[] {
  if (half === undefined || isFinished(half)) return [];
  return [
    `  The ${side} has given ordinals up whose pods are still there (it vouches for ${ordinalsText(half.held)}): its up has not finished.`,
  ];
}

/**
 * The project of a move that has begun, as far as its live sets tell it.
 *
 * @throws UserError if they do not: then only the project itself can be rehearsed.
 */
export function projectOfMove(
  source: SetSurvey,
  destination: ClusterSurvey,
  standing: Standing,
  point: StartingPoint,
): ProjectFiles {
  const reasons = whyProjectNeeded(source, standing.halves.source && destination.half);
  if (reasons.length > 0) {
    const what = `of a move that has begun, where the halves differ by more than their ordinals: ${reasons.join("; ")}. Only the config of its project says how`;
    const todo = "Name the folder of its project beside it: --config-dir DIR";
    throw new UserError([{ where: "--from-cluster", what, todo }]);
  }
  const whole = wholeSet(source, destination, standing);
  return startingProject(whole, {
    ...point,
    batch: point.batch ?? batchOf(standing),
    adopt: wasTakenOver(source, standing),
  });
}

/** A step in progress moves at most a batch. Undefined: the default. */
function batchOf({ cutoverIndex, unfinished = cutoverIndex }: Standing): number | undefined {
  const size = Math.abs(cutoverIndex - unfinished);
  return size > 1 ? size : undefined;
}

/** What does not go with a move that has begun. */
export function begunFlagProblems(
  { cutoverIndex, unfinished = cutoverIndex }: Standing,
  { init, batch }: { readonly init?: string; readonly batch?: number | undefined },
): Problem[] {
  const problems: Problem[] = [];
  if (init !== undefined) {
    problems.push({
      where: "--init",
      what: "is for a set that no project moves yet, and the move of this one has begun",
      todo: "Go on in its project; a second one would know nothing of what the first has done",
    });
  }
  const size = Math.abs(cutoverIndex - unfinished);
  if (batch !== undefined && batch < size) {
    const what = "is less than what the step in progress moves";
    problems.push({ where: "--batch", what, received: batch, legal: `${size} or more`, todo: "Leave it out" });
  }
  return problems;
}
