import type { Problem } from "./userError";

/** What a judgement of an `up` says. */
export interface Verdict {
  /** What stops it. */
  readonly problems: readonly Problem[];
  /** What a person should know although it may run. */
  readonly warnings: readonly string[];
}

/** Several judgements as one, in their order. */
export function together(...parts: readonly Partial<Verdict>[]): Verdict {
  return {
    problems: parts.flatMap(({ problems = [] }) => problems),
    warnings: parts.flatMap(({ warnings = [] }) => warnings),
  };
}
