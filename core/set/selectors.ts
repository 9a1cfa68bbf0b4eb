import { field, isObject, listAt } from "../json";
import type { Problem } from "../userError";

/** The labels of one pod. */
export type Labels = Readonly<Record<string, string>>;

/** Whether a label selector (`matchLabels`, `matchExpressions`) picks something with these labels; an empty one picks all. */
export function selects(selector: unknown, labels: Labels): boolean {
  const wanted = field(selector, "matchLabels");
  const equal = Object.entries(isObject(wanted) ? wanted : {}).every(([name, value]) => field(labels, name) === value);
  return equal && listAt(selector, "matchExpressions").every((expression) => meets(expression, labels));
}

/** Whether a label selector says nothing, and so picks whatever is in its namespace. */
export function selectsEverything(selector: unknown): boolean {
  const wanted = field(selector, "matchLabels");
  return Object.keys(isObject(wanted) ? wanted : {}).length === 0 && listAt(selector, "matchExpressions").length === 0;
}

/** What labels there are: text, nothing else. */
export function asLabels(value: unknown): Labels {
  const entries = Object.entries(isObject(value) ? value : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

const takesValues: Readonly<Record<string, boolean>> = { In: true, NotIn: true, Exists: false, DoesNotExist: false };

/** A field of a selector that the API server refuses, below the selector. */
export interface InvalidExpression extends Omit<Problem, "where"> {
  readonly path: string;
}

/** What the API server refuses about the expressions of a label selector. Source: `ValidateLabelSelectorRequirement`. */
export function invalidExpressions(selector: unknown): InvalidExpression[] {
  const expressions = field(selector, "matchExpressions");
  if (expressions !== undefined && !Array.isArray(expressions)) {
    return [{ path: "matchExpressions", what: "is no list", legal: "a list of { key, operator, values }" }];
  }
  return listAt(selector, "matchExpressions").flatMap((expression, index) => {
    const path = `matchExpressions[${index}]`;
    const [operator, values] = [field(expression, "operator"), field(expression, "values")];
    const needed = typeof operator === "string" ? takesValues[operator] : undefined;
    const key = field(expression, "key");
    if (typeof key !== "string" || key === "") return [{ path: `${path}.key`, what: "is missing", todo: "Add it" }];
    if (needed === undefined) {
      const received = isObject(operator) ? {} : { received: operator };
      const legal = Object.keys(takesValues).join(", ");
      return [{ path: `${path}.operator`, what: "is not valid", ...received, legal, todo: "Correct it" }];
    }
    const listed = Array.isArray(values) ? values : values === undefined ? [] : undefined;
    if (listed?.every((value) => typeof value === "string") !== true) {
      return [{ path: `${path}.values`, what: "is no list of texts", todo: "Correct it" }];
    }
    if (needed === listed.length > 0) return [];
    const what = needed
      ? `is empty, and ${String(operator)} needs values`
      : `is given, and ${String(operator)} takes none`;
    return [{ path: `${path}.values`, what, todo: needed ? "Add them" : "Remove it" }];
  });
}

function meets(expression: unknown, labels: Labels): boolean {
  const value = field(labels, String(field(expression, "key")));
  const listed = listAt(expression, "values").includes(value);
  switch (field(expression, "operator")) {
    case "In":
      return listed;
    case "NotIn":
      return !listed;
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
