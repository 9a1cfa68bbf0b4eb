import { isLeaveOutEntry, leaveOutForm } from "../core/manifests/leaveOut";
import { sides } from "../core/ordinals";
import type { Side } from "../core/ordinals";
import type { Reading } from "../core/verdict";

/** Options of `cutover rehearse` that are about real clusters, as they stand on the command line. */
export interface FromClusterFlags {
  readonly fromCluster?: string;
  readonly set?: string;
  readonly destinationContext?: string;
  readonly init?: string;
}

/** Options of `cutover rehearse` as they stand on the command line. */
export interface RehearseFlags extends FromClusterFlags {
  readonly manifests?: readonly string[];
  /** Objects of the manifests to leave out; each text may be several, with commas between. */
  readonly leaveOut?: readonly string[];
  readonly namespace?: string;
  readonly from?: string;
  readonly to?: string;
  readonly oneWay?: boolean;
  readonly batch?: string;
  readonly configDir?: string;
  readonly json?: boolean;
  /** Where to write the page, if one is wanted. */
  readonly html?: string;
}

const largestInteger = 999_999_999;

/** Reads an option that is a whole number, from `min` on; undefined if it is not given, or reported as not legal. */
export function readInteger(option: string, given: string | undefined, min: number): Reading<number | undefined> {
  if (given === undefined) return { value: undefined, problems: [] };
  const value = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= largestInteger) return { value, problems: [] };
  const legal = `a whole number from ${min} to ${largestInteger}`;
  const problem = { where: option, what: "is not legal", received: given, legal, todo: "Correct the option" };
  return { value: undefined, problems: [problem] };
}

/** Reads the options that name the stacks of the halves. */
export function readStacks(given: Readonly<Partial<Record<Side, string>>>): Reading<Readonly<Record<Side, string>>> {
  const value = { source: given.source ?? "source", destination: given.destination ?? "destination" };
  const legal = "a stack's name, also with its organization and project before it";
  const isLegal = (side: Side): boolean => /^([A-Za-z0-9_.-]+\/){0,2}[A-Za-z0-9_.-]{1,100}$/.test(value[side]);
  return {
    value,
    problems: sides
      .filter((side) => !isLegal(side))
      .map((side) => ({
        ...{ where: `--${side}`, what: "is not legal", received: value[side], legal },
        todo: "Correct the option",
      })),
  };
}

/** Reads the entries of an option that names objects to leave out. */
export function readLeftOut(option: string, given: readonly string[]): Reading<string[]> {
  const entries = [...new Set(given.flatMap((text) => text.split(",")))];
  const problem = { where: option, what: "names no object", legal: leaveOutForm, todo: "Correct the option" };
  return {
    value: entries.filter(isLeaveOutEntry),
    problems: entries.filter((entry) => !isLeaveOutEntry(entry)).map((entry) => ({ ...problem, received: entry })),
  };
}
