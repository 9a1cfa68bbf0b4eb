import { compare, managedBy, seenOf, whyNotTaken } from "../../../core/adopt/compare";
import type { KubernetesObject } from "../../../core/kubernetes";
import { renderProblem } from "../../../core/userError";
import { webSet } from "../builders";

const todo = "Write what runs into the manifests, or into patches; change it once it is taken over";

function object(kind: string, change: Partial<KubernetesObject> & { apiVersion?: string } = {}): KubernetesObject {
  const metadata = { name: "web", namespace: "shop", ...change.metadata };
  return { apiVersion: "v1", kind, ...change, metadata };
}

const told = (live: KubernetesObject, stored: KubernetesObject): string[] =>
  compare(live, stored).problems.map(renderProblem);

describe("nothing may differ", () => {
  const live = object("Service", {
    metadata: { name: "web", uid: "a", resourceVersion: "5", managedFields: [{ manager: "helm" }] },
    spec: { type: "ClusterIP", ports: [{ port: 80, targetPort: 80 }] },
    status: { loadBalancer: {} },
  });

  test("what the server and controllers set does not count, and what is written is told", () => {
    const declared = object("Service", {
      metadata: { name: "web", annotations: { "pulumi.com/patchForce": "true", "pulumi.com/skipAwait": "true" } },
      spec: live.spec,
    });
    expect(compare(live, declared)).toEqual({
      problems: [],
      warnings: [],
      written: ["pulumi.com/patchForce", "pulumi.com/skipAwait"],
    });
    // Taken over by an interrupted run before.
    expect(compare({ ...live, metadata: declared.metadata }, declared).written).toEqual([]);
  });

  test("another value, one that is missing in the manifests, one that is missing in what runs", () => {
    const stored = object("Service", {
      spec: { ports: [{ port: 80, targetPort: 8080 }], sessionAffinity: "ClientIP" },
    });
    expect(told(live, stored)).toEqual([
      `Service shop/web: spec.ports[80/TCP].targetPort differs from what runs (received 8080); legal: 80. ${todo}`,
      `Service shop/web: spec.sessionAffinity is in the manifests, and not in what runs (received "ClientIP"). ${todo}`,
      `Service shop/web: spec.type runs with a value that the manifests do not have; legal: "ClusterIP". ${todo}`,
    ]);
  });

  test("a label or an annotation that would be written", () => {
    const stored = { ...live, metadata: { ...live.metadata, labels: { app: "web" }, annotations: { "a/b": "c" } } };
    expect(told(live, stored)).toEqual([
      `Service shop/web: metadata.annotations["a/b"] is in the manifests, and not in what runs (received "c"). ${todo}`,
      `Service shop/web: metadata.labels.app is in the manifests, and not in what runs (received "web"). ${todo}`,
    ]);
  });

  test("labels and annotations that only the live object has are warned about, those of tools are not", () => {
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
      "meta.helm.sh/release-name": "shop",
      "example.com/owner": "me",
    };
    const labels = { "app.kubernetes.io/managed-by": "Helm", team: "a" };
    expect(compare({ ...live, metadata: { ...live.metadata, labels, annotations } }, live)).toEqual({
      problems: [],
      warnings: [
        'adopt: Service shop/web has fields that the manifests lack: metadata.annotations["example.com/owner"], ' +
          "metadata.labels.team. They stay for now, but the destination will not have them, and a later update removes those " +
          "that kubectl wrote. To keep them, add them to the manifests",
      ],
      written: [],
    });
  });

  test("other fields of a custom resource are its controller's", () => {
    const custom = object("Backup", { apiVersion: "example.com/v1", spec: { every: "1h", filled: "in" } });
    const stored = { ...custom, spec: { every: "1h" } };
    expect(compare(custom, stored)).toMatchObject({ problems: [], warnings: [expect.stringContaining("spec.filled")] });
    expect(told(custom, { ...custom, spec: { every: "2h" } })).toHaveLength(1);
  });

  test("secrets that a cluster makes for a ServiceAccount", () => {
    const account = object("ServiceAccount", { secrets: [{ name: "web-token-abcde" }] });
    expect(compare(account, object("ServiceAccount")).problems).toEqual([]);
  });
});

describe("the set", () => {
  const live = webSet(6, { ordinals: { start: 0 } });
  const withTemplate = (metadata: object, container: object = {}) =>
    webSet(6, {
      template: {
        metadata: { labels: { app: "web" }, ...metadata },
        spec: { containers: [{ name: "web", image: "web:1", ...container }] },
      },
    });

  test("its range and its claim templates are compared elsewhere", () => {
    expect(compare(live, webSet(3, { volumeClaimTemplates: [] })).problems).toEqual([]);
  });

  test("a field of the template, whoever wrote it: the destination would run without it", () => {
    const restarted = withTemplate({ annotations: { "kubectl.kubernetes.io/restartedAt": "2026-01-02" } });
    expect(told(restarted, live)).toEqual([
      "StatefulSet shop/web: spec.template.metadata.annotations runs with a value that the manifests do not have; legal: " +
        `{"kubectl.kubernetes.io/restartedAt":"2026-01-02"}. ${todo}`,
    ]);
  });

  test("values of variables, arguments, and whatever sounds like a password are shown nowhere", () => {
    const secret = {
      args: ["--password=s3cret"],
      command: ["run", "s3cret"],
      env: [
        { name: "A", value: "s3cret" },
        { name: "B", value: "s3cret" },
      ],
      password: "s3cret",
      lifecycle: { preStop: { httpGet: { httpHeaders: [{ name: "X", value: "s3cret" }] } } },
    };
    const other = { env: [{ name: "A", value: "t0psecret" }] };
    const lines = [
      ...told(withTemplate({}, secret), withTemplate({}, other)),
      ...told(withTemplate({}, other), withTemplate({}, secret)),
    ];
    expect(lines).toHaveLength(12);
    expect(lines.join()).not.toMatch(/s3cret|t0psecret/);
    expect(lines[2]).toBe(
      `StatefulSet shop/web: spec.template.spec.containers[web].env[A].value differs from what runs (not shown, as it may be secret). ${todo}`,
    );
    expect(lines[3]).toBe(
      "StatefulSet shop/web: spec.template.spec.containers[web].env[B] runs with a value that the manifests do not have; legal: " +
        `{"name":"B","value":"[not shown]"}. ${todo}`,
    );
  });

  test("values of Secrets and ConfigMaps are shown nowhere", () => {
    for (const kind of ["Secret", "ConfigMap"]) {
      expect(told(object(kind, { data: { a: "s3cret" } }), object(kind, { data: { b: "t0psecret" } }))).toEqual([
        `${kind} shop/web: data.a runs with a value that the manifests do not have (not shown, as it may be secret). ${todo}`,
        `${kind} shop/web: data.b is in the manifests, and not in what runs (not shown, as it may be secret). ${todo}`,
      ]);
    }
    expect(told(object("ConfigMap", { data: { a: "s3cret" } }), object("ConfigMap", { data: { a: "t0p" } }))).toEqual([
      `ConfigMap shop/web: data.a differs from what runs (not shown, as it may be secret). ${todo}`,
    ]);
  });

  test("other values of a Secret are told apart", () => {
    const [live, stored] = [
      object("Secret", { data: { a: "YQ==", b: "Yg==" } }),
      object("Secret", { data: { a: "YwA=" } }),
    ];
    const { problems, changed } = compare(live, stored);
    expect(changed).toEqual({ name: "web", where: "Secret shop/web", keys: "a" });
    expect(problems.map(renderProblem)).toEqual([
      `Secret shop/web: data.b runs with a value that the manifests do not have (not shown, as it may be secret). ${todo}`,
    ]);
    expect(compare(live, live).changed).toBeUndefined();
  });
});

test.each([
  [{ annotations: { "meta.helm.sh/release-name": "shop" } }, "the Helm release shop"],
  [
    { annotations: { "argocd.argoproj.io/tracking-id": "shop:apps/StatefulSet:shop/web" } },
    "the Argo CD application shop",
  ],
  [{ labels: { "argocd.argoproj.io/instance": "shop" } }, "the Argo CD application shop"],
  [{ labels: { "kustomize.toolkit.fluxcd.io/name": "apps" } }, "the Flux object apps"],
  [{ labels: { app: "web" }, annotations: {} }, undefined],
])("who manages it: %j", (metadata, who) => {
  expect(managedBy(object("Service", { metadata: { name: "web", ...metadata } }))).toBe(who);
});

test("what is being deleted, or made by a controller, is not taken over", () => {
  expect(whyNotTaken(object("Service"))).toBeUndefined();
  const refused = (metadata: object) => whyNotTaken(object("Secret", { metadata: { name: "web", ...metadata } }));
  expect(refused({ deletionTimestamp: "now" })).toEqual({
    where: "Secret shop/web",
    what: "is being deleted",
    todo: "Wait until it is gone",
  });
  const ownerReferences = [
    { kind: "Owner", name: "a" },
    { kind: "ExternalSecret", name: "web", controller: true },
  ];
  expect(refused({ ownerReferences })).toEqual({
    where: "Secret shop/web",
    what: "is made by ExternalSecret web, which would write it too",
    todo: "Remove it from the manifests, or add Secret/web to leaveOut",
  });
});

test("a state is told by generation, or where there is none by resource version", () => {
  const metadata = { name: "web", uid: "a", resourceVersion: "9" };
  expect(seenOf(object("Secret", { metadata }))).toEqual({ uid: "a", revision: "9" });
  expect(seenOf(object("StatefulSet", { metadata: { ...metadata, generation: 2 } }))).toEqual({
    uid: "a",
    revision: "2",
  });
});
