import { field, isObject, listAt } from "./json";

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
