import { parsedJson } from "../core/json";
import { isLeaveOutEntry, leaveOutForm } from "../core/manifests/leaveOut";
import type { Problem } from "../core/userError";
import { kindOf } from "./shape";

/**
 * Reads `leaveOut`: which objects of the manifests are not declared. Adds what is wrong with its form; whether the
 * manifests have what it names is told where they are known.
 *
 * @param text the value as config holds it, a JSON list; undefined: none.
 * @param edit how to change it.
 */
export function readLeaveOut(text: string | undefined, edit: string, problems: Problem[]): readonly string[] {
  if (text === undefined) return [];
  const entries = parsedJson(text);
  if (!Array.isArray(entries)) {
    const what = `is ${kindOf(entries === undefined ? text : entries)}`;
    problems.push({ where: "leaveOut", what, legal: `a list of ${leaveOutForm}`, todo: edit });
    return [];
  }
  return entries.filter((entry: unknown, index): entry is string => {
    const first = entries.indexOf(entry);
    if (typeof entry === "string" && isLeaveOutEntry(entry) && first === index) return true;
    const what = first < index ? `is the same as leaveOut[${first}]` : "names no object";
    problems.push({ where: `leaveOut[${index}]`, what, received: entry, legal: leaveOutForm, todo: edit });
    return false;
  });
}
