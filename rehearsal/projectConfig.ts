import { posix } from "node:path";
import { isMap, parseDocument } from "yaml";
import type { Scalar } from "yaml";

import { isObject } from "../core/json";
import type { Side } from "../core/ordinals";
import type { Problem } from "../core/userError";
import { together } from "../core/verdict";
import type { Reading, Verdict } from "../core/verdict";
import type { ReadFile } from "../input";
import { configText, firstFile, parseMap, readProjectFile } from "../settings/projectFile";
import type { ProjectFile } from "../settings/projectFile";

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

/**
 * Resolves project config for the stacks `source` and `destination`. Defaults, types and the order of precedence are
 * the Pulumi CLI's work, which a rehearsal does without: a stack's own value goes before the project's, key by key.
 *
 * @param folder how the folder is called in a message.
 * @returns no value if there is no project to speak of.
 */
export async function readProjectConfig(
  readFile: ReadFile,
  folder = "the current folder",
): Promise<Reading<ProjectConfig | undefined>> {
  const missing = {
    where: folder,
    what: "has no Pulumi.yaml",
    todo: "Name the folder of a project with --config-dir, or only the set's manifests with --manifests",
  };
  const { value: file, problems: inFile } = await readProjectFile(readFile, missing);
  if (file === undefined) return { value: undefined, problems: inFile };
  const declared = readDeclarations(file);
  const source = await readStack("source", file, declared.value, readFile);
  const destination = await readStack("destination", file, declared.value, readFile);
  const { problems, warnings } = together(declared, source, destination);
  const stacks = { source: source.value, destination: destination.value };
  return { value: { project: file.name, projectFile: file.text, stacks, warnings }, problems };
}

/** What `config:` of `Pulumi.yaml` says of each key: `key: value`, `key: { default, type }` or `namespace:key: { value }`. */
function readDeclarations({ path, name, config }: ProjectFile): Reading<ReadonlyMap<string, Declaration>> {
  const declared = new Map<string, Declaration>();
  if (config === undefined || config === null) return { value: declared, problems: [] };
  if (!isObject(config)) return { value: declared, problems: [noMap(path, config)] };
  const problems: Problem[] = [];
  for (const [key, given] of Object.entries(config)) {
    const where = `${path}: config.${key}`;
    if (!isObject(given) || "secure" in given) {
      declared.set(qualified(key, name), { value: given });
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
    declared.set(qualified(key, name), { ...(typeof type === "string" ? { type } : {}), value });
  }
  return { value: declared, problems };
}

function noMap(path: string, config: unknown): Problem {
  return { where: `${path}: config`, what: "is not a map of keys", received: config, legal: "key: value" };
}

const declarationFields = ["type", "description", "items", "default", "value", "secret"];

async function readStack(
  side: Side,
  { name, stackConfigDir }: ProjectFile,
  declared: ReadonlyMap<string, Declaration>,
  readFile: ReadFile,
): Promise<Reading<StackConfig> & Partial<Verdict>> {
  const names = [`Pulumi.${side}.yaml`, `Pulumi.${side}.yml`].map((file) => posix.join(stackConfigDir, file));
  const nothing = { values: {}, secretKeys: [] };
  const { value: file, problems: unreadable } = await firstFile(names, readFile);
  if (unreadable.length > 0) return { value: nothing, problems: unreadable };
  const { value: stack, problems: illegible } = file === undefined ? { value: {}, problems: [] } : parseMap(file);
  const path = file?.path ?? names[0] ?? "";
  const warnings =
    stack?.environment === undefined
      ? []
      : [`${path}: environment is not opened in a rehearsal, so config that it gives is missing`];
  const own = stack?.config ?? {};
  if (!isObject(own)) return { value: nothing, problems: [noMap(path, own)], warnings };
  const given = new Map(Object.entries(own).map(([key, value]) => [qualified(key, name), value]));
  const { value, problems } = toText(side, path, name, given, declared);
  return { value, problems: [...illegible, ...problems], warnings };
}

/** Flattens a stack's config: own values over the project's, each as text. */
function toText(
  side: Side,
  path: string,
  project: string,
  own: ReadonlyMap<string, unknown>,
  declared: ReadonlyMap<string, Declaration>,
): Reading<StackConfig> {
  const problems: Problem[] = [];
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
  return { value: { values, secretKeys }, problems };
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
