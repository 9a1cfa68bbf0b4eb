import { operations } from "../core/manifests/jsonPatch";
import { isObject, parsedJson } from "../core/json";
import type { Patch } from "../core/manifests/workload";
import type { Problem } from "../core/userError";
import type { ConfigReader } from "./configReader";
import { kindOf } from "./shape";

const pointer = 'a JSON pointer, such as "/spec/replicas"';

/** Reads the patches. They may hold anything, so no value of theirs is shown. */
export function readPatches(reader: ConfigReader): readonly Patch[] {
  const value = reader.value("patches");
  if (value === undefined) return [];
  const patches = parsedJson(value);
  if (!Array.isArray(patches)) {
    const legal = "a list of { kind, name, patch }";
    reader.problem("patches", {
      what: `is ${kindOf(patches === undefined ? value : patches)}`,
      legal,
      todo: reader.edit("patches"),
    });
    return [];
  }
  for (const [index, patch] of patches.entries()) {
    for (const problem of patchProblems(`patches[${index}]`, patch)) {
      reader.problem(problem.where, { todo: reader.edit("patches"), ...problem });
    }
  }
  return patches as Patch[];
}

/**
 * What is wrong with the shape of one entry of `patches`. A patch may hold secrets, so no problem shows a value.
 *
 * @param where the entry, such as `patches[0]`.
 */
function patchProblems(where: string, patch: unknown): Problem[] {
  if (!isObject(patch)) return [{ where, what: `is ${kindOf(patch)}`, legal: "an object { kind, name, patch }" }];
  const problems: Problem[] = unknownKeys(where, patch, ["kind", "name", "patch"]);
  for (const key of ["kind", "name"]) {
    if (typeof patch[key] === "string" && patch[key] !== "") continue;
    const legal = `the ${key} of one object of the manifests`;
    problems.push({ where: `${where}.${key}`, what: `is ${kindOf(patch[key])}`, legal });
  }
  if (Array.isArray(patch.patch)) {
    return problems.concat(...patch.patch.map((o, index) => operationProblems(`${where}.patch[${index}]`, o)));
  }
  if (!isObject(patch.patch)) {
    const legal = "an object (a merge patch) or a list of JSON patch operations";
    problems.push({ where: `${where}.patch`, what: `is ${kindOf(patch.patch)}`, legal });
  }
  return problems;
}

function operationProblems(where: string, operation: unknown): Problem[] {
  if (!isObject(operation)) return [{ where, what: `is ${kindOf(operation)}`, legal: "an object { op, path, value }" }];
  const problems: Problem[] = unknownKeys(where, operation, ["op", "path", "from", "value"]);
  const { op, path, from } = operation;
  if (!operations.some((one) => one === op)) {
    const what = typeof op === "string" && op !== "" ? "is not an operation" : `is ${kindOf(op)}`;
    problems.push({ where: `${where}.op`, what, legal: operations.join(", ") });
  }
  for (const [field, value] of Object.entries(op === "move" || op === "copy" ? { path, from } : { path })) {
    if (typeof value === "string" && (value === "" || value.startsWith("/"))) continue;
    const what = typeof value === "string" ? "does not begin with /" : `is ${kindOf(value)}`;
    problems.push({ where: `${where}.${field}`, what, legal: pointer });
  }
  if ((op === "add" || op === "replace" || op === "test") && !("value" in operation)) {
    problems.push({ where: `${where}.value`, what: "is missing", legal: "any value" });
  }
  return problems;
}

function unknownKeys(where: string, record: Readonly<Record<string, unknown>>, legal: readonly string[]): Problem[] {
  return Object.keys(record)
    .filter((key) => !legal.includes(key))
    .map((key) => ({ where: `${where}.${key}`, what: "is not a field that is read", legal: legal.join(", ") }));
}
