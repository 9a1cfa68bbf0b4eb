import type { CarriedName } from "../../../core/set/carried";
import type { KubernetesObject } from "../../../core/kubernetes";
import { lackingProblem, podNeeds, titleOfNeed, unknownNeedsWarning } from "../../../core/set/podNeeds";
import { renderProblem } from "../../../core/userError";
import { webSet } from "../builders";

const setWith = (spec: object) => {
  const set = webSet();
  Object.assign(set.spec.template.spec, spec);
  return set;
};
const all = setWith({
  priorityClassName: "high",
  runtimeClassName: "gvisor",
  serviceAccountName: "db",
  imagePullSecrets: [{ name: "registry" }, { name: "registry" }, {}],
});
const needs = (set = all, belongings: KubernetesObject[] = [], carried: CarriedName[] = []): string[] =>
  podNeeds(set, "shop", belongings, carried).map(titleOfNeed);

test("what the pods name, each once", () => {
  expect(needs()).toEqual([
    "PriorityClass high",
    "RuntimeClass gvisor",
    "ServiceAccount shop/db",
    "Secret shop/registry",
  ]);
  expect(needs(webSet())).toEqual([]);
});

test("what every cluster has, what the manifests have and what is carried is not asked for", () => {
  expect(needs(setWith({ priorityClassName: "system-node-critical", serviceAccountName: "default" }))).toEqual([]);
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "db", namespace: "shop" } };
  expect(needs(all, [account], [{ kind: "Secret", name: "registry" }])).toEqual([
    "PriorityClass high",
    "RuntimeClass gvisor",
  ]);
  // Of that name, and another kind.
  expect(needs(all, [{ ...account, kind: "Role" }], [{ kind: "ConfigMap", name: "registry" }])).toHaveLength(4);
});

test("each says what follows and what to do", () => {
  const told = podNeeds(all, "shop", [], []).map((need) =>
    renderProblem(lackingProblem(need, "StatefulSet shop/web:", "the cluster of context west")),
  );
  expect(told).toEqual([
    "StatefulSet shop/web: spec.template.spec.priorityClassName names PriorityClass high, which neither the cluster of context " +
      "west nor the manifests have: its API server refuses every pod of the set, so that none ever starts. Create it there, or " +
      "name one that it has (kubectl get priorityclass) by patches of spec.template.spec.priorityClassName",
    "StatefulSet shop/web: spec.template.spec.runtimeClassName names RuntimeClass gvisor, which neither the cluster of context " +
      "west nor the manifests have: its API server refuses every pod of the set, so that none ever starts. Create it there, or " +
      "name one that it has (kubectl get runtimeclass) by patches of spec.template.spec.runtimeClassName",
    "StatefulSet shop/web: spec.template.spec.serviceAccountName names ServiceAccount shop/db, which neither the cluster of " +
      "context west nor the manifests have: its API server refuses every pod of the set, so that none ever starts. Create it " +
      "there, or add it to the manifests",
    "StatefulSet shop/web: spec.template.spec.imagePullSecrets names Secret shop/registry, which neither the cluster of context " +
      "west nor the manifests have: the kubelets pull the images of the pods without it, and where the registry asks for it no " +
      "pod starts. Create it there, or list it in carrySecrets",
  ]);
});

test("where nobody looked, one warning names them all", () => {
  expect(unknownNeedsWarning([], "the destination")).toBeUndefined();
  expect(unknownNeedsWarning(podNeeds(all, "shop", [], []), "the destination")).toBe(
    "the pods need of the destination what the manifests do not have, and it was not looked up: PriorityClass high, " +
      "RuntimeClass gvisor, ServiceAccount shop/db (without it the API server refuses every pod) and Secret shop/registry " +
      "(for pulling images)",
  );
});
