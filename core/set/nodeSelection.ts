import { at, field, isObject, listAt } from "../json";
import type { Node } from "../kubernetes";
import { hostLabel } from "../volumes/volume";

/** A field of a pod's spec that lets the pod run on some nodes only. */
export interface NodeDemand {
  /** Such as `nodeName` or `nodeSelector`, below the pod's spec. */
  readonly path: string;
  /** What it asks for, such as `kubernetes.io/hostname node-1`. */
  readonly text: string;
  /** The nodes, if it names them one by one: those of the other cluster have other names. */
  readonly names: readonly string[];
  /** Whether a node is one of them. */
  readonly meets: (node: Node) => boolean;
}

/** What the pods of a template ask of a node: all of it must be met. */
export function nodeDemands(podSpec: unknown): NodeDemand[] {
  const { nodeName, nodeSelector } = isObject(podSpec) ? podSpec : {};
  const required = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
  // An empty term meets no node.
  const terms = listAt(podSpec, ...required).map(expressionsOf);
  return [
    ...(typeof nodeName === "string" && nodeName !== ""
      ? [demand("nodeName", [[{ key: "metadata.name", operator: "In", values: [nodeName] }]])]
      : []),
    ...Object.entries(isObject(nodeSelector) ? nodeSelector : {}).map(([key, value]) =>
      demand("nodeSelector", [[{ key, operator: "In", values: [String(value)] }]]),
    ),
    ...(terms.length === 0 ? [] : [demand(required.slice(0, 3).join("."), terms)]),
  ];
}

/** Demands that none of these nodes meets; none if no node is known. */
export function unmetDemands(podSpec: unknown, nodes: readonly Node[]): NodeDemand[] {
  return nodes.length === 0 ? [] : nodeDemands(podSpec).filter(({ meets }) => !nodes.some(meets));
}

/** A part of a node selector term, of a label or of the field `metadata.name`. */
interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

function demand(path: string, terms: readonly (readonly Expression[])[]): NodeDemand {
  const isName = ({ key, operator }: Expression): boolean => operator === "In" && hostLabel.test(key);
  return {
    path,
    text: terms.map((term) => term.map(inWords).join(", ")).join("; "),
    // One term is enough for a node: one that names none leaves the choice open.
    names: terms.every((term) => term.some(isName))
      ? terms
          .flat()
          .filter(isName)
          .flatMap(({ values }) => values)
      : [],
    meets: (node) => terms.some((term) => term.length > 0 && term.every((expression) => isMet(expression, node))),
  };
}

function inWords({ key, operator, values }: Expression): string {
  return [key, ...(operator === "In" ? [] : [operator]), ...(values.length === 0 ? [] : [values.join(" or ")])].join(
    " ",
  );
}

function expressionsOf(term: unknown): Expression[] {
  return [...listAt(term, "matchExpressions"), ...listAt(term, "matchFields")].map((entry) => ({
    key: String(field(entry, "key")),
    operator: String(field(entry, "operator")),
    values: listAt(entry, "values").map(String),
  }));
}

/** As the scheduler has it (component-helpers, `nodeaffinity`): what is not there is not in a list either. */
function isMet({ key, operator, values }: Expression, { metadata }: Node): boolean {
  const value = key === "metadata.name" ? metadata.name : at(metadata, "labels", key);
  switch (operator) {
    case "In":
      return typeof value === "string" && values.includes(value);
    case "NotIn":
      return typeof value !== "string" || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
