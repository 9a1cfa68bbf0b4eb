/**
 * One thing that is wrong with what a user gave or asked for.
 *
 * Rendered on one line: where it is, what was received, what is legal, and what to do.
 */
export interface Problem {
  /** Config key, or document and field path, such as `cutoverIndex` or `web.yaml, document 2: spec.serviceName`. */
  readonly where: string;
  /** What is wrong, a clause that follows `where`, such as `is out of range`. */
  readonly what: string;
  /** The value received. Left out where there is none; never given for anything secret. */
  readonly received?: unknown;
  /** What would be accepted, such as `an integer from 0 to 6`. */
  readonly legal?: string;
  /** What to do about it: a sentence, with the command where there is one. */
  readonly todo?: string;
}

/** The longest rendering of a received value; the rest is cut off. */
const longestValue = 120;

/** A received value as it is rendered. */
export function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** What an error says, or whatever else was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Renders a problem as one line of text, without a trailing newline. */
export function renderProblem(problem: Problem): string {
  const received = "received" in problem ? ` (received ${shown(problem.received)})` : "";
  const legal = problem.legal === undefined ? "" : `; legal: ${problem.legal}`;
  const todo = problem.todo === undefined ? "" : `. ${problem.todo}`;
  return `${problem.where} ${problem.what}${received}${legal}${todo}`;
}

/**
 * Something that a user can mend: bad input, or an `up` that may not run now.
 *
 * It carries every problem of a run at once and no stack: its message is the whole of what a user needs, and Pulumi's
 * SDK takes up to two minutes to render a stack. Anything else that is thrown is a defect of this program.
 */
export class UserError extends Error {
  public override readonly name = "UserError";

  public constructor(public readonly problems: readonly Problem[]) {
    const lines = problems.map(renderProblem);
    super(
      lines.length === 1 ? lines.join() : [`${lines.length} problems:`, ...lines.map((l) => `  - ${l}`)].join("\n"),
    );
    this.stack = `UserError: ${this.message}`;
  }
}

/** Whether a problem is told for the first time, for `filter`: both halves read the same config, so most are found twice. */
export function isFirst(problem: Problem, index: number, all: readonly Problem[]): boolean {
  return all.findIndex(({ where, what }) => where === problem.where && what === problem.what) === index;
}

/** @throws UserError with all of them, if there are any. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new UserError(problems);
}
