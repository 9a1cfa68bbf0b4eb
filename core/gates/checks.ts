import { isObject } from "../json";
import { capital, suggestion } from "../suggestion";
import { allRead } from "../verdict";
import type { Reading } from "../verdict";
import { Options } from "./options";
import type { Action, Gate, Uses } from "./kind";
import { kinds } from "./table";

/** The config keys of gates and actions. */
export const checkKeys = ["gates", "before", "after"] as const;

/** One of them. */
export type CheckKey = (typeof checkKeys)[number];

/** What every entry has. */
interface Entry {
  /** Where it stands, such as `gates[0] redis-cluster`, for messages. */
  readonly title: string;
  readonly kind: string;
  /** How long it may take, in milliseconds. */
  readonly deadlineMs: number;
}

/** One gate of the config. */
export interface GateEntry extends Entry {
  /** For how long it must hold without a break, in milliseconds. */
  readonly settleMs: number;
  readonly gate: Gate;
}

/** One action of the config. */
export interface ActionEntry extends Entry {
  readonly action: Action;
}

/** What is asked and done on a walk, in the order of the config. */
export interface Checks {
  readonly gates: readonly GateEntry[];
  /** Before an ordinal is released. */
  readonly before: readonly ActionEntry[];
  /** After it is Ready in its new cluster. */
  readonly after: readonly ActionEntry[];
}

/** Nothing is asked, nothing is done. */
export const noChecks: Checks = { gates: [], before: [], after: [] };

const usualSettleMs = 5_000;
const usualDeadlineMs = 600_000;

/** Whether there is anything to ask or do. */
export function hasChecks({ gates, before, after }: Checks): boolean {
  return gates.length + before.length + after.length > 0;
}

/** The checks of both halves, each key from the half that has it. */
export function eitherChecks(a: Checks, b: Checks): Checks {
  return {
    gates: a.gates.length > 0 ? a.gates : b.gates,
    before: a.before.length > 0 ? a.before : b.before,
    after: a.after.length > 0 ? a.after : b.after,
  };
}

/** The checks in a few words, such as `gates ready, redis-cluster; before redis-cluster`; empty if there are none. */
export function checksInWords(checks: Checks): string {
  return checkKeys
    .filter((key) => checks[key].length > 0)
    .map((key) => `${key} ${checks[key].map(({ kind }) => kind).join(", ")}`)
    .join("; ");
}

/**
 * Reads one of the three keys.
 *
 * @param value the value in the config, as JSON; undefined if it is not set.
 * @param edit where to change it, a sentence without its full stop.
 */
export function readChecks<K extends CheckKey>(key: K, value: unknown, edit: string): Reading<Checks[K]> {
  if (value === undefined) return { value: [], problems: [] };
  if (!Array.isArray(value)) {
    const legal = `a list; each entry a kind and its options, such as ${key === "gates" ? "ready: {}" : "redis-cluster: {}"}`;
    return { value: [], problems: [{ where: key, what: "is not a list", legal, todo: edit }] };
  }
  const entries = allRead(value.map((entry: unknown, index) => readEntry(key, entry, index, edit)));
  return { ...entries, value: entries.value.flat() as unknown as Checks[K] };
}

function readEntry(key: CheckKey, entry: unknown, index: number, edit: string): Reading<object[]> {
  const where = `${key}[${index}]`;
  const legal = [...kinds.keys()].join(", ");
  const [name, ...others] = isObject(entry) ? Object.keys(entry) : [];
  if (!isObject(entry) || name === undefined || others.length > 0) {
    const what =
      others.length > 0 ? `has ${others.length + 1} keys instead of one, the kind` : "is not a kind with its options";
    const form = `one of ${legal}, and its options below it, such as ready: {}`;
    return { value: [], problems: [{ where, what, legal: form, todo: edit }] };
  }
  const kind = kinds.get(name);
  if (kind === undefined) {
    const todo = `${capital(suggestion(name, [...kinds.keys()]).replace(" If not, ", " "))}${edit}`;
    return { value: [], problems: [{ where, what: "is of a kind that does not exist", received: name, legal, todo }] };
  }
  const given = entry[name] ?? {};
  if (!isObject(given)) {
    const what = "has no map of options";
    return { value: [], problems: [{ where: `${where}.${name}`, what, legal: "options, or {}", todo: edit }] };
  }
  const options = new Options(given, `${where}.${name}`, edit);
  const { problems } = options;
  const deadlineMs = options.duration("deadline") ?? usualDeadlineMs;
  const settleMs = key === "gates" ? (options.duration("settle") ?? usualSettleMs) : 0;
  const uses = kind(options);
  options.refuseOthers();
  const about = { title: `${where} ${name}`, kind: name, deadlineMs };
  if (key === "gates" && uses.gate !== undefined) {
    if (settleMs >= deadlineMs) options.report("deadline", "is not longer than settle", `more than settle`);
    return { value: [{ ...about, settleMs, gate: uses.gate }], problems };
  }
  if (key !== "gates" && uses[key] !== undefined) {
    return { value: [{ ...about, action: uses[key] }], problems };
  }
  options.problem({ what: `cannot stand in ${key}`, legal: `${name} in ${legalKeys(uses).join(" or ")}` });
  return { value: [], problems };
}

function legalKeys({ gate, before, after }: Uses): CheckKey[] {
  return [
    ...(gate === undefined ? [] : (["gates"] as const)),
    ...(before === undefined ? [] : (["before"] as const)),
    ...(after === undefined ? [] : (["after"] as const)),
  ];
}
