import type { KubernetesObject } from "../../core/kubernetes";
import type { Workload } from "../../core/manifests/workload";
import { planNamespace } from "../../plan/namespace";
import { webSet } from "../core/builders";

const workload: Workload = {
  set: webSet(),
  range: { start: 0, replicas: 6 },
  namespace: "shop",
  belongings: [],
  fingerprint: { claimTemplates: "c", podTemplate: "p" },
  warnings: [],
  notes: [],
  leftOut: [],
};

describe("the namespace", () => {
  const mark = { "statefulset-cutover/namespace-of": "web" };
  const made: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", annotations: mark } };
  const given: KubernetesObject = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { team: "a" }, annotations: { note: "b" } },
  };

  test("is made, with our mark, where there is none or where we made it", () => {
    expect(planNamespace(workload, undefined, true)).toEqual(made);
    expect(planNamespace(workload, made, true)).toEqual(made);
    expect(planNamespace({ ...workload, namespaceObject: given }, made, true)).toEqual({
      ...given,
      metadata: { name: "shop", labels: { team: "a" }, annotations: { note: "b", ...mark } },
    });
  });

  test("is left alone where it is somebody else's, or another set's, or not wanted", () => {
    expect(planNamespace(workload, given, true)).toBeUndefined();
    const others = { ...made, metadata: { name: "shop", annotations: { "statefulset-cutover/namespace-of": "db" } } };
    expect(planNamespace(workload, others, true)).toBeUndefined();
    expect(planNamespace(workload, undefined, false)).toBeUndefined();
    expect(planNamespace(workload, made, false)).toBeUndefined();
  });
});
