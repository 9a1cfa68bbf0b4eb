import { parsedJson } from "../core/json";
import type { Problem } from "../core/userError";
import { kindOf } from "./shape";

/** Names of Secrets and ConfigMaps are DNS subdomains (Kubernetes API, "Object Names and IDs"). */
const form = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longest = 253;

/**
 * Reads a list of names of Secrets or ConfigMaps; adds every problem.
 *
 * @param text the value in the config; undefined if it is not set.
 * @param edit where to change it, a sentence.
 */
export function readNames(key: string, text: string | undefined, edit: string, problems: Problem[]): readonly string[] {
  if (text === undefined) return [];
  const names = parsedJson(text);
  if (!Array.isArray(names)) {
    const what = `is ${kindOf(names === undefined ? text : names)}`;
    problems.push({ where: key, what, legal: "a list of names", todo: edit });
    return [];
  }
  return names.filter((name: unknown, index): name is string => {
    const first = names.indexOf(name);
    if (typeof name === "string" && name.length <= longest && form.test(name) && first === index) return true;
    const what = first < index ? `is the same as ${key}[${first}]` : "is not the name of an object";
    const legal = "the name of one object in the set's namespace";
    problems.push({ where: `${key}[${index}]`, what, received: name, legal, todo: edit });
    return false;
  });
}
