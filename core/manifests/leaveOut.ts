import { candidates } from "../suggestion";
import { carryKeys } from "../set/carried";
import type { CarriedKind, CarriedName } from "../set/carried";
import { at, field } from "../json";
import { leaveItOut, typeOf } from "../kinds";
import { groupOf } from "../kubernetes";
import type { Located } from "./manifests";
import type { Problem } from "../userError";

/** The form of an entry of `leaveOut`, in words. */
export const leaveOutForm = "Kind/name, Kind/* for all of a kind, or Kind.group/name, such as Deployment/proxy";

/** What an entry of `leaveOut` names. */
interface Entry {
  readonly text: string;
  readonly kind: string;
  /** API group, empty for the core one; undefined: any. */
  readonly group: string | undefined;
  /** `*`: all of the kind. */
  readonly name: string;
}

/** Why an object of the manifests is not declared: config says so, it is a hook of Helm, or it is carried. */
type Reason = "leaveOut" | "hook" | "carried";

/** An object of the manifests that is not declared. */
export interface LeftObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty if its name is to be made up by the API server (`metadata.generateName`). */
  readonly name: string;
  readonly reason: Reason;
}

const hook = "helm.sh/hook";

/** The value of Helm's annotation for hooks; undefined for an object that is none. Helm takes any value for a hook's. */
export function hookOf(object: unknown): string | undefined {
  const value = at(object, "metadata", "annotations", hook);
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What an entry of `leaveOut` names, or undefined if it has not the form of one. */
function parsed(text: string): Entry | undefined {
  const [, kind, group, name] =
    /^([A-Za-z][A-Za-z0-9]*)(?:\.([a-z0-9][a-z0-9.-]*))?\/(\*|[^\s*/,[\]]+)$/.exec(text) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  return { text, kind, group: group === "core" ? "" : group, name };
}

/** Whether a text has the form of an entry of `leaveOut`. */
export function isLeaveOutEntry(text: string): boolean {
  return parsed(text) !== undefined;
}

/** What an entry of `leaveOut` says for one object: with the group where the kind alone would be of several. */
function entryOf(object: Omit<LeftObject, "reason">, all: readonly Omit<LeftObject, "reason">[]): string {
  const { kind, name } = object;
  const group = groupOf(object);
  const isAlone = all.every((other) => other.kind !== kind || groupOf(other) === group);
  return `${kind}${isAlone ? "" : `.${group === "" ? "core" : group}`}/${name}`;
}

/** Kind, group and name of an object of the manifests. */
function asNamed({ object: { apiVersion, kind, metadata } }: Located): Omit<LeftObject, "reason"> {
  return { apiVersion, kind, name: metadata.name };
}

/** The line of config that leaves objects out, what was left out before included. */
export function leaveOutLine(left: readonly Located[], all: readonly Located[], given: readonly string[]): string {
  const entries = left.map((one) => entryOf(asNamed(one), all.map(asNamed)));
  return `leaveOut: [${[...new Set([...given, ...entries])].join(", ")}]`;
}

/** Text in which every line of `leaveOutLine` is said as an option of the command line. */
export function asOptions(text: string, word: (text: string) => string): string {
  return text.replace(/leaveOut: \[([^\]]*)\]/g, (_, entries: string) => {
    return `--leave-out ${entries.split(", ").map(word).join(" ")}`;
  });
}

/** Completes what is said of objects that must be left out with the one line of config that does it for all of them. */
export function withLeaveOutLine(
  problems: readonly Problem[],
  located: readonly Located[],
  given: readonly string[],
): Problem[] {
  const named = (problem: Problem): Located | undefined =>
    problem.todo?.startsWith(leaveItOut) === true
      ? located.find(({ where }) => problem.where === where || problem.where.startsWith(`${where}: `))
      : undefined;
  const left = located.filter((one) => problems.some((problem) => named(problem) === one));
  if (left.length === 0) return [...problems];
  const line = leaveOutLine(left, located, given);
  const last = problems.filter((problem) => named(problem) !== undefined).pop();
  return problems.map((problem) => {
    if (problem !== last) return problem;
    const todo = problem.todo ?? "";
    const rest = todo.slice(leaveItOut.length);
    return { ...problem, todo: left.length === 1 ? `${leaveItOut} (${line})${rest}` : `${todo}. All of them: ${line}` };
  });
}

/** Leaves objects out of the manifests while they are read, and remembers which. */
export class LeavingOut {
  /** What was left out, in the order of the manifests. */
  public readonly left: LeftObject[] = [];
  private readonly entries: readonly Entry[];
  private readonly groups = new Map<Entry, Set<string>>();

  /**
   * @param given the entries of `leaveOut`. What has not their form has been told before, and is passed over.
   * @param carried what is carried as it is in the source, and so not declared from the manifests.
   */
  public constructor(
    given: readonly string[],
    private readonly carried: readonly CarriedName[],
  ) {
    this.entries = given.map(parsed).filter((entry) => entry !== undefined);
  }

  /** Whether an object is left out. It is asked before anything is checked, so it may be anything. */
  public takes(object: unknown): boolean {
    const [apiVersion, kind, name] = [
      field(object, "apiVersion"),
      field(object, "kind"),
      at(object, "metadata", "name"),
    ];
    if (typeof apiVersion !== "string" || typeof kind !== "string") return false;
    const named = { apiVersion, kind, name: typeof name === "string" ? name : "" };
    const reason = this.reasonFor(named, object);
    if (reason !== undefined) this.left.push({ ...named, reason });
    return reason !== undefined;
  }

  private reasonFor(named: Omit<LeftObject, "reason">, object: unknown): Reason | undefined {
    const group = groupOf(named);
    const matching = this.entries.filter(
      (entry) =>
        entry.kind === named.kind &&
        (entry.group ?? group) === group &&
        (entry.name === "*" || entry.name === named.name),
    );
    for (const entry of matching) this.groups.set(entry, new Set([...(this.groups.get(entry) ?? []), group]));
    if (matching.length > 0) return "leaveOut";
    if (this.carried.some(({ kind, name }) => typeOf(named) === kind && name === named.name)) return "carried";
    // A set that is a hook is told about: what is to be moved is not left out by itself.
    return hookOf(object) === undefined || named.kind === "StatefulSet" ? undefined : "hook";
  }

  /** The entries that have named something. */
  public used(): string[] {
    return this.entries.filter((entry) => this.groups.has(entry)).map(({ text }) => text);
  }

  /**
   * What is wrong with the entries.
   *
   * @param kept what is not left out.
   * @param complete whether all objects could be read: otherwise one that an entry names is not missed.
   */
  public problems(kept: readonly Located[], complete: boolean): Problem[] {
    const all = [...this.left.filter(({ name }) => name !== ""), ...kept.map(asNamed)];
    return this.entries.flatMap((entry): Problem[] => {
      const where = `leaveOut: ${entry.text}`;
      const groups = [...(this.groups.get(entry) ?? [])];
      if (groups.length > 1) {
        const { kind, name } = entry;
        const legal = groups.map((group) => `${kind}.${group === "" ? "core" : group}/${name}`).join(", ");
        return [{ where, what: "names objects of several API groups", legal, todo: "Write which is meant" }];
      }
      if (groups.length === 1 || !complete) return [];
      const todo = candidates(entry.text, [...new Set(all.map((one) => entryOf(one, all)))]);
      return [{ where, what: "names no object of the manifests", todo }];
    });
  }

  /** What was left out, a line for each reason. */
  public notes(): string[] {
    const because = (reason: Reason, kind?: CarriedKind): string =>
      this.left
        .filter((one) => one.reason === reason && (kind ?? one.kind) === one.kind)
        .map((one) => `${one.kind} ${one.name === "" ? "without a name" : one.name}`)
        .join(", ");
    const lines = [
      [because("hook"), `left out, since they are hooks of Helm (${hook}), which the move does not run: `, ""],
      [
        because("leaveOut"),
        "left out, since leaveOut names them: ",
        ". Apply them by other means where they should act",
      ],
      ...(Object.keys(carryKeys) as CarriedKind[]).map((kind) => [
        because("carried", kind),
        `left out, since ${carryKeys[kind]} names them and they are carried as they are in the source: `,
        "",
      ]),
    ];
    return lines
      .filter(([names]) => names !== "")
      .map(([names = "", before = "", after = ""]) => `${before}${names}${after}`);
  }
}
