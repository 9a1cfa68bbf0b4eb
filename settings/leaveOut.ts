import { isLeaveOutEntry, leaveOutForm } from "../core/manifests/leaveOut";
import type { Reading } from "../core/verdict";
import { readTexts } from "./shape";

const list = {
  key: "leaveOut",
  legal: `a list of ${leaveOutForm}`,
  isLegal: isLeaveOutEntry,
  otherwise: "names no object",
  legalEntry: leaveOutForm,
};

/**
 * Reads `leaveOut`: which objects of the manifests are not declared. Told is what is wrong with its form; whether the
 * manifests have what it names is told where they are known.
 *
 * @param text the value as config holds it, a JSON list; undefined: none.
 * @param edit how to change it.
 */
export function readLeaveOut(text: string | undefined, edit: string): Reading<readonly string[]> {
  return readTexts(list, text, edit);
}
