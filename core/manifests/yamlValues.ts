import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Alias, Node, Scalar, YAMLMap } from "yaml";
import { isObject, sameJson } from "../json";
import type { JsonObject } from "../json";
import { resolveScalar } from "./yamlScalar";

/** Told of a problem: where in the file, what is wrong, and what to do. */
export type RefuseYaml = (offset: number, what: string, todo?: string) => void;

/** The most values that aliases may repeat: enough for any manifest, and the end of an alias bomb. */
const mostRepeated = 100_000;

const yamlTag = "tag:yaml.org,2002:";

/** The value of a YAML document as kubectl reads it, or undefined if it has a problem, which `refuse` was told. */
export function yamlValue(root: Node | null, refuse: RefuseYaml): unknown {
  const reader = new Reader(refuse);
  const value = reader.value(root);
  return reader.sound ? value : undefined;
}

class Reader {
  public sound = true;
  private readonly anchors = new Map<string, Node>();
  private readonly open = new Set<Node>();
  /** The alias in the text whose repetition is being read; problems in there were told where they stand. */
  private outermost: Alias | undefined;
  private repeated = 0;

  public constructor(private readonly tell: RefuseYaml) {}

  public value(node: Node | null): unknown {
    if (node === null) return null;
    if (this.outermost !== undefined && (this.repeated += 1) > mostRepeated) {
      if (this.repeated === mostRepeated + 1) this.refuseBomb(this.outermost);
      return null;
    }
    if (isAlias(node)) return this.alias(node);
    if ("anchor" in node && node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node);
    this.open.add(node);
    const value = this.collection(node);
    this.open.delete(node);
    return value;
  }

  private alias(alias: Alias): unknown {
    const node = this.anchors.get(alias.source);
    if (node === undefined) return this.refuse(alias, `names the anchor ${alias.source}, which no line before it has`);
    if (this.open.has(node)) return this.refuse(alias, `puts the anchor ${alias.source} inside itself`);
    const before = this.outermost;
    this.outermost = before ?? alias;
    const value = this.value(node);
    this.outermost = before;
    return value;
  }

  private collection(node: Node): unknown {
    const kind = isMap(node) ? "map" : "seq";
    if (node.tag !== undefined && node.tag !== "!" && node.tag !== `${yamlTag}${kind}`) return this.unknownTag(node);
    if (isMap(node)) return this.map(node);
    return isSeq(node) ? node.items.map((item) => this.value(item as Node | null)) : null;
  }

  private map(map: YAMLMap): JsonObject {
    const own: JsonObject = {};
    let merged: JsonObject | undefined;
    for (const pair of map.items) {
      const keyNode = pair.key as Node | null;
      if (isScalar(keyNode) && keyNode.type === "PLAIN" && keyNode.value === "<<") {
        if (merged !== undefined) this.refuse(keyNode, "has << twice in one place", "Give it one list: <<: [*a, *b]");
        merged = this.merge(keyNode, pair.value as Node | null, own);
        continue;
      }
      const key = this.key(keyNode ?? map);
      const value = this.value(pair.value as Node | null);
      if (key === null) continue;
      if (Object.hasOwn(own, key)) this.refuse(keyNode ?? map, `has the key ${key} twice in one place`, "Remove one");
      own[key] = value;
    }
    return { ...merged, ...own };
  }

  /** What `<<` adds: one map or several, the first of which wins. */
  private merge(key: Scalar, node: Node | null, before: JsonObject): JsonObject {
    const value = this.value(node);
    const sources = Array.isArray(value) ? (value as unknown[]) : [value];
    if (!sources.every(isObject)) {
      this.refuse(key, "has << with something that is no map");
      return {};
    }
    const merged: JsonObject = Object.assign({}, ...[...sources].reverse()) as JsonObject;
    for (const name of Object.keys(merged)) {
      // By YAML's rules the key of the map wins, for kubectl the one that comes last does. Neither guess is safe.
      if (Object.hasOwn(before, name) && !sameJson(before[name], merged[name])) {
        this.refuse(
          key,
          `has << after the key ${name}, which it sets too`,
          "Write << first: then the key wins everywhere",
        );
      }
    }
    return merged;
  }

  /** A key as text: `yes: …` is the key "true" for kubectl, and `0644: …` the key "420". */
  private key(node: Node): string | null {
    if (isMap(node) || isSeq(node)) {
      return this.refuse(
        node,
        "has a key that is no text",
        "If this is a template, give what it renders to (helm template)",
      );
    }
    const value = this.value(node);
    if (value === null) return this.refuse(node, "has an empty key");
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      return this.refuse(node, "has a key that is no text");
    }
    const key = String(value);
    // A field of this name would become the object's prototype somewhere on its way.
    return key === "__proto__" ? this.refuse(node, "has the key __proto__, which is not read") : key;
  }

  private scalar(node: Scalar): string | number | boolean | null {
    const text = typeof node.value === "string" ? node.value : "";
    const tag = node.tag ?? (node.type === "PLAIN" ? undefined : "!");
    if (tag === "!" || tag === `${yamlTag}str` || tag === `${yamlTag}timestamp`) return text;
    const wanted = ["bool", "int", "float", "null"].find((type) => tag === `${yamlTag}${type}`);
    if (tag !== undefined && wanted === undefined) return this.unknownTag(node);
    const scalar = resolveScalar(text);
    if ("error" in scalar) return this.refuse(node, scalar.error, "Put it in quotes if it is text");
    const { value } = scalar;
    const types = { boolean: ["bool"], number: Number.isInteger(value) ? ["int", "float"] : ["float"], string: [] };
    const type = value === null ? ["null"] : types[typeof value as keyof typeof types];
    if (wanted !== undefined && !type.includes(wanted)) return this.refuse(node, `is marked !!${wanted} but is none`);
    return value;
  }

  private unknownTag(node: Node): null {
    const tag = (node.tag ?? "").replace(yamlTag, "!!");
    return this.refuse(node, `has the tag ${tag}, which means nothing to Kubernetes`, "Write the plain value instead");
  }

  private refuseBomb(alias: Alias): void {
    this.sound = false;
    this.tell(alias.range?.[0] ?? 0, `repeats more than ${mostRepeated} values by aliases, as an alias bomb does`);
  }

  private refuse(node: Node, what: string, todo?: string): null {
    this.sound = false;
    if (this.outermost === undefined) this.tell(node.range?.[0] ?? 0, what, todo);
    return null;
  }
}
