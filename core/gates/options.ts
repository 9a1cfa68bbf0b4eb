import type { Problem } from "../userError";
import { isObject } from "../json";
import { capital, suggestion } from "../suggestion";
import type { SecretPlace } from "./ask";
import { durationForm, parseDuration } from "./duration";

/**
 * Reads the options of one gate or action, and reports each that is missing, unknown or not legal. An option that nobody has
 * asked for is unknown: `refuseOthers` comes last.
 */
export class Options {
  private readonly known = new Set<string>();

  /**
   * @param where the entry, such as `gates[0].http`.
   * @param edit where to change it, a sentence without its full stop.
   */
  public constructor(
    private readonly given: Readonly<Record<string, unknown>>,
    private readonly where: string,
    private readonly edit: string,
    /** What was reported. */
    public readonly problems: Problem[] = [],
  ) {}

  /** Whether an option is given. */
  public has(name: string): boolean {
    return this.take(name) !== undefined;
  }

  /** Text that is not empty; undefined if it is not given. */
  public text(name: string, legal = "text", isLegal: (text: string) => boolean = () => true): string | undefined {
    const value = this.take(name);
    if (value === undefined || (typeof value === "string" && value !== "" && isLegal(value))) return value;
    this.illegal(name, legal, value);
    return undefined;
  }

  /** As `text`, and reported where it is missing. */
  public needed(name: string, legal = "text", isLegal?: (text: string) => boolean): string {
    if (!this.has(name)) this.report(name, "is missing", legal);
    return this.text(name, legal, isLegal) ?? "";
  }

  /** One of some words. */
  public choice<T extends string>(name: string, legal: readonly T[]): T | undefined {
    const text = this.text(name, legal.join(", "), (value) => legal.some((word) => word === value));
    return legal.find((word) => word === text);
  }

  public boolean(name: string): boolean | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === "boolean") return value;
    this.illegal(name, "true, false", value);
    return undefined;
  }

  /** A number; a whole one unless it is said to be any. */
  public number(
    name: string,
    least: number,
    most: number,
    { whole = true }: { readonly whole?: boolean } = {},
  ): number | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value)))
      return value;
    const range = least === -Infinity && most === Infinity ? "" : ` from ${least} to ${most}`;
    this.illegal(name, `${whole ? "a whole" : "a"} number${range}`, value);
    return undefined;
  }

  /** A number of a port. */
  public port(name: string): number | undefined {
    return this.number(name, 1, 65_535);
  }

  /** Text, or a whole number in its place. */
  public numberOrText(name: string, legal: string, isLegal: (text: string) => boolean): string | undefined {
    const value = this.take(name);
    if (typeof value === "number" && Number.isInteger(value) && isLegal(String(value))) return String(value);
    if (typeof value !== "number") return this.text(name, legal, isLegal);
    this.illegal(name, legal, value);
    return undefined;
  }

  /** A length of time such as `5s`, in milliseconds. */
  public duration(name: string): number | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const ms = parseDuration(value);
    if (ms === undefined) this.illegal(name, durationForm, value);
    return ms;
  }

  /** A list of texts, not empty; undefined if it is not given. */
  public texts(name: string, legal: string): readonly string[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const isList = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
    if (isList) return value;
    this.illegal(name, legal, value);
    return undefined;
  }

  /** A regular expression, as JavaScript has them; `^` and `$` match at lines. */
  public pattern(name: string): RegExp | undefined {
    const text = this.text(name, "a regular expression", (value) => compiled(value) !== undefined);
    return text === undefined ? undefined : compiled(text);
  }

  /** An option that is a map of options; undefined if it is not given. */
  public group(name: string, legal: string): Options | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (isObject(value)) return new Options(value, `${this.where}.${name}`, this.edit, this.problems);
    this.report(name, "is not legal", legal);
    return undefined;
  }

  /**
   * Where a secret is: `{ secret, key }` or `{ config }`; undefined if it is not given. A value that stands there itself is
   * refused, and not shown.
   */
  public secretPlace(name: string): SecretPlace | undefined {
    const legal = "{ secret, key } of a Secret, or { config } with the name of a secret config key";
    const group = this.group(name, legal);
    const place = group?.placeHere();
    group?.refuseOthers();
    return place;
  }

  /** As `secretPlace`, in a map that has more options. */
  public placeHere(): SecretPlace {
    const [config, secret, key] = [this.has("config"), this.has("secret"), this.has("key")];
    if (config && (secret || key)) this.problem({ what: "names a Secret and a config key", legal: "one of the two" });
    if (config) {
      const legal = "a secret config key with its namespace, such as redis:password";
      return { config: this.unshown("config", /^[\w.-]+:[\w.-]+$/, legal) };
    }
    return {
      secret: this.unshown("secret", /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "the name of a Secret"),
      key: this.unshown("key", /^[-\w.]+$/, "a key of that Secret"),
    };
  }

  /** Text that is needed, and may have become the secret itself by mistake. */
  private unshown(name: string, form: RegExp, legal: string): string {
    const value = this.take(name);
    if (typeof value === "string" && form.test(value)) return value;
    this.report(name, value === undefined ? "is missing" : "is not legal", legal);
    return "";
  }

  /** Reports whatever no one has asked for. */
  public refuseOthers(): void {
    const legal = [...this.known];
    for (const name of Object.keys(this.given).filter((each) => !this.known.has(each))) {
      const todo = capital(
        `${suggestion(name, legal)}remove it: ${this.edit.charAt(0).toLowerCase()}${this.edit.slice(1)}`,
      );
      const option = { where: `${this.where}.${name}`, what: "is not an option", legal: legal.join(", "), todo };
      this.problems.push(option);
    }
  }

  /** Reports something that is wrong with the entry as a whole. */
  public problem(problem: Omit<Problem, "where">): void {
    this.problems.push({ where: this.where, todo: this.edit, ...problem });
  }

  /** Reports something that is wrong with one option. Its value is not shown. */
  public report(name: string, what: string, legal: string): void {
    this.problems.push({ where: `${this.where}.${name}`, what, legal, todo: this.edit });
  }

  private take(name: string): unknown {
    this.known.add(name);
    const value = Object.hasOwn(this.given, name) ? this.given[name] : undefined;
    return value ?? undefined;
  }

  /** Maps and lists are not shown: what was put in the wrong place may be a secret. */
  private illegal(name: string, legal: string, value: unknown): void {
    const received = typeof value === "object" ? {} : { received: value };
    this.problems.push({ where: `${this.where}.${name}`, what: "is not legal", ...received, legal, todo: this.edit });
  }
}

function compiled(text: string): RegExp | undefined {
  try {
    return new RegExp(text, "m");
  } catch {
    return undefined;
  }
}
