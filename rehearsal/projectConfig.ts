import { posix } from "node:path";
import { isMap, parseDocument } from "yaml";
import type { Scalar } from "yaml";

import { isObject } from "../core/json";
import type { Side } from "../core/ordinals";
import type { Problem } from "../core/userError";
import type { ReadFile } from "../input";
import { configText, firstFile, parseMap, readProjectFile } from "../settings/projectFile";

/** The config of one stack as the SDK gets it from the Pulumi CLI. */
export interface StackConfig {
  /** `namespace:key` to text; values that are not text are JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose value is a secret, or contains one. */
  readonly secretKeys: readonly string[];
}

/** A Pulumi project's config, resolved for both stacks. */
export interface ProjectConfig {
  /** Name of the project: the namespace of keys that have none. */
  readonly project: string;
  /** Text of `Pulumi.yaml`; undefined if there is no such file (only manifests were given). */
  readonly projectFile?: string;
  readonly stacks: Readonly<Record<Side, StackConfig>>;
  /** What a rehearsal cannot do as the Pulumi CLI would. */
  readonly warnings: readonly string[];
}

/** A key that `Pulumi.yaml` declares. */
interface Declaration {
  readonly type?: string;
  /** Undefined: declared without a default, so a stack has to give one. */
  readonly value?: unknown;
}

interface Context {
  readonly readFile: ReadFile;
  readonly problems: Problem[];
  readonly warnings: string[];
}

/**
 * Resolves project config for the stacks `source` and `destination`. Defaults, types and the order of precedence are
 * the Pulumi CLI's work, which a rehearsal does without: a stack's own value goes before the project's, key by key.
 *
 * @param problems every problem is added here.
 * @param folder how the folder is called in a message.
 * @returns undefined if there is no project to speak of.
 */
export async function readProjectConfig(
  readFile: ReadFile,
  problems: Problem[],
  folder = "the current folder",
): Promise<ProjectConfig | undefined> {
  const context: Context = { readFile, problems, warnings: [] };
  const missing = {
    where: folder,
    what: "has no Pulumi.yaml",
    todo: "Name the folder of a project with --config-dir, or only the set's manifests with --manifests",
  };
  const file = await readProjectFile(readFile, missing, problems);
  if (file === undefined) return undefined;
  const { name } = file;
  const declared = readDeclarations(file.path, name, file.config, problems);
  const source = await readStack("source", file.stackConfigDir, name, declared, context);
  const destination = await readStack("destination", file.stackConfigDir, name, declared, context);
  return { project: name, projectFile: file.text, stacks: { source, destination }, warnings: context.warnings };
}

/** What `config:` of `Pulumi.yaml` says of each key: `key: value`, `key: { default, type }` or `namespace:key: { value }`. */
function readDeclarations(
  path: string,
  project: string,
  config: unknown,
  problems: Problem[],
): Map<string, Declaration> {
  const declared = new Map<string, Declaration>();
  if (config === undefined || config === null) return declared;
  if (!isObject(config)) {
    problems.push({ where: `${path}: config`, what: "is not a map of keys", received: config, legal: "key: value" });
    return declared;
  }
  for (const [key, given] of Object.entries(config)) {
    const where = `${path}: config.${key}`;
    if (!isObject(given) || "secure" in given) {
      declared.set(qualified(key, project), { value: given });
      continue;
    }
    const unknown = Object.keys(given).filter((field) => !declarationFields.includes(field));
    if (unknown.length > 0) {
      problems.push({
        where,
        what: "is a map, which Pulumi takes for the declaration of a key, but has other fields",
        received: unknown,
        legal: declarationFields.join(", "),
        todo: `Write the map itself as ${key}: { value: … }`,
      });
      continue;
    }
    const { type, default: fallback, value = fallback } = given;
    declared.set(qualified(key, project), { ...(typeof type === "string" ? { type } : {}), value });
  }
  return declared;
}

const declarationFields = ["type", "description", "items", "default", "value", "secret"];

async function readStack(
  side: Side,
  folder: string,
  project: string,
  declared: ReadonlyMap<string, Declaration>,
  context: Context,
): Promise<StackConfig> {
  const names = [`Pulumi.${side}.yaml`, `Pulumi.${side}.yml`].map((name) => posix.join(folder, name));
  const file = await firstFile(names, context.readFile, context.problems);
  if (file === "unreadable") return { values: {}, secretKeys: [] };
  const stack = file === undefined ? undefined : parseMap(file, context.problems);
  const path = file?.path ?? names[0] ?? "";
  if (stack?.environment !== undefined) {
    context.warnings.push(`${path}: environment is not opened in a rehearsal, so config that it gives is missing`);
  }
  const own = stack?.config ?? {};
  if (!isObject(own)) {
    context.problems.push({
      where: `${path}: config`,
      what: "is not a map of keys",
      received: own,
      legal: "key: value",
    });
    return { values: {}, secretKeys: [] };
  }
  const given = new Map(Object.entries(own).map(([key, value]) => [qualified(key, project), value]));
  return toText(side, path, project, given, declared, context.problems);
}

/** Flattens a stack's config: own values over the project's, each as text. */
function toText(
  side: Side,
  path: string,
  project: string,
  own: ReadonlyMap<string, unknown>,
  declared: ReadonlyMap<string, Declaration>,
  problems: Problem[],
): StackConfig {
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const key of new Set([...declared.keys(), ...own.keys()])) {
    const { type, value: fallback } = declared.get(key) ?? {};
    const where = own.has(key) ? `${path}: config.${key}` : `Pulumi.yaml: config.${key}`;
    const value = own.has(key) ? own.get(key) : fallback;
    if (value === undefined) {
      problems.push({
        where,
        what: `is declared without a default, and the stack ${side} gives no value`,
        todo: `Add it to ${path}, or give it a default`,
      });
      continue;
    }
    if (isSecure(value) && key.startsWith(`${project}:`)) {
      problems.push({
        where,
        what: "is encrypted, and a rehearsal has no key",
        legal: "a plain value: none of this program's keys is a secret as a whole",
        todo: `Run pulumi config set -s ${side} ${key} with the value, without --secret`,
      });
      continue;
    }
    if (containsSecure(value)) secretKeys.push(key);
    const plain = withoutSecure(value, `${side} ${key}`);
    const legal = type === undefined ? undefined : mismatch(type, plain);
    if (legal === undefined) values[key] = configText(plain);
    else problems.push({ where, what: "has another type than Pulumi.yaml declares", received: plain, legal });
  }
  return { values, secretKeys };
}

/** What would be legal, or undefined if the value has the type. Types as in Pulumi's project schema. */
function mismatch(type: string, value: unknown): string | undefined {
  const scalar = value === null ? "" : typeof value === "object" ? undefined : configText(value);
  switch (type) {
    case "string":
      return scalar === undefined ? "text" : undefined;
    case "integer":
      return /^[+-]?\d+$/.test(scalar ?? "") ? undefined : "an integer";
    case "number":
      return scalar !== undefined && scalar !== "" && Number.isFinite(Number(scalar)) ? undefined : "a number";
    case "boolean":
      return scalar === "true" || scalar === "false" ? undefined : "true or false";
    case "array":
      return Array.isArray(value) ? undefined : "a list";
    case "object":
      return isObject(value) ? undefined : "a map";
    default:
      return undefined;
  }
}

function qualified(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

function isSecure(value: unknown): boolean {
  return isObject(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

function containsSecure(value: unknown): boolean {
  if (isSecure(value)) return true;
  if (Array.isArray(value)) return value.some(containsSecure);
  return isObject(value) && Object.values(value).some(containsSecure);
}

/** Encrypted leaves become a placeholder, which differs from leaf to leaf: equal ones would count as equal. */
function withoutSecure(value: unknown, where: string): unknown {
  if (isSecure(value)) return `[secret: ${where}]`;
  if (Array.isArray(value)) return value.map((item, index) => withoutSecure(item, `${where}[${index}]`));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecure(item, `${where}.${key}`)]));
}

/** `Pulumi.yaml` at every cutover index, as if a user had edited the one number. */
export function withCutoverIndex(projectFile: string, project: string): (cutoverIndex: number) => string {
  const text = withFirstIndex(projectFile, project);
  const { range } = parseDocument(text).getIn(["config", "cutoverIndex"], true) as Scalar.Parsed;
  const [start, end] = range;
  return (cutoverIndex) => `${text.slice(0, start)}${cutoverIndex}${text.slice(end)}`;
}

function withFirstIndex(projectFile: string, project: string): string {
  const document = parseDocument(projectFile);
  const config = document.get("config");
  if (isMap(config)) {
    config.delete(`${project}:cutoverIndex`);
    config.set("cutoverIndex", 0);
  } else {
    document.set("config", { cutoverIndex: 0 });
  }
  return document.toString({ flowCollectionPadding: false });
}
