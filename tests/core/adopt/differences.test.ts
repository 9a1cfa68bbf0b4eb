import { differences, formatPath } from "../../../core/adopt/differences";

const paths = (live: unknown, wanted: unknown): string[] =>
  differences(live, wanted).map(({ path }) => formatPath(path));

test("equal values, whatever the order of their fields", () => {
  expect(differences({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toEqual([]);
});

test("a field that is other, missing or new", () => {
  expect(differences({ a: { x: 1, y: 2 } }, { a: { x: 3, z: { q: 4 } } })).toEqual([
    { path: ["a", "x"], live: 1, wanted: 3 },
    { path: ["a", "y"], live: 2, wanted: undefined },
    { path: ["a", "z"], live: undefined, wanted: { q: 4 } },
  ]);
});

test("entries of lists are told apart by name, and ports by number and protocol", () => {
  const live = { containers: [{ name: "a", image: "x:1", env: [{ name: "A", value: "1" }] }, { name: "b" }] };
  const wanted = { containers: [{ name: "c" }, { name: "a", image: "x:2", env: [] }] };
  expect(paths(live, wanted)).toEqual([
    "containers[a].env[A]",
    "containers[a].image",
    "containers[b]",
    "containers[c]",
  ]);
  expect(paths({ ports: [{ port: 80, targetPort: 1 }] }, { ports: [{ port: 80, targetPort: 2 }] })).toEqual([
    "ports[80/TCP].targetPort",
  ]);
});

test("another order of entries is a difference: it makes another revision", () => {
  const [a, b] = [{ name: "a" }, { name: "b" }];
  expect(differences({ env: [a, b] }, { env: [b, a] })).toEqual([
    { path: ["env", "(order)"], live: ["a", "b"], wanted: ["b", "a"] },
  ]);
  expect(formatPath(["env", "(order)"])).toBe("env, in another order,");
});

test("an entry that is there twice is told by its place", () => {
  const twice = {
    env: [
      { name: "a", value: "1" },
      { name: "a", value: "2" },
    ],
  };
  expect(paths(twice, { env: [{ name: "a", value: "2" }] })).toEqual(["env[0].value", "env[1]"]);
});

test("a list of texts is told as a whole", () => {
  expect(differences({ command: ["a", "b"] }, { command: ["a"] })).toEqual([
    { path: ["command"], live: ["a", "b"], wanted: ["a"] },
  ]);
});

test("names that are no words are quoted", () => {
  expect(formatPath(["metadata", "labels", "example.com/team"])).toBe('metadata.labels["example.com/team"]');
});
