import fc from "fast-check";
import type { Patch } from "../../../core/manifests/workload";
import { file, object, podTemplate, problemsIn, service, set, workloadIn } from "../manifest";
import type { Draft } from "../manifest";

const manifests = file(set(), service(), object("v1", "ConfigMap", "web", { data: { a: "1" } }));

const toSet = (patch: unknown): { patches: Patch[] } => ({
  patches: [{ kind: "StatefulSet", name: "web", patch: patch as Draft }],
});

describe("patches", () => {
  test("change the objects that they name, one after the other", () => {
    const patches: Patch[] = [
      { kind: "ConfigMap", name: "web", patch: { data: { a: "2", b: "1" } } },
      {
        kind: "StatefulSet",
        name: "web",
        patch: { spec: { template: { spec: { containers: [{ name: "nginx", image: "mirror/nginx:1.29" }] } } } },
      },
      {
        kind: "ConfigMap",
        name: "web",
        patch: [
          { op: "test", path: "/data/b", value: "1" },
          { op: "remove", path: "/data/a" },
        ],
      },
    ];
    const workload = workloadIn(manifests, { patches });
    expect(workload.set.spec.template).toStrictEqual(podTemplate({}, { image: "mirror/nginx:1.29" }));
    expect(workload.belongings).toStrictEqual([
      service({}, { namespace: "shop" }),
      object("v1", "ConfigMap", "web", { metadata: { namespace: "shop" }, data: { b: "1" } }),
    ]);
  });

  test("change the Namespace, under the name that it gets", () => {
    const patch = { metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } } };
    const workload = workloadIn(file(set(), object("v1", "Namespace", "shop")), {
      namespace: "west",
      patches: [{ kind: "Namespace", name: "west", patch }],
    });
    expect(workload.namespaceObject?.metadata).toStrictEqual({ name: "west", ...patch.metadata });
  });

  test("warnings are of what comes out", () => {
    const volumes = [{ name: "shared", persistentVolumeClaim: { claimName: "pictures" } }];
    expect(workloadIn(manifests, toSet({ spec: { template: { spec: { volumes } } } })).warnings).toStrictEqual([
      "web.yaml, document 1 (StatefulSet web): spec.template.spec.volumes[0] mounts the claim pictures, which all pods share " +
        "and which is not carried: make it in both clusters, on storage that pods of both may write to at once",
    ]);
  });

  test.each([
    ["an unknown name", { kind: "StatefulSet", name: "wbe" }, "Did you mean StatefulSet web? "],
    ["an unknown kind", { kind: "Configmap", name: "web" }, "Did you mean ConfigMap web? "],
    ["something else", { kind: "Gateway", name: "public" }, ""],
  ])("that name %s are told what there is", (_, target, guess) => {
    expect(problemsIn(manifests, { patches: [{ ...target, patch: {} }] })).toStrictEqual([
      `patches[0] (${target.kind} ${target.name}) names no object of the manifests. ${guess}The manifests have StatefulSet ` +
        "web, Service web, ConfigMap web",
    ]);
  });

  test("the list of what there is ends somewhere", () => {
    const many = Array.from({ length: 14 }, (_, index) => object("v1", "ConfigMap", `c${index}`));
    expect(problemsIn(file(set(), ...many), { patches: [{ kind: "Service", name: "a", patch: {} }] })).toStrictEqual([
      "patches[0] (Service a) names no object of the manifests. The manifests have StatefulSet web, ConfigMap c0, ConfigMap " +
        "c1, ConfigMap c2, ConfigMap c3, ConfigMap c4, ConfigMap c5, ConfigMap c6, ConfigMap c7, ConfigMap c8, ConfigMap c9, " +
        "ConfigMap c10 and 3 more",
    ]);
  });

  test("that name two objects are refused", () => {
    const both = file(set(), service(), object("serving.example.org/v1", "Service", "web"));
    expect(problemsIn(both, { patches: [{ kind: "Service", name: "web", patch: {} }] })).toStrictEqual([
      "patches[0] (Service web) names 2 objects, of different API groups. Change the manifests instead",
    ]);
  });
});

describe("patches may not change", () => {
  const where = "patches[0] (StatefulSet web)";
  const pinned =
    "is changed by the patch, but it may not differ between the halves. Change it in the manifests, before the move";
  const identity = "is changed by the patch, but it is what the object is known by. Remove it";

  test.each<readonly [patch: unknown, messages: readonly string[]]>([
    [{ spec: { replicas: 5 } }, [`: spec.replicas ${pinned}`]],
    [{ spec: { replicas: null } }, [`: spec.replicas ${pinned}`]],
    [{ spec: { ordinals: { start: 1 } } }, [`: spec.ordinals ${pinned}`]],
    [{ spec: { serviceName: "a" } }, [`: spec.serviceName ${pinned}`]],
    [{ spec: { selector: { matchLabels: { a: "b" } } } }, [`: spec.selector ${pinned}`]],
    [{ spec: { volumeClaimTemplates: [] } }, [`: spec.volumeClaimTemplates ${pinned}`]],
    [{ spec: { podManagementPolicy: "Parallel" } }, [`: spec.podManagementPolicy ${pinned}`]],
    [{ spec: { revisionHistoryLimit: 1 } }, [`: spec.revisionHistoryLimit ${pinned}`]],
    [{ apiVersion: "apps/v2" }, [`: apiVersion ${identity}`]],
    [{ kind: "Deployment" }, [`: kind ${identity}`]],
    [{ metadata: { name: "a" } }, [`: metadata.name ${identity}`]],
    [{ metadata: { namespace: "a" } }, [`: metadata.namespace ${identity}`]],
    [
      [{ op: "replace", path: "/metadata", value: {} }],
      [`: metadata.name ${identity}`, `: metadata.namespace ${identity}`],
    ],
    [
      { metadata: { annotations: { "statefulset-cutover/turn": "9" } } },
      [
        ": metadata.annotations gets statefulset-cutover/turn from the patch, but only the program itself may write it. Remove it",
      ],
    ],
    [
      { metadata: { annotations: { "pulumi.com/skipAwait": "true" } } },
      [
        ": metadata.annotations has pulumi.com/skipAwait: it gives orders to Pulumi and could switch off what a step is checked by. Remove it",
      ],
    ],
    [
      { spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } } },
      [
        ": spec.persistentVolumeClaimRetentionPolicy.whenScaled is Delete, which deletes the claims of each ordinal that leaves a " +
          "cluster, and with them its data; legal: Retain. Change it on the running set first",
      ],
    ],
    [
      [{ op: "add", path: "/spec/template/spec/containers/-", value: { name: "nginx", image: "b" } }],
      [": spec.template.spec.containers[1] has the same name as an entry before it: nginx. Remove one"],
    ],
    [
      [{ op: "remove", path: "/spec/x" }],
      [' cannot be applied: operation 1 finds nothing at "/spec/x". Correct the patch'],
    ],
    [{ $patch: "delete" }, [" has $patch: delete for the whole object, which is not supported. Correct the patch"]],
    [
      [{ op: "remove", path: "" }],
      ["apiVersion", "kind", "metadata.name", "metadata.namespace"]
        .map((path) => `: ${path} ${identity}`)
        .concat(
          ["replicas", "serviceName", "selector", "volumeClaimTemplates"].map((path) => `: spec.${path} ${pinned}`),
        ),
    ],
  ])("%j", (patch, messages) => {
    expect(problemsIn(manifests, toSet(patch))).toStrictEqual(messages.map((message) => `${where}${message}`));
  });

  test("the identity of anything", () => {
    const patches = [
      { kind: "Service", name: "web", patch: { metadata: { name: "a" }, spec: { ports: [{ port: 81 }] } } },
    ];
    expect(problemsIn(manifests, { patches })).toStrictEqual([`patches[0] (Service web): metadata.name ${identity}`]);
  });

  test("a mistake of the manifests is not told again for its patch", () => {
    const bad = file(set({ serviceName: 7 }), service());
    expect(problemsIn(bad, toSet({ spec: { template: { spec: { nodeSelector: { a: "b" } } } } }))).toStrictEqual([
      "web.yaml, document 1 (StatefulSet web): spec.serviceName is not valid (received 7); legal: the name of the set's headless Service. Correct it",
    ]);
  });

  test("a Secret's values are not shown, nor those of a patch to it", () => {
    const secret = object("v1", "Secret", "s", { stringData: { password: "hunter2" } });
    const patches: Patch[] = [
      { kind: "Secret", name: "s", patch: [{ op: "test", path: "/stringData/password", value: "swordfish" }] },
      { kind: "Secret", name: "s", patch: { stringData: { password: 4711 } } },
    ];
    expect(problemsIn(file(set(), secret), { patches })).toStrictEqual([
      'patches[0] (Secret s) cannot be applied: operation 1 (test) finds another value at "/stringData/password". Correct the patch',
      "patches[1] (Secret s): stringData has password, whose value is not text, but a number. Put it in quotes",
    ]);
  });
});

describe("bad input is told and never thrown", () => {
  const paths = fc.constantFrom(
    "",
    ..."apiVersion kind metadata metadata.name metadata.namespace metadata.labels metadata.annotations metadata.finalizers".split(
      " ",
    ),
    ..."metadata.ownerReferences spec spec.replicas spec.ordinals spec.selector spec.selector.matchLabels spec.template".split(
      " ",
    ),
    ..."spec.template.metadata spec.template.metadata.labels spec.template.spec spec.template.spec.containers".split(
      " ",
    ),
    ..."spec.template.spec.containers.0 spec.template.spec.containers.0.env spec.template.spec.volumes".split(" "),
    ..."spec.volumeClaimTemplates spec.volumeClaimTemplates.0 spec.volumeClaimTemplates.0.metadata items".split(" "),
    ..."spec.volumeClaimTemplates.0.spec spec.volumeClaimTemplates.0.metadata.annotations spec.updateStrategy".split(
      " ",
    ),
    ..."spec.ports spec.clusterIP subjects secrets data spec.names".split(" "),
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.array(fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.record({ name: fc.jsonValue({ maxDepth: 1 }) }))),
  );
  const broken = (draft: Draft, path: string, wrong: unknown): unknown => {
    if (path === "") return wrong;
    const [first = "", ...rest] = path.split(".");
    const inner = (draft[first] ?? {}) as Draft;
    const changed = rest.length === 0 ? wrong : broken(inner, rest.join("."), wrong);
    return Array.isArray(draft) ? [changed] : { ...draft, [first]: changed };
  };

  test("wherever something else stands in a manifest", () => {
    const kinds = fc.constantFrom(
      set(),
      service(),
      object("v1", "ServiceAccount", "a"),
      object("v1", "Secret", "a"),
      object("v1", "Namespace", "shop"),
      object("rbac.authorization.k8s.io/v1", "RoleBinding", "a"),
      object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "a"),
      object("v1", "List", ""),
    );
    fc.assert(
      fc.property(kinds, paths, value, (draft, path, wrong) => {
        problemsIn(file(...(draft.kind === "StatefulSet" ? [] : [set()]), broken(draft, path, wrong)), {
          side: "destination",
          namespace: "west",
          storageClasses: { a: "b" },
          ...toSet({ spec: { template: { spec: { nodeSelector: { a: "b" } } } } }),
        });
      }),
      { numRuns: 300 },
    );
  });

  test("wherever a patch puts something else", () => {
    fc.assert(
      fc.property(paths, value, (path, wrong) => {
        const pointer = path === "" ? "" : `/${path.replace(/\./g, "/")}`;
        problemsIn(manifests, {
          side: "destination",
          storageClasses: { a: "b" },
          ...toSet([{ op: "add", path: pointer, value: wrong }]),
        });
        if (path !== "") problemsIn(manifests, toSet(broken({}, path, wrong)));
      }),
      { numRuns: 150 },
    );
  });

  test("whatever a file holds", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(
            "a",
            ":",
            " ",
            "\n",
            "- ",
            "{",
            "}",
            "[",
            "]",
            "&a",
            "*a",
            "<<",
            "'",
            '"',
            "|",
            ">",
            "#",
            "---",
            "?",
            "!",
            ",",
            "\t",
            "~",
            "0",
          ),
          { maxLength: 40 },
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (content) => {
        expect(problemsIn([{ path: "a.yaml", text: content }]).length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
