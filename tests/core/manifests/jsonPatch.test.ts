import fc from "fast-check";
import { applyJsonPatch, PatchError } from "../../../core/manifests/jsonPatch";

/** The examples of RFC 6902, appendix A, that succeed. */
const examples: readonly (readonly [title: string, before: unknown, patch: readonly unknown[], after: unknown])[] = [
  ["A.1 add a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { baz: "qux", foo: "bar" }],
  [
    "A.2 add an entry",
    { foo: ["bar", "baz"] },
    [{ op: "add", path: "/foo/1", value: "qux" }],
    { foo: ["bar", "qux", "baz"] },
  ],
  ["A.3 remove a member", { baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
  ["A.4 remove an entry", { foo: ["bar", "qux", "baz"] }, [{ op: "remove", path: "/foo/1" }], { foo: ["bar", "baz"] }],
  [
    "A.5 replace",
    { baz: "qux", foo: "bar" },
    [{ op: "replace", path: "/baz", value: "boo" }],
    { baz: "boo", foo: "bar" },
  ],
  [
    "A.6 move a value",
    { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
    [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
    { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
  ],
  [
    "A.7 move an entry",
    { foo: ["all", "grass", "cows", "eat"] },
    [{ op: "move", from: "/foo/1", path: "/foo/3" }],
    { foo: ["all", "cows", "eat", "grass"] },
  ],
  [
    "A.8 test",
    { baz: "qux", foo: ["a", 2, "c"] },
    [
      { op: "test", path: "/baz", value: "qux" },
      { op: "test", path: "/foo/1", value: 2 },
    ],
    { baz: "qux", foo: ["a", 2, "c"] },
  ],
  [
    "A.10 add a nested member",
    { foo: "bar" },
    [{ op: "add", path: "/child", value: { grandchild: {} } }],
    { foo: "bar", child: { grandchild: {} } },
  ],
  [
    "A.11 ignore unknown members",
    { foo: "bar" },
    [{ op: "add", path: "/baz", value: 1, xyz: 123 }],
    { foo: "bar", baz: 1 },
  ],
  ["A.14 escaped names", { "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "/": 9, "~1": 10 }],
  [
    "A.16 add a list as an entry",
    { foo: ["bar"] },
    [{ op: "add", path: "/foo/-", value: ["abc"] }],
    { foo: ["bar", ["abc"]] },
  ],
  ["replace everything", { foo: 1 }, [{ op: "replace", path: "", value: [1] }], [1]],
  [
    "copy",
    { a: { b: 1 } },
    [
      { op: "copy", from: "/a", path: "/c" },
      { op: "add", path: "/c/d", value: 2 },
    ],
    { a: { b: 1 }, c: { b: 1, d: 2 } },
  ],
  ["an empty name", { "": 1 }, [{ op: "replace", path: "/", value: 2 }], { "": 2 }],
  [
    "null is a value",
    { a: 1 },
    [
      { op: "replace", path: "/a", value: null },
      { op: "test", path: "/a", value: null },
    ],
    { a: null },
  ],
];

test.each(examples)("%s", (_, before, patch, after) => {
  expect(applyJsonPatch(before, patch)).toStrictEqual(after);
});

test.each([
  ["text", "x", "operation 1 is no object with op and path"],
  ["an unknown op", { op: "spam", path: "/a" }, "operation 1 has no op of add, remove, replace, move, copy, test"],
  ["no path", { op: "remove" }, "operation 1 has no path"],
  ["a wrong path", { op: "remove", path: "a" }, "operation 1 has a path that does not begin with /: a"],
  ["a wrong escape", { op: "remove", path: "/~2" }, "operation 1 has a path with a ~ that is neither ~0 nor ~1: /~2"],
  ["no value", { op: "add", path: "/b" }, "operation 1 (add) has no value"],
  ["no from", { op: "copy", path: "/b" }, "operation 1 has no from"],
  ["A.9 another value", { op: "test", path: "/a", value: 2 }, 'operation 1 (test) finds another value at "/a"'],
  ["A.12 no such parent", { op: "add", path: "/b/c", value: 1 }, 'operation 1 finds nothing at "/b/c"'],
  [
    "A.15 a number is no text",
    { op: "test", path: "/a", value: "1" },
    'operation 1 (test) finds another value at "/a"',
  ],
  ["nothing to remove", { op: "remove", path: "/b~1c" }, 'operation 1 finds nothing at "/b~1c"'],
  ["nothing to replace", { op: "replace", path: "/b", value: 1 }, 'operation 1 finds nothing at "/b"'],
  [
    "a name in a list",
    { op: "add", path: "/list/x", value: 1 },
    'operation 1 needs the index of a list entry at "/list/x"',
  ],
  [
    "an index with zeros",
    { op: "remove", path: "/list/00" },
    'operation 1 needs the index of a list entry at "/list/00"',
  ],
  ["beyond a list", { op: "add", path: "/list/2", value: 1 }, 'operation 1 finds only 1 entries at "/list/2"'],
  ["the end of a list", { op: "remove", path: "/list/-" }, 'operation 1 needs the index of a list entry at "/list/-"'],
  ["a part of a number", { op: "add", path: "/a/b", value: 1 }, 'operation 1 finds nothing to add to at "/a/b"'],
  ["into itself", { op: "move", from: "/map", path: "/map/b" }, 'operation 1 moves "/map" into itself'],
  ["a prototype", { op: "add", path: "/__proto__", value: {} }, "operation 1 has the key __proto__, which is not read"],
  ["through a prototype", { op: "add", path: "/__proto__/x", value: 1 }, 'operation 1 finds nothing at "/__proto__/x"'],
  [
    "through a constructor",
    { op: "add", path: "/constructor/prototype/x", value: 1 },
    'operation 1 finds nothing at "/constructor/prototype/x"',
  ],
])("%s is refused", (_, operation, message) => {
  const document = { a: 1, list: [1], map: { a: 1 } };
  expect(() => applyJsonPatch(document, [operation])).toThrow(new PatchError(`cannot be applied: ${message}`));
  expect(document).toStrictEqual({ a: 1, list: [1], map: { a: 1 } });
});

test("which operation it is, is told", () => {
  const patch = [
    { op: "remove", path: "/a" },
    { op: "remove", path: "/a" },
  ];
  expect(() => applyJsonPatch({ a: 1 }, patch)).toThrow('cannot be applied: operation 2 finds nothing at "/a"');
});

describe("for any document", () => {
  const name = fc.string().filter((text) => text !== "__proto__");
  const value = fc.jsonValue();
  const document = fc.dictionary(name, value);
  const pointer = (key: string): string => `/${key.replace(/~/g, "~0").replace(/\//g, "~1")}`;

  test("what is added is found, and removing it undoes it", () => {
    fc.assert(
      fc.property(document, name, value, (before, key, added) => {
        fc.pre(!Object.hasOwn(before, key));
        const path = pointer(key);
        const after = applyJsonPatch(before, [
          { op: "add", path, value: added },
          { op: "test", path, value: added },
        ]);
        expect(after).toEqual({ ...before, [key]: added });
        expect(applyJsonPatch(after, [{ op: "remove", path }])).toEqual(before);
      }),
    );
  });

  test("a move is a copy and a removal", () => {
    fc.assert(
      fc.property(document, name, name, value, (others, a, b, moved) => {
        fc.pre(a !== b);
        const before = { ...others, [a]: moved };
        const [from, path] = [pointer(a), pointer(b)];
        expect(applyJsonPatch(before, [{ op: "move", from, path }])).toEqual(
          applyJsonPatch(before, [
            { op: "copy", from, path },
            { op: "remove", path: from },
          ]),
        );
      }),
    );
  });

  test("lists keep their order", () => {
    fc.assert(
      fc.property(fc.array(value), fc.nat(), value, (list, at, added) => {
        const index = at % (list.length + 1);
        const path = `/list/${index}`;
        const after = applyJsonPatch({ list }, [{ op: "add", path, value: added }]);
        expect(after).toEqual({ list: [...list.slice(0, index), added, ...list.slice(index)] });
        expect(applyJsonPatch(after, [{ op: "remove", path }])).toEqual({ list });
      }),
    );
  });

  test("it is left alone, and nothing but a PatchError is thrown", () => {
    const operation = fc.record({
      op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test"),
      path: fc.constantFrom("", "/a", "/a/b", "/a/0", "/a/-", "/b", "/__proto__/a", "/constructor"),
      from: fc.constantFrom("", "/a", "/a/b", "/a/0", "/b"),
      value,
    });
    const start = fc.record({ a: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(start, fc.array(operation, { maxLength: 4 }), (before, patch) => {
        const copy = structuredClone(before);
        try {
          applyJsonPatch(before, patch);
        } catch (error) {
          expect(error).toBeInstanceOf(PatchError);
        }
        expect(before).toEqual(copy);
        expect({}).not.toHaveProperty("a");
      }),
    );
  });
});
