import { Composer, Lexer, LineCounter, Parser } from "yaml";
import type { CST, Document } from "yaml";
import { deepFreeze } from "../json";
import type { Problem } from "../userError";
import type { Reading } from "../verdict";
import { yamlValue } from "./yamlValues";

/** A manifest file: its path as a user wrote it, and its text. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** One YAML document of a file. */
export interface YamlDocument {
  /** How it is named in a message: the file, and which document of it, counted from 1. */
  readonly where: string;
  readonly value: unknown;
}

/** The largest manifest file that is read. */
const largestFile = 4 * 1024 * 1024;
/** The deepest nesting. The `yaml` package recurses: far beyond this it ends the whole process, not just the parse. */
const deepest = 200;
/** The most documents in a file. */
const mostDocuments = 5000;

/**
 * Control characters, which YAML does not allow, and U+FFFD, which stands for bytes that are not UTF-8: a file that has
 * them would reach the cluster with other characters than it holds.
 */
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd-\uffff]/;

/** What was read without a problem: a rehearsal reads the same few files thousands of times. */
const known = new Map<string, readonly YamlDocument[]>();
const mostKnown = 100;

/** Reads the documents of a file; empty ones are left out. Frozen. */
export function readYaml(file: ManifestFile): Reading<readonly YamlDocument[]> {
  const key = `${file.path}\n${file.text}`;
  const earlier = known.get(key);
  if (earlier !== undefined) return { value: earlier, problems: [] };
  const read = parseYaml(file);
  if (read.problems.length === 0) {
    if (known.size >= mostKnown) known.clear();
    known.set(key, deepFreeze(read.value));
  }
  return read;
}

function parseYaml(file: ManifestFile): Reading<readonly YamlDocument[]> {
  const text = file.text.replace(/^\uFEFF/, "");
  const size = Buffer.byteLength(text);
  if (size > largestFile) {
    const mebibytes = (size / 1024 / 1024).toFixed(1);
    return unreadable({
      where: file.path,
      what: `is too large: ${mebibytes} MiB`,
      legal: "at most 4 MiB a file",
      todo: "Split it, and leave out what does not belong to the set",
    });
  }
  const lines = new LineCounter();
  lines.addNewLine(0);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file.path}, line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`;
  };
  const garbage = control.exec(text);
  if (garbage !== null) {
    for (const end of text.matchAll(/\n/g)) lines.addNewLine(end.index + 1);
    const code = garbage[0].charCodeAt(0).toString(16).padStart(4, "0");
    const isBytes = garbage[0] === "\ufffd";
    return unreadable({
      where: place(garbage.index),
      what: isBytes
        ? "has bytes that are not UTF-8, or U+FFFD, which stands for them"
        : `has a control character (U+${code.toUpperCase()})`,
      legal: "a text file in UTF-8",
      todo: text.startsWith("\ufffd\ufffd") ? "It may be UTF-16: save it as UTF-8" : "Save it as text in UTF-8",
    });
  }

  const tokens = tokensOf(text, lines);
  if ("what" in tokens) return unreadable({ where: place(tokens.offset), what: tokens.what });
  const composer = new Composer({
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    resolveKnownTags: false,
    lineCounter: lines,
  });
  const read = [...composer.compose(tokens, true, text.length)].map((document) => valueOf(document, place));
  const documents = read.map(({ value }, index) => ({ where: `${file.path}, document ${index + 1}`, value }));
  return {
    value: documents.filter(({ value }) => value !== undefined && value !== null),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function unreadable(problem: Problem): Reading<readonly YamlDocument[]> {
  return { value: [], problems: [problem] };
}

/** The file's tokens, or why it is nested too deeply or has too many documents for the rest to be tried, and where. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] | { readonly offset: number; readonly what: string } {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let documents = 0;
  const add = (token: CST.Token): void => {
    tokens.push(token);
    if (token.type === "document") documents += 1;
  };
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) add(token);
    if (parser.stack.length > deepest) {
      return { offset: parser.offset, what: "is nested too deeply to be a manifest" };
    }
    if (documents > mostDocuments) {
      return { offset: parser.offset, what: `has more than ${mostDocuments} documents` };
    }
  }
  for (const token of parser.end()) add(token);
  return tokens;
}

function valueOf(document: Document.Parsed, place: (offset: number) => string): Reading<unknown> {
  // One mistake makes the parser stumble several times; the first one is the user's.
  const error = document.errors[0];
  if (error !== undefined) {
    // The message may quote what was read, which may be a part of a Secret.
    const reason = error.code === "UNEXPECTED_TOKEN" ? error.message.replace(/: .*$/s, "") : error.message;
    const todo = error.code === "TAB_AS_INDENT" ? "Use spaces" : "Correct the file there";
    const problem = { where: place(error.pos[0]), what: `is not valid YAML: ${reason}`, todo };
    return { value: undefined, problems: [problem] };
  }
  const problems: Problem[] = [];
  const value = yamlValue(document.contents, (offset, what, todo) => {
    problems.push({ where: place(offset), what, ...(todo === undefined ? {} : { todo }) });
  });
  return { value, problems };
}
