import type { Problem } from "./userError";

/** What a judgement of an `up` says. */
export interface Verdict {
  /** What stops it. */
  readonly problems: readonly Problem[];
  /** What a person should know although it may run. */
  readonly warnings: readonly string[];
}

/** What was read of what a user gave. */
export interface Reading<T> {
  readonly value: T;
  /** What is wrong with it. If there is anything, the value only serves to find what else is wrong. */
  readonly problems: readonly Problem[];
}

/** Several readings as one, in their order. */
export function allRead<T>(readings: readonly Reading<T>[]): Reading<T[]> {
  return {
    value: readings.map(({ value }) => value),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

/** Several judgements as one, in their order. */
export function together(...parts: readonly Partial<Verdict>[]): Verdict {
  return {
    problems: parts.flatMap(({ problems = [] }) => problems),
    warnings: parts.flatMap(({ warnings = [] }) => warnings),
  };
}
