import { at, isObject, sameJson } from "../../core/json";
import type { JsonObject } from "../../core/json";
import type { KubernetesObject, PersistentVolume } from "../../core/kubernetes";
import { asLabels, invalidExpressions, selects, selectsEverything } from "../../core/set/selectors";
import { sourceOf } from "../../core/volumes/backing";
import { invalid } from "./apiRefusal";

/** Fields that nobody may change, by kind; a path is a list of names below the object. */
const immutableFields: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "v1/PersistentVolumeClaim": [
    ["spec", "accessModes"],
    ["spec", "selector"],
    ["spec", "storageClassName"],
    ["spec", "volumeMode"],
  ],
  "v1/Secret": [["type"]],
  "rbac.authorization.k8s.io/v1/RoleBinding": [["roleRef"]],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": [["roleRef"]],
};

/** Fields of a StatefulSet's spec that may change; all others are immutable. */
const mutableSetFields = new Set([
  "minReadySeconds",
  "ordinals",
  "persistentVolumeClaimRetentionPolicy",
  "replicas",
  "revisionHistoryLimit",
  "template",
  "updateStrategy",
]);

/** A map without some fields. */
export function without(value: unknown, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).filter(([name]) => !names.has(name)));
}

/** What says where the data of a PersistentVolume is. */
function volumeSource(volume: KubernetesObject): JsonObject {
  return sourceOf((volume as PersistentVolume).spec);
}

/** @throws ApiRefusal if a field changes that may not. */
export function checkImmutable(before: KubernetesObject, after: KubernetesObject): void {
  const id = `${after.apiVersion}/${after.kind}`;
  if (
    id === "apps/v1/StatefulSet" &&
    !sameJson(without(before.spec, mutableSetFields), without(after.spec, mutableSetFields))
  ) {
    const names = [
      "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit',",
      "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'",
    ].join(" ");
    throw invalid(after, `spec: Forbidden: updates to statefulset spec for fields other than ${names} are forbidden`);
  }
  if (id === "v1/PersistentVolume" && !sameJson(volumeSource(before), volumeSource(after))) {
    const source = "spec.persistentvolumesource";
    throw invalid(after, `${source}: Forbidden: ${source} is immutable after creation`);
  }
  const bound = at(before, "spec", "volumeName");
  if (id === "v1/PersistentVolumeClaim" && bound !== undefined && bound !== at(after, "spec", "volumeName")) {
    throw invalid(
      after,
      "spec: Forbidden: spec is immutable after creation except resources.requests for bound claims",
    );
  }
  for (const path of immutableFields[id] ?? []) {
    if (!sameJson(at(before, ...path), at(after, ...path))) {
      throw invalid(after, `${path.join(".")}: Invalid value: field is immutable`);
    }
  }
  const changed = (["data", "binaryData"] as const).some((name) => !sameJson(before[name], after[name]));
  if (before.immutable === true && changed) {
    throw invalid(after, "data: Forbidden: field is immutable when `immutable` is set");
  }
}

/** @throws ApiRefusal if the API server would not take the set. */
export function checkStatefulSet(set: KubernetesObject): void {
  for (const path of [
    ["spec", "replicas"],
    ["spec", "ordinals", "start"],
  ]) {
    const value = at(set, ...path);
    if (typeof value === "number" && value < 0) {
      throw invalid(set, `${path.join(".")}: Invalid value: ${value}: must be greater than or equal to 0`);
    }
  }
  const labels = at(set, "spec", "template", "metadata", "labels");
  const selector = at(set, "spec", "selector");
  const isValid = !selectsEverything(selector) && invalidExpressions(selector).length === 0;
  if (!isValid || !selects(selector, asLabels(labels))) {
    throw invalid(set, "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`");
  }
}
