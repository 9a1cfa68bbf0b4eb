import { rangeLockApi, rangeLockDenies, rangeLockName, rangeLockRules } from "../../core/protections/rangeLock";
import type { KubernetesObject, StatefulSet } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import { at, isObject, textOr } from "../../core/json";
import { resourceOf } from "./references";
import type { ObjectStore } from "./objectStore";

/**
 * Why an admission policy denies a write of an object, in the API server's words; undefined if none does. Only the range lock
 * around a StatefulSet is known, and its rule is the core's: CEL is not interpreted. Unlike in a real API server it acts at
 * once.
 *
 * @param before undefined: the object is created.
 * @param after undefined: it is deleted.
 */
export function whyDenied(
  store: ObjectStore,
  { apiVersion, kind, namespace = "", name }: ObjectReference,
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
): string | undefined {
  if (kind !== "StatefulSet") return undefined;
  const rangeLock = rangeLockName(namespace, name);
  const find = (of: string) => store.get({ apiVersion: rangeLockApi, kind: of, name: rangeLock });
  const [policy, binding] = [find("ValidatingAdmissionPolicy"), find("ValidatingAdmissionPolicyBinding")];
  const actions = at(binding, "spec", "validationActions");
  if (policy === undefined || !Array.isArray(actions) || !actions.includes("Deny")) return undefined;
  const owner = store.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  const goes = owner?.metadata.deletionTimestamp !== undefined;
  const rule = rangeLockDenies(before as StatefulSet | undefined, after as StatefulSet | undefined, goes);
  if (rule === undefined) return undefined;
  const validations = at(policy, "spec", "validations");
  const validation: unknown = Array.isArray(validations) ? validations[rangeLockRules.indexOf(rule)] : undefined;
  const why = textOr(isObject(validation) ? validation.message : undefined);
  const by = `ValidatingAdmissionPolicy '${rangeLock}' with binding '${rangeLock}'`;
  return `${resourceOf({ apiVersion, kind })} "${name}" is forbidden: ${by} denied request: ${why}`;
}
