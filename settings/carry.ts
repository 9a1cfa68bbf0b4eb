import type { Reading } from "../core/verdict";
import { readTexts } from "./shape";

/** Names of Secrets and ConfigMaps are DNS subdomains (Kubernetes API, "Object Names and IDs"). */
const form = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longest = 253;

/**
 * Reads a list of names of Secrets or ConfigMaps.
 *
 * @param text the value in the config; undefined if it is not set.
 * @param edit where to change it, a sentence.
 */
export function readNames(key: string, text: string | undefined, edit: string): Reading<readonly string[]> {
  const list = {
    key,
    legal: "a list of names",
    isLegal: (name: string) => name.length <= longest && form.test(name),
    otherwise: "is not the name of an object",
    legalEntry: "the name of one object in the set's namespace",
  };
  return readTexts(list, text, edit);
}
