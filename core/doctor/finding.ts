import { sides } from "../ordinals";
import type { Side } from "../ordinals";
import { renderProblem } from "../userError";
import type { Problem } from "../userError";

/**
 * How bad a finding is, the worst first. `critical`: a step would be refused, fail or be unsafe. `error`: a step will probably
 * hang or fail, or something will break the move before its end. `warning`: it may. `advice`: good to know.
 */
export const severities = ["critical", "error", "warning", "advice"] as const;

/** One of `severities`. */
export type Severity = (typeof severities)[number];

/** The kinds of checks, in the order of docs/doctor.md. */
export const checks: readonly string[] = [
  ...["cluster", "clocks", "config", "rights", "health", "volumes", "storage", "nodes", "pods", "names", "writers"],
  ...["budgets", "endings", "mounts", "leftovers"],
];

/** Something that would make a step fail or unsafe, or that a person should know before it. */
export interface Finding {
  readonly severity: Severity;
  /** Which kind of check found it: one of `checks`. */
  readonly check: string;
  /** The half that it is about; undefined: both. */
  readonly side: Side | undefined;
  /** The object, such as `StatefulSet shop/web`. */
  readonly object: string;
  /** What is wrong with it and what follows, a clause after the object. */
  readonly why: string;
  /** What to do, a sentence without its full stop. */
  readonly todo: string;
}

/** Makes the findings of one kind of check about one half. */
export function finder(check: string, side: Side | undefined) {
  return (severity: Severity, object: string, why: string, todo: string): Finding => ({
    ...{ severity, check, side, object, why },
    todo: todo.replace(/\.$/, ""),
  });
}

/** A refusal of the program's as a finding. What to do stands in its text where it has nothing of its own. */
export function findingOf(check: string, side: Side | undefined, severity: Severity, problem: Problem): Finding {
  const { todo = "Do what it says", where, ...rest } = problem;
  const why = renderProblem({ ...rest, where: "" }).trim();
  return finder(check, side)(severity, where.replace(/:$/, ""), why, todo);
}

/** Findings in the order in which they are told: the worst first, then by half. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const place = ({ side }: Finding): number => (side === undefined ? -1 : sides.indexOf(side));
  return [...findings].sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      checks.indexOf(a.check) - checks.indexOf(b.check) ||
      place(a) - place(b),
  );
}
