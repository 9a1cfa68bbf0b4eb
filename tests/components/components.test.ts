import * as pulumi from "@pulumi/pulumi";
import { declareArrivingVolume } from "../../components/arrivingVolume";
import { failsAsUserError } from "../../components/failure";
import { DeclaredObject, typeToken } from "../../components/kubernetesObject";
import { readStackOutputs } from "../../plan/stackOutputs";
import type { KubernetesObject } from "../../core/kubernetes";
import { UserError } from "../../core/userError";
import { offeredVolume } from "../../core/volumes/volume";
import { Unreachable } from "../../live/client/cluster";
import { claim, volume } from "../core/builders";
import { record, secret } from "./recorder";

jest.setTimeout(60_000);

test.each([
  ["v1", "Service", "kubernetes:core/v1:Service"],
  ["apps/v1", "StatefulSet", "kubernetes:apps/v1:StatefulSet"],
  ["rbac.authorization.k8s.io/v1", "Role", "kubernetes:rbac.authorization.k8s.io/v1:Role"],
  ["example.com/v1beta1", "Widget", "kubernetes:example.com/v1beta1:Widget"],
])("the type token of %s %s", (apiVersion, kind, token) => {
  expect(typeToken(apiVersion, kind)).toBe(token);
});

describe("an object of the manifests", () => {
  const declare = async (object: KubernetesObject) => {
    const { resources, errors } = await record(() => {
      new DeclaredObject(object.metadata.name, object, {});
      return Promise.resolve({});
    });
    expect(errors).toEqual([]);
    return resources.find(({ type }) => type !== "pulumi:pulumi:Stack");
  };
  const metadata = { name: "web", namespace: "shop" };

  test("is declared as it is", async () => {
    const object = {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata,
      spec: { deep: [1, { a: true }] },
      data: { x: "y" },
    };
    expect(await declare(object)).toMatchObject({
      type: "kubernetes:example.com/v1:Widget",
      inputs: object,
      additionalSecretOutputs: [],
    });
  });

  test("a Secret's values are secrets, in inputs and outputs", async () => {
    const object = {
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      type: "Opaque",
      data: { a: "c2VjcmV0" },
      stringData: { b: "hush" },
    };
    const request = await declare(object);
    expect(request?.inputs).toEqual({ ...object, data: secret({ a: "c2VjcmV0" }), stringData: secret({ b: "hush" }) });
    expect(request?.additionalSecretOutputs).toEqual(["data", "stringData"]);
    expect((await declare({ apiVersion: "v1", kind: "Secret", metadata }))?.inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata,
    });
  });

  test.each([
    ["v1", "Service"],
    ["networking.k8s.io/v1", "Ingress"],
  ])("%s %s does not wait for pods: a half may have none", async (apiVersion, kind) => {
    const annotated = { ...metadata, annotations: { team: "a" } };
    const request = await declare({ apiVersion, kind, metadata: annotated, spec: {} });
    const annotations = { team: "a", "pulumi.com/skipAwait": "true" };
    expect(request?.inputs).toEqual({ apiVersion, kind, metadata: { ...metadata, annotations }, spec: {} });
  });
});

test("a volume handed over: kept on delete, the claim after its volume, awaited until it is Bound", async () => {
  const offered = offeredVolume(claim(5), volume(5));
  const { resource, errors } = await record(() => {
    declareArrivingVolume(offered, {});
    return Promise.resolve({});
  });
  expect(errors).toEqual([]);
  const pv = resource("kubernetes:core/v1:PersistentVolume", "pv-5");
  expect(pv).toMatchObject({ retainOnDelete: true, inputs: offered.persistentVolume });
  const pvc = resource("kubernetes:core/v1:PersistentVolumeClaim", "data-web-5");
  const annotations = { "pulumi.com/waitFor": "jsonpath={.status.phase}=Bound" };
  const { metadata, ...rest } = offered.persistentVolumeClaim;
  expect(pvc.inputs).toEqual({ ...rest, metadata: { ...metadata, annotations } });
  expect(pvc.retainOnDelete).toBe(true);
  expect(pvc.dependencies).toEqual(["urn:pulumi:source::p::kubernetes:core/v1:PersistentVolume::pv-5"]);
});

describe("failures", () => {
  test.each([
    ["UserError", new UserError([{ where: "a", what: "is wrong" }])],
    ["Unreachable", new Unreachable("no route")],
  ])("what a user can mend has no stack: %s", async (_, error) => {
    const shown = await failsAsUserError(() => Promise.reject(error)).catch((e: unknown) => e);
    expect(shown).toBeInstanceOf(pulumi.RunError);
    expect(shown).toMatchObject({ message: error.message, stack: error.message });
  });

  test("a defect passes through, and so does a value", async () => {
    const defect = new TypeError("x of undefined");
    await expect(failsAsUserError(() => Promise.reject(defect))).rejects.toBe(defect);
    expect(await failsAsUserError(() => Promise.resolve(7))).toBe(7);
  });
});

describe("the outputs of a stack", () => {
  const read = async (stack: string, failure?: string) => {
    let outputs: unknown;
    const stacks = { old: { turn: 3, offer: secret({ 5: {} }) }, fresh: {} };
    const { errors } = await record(
      async () => {
        outputs = await readStackOutputs(stack);
        return {};
      },
      { stacks, ...(failure === undefined ? {} : { failure }) },
    );
    return { outputs, errors };
  };

  test("are plain values, secrets included; none yet are none", async () => {
    expect(await read("old")).toEqual({ outputs: { turn: 3, offer: { 5: {} } }, errors: [] });
    expect(await read("fresh")).toEqual({ outputs: {}, errors: [] });
  });

  test("of a stack that does not exist are undefined", async () => {
    expect(await read("other")).toEqual({ outputs: undefined, errors: [] });
  });

  test("that cannot be read are no missing stack", async () => {
    const { outputs, errors } = await read("old", "key not found in vault");
    expect(outputs).toBeUndefined();
    expect(errors.join()).toContain("key not found in vault");
  });
});
