import * as fc from "fast-check";
import { parse } from "yaml";
import type { KubernetesObject, StatefulSet } from "../../../core/kubernetes";
import { startingProject } from "../../../core/project/startingProject";
import { manifestOf } from "../../../core/project/survey";
import type { SetSurvey } from "../../../core/project/survey";
import { readWorkload } from "../../../core/manifests/workload";
import { webSet } from "../builders";

const found = (set: StatefulSet, more: Partial<SetSurvey> = {}): SetSurvey => ({
  ...{ version: "v1.33.1", nodes: [], storageClasses: [], drivers: [], objects: [], pods: [], claims: [], volumes: [] },
  ...{ set, belongings: [], carried: [], left: [], ...more },
});
const point = { source: "old", destination: "new", batch: undefined, leaveOut: [] };

/** The objects of a project's manifests, as the program reads them. */
function readBack(files: Readonly<Record<string, string>>): KubernetesObject[] {
  const { config } = parse(files["Pulumi.yaml"] ?? "") as { config: { manifests: string[] } };
  const { value: workload, problems } = readWorkload(
    config.manifests.map((path) => ({ path, text: files[path] ?? "" })),
    { side: "source", patches: [], storageClasses: {} },
  );
  expect(problems).toEqual([]);
  return workload === undefined ? [] : [workload.set, ...workload.belongings];
}

test("a project says what is needed, and no more", () => {
  const carried = [
    { kind: "Secret", name: "no" },
    { kind: "ConfigMap", name: "web" },
  ] as const;
  const files = startingProject(found(webSet(3), { carried }), point);
  expect(Object.keys(files)).toEqual([
    ...["Pulumi.yaml", "Pulumi.source.yaml", "Pulumi.destination.yaml", "manifests/statefulset-web.yaml"],
    ...["package.json", "index.js", "README.md", ".gitignore"],
  ]);
  expect(parse(files["Pulumi.yaml"] ?? "", { version: "1.1" })).toEqual({
    name: "web-cutover",
    description: "Moves StatefulSet shop/web to another cluster, one ordinal per step",
    main: "index.js",
    runtime: { name: "nodejs", options: { typescript: false } },
    options: { refresh: "always" },
    config: {
      manifests: ["manifests/statefulset-web.yaml"],
      carrySecrets: ["no"],
      carryConfigMaps: ["web"],
      cutoverIndex: 3,
    },
  });
  expect(parse(files["Pulumi.source.yaml"] ?? "")).toEqual({
    config: { "kubernetes:context": "old", "web-cutover:adopt": true },
  });
  expect(parse(files["Pulumi.destination.yaml"] ?? "")).toEqual({ config: { "kubernetes:context": "new" } });
});

test("a project explains itself with the names of its set, its contexts and its indexes", () => {
  const files = startingProject(found(webSet(3)), { ...point, batch: 2 });
  const readme = files["README.md"] ?? "";
  expect(readme).toMatch(/^# Move of StatefulSet shop\/web\n/);
  expect(readme).toContain("| `source` | that the set leaves | `old` | `Pulumi.source.yaml` |");
  expect(readme).toContain("| `destination` | that it moves to | `new` | `Pulumi.destination.yaml` |");
  expect(readme).toContain("ordinals 0 to 2, from one Kubernetes cluster");
  expect(readme).toContain("# in Pulumi.yaml: cutoverIndex: 3 => 1\n");
  expect(readme).toContain("When `cutoverIndex` is 0 and all is well:");
  const unknown = startingProject(found(webSet(0)), { ...point, source: "a|b", destination: undefined });
  expect(unknown["README.md"]).toContain("| that the set leaves | `a\\|b` |");
  expect(unknown["README.md"]).toContain("| that it moves to | **not known yet: write it into the file** |");
  expect(unknown["README.md"]).not.toContain("=>");
  expect(JSON.parse(files["package.json"] ?? "")).toEqual({ name: "move-web", private: true });
  for (const path of ["node_modules/", "*kubeconfig*", ".pulumi/"]) {
    expect((files[".gitignore"] ?? "").split("\n")).toContain(path);
  }
});

test("a destination that is not known yet never has the source's context", () => {
  for (const [source, context] of [
    ["old", "destination"],
    ["destination", "the-destination"],
  ] as const) {
    const text = startingProject(found(webSet(3)), { source, destination: undefined, batch: 2, leaveOut: [] });
    expect(text["Pulumi.destination.yaml"]).toContain("WRITE ITS NAME HERE");
    expect(parse(text["Pulumi.destination.yaml"] ?? "")).toEqual({ config: { "kubernetes:context": context } });
    expect(text["Pulumi.yaml"]).toContain("  batch: 2\n");
  }
});

test("objects whose names give one file name get two files; a namespace comes along if its labels say something", () => {
  const role = (name: string) => ({
    ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name, namespace: "shop" }, rules: [] },
  });
  const space = (labels: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels },
  });
  const automatic = { "kubernetes.io/metadata.name": "shop" };
  const files = startingProject(
    found(webSet(3), { belongings: [role("a:b"), role("a-b")], objects: [space({ ...automatic, team: "sale" })] }),
    point,
  );
  expect(Object.keys(files).filter((path) => path.startsWith("manifests/"))).toEqual([
    ...["statefulset-web", "namespace-shop", "role-a-b", "role-a-b-2"].map((name) => `manifests/${name}.yaml`),
  ]);
  expect(parse(files["manifests/namespace-shop.yaml"] ?? "")).toEqual(space({ team: "sale" }));
  const plain = startingProject(found(webSet(3), { objects: [space(automatic)] }), point);
  expect(Object.keys(plain).filter((path) => path.startsWith("manifests/"))).toHaveLength(1);
});

test("what is left out stands in the config, for both halves", () => {
  const leaveOut = ["Service/web", "Role.rbac.authorization.k8s.io/*"];
  const text = startingProject(found(webSet(3)), { ...point, leaveOut })["Pulumi.yaml"] ?? "";
  expect((parse(text) as { config: object }).config).toMatchObject({ leaveOut });
});

test("what servers, controllers and tools set is in no manifest", () => {
  const live: KubernetesObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...{ name: "web", namespace: "shop", uid: "u", resourceVersion: "7", managedFields: [{ manager: "helm" }] },
      creationTimestamp: "2026-01-01T00:00:00Z",
      finalizers: ["service.example.com/resources"],
      labels: { "app.kubernetes.io/managed-by": "Helm", app: "web" },
      annotations: {
        "meta.helm.sh/release-name": "shop",
        "argocd.argoproj.io/tracking-id": "x",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "pulumi.com/patchForce": "true",
        note: "kept",
      },
    },
    spec: { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ports: [{ port: 80, nodePort: 30080 }] },
    status: { loadBalancer: {} },
  };
  expect(manifestOf(live)).toEqual({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop", labels: { app: "web" }, annotations: { note: "kept" } },
    spec: { ports: [{ port: 80 }] },
  });
  expect(live.metadata.uid).toBe("u");
});

test("whatever stands in a running object is read back as it runs", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }).filter((value) => !/[\u0000-\u001f\u007f-\u009f\ufffd-\uffff]/.test(value)),
    fc.constantFrom("yes", "No", "on", "~", "null", "1.10", "0644", "0x1f", "12:30", "1_000", "1e3", ".5", "-", "a: b"),
    fc.constantFrom(
      "two\nlines\n",
      " leading",
      "trailing ",
      "#no",
      "'",
      '"',
      "*a",
      "&a",
      "!t",
      "%x",
      "@",
      "`",
      "\ttab",
    ),
    fc.constantFrom("2001-01-01", "=", "<<", "{", "[]", "|", ">", "- a", "x".repeat(300), "word ".repeat(60), "", "\\"),
  );
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 6 }),
      fc.dictionary(fc.constantFrom("a", "b", "y", "on"), text),
      (values, labels) => {
        const env = values.map((value, index) => ({ name: `V${index}`, value }));
        const set = webSet(3, {
          template: {
            metadata: { labels: { app: "web" }, annotations: labels },
            spec: { containers: [{ name: "web", image: "web:1", env, args: values }] },
          },
        });
        expect(readBack(startingProject(found(set), point))).toEqual([set]);
      },
    ),
    { numRuns: 300 },
  );
});
