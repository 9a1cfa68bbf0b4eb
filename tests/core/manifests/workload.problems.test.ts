import { file, object, problemsIn, service, set } from "../manifest";

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
      "a.yaml, line 2, column 1 is not valid YAML: Tabs are not allowed as indentation. Use spaces",
    ],
  ])("%s", (_, files, message) => {
    expect(problemsIn(files)).toStrictEqual([message]);
  });
});

describe("documents", () => {
  test.each([
    [
      "text",
      "nonsense",
      " is no Kubernetes object; legal: a map with apiVersion, kind and metadata. Remove the document, or write the object",
    ],
    [
      "a list",
      [set()],
      " is no Kubernetes object; legal: a map with apiVersion, kind and metadata. Remove the document, or write the object",
    ],
    ["without apiVersion", { kind: "Service", metadata: { name: "a" } }, " (Service a): apiVersion is missing. Add it"],
    ["without kind", { apiVersion: "v1", metadata: { name: "a" } }, " (a): kind is missing. Add it"],
    [
      "without name",
      { apiVersion: "v1", kind: "Service", metadata: {} },
      " (Service): metadata.name is missing. Add it",
    ],
    ["without metadata", { apiVersion: "v1", kind: "Service" }, " (Service): metadata.name is missing. Add it"],
    ["with an empty name", object("v1", "Service", ""), " (Service): metadata.name is missing. Add it"],
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
      "web.yaml, document 1, item 2 is no Kubernetes object; legal: a map with apiVersion, kind and metadata. Remove the document, or write the object",
      "web.yaml, document 1, item 3 (Job a) would run in both clusters from the first up on: only the StatefulSet is moved, " +
        "everything else is created in both. Leave it out (leaveOut: [Job/a]), and apply it by other means where it should act",
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

test("everything is told at once, but not that an object is missing which the unreadable file may hold", () => {
  const bad = { path: "bad.yaml", text: "a: [" };
  const documents = file(
    set({ serviceName: 7, replicas: 0 }),
    object("batch/v1", "Job", "a"),
    service({}, { namespace: "db" }),
    5,
  );
  const patches = [
    { kind: "StatefulSet", name: "wbe", patch: {} },
    { kind: "Service", name: "web", patch: { kind: "Ingress" } },
  ];
  expect(problemsIn([bad, documents], { patches })).toStrictEqual([
    "bad.yaml, line 1, column 5 is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. Correct the file there",
    "web.yaml, document 4 is no Kubernetes object; legal: a map with apiVersion, kind and metadata. Remove the document, or write the object",
    `${theSet}: spec.serviceName is not valid (received 7); legal: the name of the set's headless Service. Correct it`,
    `${theSet}: spec.replicas is 0: there is nothing to move. Give the number of pods of the whole set`,
    "web.yaml, document 2 (Job a) would run in both clusters from the first up on: only the StatefulSet is moved, everything " +
      "else is created in both. Leave it out, and apply it by other means where it should act",
    "web.yaml, document 3 (Service web): metadata.namespace is not the set's, which is shop: all of the manifests move into " +
      'one namespace (received "db"). Leave it out, and apply it by other means, or put it into the set\'s namespace. All of ' +
      "them: leaveOut: [Job/a, Service/web]",
    "patches[1] (Service web): kind is changed by the patch, but it is what the object is known by. Remove it",
  ]);
});

test("cutover indexes are told with the manifests' problems, where the set's numbers can be read", () => {
  const indexes = [
    { where: "cutoverIndex", index: 1, todo: "Change it" },
    { where: "--to", index: 5, todo: "Correct the option" },
  ];
  const ordinals = { start: 2 };
  expect(
    problemsIn(file(set({ serviceName: 7, ordinals })), {
      indexes: [{ where: "cutoverIndex", index: 4, todo: "Change it" }],
    }),
  ).toStrictEqual([
    `${theSet}: spec.serviceName is not valid (received 7); legal: the name of the set's headless Service. Correct it`,
  ]);
  expect(problemsIn(file(set({ replicas: 2, ordinals })), { indexes })).toStrictEqual([
    "cutoverIndex is out of range (received 1); legal: an integer from 2 (all moved) to 4 (nothing moved). Change it",
    "--to is out of range (received 5); legal: an integer from 2 (all moved) to 4 (nothing moved). Correct the option",
  ]);
  expect(problemsIn(file(set({ replicas: "2" })), { indexes })).toStrictEqual([
    `${theSet}: spec.replicas is not an integer (received "2"); legal: an integer from 1 to 10000. Write the number, without quotes`,
  ]);
});
