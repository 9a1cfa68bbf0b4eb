import { isObject } from "./json";
import type { Problem } from "./userError";

/** What is wrong with one object, or with a field of it. */
export interface Finding extends Omit<Problem, "where"> {
  /** The field, such as `spec.replicas`; empty: the object itself. */
  readonly path: string;
}

/** Findings as problems of the object that messages call `where`. */
export function problemsAt(where: string, findings: Iterable<Finding>): Problem[] {
  return Array.from(findings, ({ path, ...problem }) => ({
    where: path === "" ? where : `${where}: ${path}`,
    ...problem,
  }));
}

/**
 * A field that is missing, or is not what is legal there. Maps are not shown: what was put in the wrong place may hold a
 * password.
 */
export function badField(path: string, value: unknown, legal: string): Finding {
  if (value === undefined || value === null) return { path, what: "is missing", legal, todo: "Add it" };
  return { path, what: "is not valid", ...(hasMap(value) ? {} : { received: value }), legal, todo: "Correct it" };
}

/** A field that is there and is no map; none otherwise. What it holds is not shown: it may be a password. */
export function noMap(path: string, value: unknown, legal: string): Finding[] {
  if (value === undefined || value === null || isObject(value)) return [];
  const what = `is no map, but ${Array.isArray(value) ? "a list" : `a ${typeof value}`}`;
  return [{ path, what, legal, todo: "Correct it" }];
}

/** Whether a value is a map, or a list with something other than plain values in it. */
export function hasMap(value: unknown): boolean {
  return isObject(value) || (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null));
}
