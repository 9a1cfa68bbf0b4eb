import { posix } from "node:path";
import { parsedJson } from "../core/json";
import type { ConfigReader } from "./configReader";

/** Reads the paths of the manifests. */
export function readManifestPaths(reader: ConfigReader): readonly string[] {
  const legal = "a list of paths of YAML files, relative to the folder of Pulumi.yaml";
  const todo = reader.change("manifests", "web.yaml", "[0]");
  const value = reader.value("manifests");
  if (value === undefined) {
    const add = reader.byProgram
      ? "Add it to the arguments of cutover"
      : "Add it to config in Pulumi.yaml, for both halves: manifests: [web.yaml]";
    reader.problem("manifests", { what: "is not set", legal, todo: add });
    return [];
  }
  const paths = parsedJson(value);
  if (!Array.isArray(paths) || paths.length === 0) {
    reader.problem("manifests", {
      what: "is not a list of paths",
      received: paths === undefined ? value : paths,
      legal,
      todo,
    });
    return [];
  }
  return paths.filter((path, index): path is string => {
    const first = paths.findIndex((other) => typeof other === "string" && same(other, path));
    const what =
      typeof path !== "string" || path.trim() === ""
        ? "is not a path"
        : path.includes("*")
          ? "is a pattern, and patterns are not expanded"
          : first < index
            ? `is the same file as manifests[${first}]`
            : undefined;
    if (what !== undefined)
      reader.problem(`manifests[${index}]`, {
        what,
        received: path,
        legal: "the path of one YAML file",
        todo: reader.edit("manifests"),
      });
    return what === undefined;
  });
}

function same(a: string, b: unknown): boolean {
  return typeof b === "string" && posix.normalize(a) === posix.normalize(b);
}
