import { whyNotTaken } from "./compare";
import { at, field, isObject, listAt } from "../json";
import { typeOf } from "../kinds";
import { titleOf } from "../kubernetes";
import type { KubernetesObject, Pod, StatefulSet } from "../kubernetes";
import { accountOf } from "../set/podReferences";
import { selects, selectsEverything } from "../set/selectors";
import type { Labels } from "../set/selectors";

/** What was found beside a running set. */
export interface Belongings {
  /** What belongs to the set and to nothing else, as it runs: it goes into the manifests. */
  readonly objects: readonly KubernetesObject[];
  /** What the set needs or what acts on it, and is left to a person: a line each. */
  readonly left: readonly string[];
}

/** Whether an object is the set's; `left`: why it is left to a person, a clause. */
type Verdict = "its" | "not its" | { readonly left: string };

/**
 * Tells what of a namespace belongs to a set: Services of its pods and its own one, its ServiceAccount with the rights
 * that no other has, the budgets and network policies of its pods. What also serves others is left to a person: the move
 * would take it over, and what is taken over goes with `pulumi destroy` at the end.
 *
 * @param pods the set's.
 * @param candidates all that the namespace has of these kinds.
 */
export function belongingsOf(
  set: StatefulSet,
  pods: readonly Pod[],
  candidates: readonly KubernetesObject[],
): Belongings {
  const labels: Labels[] = [set.spec.template.metadata?.labels ?? {}, ...pods.map((pod) => pod.metadata.labels ?? {})];
  const account = accountOf(set);
  const services = new Set(
    candidates.filter((one) => typeOf(one) === "Service" && servesPods(one, set, labels)).map(nameOf),
  );
  const roles = rolesOf(candidates, account);
  const objects: KubernetesObject[] = [];
  const left: string[] = [...outsideNeeds(set)];
  for (const object of candidates) {
    const verdict = verdictOf(object, { labels, account, services, roles });
    if (verdict === "not its") continue;
    const owned = verdict === "its" ? whyNotTaken(object) : undefined;
    if (verdict !== "its") left.push(`${titleOf(object)} ${verdict.left}`);
    else if (owned !== undefined) left.push(`${titleOf(object)} ${owned.what}: see that the destination has one`);
    else objects.push(object);
  }
  for (const object of objects) {
    if (typeOf(object) !== "rbac.authorization.k8s.io/RoleBinding") continue;
    const { kind, name } = roleOf(object);
    if (objects.some((other) => other.kind === kind && nameOf(other) === name)) continue;
    left.push(`${kind} ${name} is bound by ${titleOf(object)}: the destination must have it`);
  }
  return { objects, left };
}

interface Known {
  readonly labels: readonly Labels[];
  readonly account: string | undefined;
  readonly services: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
}

function verdictOf(object: KubernetesObject, { labels, account, services, roles }: Known): Verdict {
  const ofPods = (selector: unknown): boolean => labels.some((each) => selects(selector, each));
  switch (typeOf(object)) {
    case "Service":
      return services.has(nameOf(object)) ? "its" : "not its";
    case "ServiceAccount":
      return nameOf(object) === account ? "its" : "not its";
    case "rbac.authorization.k8s.io/Role":
      return roles.has(nameOf(object)) ? "its" : "not its";
    case "rbac.authorization.k8s.io/RoleBinding":
      return bindingVerdict(object, account);
    case "policy/PodDisruptionBudget":
      return selectorVerdict(at(object, "spec", "selector"), ofPods);
    case "networking.k8s.io/NetworkPolicy":
      return selectorVerdict(at(object, "spec", "podSelector"), ofPods);
    case "networking.k8s.io/Ingress": {
      const service = backendsOf(object.spec).find((name) => services.has(name));
      return service === undefined
        ? "not its"
        : { left: `leads to Service ${service}: traffic is yours to move, when you see fit` };
    }
    default:
      return "not its";
  }
}

function servesPods(service: KubernetesObject, set: StatefulSet, labels: readonly Labels[]): boolean {
  if (nameOf(service) === set.spec.serviceName) return true;
  const selector = at(service, "spec", "selector");
  if (!isObject(selector) || Object.keys(selector).length === 0) return false;
  return labels.some((each) => selects({ matchLabels: selector }, each));
}

function selectorVerdict(selector: unknown, ofPods: (selector: unknown) => boolean): Verdict {
  if (selectsEverything(selector)) {
    return { left: "is about every pod of the namespace: make it in the destination if it is to hold there too" };
  }
  return ofPods(selector) ? "its" : "not its";
}

/** The rights of an account are the set's if the binding gives them to it alone. */
function bindingVerdict(binding: KubernetesObject, account: string | undefined): Verdict {
  if (typeOf(binding) !== "rbac.authorization.k8s.io/RoleBinding" || account === undefined) return "not its";
  const isAccount = (subject: unknown): boolean =>
    field(subject, "kind") === "ServiceAccount" &&
    field(subject, "name") === account &&
    (field(subject, "namespace") ?? binding.metadata.namespace) === binding.metadata.namespace;
  const subjects = listAt(binding, "subjects");
  if (!subjects.some(isAccount)) return "not its";
  if (subjects.every(isAccount)) return "its";
  return { left: `gives rights to others than ServiceAccount ${account} too: give it the like in the destination` };
}

/** The Roles of the namespace that these bindings give to the account, and no binding to anybody else. */
function rolesOf(candidates: readonly KubernetesObject[], account: string | undefined): ReadonlySet<string> {
  const bindings = candidates.filter(
    (one) => typeOf(one) === "rbac.authorization.k8s.io/RoleBinding" && roleOf(one).kind === "Role",
  );
  const others = new Set(
    bindings.filter((one) => bindingVerdict(one, account) !== "its").map((one) => roleOf(one).name),
  );
  return new Set(bindings.map((one) => roleOf(one).name).filter((name) => !others.has(name)));
}

function roleOf(binding: KubernetesObject): { readonly kind: string; readonly name: string } {
  return { kind: String(at(binding, "roleRef", "kind")), name: String(at(binding, "roleRef", "name")) };
}

/** Names of the Services that an Ingress leads to. */
function backendsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(backendsOf);
  if (!isObject(value)) return [];
  const own = at(value, "service", "name");
  return [...(typeof own === "string" ? [own] : []), ...Object.values(value).flatMap(backendsOf)];
}

/** Objects of the whole cluster that the pods name. */
function outsideNeeds({ spec }: StatefulSet): string[] {
  const { priorityClassName, runtimeClassName } = spec.template.spec;
  const needs = { PriorityClass: priorityClassName, RuntimeClass: runtimeClassName };
  return Object.entries(needs)
    .filter(([, name]) => typeof name === "string" && name !== "" && !name.startsWith("system-"))
    .map(([kind, name]) => `${kind} ${String(name)} is named by the pods: the destination must have it`);
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata.name;
}
