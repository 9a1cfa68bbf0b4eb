import {
  carriedNames,
  carriedObject,
  carriedOf,
  carryProblems,
  carryWarnings,
  offeredOf,
  whyNotWritten,
} from "../../../core/set/carried";
import type { CarriedName, FoundObject } from "../../../core/set/carried";
import type { KubernetesObject, Metadata } from "../../../core/kubernetes";
import { renderProblem } from "../../../core/userError";

const db: CarriedName = { kind: "Secret", name: "db" };
const app: CarriedName = { kind: "ConfigMap", name: "app" };

/** A live Secret of the source, with everything that a server and other tools leave on one. */
const live = (change: Partial<KubernetesObject> = {}, metadata: Partial<Metadata> = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  type: "Opaque",
  immutable: true,
  data: { password: "aHVudGVyMg==" },
  metadata: {
    name: "db",
    namespace: "shop",
    labels: { app: "web" },
    annotations: {
      note: "kept",
      "kubectl.kubernetes.io/last-applied-configuration": '{"data":"hunter2"}',
      "pulumi.com/patchForce": "true",
      "argocd.argoproj.io/tracking-id": "shop:/Secret:shop/db",
      "meta.helm.sh/release-name": "shop",
      "statefulset-cutover/carried-for": "db",
    },
    uid: "u",
    resourceVersion: "7",
    generation: 2,
    creationTimestamp: "2026-01-01T00:00:00Z",
    managedFields: [{ manager: "kubectl" }],
    finalizers: ["example.com/tidy"],
    ownerReferences: [{ kind: "ExternalSecret", name: "db", controller: true }],
    ...metadata,
  },
  ...change,
});
const config: KubernetesObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "app", namespace: "shop", annotations: { "pulumi.com/autonamed": "true" } },
  data: { mode: "fast" },
  binaryData: { logo: "AA==" },
};
const offered = {
  apiVersion: "v1",
  kind: "Secret",
  type: "Opaque",
  immutable: true,
  data: { password: "aHVudGVyMg==" },
  metadata: { name: "db", namespace: "shop", labels: { app: "web" }, annotations: { note: "kept" } },
};

test("names of the config, Secrets first", () => {
  expect(carriedNames({ carryConfigMaps: ["app"], carrySecrets: ["db"] })).toEqual([db, app]);
  expect(carriedNames({})).toEqual([]);
});

test("what the source hands over: kind, name, and nothing that its cluster said", () => {
  const carried = carriedOf([
    { ...db, object: live() },
    { ...app, object: config },
    { ...app, name: "gone" },
  ]);
  expect(carried).toEqual({
    Secret: { db: offered },
    ConfigMap: {
      app: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "app", namespace: "shop" },
        data: { mode: "fast" },
        binaryData: { logo: "AA==" },
      },
    },
  });
  expect(offeredOf(carried, db)).toEqual(offered);
  expect(offeredOf(carried, { ...db, name: "toString" })).toBeUndefined();
  expect(offeredOf({}, db)).toBeUndefined();
});

test("what cannot be carried is named, with the way out", () => {
  const found: FoundObject[] = [
    { ...db, object: live() },
    { ...db, name: "gone" },
    { ...app, name: "going", object: { ...config, metadata: { name: "going", deletionTimestamp: "now" } } },
    { ...db, name: "token", object: live({ type: "kubernetes.io/service-account-token" }) },
    { ...app, name: "kube-root-ca.crt", object: { ...config, metadata: { name: "kube-root-ca.crt" } } },
  ];
  expect(carryProblems("shop", found).map(renderProblem)).toEqual([
    "carrySecrets names Secret shop/gone, which does not exist in the source. Create it there, or take it out of carrySecrets: " +
      "if it was carried before, it stays in the destination",
    "carryConfigMaps names ConfigMap shop/going, which is being deleted in the source. Create it again once it is gone, or take " +
      "it out of carryConfigMaps: if it was carried before, it stays in the destination",
    "carrySecrets names Secret shop/token, which is a token of a ServiceAccount, which is worth nothing in another cluster. Take " +
      "it out of carrySecrets",
    "carryConfigMaps names ConfigMap shop/kube-root-ca.crt, which is made by Kubernetes in every namespace. Take it out of carryConfigMaps",
  ]);
});

test("an object that a controller keeps is carried with a warning", () => {
  expect(carryWarnings("shop", [{ ...db, object: live() }, { ...app, object: config }, db], {})).toEqual([
    "Secret shop/db is kept up to date by ExternalSecret db in the source: its copy in the destination changes only with an up of " +
      "both halves. If the destination has the like of ExternalSecret db, take it out of carrySecrets",
  ]);
});

test("an object that may have come from the manifests is warned about once", () => {
  const managed = { managedFields: [{}, { manager: "pulumi-kubernetes-1a2b" }] };
  const found = { ...db, object: live({}, managed) };
  expect(carryWarnings("shop", [found], {})).toEqual([
    "Secret shop/db was made by a Pulumi program. If it was in the manifests until now, this up deletes it in the source (the " +
      "preview says so): leave it there and out of the list, or make one of another name by hand and carry that",
  ]);
  expect(carryWarnings("shop", [found], carriedOf([found])).join()).toContain(
    "is kept up to date by ExternalSecret db",
  );
});

describe("in the destination", () => {
  const wanted = carriedObject(offered, "web");
  const mine = { name: "db", namespace: "shop", annotations: { "statefulset-cutover/carried-for": "web" } };
  const existing = (change: Partial<KubernetesObject> = {}, metadata: Partial<Metadata> = {}): KubernetesObject => ({
    ...offered,
    ...change,
    metadata: { ...mine, ...metadata },
  });
  const why = (found: KubernetesObject | undefined, asked = wanted): string | undefined => {
    const problem = whyNotWritten(asked, found);
    return problem && renderProblem(problem);
  };

  test("it is marked as this set's", () => {
    expect(wanted).toEqual({
      ...offered,
      metadata: { ...offered.metadata, annotations: { note: "kept", "statefulset-cutover/carried-for": "web" } },
    });
  });

  test("none, or the earlier copy, whose values may change", () => {
    expect(why(undefined)).toBeUndefined();
    expect(why(existing())).toBeUndefined();
    const open = { ...wanted, immutable: undefined };
    expect(why(existing({ immutable: undefined, data: { password: "b2xk" } }), open)).toBeUndefined();
    // What was open may be closed.
    expect(why(existing({ immutable: undefined }))).toBeUndefined();
  });

  test("somebody else's is not touched", () => {
    expect(why(existing({}, { annotations: { a: "b" }, managedFields: [{ manager: "helm" }, {}] }))).toBe(
      "Secret shop/db exists in the destination and was not carried there (field managers: helm, ). Take it out of carrySecrets " +
        "if the destination keeps its own; or, if nothing needs the existing one: kubectl -n shop delete secret db",
    );
    // Nor what another Pulumi program made.
    expect(why(existing({}, { annotations: {}, managedFields: [{ manager: "pulumi-kubernetes-1a2b" }] }))).toContain(
      "was not carried there (field managers: pulumi-kubernetes-1a2b)",
    );
    expect(why(existing({}, { annotations: { "statefulset-cutover/carried-for": "cache" } }))).toBe(
      "Secret shop/db exists in the destination and was carried there with StatefulSet cache. Take it out of carrySecrets here: " +
        "one move alone may write it",
    );
    expect(why(existing({}, { deletionTimestamp: "now" }))).toBe(
      "Secret shop/db is being deleted in the destination. Wait until it is gone, then run this again",
    );
    expect(why(existing({}, { ownerReferences: [{ kind: "ExternalSecret", name: "db" }] }))).toBe(
      "Secret shop/db is kept by ExternalSecret db in the destination, which would overwrite what is carried. Take it out of " +
        "carrySecrets, or delete ExternalSecret db there",
    );
  });

  test("what could only be made again is refused, without its values", () => {
    const again =
      "It cannot be changed in place: Pulumi would delete it and make it again. Carry it under a new name, or, if no pod of the " +
      "destination needs it now, delete it there and run this again: kubectl -n shop delete secret db";
    expect(why(existing({ type: "kubernetes.io/tls" }))).toBe(
      `Secret shop/db has the type kubernetes.io/tls in the destination and Opaque in the source. ${again}`,
    );
    const old = { data: { password: "b2xk" } };
    for (const change of [old, { binaryData: { a: "AA==" } }, { ...old, immutable: undefined }]) {
      expect(why(existing(change))).toBe(
        `Secret shop/db is immutable, and is another in the destination than in the source. ${again}`,
      );
    }
    expect(why(existing(), { ...wanted, immutable: undefined })).toContain("is immutable, and is another");
  });
});
