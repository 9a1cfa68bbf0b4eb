import { fenceApi, fenceDenies, fenceName, fenceRules } from "../../core/protections/fence";
import type { KubernetesObject, StatefulSet } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import { at, isObject } from "../../core/json";
import { text } from "./json";
import { resourceOf } from "./references";
import type { ObjectStore } from "./objectStore";

/**
 * Why an admission policy denies a write of an object, in the API server's words; undefined if none does. Only the fence
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
  const fence = fenceName(namespace, name);
  const find = (of: string) => store.get({ apiVersion: fenceApi, kind: of, name: fence });
  const [policy, binding] = [find("ValidatingAdmissionPolicy"), find("ValidatingAdmissionPolicyBinding")];
  const actions = at(binding, "spec", "validationActions");
  if (policy === undefined || !Array.isArray(actions) || !actions.includes("Deny")) return undefined;
  const owner = store.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  const goes = owner?.metadata.deletionTimestamp !== undefined;
  const rule = fenceDenies(before as StatefulSet | undefined, after as StatefulSet | undefined, goes);
  if (rule === undefined) return undefined;
  const validations = at(policy, "spec", "validations");
  const validation: unknown = Array.isArray(validations) ? validations[fenceRules.indexOf(rule)] : undefined;
  const why = text(isObject(validation) ? validation.message : undefined);
  const by = `ValidatingAdmissionPolicy '${fence}' with binding '${fence}'`;
  return `${resourceOf(apiVersion, kind)} "${name}" is forbidden: ${by} denied request: ${why}`;
}
