import { readFileSync } from "node:fs";
import { belonging, claim, file, object, podTemplate, service, set, workloadIn } from "../manifest";

describe("the workload", () => {
  test("is the set with its ordinals, and what belongs to it, in the order of the manifests", () => {
    const workload = workloadIn([
      file(service(), object("v1", "Namespace", "shop", { spec: { finalizers: ["kubernetes"] } })),
      { path: "set.yaml", text: JSON.stringify(set({ replicas: undefined, ordinals: { start: 4 } })) },
      { path: "rest.yaml", text: JSON.stringify(object("v1", "ConfigMap", "web", { data: { a: "b" } })) },
    ]);
    expect(workload.range).toStrictEqual({ start: 4, replicas: 1 });
    expect(workload.set).toStrictEqual(set({ replicas: 1, ordinals: { start: 4 } }));
    expect(workload.namespace).toBe("shop");
    expect(workload.namespaceObject).toStrictEqual(object("v1", "Namespace", "shop"));
    expect(workload.belongings).toStrictEqual([
      service({}, { namespace: "shop" }),
      object("v1", "ConfigMap", "web", { metadata: { namespace: "shop" }, data: { a: "b" } }),
    ]);
    expect(workload.warnings).toStrictEqual([]);
  });

  test("leaves out ordinals that the manifest leaves out, and keeps a start of 0", () => {
    expect(workloadIn(file(set(), service())).set.spec).not.toHaveProperty("ordinals");
    expect(workloadIn(file(set({ ordinals: { start: 0 } }))).set.spec.ordinals).toStrictEqual({ start: 0 });
  });

  test.each([
    ["a List", "v1", "List", service()],
    [
      "a ServiceList whose items leave out what they are",
      "v1",
      "ServiceList",
      { ...service(), kind: undefined, apiVersion: undefined },
    ],
  ])("opens %s", (_, apiVersion, kind, item) => {
    const list = { apiVersion, kind, metadata: { resourceVersion: "" }, items: [item] };
    expect(workloadIn(file(set(), list)).belongings).toStrictEqual([service({}, { namespace: "shop" })]);
  });

  test("opens Lists in Lists", () => {
    const inner = { apiVersion: "v1", kind: "List", items: [set(), service()] };
    expect(workloadIn(file({ apiVersion: "v1", kind: "List", items: [inner] })).belongings).toHaveLength(1);
  });

  test("a custom resource whose kind ends in List is none", () => {
    const allowed = object("example.org/v1", "AllowList", "web", { items: [1] });
    expect(belonging(allowed)).toStrictEqual(allowed);
  });

  test.each([
    ["web", ["web.yaml"], 3],
    ["redis-cluster", ["config.yaml", "redis.yaml"], 6],
  ])("the example %s has nothing wrong with it", (name, files, replicas) => {
    const folder = `${__dirname}/../../../examples/${name}`;
    const workload = workloadIn(files.map((path) => ({ path, text: readFileSync(`${folder}/${path}`, "utf8") })));
    expect(workload.range).toStrictEqual({ start: 0, replicas });
    expect(workload.warnings).toStrictEqual([]);
  });
});

describe("the namespace", () => {
  const bare = set({}, { namespace: undefined });
  test.each([
    ["the one asked for", "west", set(), "west"],
    ["the set's own", undefined, set(), "shop"],
    ["default", undefined, bare, "default"],
    ["the one asked for, where the set has none", "west", bare, "west"],
  ])("is %s", (_, namespace, draft, wanted) => {
    const workload = workloadIn(file(draft, service()), namespace === undefined ? {} : { namespace });
    expect(workload.namespace).toBe(wanted);
    expect(workload.set.metadata.namespace).toBe(wanted);
    expect(workload.belongings[0]?.metadata.namespace).toBe(wanted);
  });

  test("of an object may be the one asked for", () => {
    const workload = workloadIn(file(bare, service({}, { namespace: "west" })), { namespace: "west" });
    expect(workload.belongings[0]?.metadata.namespace).toBe("west");
  });

  test.each([
    ["rbac.authorization.k8s.io/v1", "ClusterRole"],
    ["storage.k8s.io/v1", "StorageClass"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
    ["cert-manager.io/v1", "ClusterIssuer"],
  ])("%s %s gets none", (apiVersion, kind) => {
    expect(belonging(object(apiVersion, kind, "web", { metadata: { namespace: "shop" } }))?.metadata).toStrictEqual({
      name: "web",
    });
  });

  test("of a custom resource is replaced if it has one, and left out if it has none", () => {
    const monitor = (namespace?: string) =>
      object("monitoring.coreos.com/v1", "ServiceMonitor", "web", {
        metadata: namespace === undefined ? {} : { namespace },
      });
    expect(belonging(monitor("shop"), { namespace: "west" })?.metadata).toStrictEqual({
      name: "web",
      namespace: "west",
    });
    expect(belonging(monitor(), { namespace: "west" })?.metadata).toStrictEqual({ name: "web" });
  });

  test.each([
    ["Namespaced", { name: "a", namespace: "shop" }],
    ["Cluster", { name: "a" }],
  ])("of a custom resource follows its definition, if the manifests have it: %s", (scope, metadata) => {
    const definition = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.example.org", {
      spec: { group: "example.org", names: { kind: "Thing" }, scope },
    });
    const { belongings } = workloadIn(file(set(), definition, object("example.org/v1", "Thing", "a")));
    expect(belongings[1]?.metadata).toStrictEqual(metadata);
  });

  test("object is renamed along", () => {
    const labels = { "kubernetes.io/metadata.name": "shop", team: "a" };
    const workload = workloadIn(file(set(), object("v1", "Namespace", "shop", { metadata: { labels } })), {
      namespace: "west",
    });
    expect(workload.namespaceObject?.metadata).toStrictEqual({ name: "west", labels: { team: "a" } });
    expect(workload.belongings).toStrictEqual([]);
  });

  test.each(["RoleBinding", "ClusterRoleBinding"])("of the subjects of a %s follows along", (kind) => {
    const subjects = (own: string) => [
      { kind: "ServiceAccount", name: "web", namespace: own },
      { kind: "ServiceAccount", name: "prometheus", namespace: "monitoring" },
      { kind: "User", name: "ann" },
    ];
    const binding = object("rbac.authorization.k8s.io/v1", kind, "web", { subjects: subjects("shop") });
    expect(belonging(binding, { namespace: "west" })?.subjects).toStrictEqual(subjects("west"));
  });
});

describe("the fingerprint", () => {
  const of = (draft: Parameters<typeof file>[0], more = {}) => workloadIn(file(draft), more).fingerprint;

  test("is the SHA-256 of canonical JSON, whatever the order of the fields", () => {
    expect(of(set())).toStrictEqual({
      claimTemplates: "0681f9ed71e80465f5931505953fb04ceeb2f8752ef8f9d7b3f44234bd406896",
      podTemplate: "d0ffc5eeaa439739ab0064526e4f760bf48574bf1ae55da80de9b9cb90db2c50",
    });
    const reversed = {
      spec: { resources: { requests: { storage: "1Gi" } }, accessModes: ["ReadWriteOnce"] },
      metadata: { name: "data" },
    };
    expect(of(set({ volumeClaimTemplates: [reversed] }))).toStrictEqual(of(set()));
  });

  test("is the same for no claim templates and an empty list", () => {
    expect(of(set({ volumeClaimTemplates: [] }))).toStrictEqual(of(set({ volumeClaimTemplates: undefined })));
  });

  test("is taken before patches, class mapping and namespace", () => {
    const draft = set({ volumeClaimTemplates: [claim({ storageClassName: "fast" })] });
    const patch = { spec: { template: { spec: { nodeSelector: { disk: "ssd" } } } } };
    const more = {
      side: "destination",
      namespace: "west",
      storageClasses: { fast: "other" },
      patches: [{ kind: "StatefulSet", name: "web", patch }],
    };
    expect(of(draft, more)).toStrictEqual(of(draft));
  });

  test("tells pod template and claim templates apart", () => {
    const base = of(set());
    const image = of(set({ template: podTemplate({ terminationGracePeriodSeconds: 5 }) }));
    const claims = of(set({ volumeClaimTemplates: [claim({ storageClassName: "fast" })] }));
    expect([image.claimTemplates === base.claimTemplates, image.podTemplate === base.podTemplate]).toStrictEqual([
      true,
      false,
    ]);
    expect([claims.claimTemplates === base.claimTemplates, claims.podTemplate === base.podTemplate]).toStrictEqual([
      false,
      true,
    ]);
  });

  test("is that of the set without what kubectl prints on top", () => {
    const { template, volumeClaimTemplates } = set().spec as { template: object; volumeClaimTemplates: object[] };
    const printed = set({
      template: { ...template, metadata: { creationTimestamp: null, labels: { app: "web" } } },
      volumeClaimTemplates: [
        {
          ...volumeClaimTemplates[0],
          metadata: { creationTimestamp: null, name: "data" },
          status: { phase: "Pending" },
        },
      ],
    });
    expect(of(printed)).toStrictEqual(of(set()));
  });
});

describe("storage classes", () => {
  const annotation = "volume.beta.kubernetes.io/storage-class";
  const templates = [
    claim({ storageClassName: "fast" }),
    claim({ storageClassName: "constructor" }, { name: "other", annotations: { [annotation]: "fast" } }),
    claim({}, { name: "third" }),
  ];
  const draft = file(set({ volumeClaimTemplates: templates }));
  const storageClasses = { fast: "premium", slow: "standard" };

  test("are mapped in the destination", () => {
    const { set: result } = workloadIn(draft, { side: "destination", storageClasses });
    expect(result.spec.volumeClaimTemplates).toStrictEqual([
      claim({ storageClassName: "premium" }),
      claim({ storageClassName: "constructor" }, { name: "other", annotations: { [annotation]: "premium" } }),
      claim({}, { name: "third" }),
    ]);
  });

  test("are left as they are in the source", () => {
    expect(workloadIn(draft, { side: "source", storageClasses }).set.spec.volumeClaimTemplates).toStrictEqual(
      templates,
    );
  });
});

describe("warnings", () => {
  const warningsIn = (...documents: readonly unknown[]) => workloadIn(file(...documents)).warnings;

  test("an environment variable given twice: the last one wins", () => {
    const env = [
      { name: "MODE", value: "a" },
      { name: "PORT", value: "1" },
      { name: "MODE", value: "b" },
      { name: "MODE", value: "$$(PORT)" },
    ];
    const workload = workloadIn(file(set({ template: podTemplate({}, { env }) }), service()));
    expect(workload.warnings).toStrictEqual([
      "web.yaml, document 1 (StatefulSet web): spec.template.spec.containers[0].env has MODE more than once: the last one is kept",
    ]);
    expect(workload.set.spec.template).toStrictEqual(
      podTemplate(
        {},
        {
          env: [
            { name: "PORT", value: "1" },
            { name: "MODE", value: "$$(PORT)" },
          ],
        },
      ),
    );
  });

  test("a Service that is not there", () => {
    expect(warningsIn(set())).toStrictEqual([
      "web.yaml, document 1 (StatefulSet web): spec.serviceName names the Service web, which is not in the manifests: it " +
        "must be in both clusters, or the pods have no names there",
    ]);
  });

  test.each([undefined, "", null])("no serviceName (%j)", (serviceName) => {
    expect(warningsIn(set({ serviceName }), service())).toStrictEqual([
      "web.yaml, document 1 (StatefulSet web): has no spec.serviceName, so its pods have no names of their own in DNS: whoever " +
        "finds them by address finds others after a step",
    ]);
  });

  test("a claim that all pods mount", () => {
    const volumes = [{ name: "shared", persistentVolumeClaim: { claimName: "pictures" } }];
    expect(warningsIn(set({ template: podTemplate({ volumes }) }), service())).toStrictEqual([
      "web.yaml, document 1 (StatefulSet web): spec.template.spec.volumes[0] mounts the claim pictures, which all pods share " +
        "and which is not carried: make it in both clusters, on storage that pods of both may write to at once",
    ]);
  });

  test("a pod's own hostPath is nobody's business", () => {
    const volumes = [{ name: "log", hostPath: { path: "/var/log" } }];
    expect(warningsIn(set({ template: podTemplate({ volumes }) }), service())).toStrictEqual([]);
  });

  test("a PodDisruptionBudget", () => {
    expect(warningsIn(set(), service(), object("policy/v1", "PodDisruptionBudget", "web"))).toStrictEqual([
      "web.yaml, document 3 (PodDisruptionBudget web): counts the pods of each half on its own until the move is over: it " +
        "may allow more disruptions at once than it says, or none at all",
    ]);
  });

  test("addresses of a Service that both clusters would answer for, or that only one has", () => {
    const spec = { clusterIP: "10.0.0.7", loadBalancerIP: "192.0.2.1", externalIPs: ["192.0.2.2"] };
    expect(warningsIn(set(), service(spec))).toStrictEqual([
      "web.yaml, document 2 (Service web): spec.clusterIP is dropped: each cluster has addresses of its own",
      "web.yaml, document 2 (Service web): spec.loadBalancerIP is the same in both clusters, which may both answer for it: " +
        "give one of them another by patches",
      "web.yaml, document 2 (Service web): spec.externalIPs is the same in both clusters, which may both answer for it: give " +
        "one of them another by patches",
    ]);
  });

  test("host names of the namespace that the manifests were written for", () => {
    const config = object("v1", "ConfigMap", "web", { data: { hosts: "web-0.web.shop.svc.cluster.local" } });
    expect(workloadIn(file(set(), service(), config)).warnings).toStrictEqual([]);
    expect(workloadIn(file(set(), service(), config), { namespace: "west" }).warnings).toStrictEqual([
      "web.yaml, document 3 (ConfigMap web): names hosts of the namespace shop, but the namespace is west: change it in the " +
        "manifests, or by patches",
    ]);
  });
});
