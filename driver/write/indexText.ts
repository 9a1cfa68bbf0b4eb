import { isMap, isScalar, parseDocument } from "yaml";
import type { Document, Node, Pair, Scalar, YAMLMap } from "yaml";
import { isObject, sameJson } from "../../core/json";
import { messageOf } from "../../core/userError";

/** Why the number cannot be changed in a file, as a clause. */
export interface IndexTrouble {
  readonly trouble: string;
}

/** The `cutoverIndex` that a file sets. */
export interface FoundIndex {
  readonly index: number;
  /** The file with another one. Every byte beside the number stays: comments, order, quotes and line ends. */
  readonly replaced: (index: number) => string | IndexTrouble;
}

type Path = readonly string[];

/**
 * Looks for `cutoverIndex` in the text of `Pulumi.yaml` or of a stack's file, YAML or JSON.
 *
 * @param project keys may be given with or without this prefix.
 * @returns undefined if the file does not set it.
 */
export function findIndex(text: string, project: string): FoundIndex | IndexTrouble | undefined {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) return { trouble: `is not valid YAML: ${messageOf(error).split("\n")[0] ?? ""}` };
  const config = isMap(document.contents) ? document.contents.get("config", true) : undefined;
  if (!isMap(config)) return undefined;
  const names = ["cutoverIndex", `${project}:cutoverIndex`].filter((name) => config.has(name));
  const [name] = names;
  if (name === undefined) return undefined;
  if (names.length > 1) return { trouble: `sets it twice, as ${names.join(" and as ")}` };
  const value = config.get(name, true) as Node | undefined;
  if (isScalar(value)) return foundAt(text, document, value, ["config", name]);
  if (!isMap(value)) return { trouble: "sets it to something that is no number" };
  if (value.has("secure")) return { trouble: "has it encrypted" };
  const part = ["value", "default"].find((each) => value.has(each));
  if (part === undefined) return { trouble: "declares it without a value" };
  const given = value.get(part, true) as Node | undefined;
  if (!isScalar(given)) return { trouble: "sets it to something that is no number" };
  return foundAt(text, document, given, ["config", name, part]);
}

function foundAt(text: string, document: Document, scalar: Scalar, path: Path): FoundIndex | IndexTrouble {
  const { range, value } = scalar;
  if (!range || !/^\d{1,9}$/.test(String(value))) return { trouble: "sets it to something that is no number" };
  const [start, end] = range;
  const [quote] = /^["']/.exec(text.slice(start, end)) ?? [""];
  return {
    index: Number(value),
    replaced: (index) => {
      const changed = `${text.slice(0, start)}${quote}${index}${quote}${text.slice(end)}`;
      return onlyChanged(document, changed, path, quote === "" && typeof value === "number" ? index : String(index));
    },
  };
}

/** The text of `Pulumi.yaml` with the key `cutoverIndex`, which it did not have: as the first one of its config. */
export function insertIndex(text: string, index: number): string | IndexTrouble {
  const document = parseDocument(text);
  if (!isMap(document.contents)) return { trouble: "is not a map" };
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const pair = document.contents.items.find(({ key }) => isScalar(key) && key.value === "config");
  const changed = pair === undefined ? appended(text, index, eol) : inserted(text, pair, index, eol);
  if (typeof changed !== "string") return changed;
  return onlyChanged(document, changed, ["config", "cutoverIndex"], index);
}

function appended(text: string, index: number, eol: string): string {
  const endsLine = text === "" || text.endsWith("\n");
  return `${text}${endsLine ? "" : eol}config:${eol}  cutoverIndex: ${index}${endsLine ? eol : ""}`;
}

function inserted(text: string, { key, value }: Pair, index: number, eol: string): string | IndexTrouble {
  if (isMap(value) && value.flow === true) return intoFlow(text, value, index);
  const isEmpty = value === null || (isScalar(value) && value.value === null);
  if (!isMap(value) && !isEmpty) return { trouble: "has a config that is not a map" };
  const [, keyEnd = 0] = (key as Scalar).range ?? [];
  const lineEnd = text.indexOf("\n", keyEnd) + 1;
  // Below `config:` itself, so that comments stay with the keys that they are above.
  const indent = isMap(value) ? indentOf(text, value) : "  ";
  const line = `${indent}cutoverIndex: ${index}`;
  return lineEnd === 0 ? `${text}${eol}${line}` : `${text.slice(0, lineEnd)}${line}${eol}${text.slice(lineEnd)}`;
}

function intoFlow(text: string, { range, items }: YAMLMap, index: number): string {
  const after = (range?.[0] ?? 0) + 1;
  const rest = text.slice(after);
  return `${text.slice(0, after)} cutoverIndex: ${index}${items.length > 0 ? "," : ""}${/^\s/.test(rest) ? "" : " "}${rest}`;
}

/** The blanks before the first key of a map. */
function indentOf(text: string, { range }: YAMLMap): string {
  const start = range?.[0] ?? 0;
  return text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
}

/** Reads the changed text again: it must say what the old one said, but for the number. */
function onlyChanged(before: Document, changed: string, path: Path, value: number | string): string | IndexTrouble {
  const trouble = { trouble: "is written in a way in which the number cannot be changed alone" };
  const after = parseDocument(changed);
  if (after.errors.length > 0) return trouble;
  const wanted = withValue(before.toJS({ maxAliasCount: 100 }), path, value);
  return sameJson(wanted, after.toJS({ maxAliasCount: 100 })) ? changed : trouble;
}

function withValue(at: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const map = isObject(at) ? at : {};
  return { ...map, [key]: withValue(map[key], rest, value) };
}
