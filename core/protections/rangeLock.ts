import { annotations, rangeOfSet } from "../kubernetes";
import type { KubernetesObject, StatefulSet } from "../kubernetes";
import { formatRange } from "../ordinals";

/** Group and version of the range lock's objects: stable since Kubernetes 1.30. */
export const rangeLockApi = "admissionregistration.k8s.io/v1";

/** The set that a range lock is around. */
export interface LockedSet {
  readonly namespace: string;
  readonly name: string;
  /** The Pulumi stack that owns it, for messages. */
  readonly stack: string;
}

/** The two objects that keep everybody else from changing which ordinals a set has. */
export interface RangeLock {
  readonly policy: KubernetesObject;
  readonly binding: KubernetesObject;
}

/**
 * Name of both objects. They belong to the cluster, so the namespace is in it; a namespace has no dots, so no two sets
 * share one. At most 253 characters: pods carry their name in a label, so a set's has 61 at the most.
 */
export function rangeLockName(namespace: string, name: string): string {
  return `statefulset-cutover.${namespace}.${name}`;
}

/**
 * The range lock of one set: an admission policy that denies
 *
 * 1. a write whose ordinals or range annotation differ from before and from each other: `kubectl scale` and an HPA (the
 *    subresource `scale` carries no annotation), `kubectl edit`, Helm, a re-creation without the annotation;
 * 2. a write that lowers the turn: a copy of an earlier state, annotations included. Whoever gave ordinals up raised it;
 * 3. the deletion of a set that has ordinals, since its turn goes with it. Not while its namespace is being deleted.
 *
 * What leaves all that alone passes: a roll-out, the controllers, our own `up`, the deletion of an empty half.
 */
export function rangeLockOf(set: LockedSet): RangeLock {
  const metadata = {
    name: rangeLockName(set.namespace, set.name),
    // Takes back what somebody edited, instead of failing on a field-manager conflict.
    annotations: { "pulumi.com/patchForce": "true" },
  };
  const policy = {
    apiVersion: rangeLockApi,
    kind: "ValidatingAdmissionPolicy",
    metadata,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        matchPolicy: "Equivalent",
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": set.namespace } },
        resourceRules: [
          {
            apiGroups: ["apps"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE", "DELETE"],
            // Not their status: that is the controller's, and nothing of it is ours.
            resources: ["statefulsets", "statefulsets/scale"],
            scope: "Namespaced",
          },
        ],
      },
      // Not `resourceNames`: a request that deletes a whole collection names nothing, and would pass.
      matchConditions: [
        {
          name: "this-set",
          expression: `(object == null ? oldObject : object).metadata.?name.orValue("") == ${quoted(set.name)}`,
        },
      ],
      variables,
      validations: validationsOf(set),
    },
  };
  const binding = {
    apiVersion: rangeLockApi,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata,
    spec: { policyName: metadata.name, validationActions: ["Deny"] },
  };
  return { policy, binding };
}

/** Whether a message of the API server is this range lock's denial. */
export function isDeniedBy({ policy }: RangeLock, message: string): boolean {
  return message.includes(`ValidatingAdmissionPolicy '${policy.metadata.name}'`);
}

/** The rules of a range lock, in the order of the policy's validations. */
export const rangeLockRules = ["range", "turn", "deletion"] as const;

/** One of `rangeLockRules`. */
export type RangeLockRule = (typeof rangeLockRules)[number];

/**
 * The rule by which a range lock denies a write, in TypeScript: what the policy's CEL says, for the rehearsal. A test asks both
 * about the same writes.
 *
 * @param before undefined: the set is created.
 * @param after undefined: the set is deleted.
 * @param namespaceGoes whether its namespace is being deleted.
 */
export function rangeLockDenies(
  before: StatefulSet | undefined,
  after: StatefulSet | undefined,
  namespaceGoes: boolean,
): RangeLockRule | undefined {
  if (after === undefined) {
    const goes = namespaceGoes || before?.metadata.deletionTimestamp !== undefined;
    return goes || before === undefined || rangeOfSet(before).replicas === 0 ? undefined : "deletion";
  }
  const [was, is] = [before && written(before), written(after)];
  const unchanged = was?.range === is.range && was.annotated === is.annotated;
  if (!unchanged && is.annotated !== is.range) return "range";
  const lowered = was !== undefined && isTurn(was.turn) && !(isTurn(is.turn) && Number(is.turn) >= Number(was.turn));
  return lowered ? "turn" : undefined;
}

function written(set: StatefulSet): { range: string; annotated: string; turn: string } {
  const { [annotations.range]: annotated = "", [annotations.turn]: turn = "" } = set.metadata.annotations ?? {};
  return { range: formatRange(rangeOfSet(set)), annotated, turn };
}

const turnPattern = "^[0-9]{1,15}$";

function isTurn(text: string): boolean {
  return new RegExp(turnPattern).test(text);
}

/** A string of CEL. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What a write is about, in the object before (`old`) and after it. A Scale has neither annotations nor `ordinals`. */
const variables = (["object", "oldObject"] as const).flatMap((object) => {
  const suffix = object === "object" ? "" : "Before";
  const annotation = (key: string) =>
    `${object} == null ? "" : ${object}.metadata.?annotations[?${quoted(key)}].orValue("")`;
  const start = `string(${object}.spec.?ordinals.?start.orValue(0))`;
  return [
    // The API leaves out the `replicas` of a Scale that is 0; a StatefulSet always has them.
    { name: `replicas${suffix}`, expression: `${object} == null ? 0 : ${object}.spec.?replicas.orValue(0)` },
    {
      name: `range${suffix}`,
      expression: `${object} == null ? "" : ${start} + "+" + string(variables.replicas${suffix})`,
    },
    { name: `annotated${suffix}`, expression: annotation(annotations.range) },
    { name: `turn${suffix}`, expression: annotation(annotations.turn) },
  ];
});

function validationsOf({ name, stack }: LockedSet): object[] {
  const owner = `${name} is being moved between clusters by the Pulumi stack ${stack} (statefulset-cutover)`;
  const instead = `Change cutoverIndex and run pulumi up, or set rangeLock: false`;
  const rules: Readonly<Record<RangeLockRule, { holds: string; what: string; says: string }>> = {
    range: {
      holds:
        "object == null || variables.annotated == variables.range || (oldObject != null && " +
        "variables.range == variables.rangeBefore && variables.annotated == variables.annotatedBefore)",
      what: `this would change its ordinals`,
      says:
        `(request.?subResource.orValue("") == "scale" ? "this would scale it to " + string(variables.replicas) + " replicas" : ` +
        `"this asks for the ordinals " + variables.range + " (start+replicas) with " + (variables.annotated == "" ? "no range annotation" : ` +
        `"the range annotation " + variables.annotated))`,
    },
    turn: {
      holds:
        `object == null || oldObject == null || !variables.turnBefore.matches(${quoted(turnPattern)}) || ` +
        `(variables.turn.matches(${quoted(turnPattern)}) && int(variables.turn) >= int(variables.turnBefore))`,
      what: `this would lower its turn, as a copy of an earlier state does`,
      says:
        `"this would lower its turn from " + variables.turnBefore + " to " + ` +
        `(variables.turn == "" ? "none" : variables.turn) + ", as a copy of an earlier state does"`,
    },
    deletion: {
      holds:
        "object != null || variables.replicasBefore == 0 || has(oldObject.metadata.deletionTimestamp) || " +
        "has(namespaceObject.metadata.deletionTimestamp)",
      what: `its ordinals run here: deleting it would stop them and take its turn with it`,
      says: `"its ordinals " + variables.rangeBefore + " (start+replicas) run here: deleting it would stop them and take its turn with it"`,
    },
  };
  return rangeLockRules.map((rule) => {
    const { holds, what, says } = rules[rule];
    return {
      expression: holds,
      reason: "Forbidden",
      message: `${owner}, and ${what}. ${instead}`,
      messageExpression: `${quoted(`${owner}, and `)} + ${says} + ${quoted(`. ${instead}`)}`,
    };
  });
}
