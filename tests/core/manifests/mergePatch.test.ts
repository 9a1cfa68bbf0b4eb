import fc from "fast-check";
import { applyMergePatch } from "../../../core/manifests/mergePatch";

describe("as in RFC 7386", () => {
  test.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [["a"], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%#: %j patched by %j", (target, patch, result) => {
    expect(applyMergePatch(target, patch)).toStrictEqual(result);
  });
});

describe("lists of entries with a key", () => {
  const env = [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ];
  test.each([
    ["change one", [{ name: "B", value: "3" }], [env[0], { name: "B", value: "3" }]],
    ["add one", [{ name: "C", value: "3" }], [...env, { name: "C", value: "3" }]],
    ["remove a field of one", [{ name: "A", value: null, valueFrom: {} }], [{ name: "A", valueFrom: {} }, env[1]]],
    ["remove one", [{ name: "A", $patch: "delete" }], [env[1]]],
    ["remove one that is not there", [{ name: "C", $patch: "delete" }], env],
    ["replace one", [{ name: "A", $patch: "replace", x: 1 }], [{ name: "A", x: 1 }, env[1]]],
    ["replace all", [{ $patch: "replace" }, { name: "C" }], [{ name: "C" }]],
    ["merge, said so", [{ name: "A", $patch: "merge", value: "3" }], [{ name: "A", value: "3" }, env[1]]],
    ["nothing, unlike in RFC 7386", [], env],
  ])("%s", (_, patch, result) => {
    expect(applyMergePatch({ env }, { env: patch })).toStrictEqual({ env: result });
  });

  test.each([
    [
      "container ports, by number and protocol",
      {
        ports: [
          { containerPort: 53, name: "t" },
          { containerPort: 53, protocol: "UDP", name: "u" },
        ],
      },
      { ports: [{ containerPort: 53, protocol: "UDP", hostPort: 1 }] },
      {
        ports: [
          { containerPort: 53, name: "t" },
          { containerPort: 53, protocol: "UDP", name: "u", hostPort: 1 },
        ],
      },
    ],
    [
      "ports of a Service",
      { ports: [{ port: 80, name: "http" }, { port: 81 }] },
      { ports: [{ port: 80, nodePort: 30080 }] },
      { ports: [{ port: 80, name: "http", nodePort: 30080 }, { port: 81 }] },
    ],
    [
      "mounts, by path",
      {
        volumeMounts: [
          { name: "a", mountPath: "/a" },
          { name: "a", mountPath: "/b" },
        ],
      },
      { volumeMounts: [{ mountPath: "/b", readOnly: true }] },
      {
        volumeMounts: [
          { name: "a", mountPath: "/a" },
          { name: "a", mountPath: "/b", readOnly: true },
        ],
      },
    ],
    [
      "named items of a custom resource",
      { users: [{ name: "a", role: "x" }] },
      { users: [{ name: "a", role: "y" }, { name: "b" }] },
      { users: [{ name: "a", role: "y" }, { name: "b" }] },
    ],
    [
      "containers in a template, deep down",
      { spec: { template: { spec: { containers: [{ name: "a", image: "x", env }] } } } },
      { spec: { template: { spec: { containers: [{ name: "a", env: [{ name: "B", value: "3" }] }] } } } },
      {
        spec: {
          template: { spec: { containers: [{ name: "a", image: "x", env: [env[0], { name: "B", value: "3" }] }] } },
        },
      },
    ],
    [
      "not subjects, whose names may be the same",
      { subjects: [{ kind: "User", name: "a" }] },
      { subjects: [{ kind: "Group", name: "a" }] },
      { subjects: [{ kind: "Group", name: "a" }] },
    ],
    [
      "not tolerations",
      { tolerations: [{ key: "a" }] },
      { tolerations: [{ key: "b" }] },
      { tolerations: [{ key: "b" }] },
    ],
    ["not lists of text", { args: ["a", "b"] }, { args: ["c"] }, { args: ["c"] }],
  ])("%s", (_, target, patch, result) => {
    expect(applyMergePatch(target, patch)).toStrictEqual(result);
  });
});

test("a map may be replaced or removed", () => {
  const target = { labels: { a: "1", b: "2" }, other: 1 };
  expect(applyMergePatch(target, { labels: { $patch: "replace", c: "3" } })).toStrictEqual({
    labels: { c: "3" },
    other: 1,
  });
  expect(applyMergePatch(target, { labels: { $patch: "delete" } })).toStrictEqual({ other: 1 });
});

test.each([
  [
    "an unknown directive",
    { a: { $patch: "remove" } },
    'has $patch: "remove", which is none of delete, merge and replace',
  ],
  [
    "other directives",
    { "$setElementOrder/env": [] },
    "has $setElementOrder/env, which is not supported: use $patch or a JSON patch",
  ],
  ["a deletion of everything", { $patch: "delete" }, "has $patch: delete for the whole object, which is not supported"],
  [
    "a deletion in a list without keys",
    { tolerations: [{ key: "a", $patch: "delete" }] },
    "has $patch: delete in tolerations, a list whose entries have no key",
  ],
  ["a prototype", JSON.parse('{"a":{"__proto__":{"b":1}}}') as object, "has the key __proto__, which is not read"],
])("%s is refused", (_, patch, message) => {
  expect(() => applyMergePatch({ a: {} }, { ...patch })).toThrow(message);
});

describe("for any target", () => {
  const name = fc.string().filter((text) => !text.startsWith("$") && text !== "__proto__");
  const noNull = fc.jsonValue().filter((value) => !/null|__proto__|"\$/.test(JSON.stringify(value)));
  const map = fc.dictionary(name, noNull);

  test("an empty patch changes nothing, and a patch applied twice is applied once", () => {
    fc.assert(
      fc.property(map, map, (target, patch) => {
        expect(applyMergePatch(target, {})).toEqual(target);
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  test("it is left alone, and nothing leaks into other objects", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (target, patch) => {
        const before = structuredClone(target);
        const keys = Object.keys(Object.prototype);
        try {
          applyMergePatch(target, patch);
        } catch (error) {
          expect((error as Error).name).toBe("PatchError");
        }
        expect(target).toEqual(before);
        expect(Object.keys(Object.prototype)).toStrictEqual(keys);
      }),
    );
  });
});
