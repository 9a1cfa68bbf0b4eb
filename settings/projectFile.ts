import { parse } from "yaml";
import { isObject } from "../core/json";
import { rememberingLast } from "../core/contract/rememberingLast";

/**
 * What `Pulumi.yaml` sets for every stack, key to value as the SDK would hold it. Pulumi itself has checked the file
 * before: what cannot be read here is left out.
 *
 * @param project keys may be given with or without this prefix.
 */
export function sharedConfig(project: string, projectFile: string): ReadonlyMap<string, string> {
  const file = parsedYaml(projectFile);
  const config = isObject(file) && isObject(file.config) ? file.config : {};
  const prefix = `${project}:`;
  const shared = new Map<string, string>();
  for (const [name, declared] of Object.entries(config)) {
    const text = textOf(isObject(declared) ? (declared.value ?? declared.default) : declared);
    if (text !== undefined) shared.set(name.startsWith(prefix) ? name.slice(prefix.length) : name, text);
  }
  return shared;
}

/** A value as the SDK holds it: text as it is, everything else as JSON. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

const parsedYaml = rememberingLast((text): unknown => {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
});
