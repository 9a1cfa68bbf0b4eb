import type { CarriedName } from "./carried";
import { at, field, listAt } from "../json";
import type { KubernetesObject, StatefulSet } from "../kubernetes";
import { accountOf } from "./podReferences";
import { renderProblem } from "../userError";
import type { Problem } from "../userError";
import type { Verdict } from "../verdict";

/** An object that the pods of a set need and that stands neither in the manifests nor in what is carried. */
export interface PodNeed {
  /** Field of the pod's spec that names it. */
  readonly field: "priorityClassName" | "runtimeClassName" | "serviceAccountName" | "imagePullSecrets";
  readonly apiVersion: string;
  readonly kind: "PriorityClass" | "RuntimeClass" | "ServiceAccount" | "Secret";
  readonly name: string;
  /** Left out for kinds of the cluster. */
  readonly namespace?: string;
}

/** Classes that every cluster has. Source: pkg/apis/scheduling/helpers.go of Kubernetes. */
const systemClasses = ["system-cluster-critical", "system-node-critical"];

/**
 * What the pods of a set need of their cluster by name. Without its PriorityClass, RuntimeClass or ServiceAccount the API
 * server refuses a pod (admission plugins Priority, RuntimeClass and ServiceAccount), and the set never has one; without
 * a Secret for pulling images a kubelet pulls without it.
 *
 * @param set as the half declares it, patches included.
 */
export function podNeeds(
  set: StatefulSet,
  namespace: string,
  belongings: readonly KubernetesObject[],
  carried: readonly CarriedName[],
): PodNeed[] {
  const spec = set.spec.template.spec;
  const given = (kind: string, name: string): boolean =>
    belongings.some((object) => object.kind === kind && object.metadata.name === name) ||
    carried.some((one) => one.kind === kind && one.name === name);
  const named = (value: unknown): string[] => (typeof value === "string" && value !== "" ? [value] : []);
  const priority = named(field(spec, "priorityClassName")).filter((name) => !systemClasses.includes(name));
  const pulls = listAt(spec, "imagePullSecrets").flatMap((secret) => named(at(secret, "name")));
  const needs: PodNeed[] = [
    ...priority.map(
      (name) =>
        ({ field: "priorityClassName", apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", name }) as const,
    ),
    ...named(field(spec, "runtimeClassName")).map(
      (name) => ({ field: "runtimeClassName", apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", name }) as const,
    ),
    ...named(accountOf(set)).map(
      (name) => ({ field: "serviceAccountName", apiVersion: "v1", kind: "ServiceAccount", name, namespace }) as const,
    ),
    ...[...new Set(pulls)].map(
      (name) => ({ field: "imagePullSecrets", apiVersion: "v1", kind: "Secret", name, namespace }) as const,
    ),
  ];
  return needs.filter(({ kind, name }) => !given(kind, name));
}

/** Whether the pods can be made and started without it. */
export function isOptional({ kind }: PodNeed): boolean {
  return kind === "Secret";
}

/** What follows in a cluster that lacks it. */
function consequence(need: PodNeed): string {
  return isOptional(need)
    ? "the kubelets pull the images of the pods without it, and where the registry asks for it no pod starts"
    : "its API server refuses every pod of the set, so that none ever starts";
}

function wayOut({ kind, field: of }: PodNeed): string {
  if (kind === "Secret") return "Create it there, or list it in carrySecrets";
  if (kind === "ServiceAccount") return "Create it there, or add it to the manifests";
  return `Create it there, or name one that it has (kubectl get ${kind.toLowerCase()}) by patches of spec.template.spec.${of}`;
}

/** What a cluster answered about one need. */
export interface NeedLook {
  readonly need: PodNeed;
  readonly there: boolean;
  /** Why it may not be looked up; it is not missed then. */
  readonly unknown?: string;
}

/**
 * What a cluster lacks of what the pods need: what no pod could be made without stops an `up`; what pods start without,
 * or nobody may look up, is worth a warning.
 *
 * @param where how the set is called in a message.
 * @param cluster how the cluster is called in a sentence.
 */
export function needsVerdict(looks: readonly NeedLook[], where: string, cluster: string): Verdict {
  const lacking = looks.filter(({ there }) => !there).map(({ need }) => need);
  const problem = (need: PodNeed): Problem => lackingProblem(need, where, cluster);
  return {
    problems: lacking.filter((need) => !isOptional(need)).map(problem),
    warnings: [
      ...lacking.filter(isOptional).map((need) => renderProblem(problem(need))),
      ...looks.flatMap(({ need, unknown }) =>
        unknown === undefined
          ? []
          : [`whether ${cluster} has ${titleOfNeed(need)}, which the pods need, cannot be looked up: ${unknown}`],
      ),
    ],
  };
}

/**
 * What a cluster lacks.
 *
 * @param where how the set is called in a message.
 * @param cluster how the cluster is called in a sentence, such as `the cluster of context west`.
 */
export function lackingProblem(need: PodNeed, where: string, cluster: string): Problem {
  return {
    where,
    what:
      `spec.template.spec.${need.field} names ${titleOfNeed(need)}, which neither ${cluster} nor the manifests have: ` +
      consequence(need),
    todo: wayOut(need),
  };
}

/** What may be missing in a cluster that nobody looked at, in one sentence; undefined if nothing is needed. */
export function unknownNeedsWarning(needs: readonly PodNeed[], cluster: string): string | undefined {
  if (needs.length === 0) return undefined;
  const [hard, soft] = [needs.filter((need) => !isOptional(need)), needs.filter(isOptional)];
  const names = (of: readonly PodNeed[]): string => of.map(titleOfNeed).join(", ");
  return [
    `the pods need of ${cluster} what the manifests do not have, and it was not looked up:`,
    ...(hard.length === 0 ? [] : [`${names(hard)} (without it the API server refuses every pod)`]),
    ...(hard.length > 0 && soft.length > 0 ? ["and"] : []),
    ...(soft.length === 0 ? [] : [`${names(soft)} (for pulling images)`]),
  ].join(" ");
}

/** The object in words, such as `ServiceAccount shop/web`. */
export function titleOfNeed({ kind, namespace, name }: PodNeed): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
