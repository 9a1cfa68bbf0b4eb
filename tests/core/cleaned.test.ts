import { belonging, claim, file, object, service, set, workloadIn } from "./manifest";

const pasted = {
  uid: "6f1c",
  resourceVersion: "12",
  generation: 3,
  creationTimestamp: "2024-01-01T00:00:00Z",
  deletionTimestamp: "2024-01-01T00:00:00Z",
  deletionGracePeriodSeconds: 30,
  managedFields: [{ manager: "kubectl" }],
  selfLink: "/api/v1/x",
  generateName: "web-",
  ownerReferences: [{ kind: "Application", name: "shop", controller: false }],
};

describe("the output of kubectl get -o yaml", () => {
  test("loses what the server set on the StatefulSet, and what this program wrote there", () => {
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": "{}",
      "statefulset-cutover/range": "0+3",
      "statefulset-cutover/turn": "4",
      "statefulset-cutover/cluster": "uid",
    };
    const draft = { ...set({}, { ...pasted, annotations }), status: { replicas: 3 } };
    expect(workloadIn(file(draft)).set).toStrictEqual(set());
  });

  test("keeps other annotations, labels and finalizers", () => {
    const metadata = {
      labels: { app: "web" },
      annotations: { "example.org/a": "b", "deployment.kubernetes.io/revision": "2" },
      finalizers: ["kubernetes.io/pvc-protection", "example.org/keep", "service.kubernetes.io/lb", "orphan"],
    };
    expect(belonging(object("v1", "ConfigMap", "web", { metadata }))?.metadata).toStrictEqual({
      name: "web",
      namespace: "shop",
      labels: { app: "web" },
      annotations: { "example.org/a": "b" },
      finalizers: ["example.org/keep"],
    });
  });

  test("loses empty labels, annotations and finalizers", () => {
    const metadata = { labels: null, annotations: null, finalizers: ["foregroundDeletion"] };
    expect(belonging(object("v1", "ConfigMap", "web", { metadata }))?.metadata).toStrictEqual({
      name: "web",
      namespace: "shop",
    });
  });

  test("keeps kind and apiVersion of claim templates", () => {
    const template = { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claim(), status: { phase: "Pending" } };
    const { set: result } = workloadIn(file(set({ volumeClaimTemplates: [template] })));
    expect(result.spec.volumeClaimTemplates).toStrictEqual([
      { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claim() },
    ]);
  });

  test("of a Service loses what its cluster gave it", () => {
    const spec = {
      type: "LoadBalancer",
      clusterIP: "10.0.0.7",
      clusterIPs: ["10.0.0.7"],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      healthCheckNodePort: 30002,
      ports: [{ port: 80, nodePort: 30001 }],
    };
    const { warnings, belongings } = workloadIn(
      file(set(), { ...service(spec, pasted), status: { loadBalancer: {} } }),
    );
    expect(warnings).toStrictEqual([]);
    expect(belongings[0]).toStrictEqual({
      ...service({}, { namespace: "shop" }),
      spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
    });
  });

  test("of a headless Service stays headless", () => {
    const spec = { clusterIPs: ["None"], ipFamilies: ["IPv6", "IPv4"], ipFamilyPolicy: "RequireDualStack" };
    expect(workloadIn(file(set(), service(spec, pasted))).belongings[0]).toStrictEqual(
      service(spec, { namespace: "shop" }),
    );
  });

  test("of a ServiceAccount loses the Secrets that were made for it", () => {
    const account = object("v1", "ServiceAccount", "web", {
      secrets: [{ name: "web-token-x7k2p" }, { name: "web-token-mine" }],
      imagePullSecrets: [{ name: "web-dockercfg-abcde" }],
    });
    expect(belonging(account)).toStrictEqual(
      object("v1", "ServiceAccount", "web", {
        metadata: { namespace: "shop" },
        secrets: [{ name: "web-token-mine" }],
      }),
    );
  });
});

test("node ports and a family that somebody wrote are kept", () => {
  const spec = {
    type: "LoadBalancer",
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 30002,
    ports: [{ port: 80, nodePort: 30001 }],
    ipFamilyPolicy: "SingleStack",
    ipFamilies: ["IPv6"],
  };
  expect(workloadIn(file(set(), service(spec))).belongings[0]).toStrictEqual(service(spec, { namespace: "shop" }));
});

test("a node port of 0 is none", () => {
  const spec = { type: "NodePort", healthCheckNodePort: 0, ports: [{ port: 80, nodePort: 0 }] };
  expect(workloadIn(file(set(), service(spec))).belongings[0]).toStrictEqual(
    service({ type: "NodePort", ports: [{ port: 80 }] }, { namespace: "shop" }),
  );
});

test.each([null, ""])("the namespace %j is none", (namespace) => {
  expect(workloadIn(file(set({}, { namespace }), service({}, { namespace }))).namespace).toBe("default");
});
