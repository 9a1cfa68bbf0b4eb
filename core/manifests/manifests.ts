import { at, isObject } from "../json";
import { groupOf } from "../kubernetes";
import type { KubernetesObject } from "../kubernetes";
import { hasMap } from "../finding";
import type { Problem } from "../userError";
import { allRead } from "../verdict";
import type { Reading } from "../verdict";
import { readYaml } from "./yaml";
import type { ManifestFile } from "./yaml";

/** An object of the manifests, and how it is named in a message. */
export interface Located {
  /** Such as `web.yaml, document 2 (StatefulSet web)`. */
  readonly where: string;
  readonly object: KubernetesObject;
}

/**
 * Reads the objects of the files, in order. `List` documents are opened.
 *
 * @param isLeftOut whether an object is to be passed over, whatever is wrong with it.
 */
export function readObjects(
  files: readonly ManifestFile[],
  isLeftOut: (object: unknown) => boolean = () => false,
): Reading<Located[]> {
  const problems: Problem[] = [];
  if (files.length === 0) {
    const todo = "Give the YAML files of the StatefulSet and of what belongs to it";
    problems.push({ where: "manifests", what: "names no file", todo });
  }
  const seen = new Set<string>();
  const located: Located[] = [];
  for (const file of files) {
    if (seen.has(file.path)) {
      problems.push({ where: "manifests", what: `names ${file.path} twice`, todo: "Remove one" });
      continue;
    }
    seen.add(file.path);
    let left = 0;
    const leaves = (object: unknown): boolean => {
      const isLeft = isLeftOut(object);
      if (isLeft) left += 1;
      return isLeft;
    };
    const documents = readYaml(file);
    const objects = allRead(documents.value.map(({ where, value }) => objectsIn(where, value, leaves)));
    const found = [...documents.problems, ...objects.problems];
    located.push(...objects.value.flat());
    problems.push(...found);
    if (objects.value.flat().length === 0 && left === 0 && found.length === 0) {
      problems.push({ where: file.path, what: "holds no object", todo: "Remove it from manifests, or fill it" });
    }
  }
  const single = withoutDoubles(located);
  return { value: single.value, problems: [...problems, ...single.problems] };
}

/** The object of a document, or those of a `List`: `kubectl get` prints several objects as one `List`. */
function objectsIn(
  where: string,
  value: unknown,
  isLeftOut: (object: unknown) => boolean,
  list?: KubernetesObject,
): Reading<Located[]> {
  if (!isObject(value)) {
    const what = "is no Kubernetes object";
    const legal = "a map with apiVersion, kind and metadata";
    return { value: [], problems: [{ where, what, legal, todo: "Remove the document, or write the object" }] };
  }
  // The items of a ServiceList from the API itself leave out their kind and apiVersion.
  const inherited = list === undefined || list.kind === "List" ? {} : itemType(list);
  const object = { ...inherited, ...value };
  const { apiVersion, kind, items } = object as Partial<Record<string, unknown>>;
  const name = at(object, "metadata", "name");
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items) && name === undefined) {
    const read = allRead(
      items.map((item: unknown, index) =>
        objectsIn(`${where}, item ${index + 1}`, item, isLeftOut, object as unknown as KubernetesObject),
      ),
    );
    return { ...read, value: read.value.flat() };
  }
  if (isLeftOut(object)) return { value: [], problems: [] };
  const title = [kind, name].filter((word) => typeof word === "string" && word !== "").join(" ");
  const place = title === "" ? where : `${where} (${title})`;
  const fields = { apiVersion, kind, "metadata.name": name };
  const problems = Object.entries(fields)
    .filter(([, text]) => typeof text !== "string" || text === "")
    .map(([path, text]) => {
      const field = `${place}: ${path}`;
      if (text === undefined || text === null || text === "")
        return { where: field, what: "is missing", todo: "Add it" };
      const detail = hasMap(text) ? {} : { received: text, todo: "Put it in quotes" };
      return { where: field, what: "is not text", ...detail };
    });
  const located = { where: place, object: object as unknown as KubernetesObject };
  return { value: problems.length > 0 ? [] : [located], problems };
}

function itemType(list: KubernetesObject): { apiVersion: string; kind: string } {
  return { apiVersion: list.apiVersion, kind: list.kind.slice(0, -"List".length) };
}

function withoutDoubles(located: readonly Located[]): Reading<Located[]> {
  const problems: Problem[] = [];
  const first = new Map<string, string>();
  const value = located.filter(({ where, object }) => {
    // Without the namespace: all of them are created in the same one.
    const key = JSON.stringify([groupOf(object), object.kind, object.metadata.name]);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, where);
      return true;
    }
    problems.push({ where, what: `is given twice: it is also ${earlier}`, todo: "Remove one" });
    return false;
  });
  return { value, problems };
}
