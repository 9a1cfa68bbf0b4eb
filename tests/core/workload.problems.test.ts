import { file, object, problemsIn, service, set } from "./manifest";

const theSet = "web.yaml, document 1 (StatefulSet web)";

describe("files", () => {
  test.each([
    ["none", [], "manifests names no file. Give the YAML files of the StatefulSet and of what belongs to it"],
    [
      "an empty one",
      [file(set()), { path: "b.yaml", text: "" }],
      "b.yaml holds no object. Remove it from manifests, or fill it",
    ],
    [
      "only comments",
      [file(set()), { path: "b.yaml", text: "# a\n---\n" }],
      "b.yaml holds no object. Remove it from manifests, or fill it",
    ],
    ["one twice", [file(set()), file(set())], "manifests names web.yaml twice. Remove one"],
    [
      "malformed",
      [{ path: "a.yaml", text: "a:\n\tb" }],
      "a.yaml, line 2, column 1 is not valid YAML: Tabs are not allowed as indentation",
    ],
  ])("%s", (_, files, message) => {
    expect(problemsIn(files)).toStrictEqual([message]);
  });
});

describe("documents", () => {
  test.each([
    ["text", "nonsense", " is no Kubernetes object; legal: a map with apiVersion, kind and metadata"],
    ["a list", [set()], " is no Kubernetes object; legal: a map with apiVersion, kind and metadata"],
    ["without apiVersion", { kind: "Service", metadata: { name: "a" } }, " (Service a): apiVersion is missing"],
    ["without kind", { apiVersion: "v1", metadata: { name: "a" } }, " (a): kind is missing"],
    ["without name", { apiVersion: "v1", kind: "Service", metadata: {} }, " (Service): metadata.name is missing"],
    ["without metadata", { apiVersion: "v1", kind: "Service" }, " (Service): metadata.name is missing"],
    ["with an empty name", object("v1", "Service", ""), " (Service): metadata.name is missing"],
    [
      "with a number as name",
      { apiVersion: "v1", kind: "Service", metadata: { name: 5 } },
      " (Service): metadata.name is not text (received 5). Put it in quotes",
    ],
    ["with a map as kind", { apiVersion: "v1", kind: {}, metadata: { name: "a" } }, " (a): kind is not text"],
  ])("%s", (_, document, message) => {
    expect(problemsIn(file(set(), document))).toStrictEqual([`web.yaml, document 2${message}`]);
  });

  test("in a List are counted", () => {
    const list = { apiVersion: "v1", kind: "List", items: [set(), 5, object("batch/v1", "Job", "a")] };
    expect(problemsIn(file(list))).toStrictEqual([
      "web.yaml, document 1, item 2 is no Kubernetes object; legal: a map with apiVersion, kind and metadata",
      "web.yaml, document 1, item 3 (Job a) would run in both clusters from the first up on: only the StatefulSet is moved, " +
        "everything else is created in both. Remove it from the manifests, and apply it by other means where it should act",
    ]);
  });

  test("given twice", () => {
    const other = { path: "b.yaml", text: JSON.stringify(service()) };
    expect(problemsIn([file(set(), service({}, { namespace: "shop" })), other])).toStrictEqual([
      "b.yaml, document 1 (Service web) is given twice: it is also web.yaml, document 2 (Service web). Remove one",
    ]);
  });

  test("of the same kind and name, but another group, are two", () => {
    expect(problemsIn(file(set(), service(), object("serving.example.org/v1", "Service", "web")))).toStrictEqual([]);
  });
});

test("everything is told at once", () => {
  const bad = { path: "bad.yaml", text: "a: [" };
  const documents = file(
    set({ serviceName: undefined, replicas: 0 }),
    object("batch/v1", "Job", "a"),
    service({}, { namespace: "db" }),
    5,
  );
  const patches = [{ kind: "StatefulSet", name: "wbe", patch: {} }];
  expect(problemsIn([bad, documents], { patches })).toStrictEqual([
    "bad.yaml, line 1, column 5 is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    "web.yaml, document 4 is no Kubernetes object; legal: a map with apiVersion, kind and metadata",
    `${theSet}: spec.serviceName is missing; legal: the name of the set's headless Service`,
    `${theSet}: spec.replicas is 0: there is nothing to move. Give the number of pods of the whole set`,
    "web.yaml, document 2 (Job a) would run in both clusters from the first up on: only the StatefulSet is moved, everything " +
      "else is created in both. Remove it from the manifests, and apply it by other means where it should act",
    "web.yaml, document 3 (Service web): metadata.namespace is not the set's, which is shop: all of the manifests move into " +
      'one namespace (received "db"). Remove the object, and apply it by other means, or put it into the set\'s namespace',
    "patches[0] (StatefulSet wbe) names no object of the manifests. Did you mean StatefulSet web? The manifests have " +
      "StatefulSet web, Job a, Service web",
  ]);
});
