import { copyOf, isObject, sameJson } from "../json";

/** One operation of a JSON patch, RFC 6902. */
export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** A patch that cannot be applied. Its message is a clause that follows the place of the patch. */
export class PatchError extends Error {
  public override readonly name = "PatchError";
}

/** What an entry of a JSON patch may do (RFC 6902). */
export const operations: readonly string[] = ["add", "remove", "replace", "move", "copy", "test"];

/** Applies a JSON patch (RFC 6902) and returns the result; the document itself is left alone. */
export function applyJsonPatch(document: unknown, patch: readonly unknown[]): unknown {
  // A list that holds the whole document lets a path of no parts be treated like any other.
  const root = [copyOf(document)];
  patch.forEach((operation, index) => {
    try {
      applyOperation(root, operation);
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
      throw new PatchError(`cannot be applied: operation ${index + 1} ${error.message}`);
    }
  });
  return root[0];
}

function applyOperation(root: unknown[], operation: unknown): void {
  if (!isObject(operation)) throw new PatchError("is no object with op and path");
  const { op, value } = operation;
  if (typeof op !== "string" || !operations.includes(op)) {
    throw new PatchError(`has no op of ${operations.join(", ")}`);
  }
  const path = pointer(operation, "path");
  if (["add", "replace", "test"].includes(op) && !Object.hasOwn(operation, "value")) {
    throw new PatchError(`(${op}) has no value`);
  }
  switch (op) {
    case "add":
      insert(root, path, copyOf(value));
      return;
    case "replace":
      remove(root, path);
      insert(root, path, copyOf(value));
      return;
    case "remove":
      remove(root, path);
      return;
    case "test":
      // What is there is not shown: it may be a password.
      if (!sameJson(find(root, path), value)) throw new PatchError(`(test) finds another value at ${show(path)}`);
      return;
    default: {
      const from = pointer(operation, "from");
      const moved = copyOf(find(root, from));
      if (op === "move") {
        if (path.length > from.length && from.every((part, index) => part === path[index])) {
          throw new PatchError(`moves ${show(from)} into itself`);
        }
        remove(root, from);
      }
      insert(root, path, moved);
    }
  }
}

/** The parts of a JSON pointer (RFC 6901). */
function pointer(operation: Record<string, unknown>, name: "path" | "from"): string[] {
  const text = operation[name];
  if (typeof text !== "string") throw new PatchError(`has no ${name}`);
  if (text !== "" && !text.startsWith("/")) throw new PatchError(`has a ${name} that does not begin with /: ${text}`);
  if (/~(?![01])/.test(text)) throw new PatchError(`has a ${name} with a ~ that is neither ~0 nor ~1: ${text}`);
  const parts = text.split("/").slice(1);
  return parts.map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
}

function show(path: readonly string[]): string {
  return `"${path.map((part) => `/${part.replace(/~/g, "~0").replace(/\//g, "~1")}`).join("")}"`;
}

/** What holds the value at a path, and under which name. */
function holder(root: unknown[], path: readonly string[]): { parent: unknown; key: string } {
  const all = ["0", ...path];
  const parent = all.slice(0, -1).reduce<unknown>((current, part) => child(current, part, path), root);
  return { parent, key: all.at(-1) ?? "0" };
}

function child(parent: unknown, key: string, path: readonly string[]): unknown {
  if (Array.isArray(parent)) return parent[indexIn(parent, key, path, parent.length - 1)];
  // Own fields only: a path through `constructor` would lead out of the document.
  if (isObject(parent) && Object.hasOwn(parent, key)) return parent[key];
  throw new PatchError(`finds nothing at ${show(path)}`);
}

function indexIn(list: readonly unknown[], key: string, path: readonly string[], last: number): number {
  if (!/^(0|[1-9]\d*)$/.test(key)) throw new PatchError(`needs the index of a list entry at ${show(path)}`);
  if (Number(key) > last) throw new PatchError(`finds only ${list.length} entries at ${show(path)}`);
  return Number(key);
}

function find(root: unknown[], path: readonly string[]): unknown {
  const { parent, key } = holder(root, path);
  return child(parent, key, path);
}

function insert(root: unknown[], path: readonly string[], value: unknown): void {
  const { parent, key } = holder(root, path);
  if (path.length === 0) {
    root[0] = value;
  } else if (Array.isArray(parent)) {
    parent.splice(key === "-" ? parent.length : indexIn(parent, key, path, parent.length), 0, value);
  } else if (isObject(parent)) {
    if (key === "__proto__") throw new PatchError("has the key __proto__, which is not read");
    parent[key] = value;
  } else {
    throw new PatchError(`finds nothing to add to at ${show(path)}`);
  }
}

function remove(root: unknown[], path: readonly string[]): void {
  const { parent, key } = holder(root, path);
  child(parent, key, path);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent as object, key);
}
