import { isObject } from "./json";
import type { Problem } from "./userError";

/** Adds a problem with a field of one object; an empty path means the object itself. */
export type Report = (path: string, problem: Omit<Problem, "where">) => void;

/** Reports problems of the object that messages call `where`. */
export function reportTo(problems: Problem[], where: string): Report {
  return (path, problem) => {
    problems.push({ where: path === "" ? where : `${where}: ${path}`, ...problem });
  };
}

/**
 * Reports that a field is missing, or is not what is legal there. Maps are not shown: what was put in the wrong place
 * may hold a password.
 */
export function reportField(report: Report, path: string, value: unknown, legal: string): void {
  if (value === undefined || value === null) report(path, { what: "is missing", legal, todo: "Add it" });
  else report(path, { what: "is not valid", ...(hasMap(value) ? {} : { received: value }), legal, todo: "Correct it" });
}

/** Reports a field that is there and is no map. What it holds is not shown: it may be a password. */
export function reportNoMap(report: Report, path: string, value: unknown, legal: string): void {
  if (value === undefined || value === null || isObject(value)) return;
  report(path, {
    what: `is no map, but ${Array.isArray(value) ? "a list" : `a ${typeof value}`}`,
    legal,
    todo: "Correct it",
  });
}

/** Whether a value is a map, or a list with something other than plain values in it. */
export function hasMap(value: unknown): boolean {
  return isObject(value) || (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null));
}
