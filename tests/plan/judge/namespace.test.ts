import type { KubernetesObject } from "../../../core/kubernetes";
import type { Workload } from "../../../core/manifests/workload";
import { planNamespace } from "../../../plan/judge/namespace";
import { webSet } from "../../core/builders";

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

const create = { create: true, isFirst: true };
const never = { create: false, isFirst: true };

describe("the namespace", () => {
  const mark = { "statefulset-cutover/namespace-of": "web" };
  const made: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", annotations: mark } };
  const given: KubernetesObject = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { team: "a" }, annotations: { note: "b" } },
  };

  test("is made, with our mark, where there is none or where we made it", () => {
    expect(planNamespace(workload, undefined, create)).toEqual({ object: made });
    expect(planNamespace(workload, made, create)).toEqual({ object: made });
    expect(planNamespace({ ...workload, namespaceObject: given }, made, create).object).toEqual({
      ...given,
      metadata: { name: "shop", labels: { team: "a" }, annotations: { note: "b", ...mark } },
    });
  });

  test("is left alone where it is somebody else's, or another set's, or not wanted", () => {
    expect(planNamespace(workload, given, create)).toEqual({});
    const others = { ...made, metadata: { name: "shop", annotations: { "statefulset-cutover/namespace-of": "db" } } };
    expect(planNamespace(workload, others, create)).toEqual({});
    expect(planNamespace(workload, undefined, never)).toEqual({});
    expect(planNamespace(workload, made, never)).toEqual({});
  });

  test("the one of the manifests that is left out is told of once", () => {
    const left = { warnings: [expect.stringContaining("the Namespace of the manifests is left out") as string] };
    const named = { ...workload, namespaceObject: given };
    expect(planNamespace(named, given, create)).toEqual(left);
    expect(planNamespace(named, given, { create: true, isFirst: false })).toEqual({});
  });
});
