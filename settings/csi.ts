import { isObject, parsedJson } from "../core/json";
import { csiSecretRefs } from "../core/volumes/csi";
import type { CsiChanges } from "../core/volumes/csi";
import { capital, suggestion } from "../core/suggestion";
import type { Problem } from "../core/userError";
import type { Reading } from "../core/verdict";
import { kindOf } from "./shape";

const fields: readonly string[] = [...csiSecretRefs, "volumeAttributes"];

/** Fields that say which disk a volume is. */
const identity = ["driver", "volumeHandle"];

/**
 * Reads what differs in the volumes of each CSI driver. Attributes may hold anything, so no value is shown.
 *
 * @param text the value in the config; undefined if it is not set.
 * @param edit where to change it, a sentence.
 */
export function readCsi(text: string | undefined, edit: string): Reading<CsiChanges> {
  if (text === undefined) return { value: {}, problems: [] };
  const drivers = parsedJson(text);
  const legal = `a map of CSI drivers, to each a map of ${fields.join(", ")}`;
  if (!isObject(drivers)) {
    const what = `is ${kindOf(drivers === undefined ? text : drivers)}`;
    return { value: {}, problems: [{ where: "csi", what, legal, todo: edit }] };
  }
  const problems = Object.entries(drivers).flatMap(([driver, change]) => {
    const where = `csi[${JSON.stringify(driver)}]`;
    const found = isObject(change)
      ? Object.entries(change).flatMap(([key, value]) => fieldProblems(where, key, value, edit))
      : [{ where, what: `is ${kindOf(change)}`, legal: `a map of ${fields.join(", ")}` }];
    return found.map((problem) => ({ todo: edit, ...problem }));
  });
  return { value: drivers as CsiChanges, problems };
}

function fieldProblems(driver: string, key: string, value: unknown, edit: string): Problem[] {
  const where = `${driver}.${key}`;
  if (identity.includes(key)) {
    return [{ where, what: "says which disk a volume is, and cannot be changed", legal: fields.join(", ") }];
  }
  if (!fields.includes(key)) {
    const meant = suggestion(key, fields);
    const todo = meant === "" ? edit : `${capital(meant)}${edit.charAt(0).toLowerCase()}${edit.slice(1)}`;
    return [{ where, what: "is not a field that differs between clusters", legal: fields.join(", "), todo }];
  }
  if (key === "volumeAttributes") return attributeProblems(where, value);
  return value === null ? [] : referenceProblems(where, value);
}

function attributeProblems(where: string, attributes: unknown): Problem[] {
  if (!isObject(attributes)) return [{ where, what: `is ${kindOf(attributes)}`, legal: "a map of names and texts" }];
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && typeof value !== "string")
    .map(([name, value]) => {
      const legal = "text (a number or true in quotes), or null to remove it";
      return { where: `${where}[${JSON.stringify(name)}]`, what: `is ${kindOf(value)}`, legal };
    });
}

function referenceProblems(where: string, reference: unknown): Problem[] {
  const legal = "{ name, namespace } of a Secret, or null to remove it";
  if (!isObject(reference)) return [{ where, what: `is ${kindOf(reference)}`, legal }];
  const unknown = Object.keys(reference).filter((key) => key !== "name" && key !== "namespace");
  return [
    ...unknown.map((key) => ({ where: `${where}.${key}`, what: "is not a field that is read", legal })),
    ...["name", "namespace"]
      .filter((key) => typeof reference[key] !== "string" || reference[key] === "")
      .map((key) => ({ where: `${where}.${key}`, what: `is ${kindOf(reference[key])}`, legal: "text" })),
  ];
}
