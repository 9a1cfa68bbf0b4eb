import type { Problem } from "../core/userError";
import type { Reading } from "../core/verdict";
import { sharedConfig } from "./projectFile";

const largestInteger = 2 ** 31 - 1;

/** Where config comes from: `pulumi.Config` in the program, plain records in tests. */
export interface ConfigSource {
  readonly project: string;
  readonly stack: string;
  /** All config as the SDK holds it: `namespace:key` to text; values that are not text are JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Text of `Pulumi.yaml`, if it could be read: tells a stack's own `cutoverIndex` from the project's. */
  readonly projectFile?: string;
  /** Whether another program gave the values, as arguments of `cutover`. Default: they are config. */
  readonly byProgram?: boolean;
}

/** Reads values of config and collects what is wrong with them. A value is undefined if it is unset or refused. */
export class ConfigReader {
  public readonly problems: Problem[] = [];
  public readonly project: string;
  public readonly stack: string;
  /** What `Pulumi.yaml` sets for every stack. */
  public readonly shared: ReadonlyMap<string, string>;
  private readonly values: Readonly<Record<string, string>>;
  /** Whether another program gave the values. */
  public readonly byProgram: boolean;

  public constructor({ project, stack, values, projectFile = "", byProgram = false }: ConfigSource) {
    this.project = project;
    this.stack = stack;
    this.values = values;
    this.byProgram = byProgram;
    this.shared = sharedConfig(project, projectFile);
  }

  /** Names of all that is set, with their namespaces. */
  public names(): string[] {
    return Object.keys(this.values);
  }

  /** The text of a key of another program, given with its namespace. */
  public raw(name: string): string | undefined {
    return this.values[name];
  }

  /** An integer from `least` on, written without sign, exponent or leading zeros. */
  public integer(key: string, least: number): number | undefined {
    const legal = `an integer, ${least} or more`;
    const legible = (v: string) => /^(0|[1-9]\d{0,9})$/.test(v) && Number(v) >= least && Number(v) <= largestInteger;
    const text = this.text(key, legal, key === "batch" ? "1" : "<integer>", legible);
    return text === undefined ? undefined : Number(text);
  }

  /** One of some words. */
  public choice<T extends string>(key: string, legal: readonly [T, ...T[]]): T | undefined {
    const text = this.text(key, legal.join(", "), legal[0], (v) => legal.some((l) => l === v));
    return legal.find((l) => l === text);
  }

  /** Text that has a certain form. */
  public text(key: string, legal: string, example: string, isLegal: (value: string) => boolean): string | undefined {
    const value = this.value(key);
    if (value === undefined || isLegal(value)) return value;
    this.problem(key, { what: "is not legal", received: value, legal, todo: this.change(key, example) });
    return undefined;
  }

  /** The text of a key of this program. */
  public value(key: string): string | undefined {
    return this.values[`${this.project}:${key}`];
  }

  /** What was read of a key elsewhere. */
  public take<T>({ value, problems }: Reading<T>): T {
    this.problems.push(...problems);
    return value;
  }

  public problem(where: string, problem: Omit<Problem, "where">): void {
    this.problems.push({ where: this.named(where), ...problem });
  }

  /** A key as whoever gave its value knows it. */
  private named(key: string): string {
    return this.byProgram ? key.replace(/^kubernetes:/, "") : key;
  }

  /** Whether a key's value is the one of `Pulumi.yaml`. */
  private isShared(key: string): boolean {
    const shared = this.shared.get(key);
    return shared !== undefined && shared === (this.value(key) ?? this.values[key]);
  }

  /** How to change a key; `path` leads to the first element of a list or map. */
  public change(key: string, example: string, path = ""): string {
    if (this.byProgram) return this.edit(key);
    if (this.isShared(key)) return `Change ${key} in Pulumi.yaml`;
    const target = path === "" ? key : `--path '${key}${path}'`;
    return `Run: pulumi config set ${target} ${example} -s ${this.stack}`;
  }

  /** Where to change a key that no single command sets. */
  public edit(key: string): string {
    if (this.byProgram) return `Change ${this.named(key)} in the arguments of cutover`;
    return `Change ${key} in ${this.isShared(key) ? "Pulumi.yaml" : `Pulumi.${this.stack}.yaml`}`;
  }

  /** How to remove a key: a clause, without its first capital. */
  public removal(key: string): string {
    if (this.byProgram) return "remove it from the arguments of cutover";
    const remove = `pulumi config rm ${key} -s ${this.stack}`;
    return this.isShared(key) ? `remove it from Pulumi.yaml` : `remove it: ${remove}`;
  }
}
