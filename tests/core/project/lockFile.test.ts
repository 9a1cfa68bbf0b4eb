import { lockFileOf } from "../../../core/project/lockFile";

const root = {
  name: "mover",
  entry: { version: "1.0.0", resolved: "file:mover.tgz", dependencies: { a: "1", b: "1" } },
};
const project = { private: true, dependencies: { mover: "file:mover.tgz" } };
const from = (name: string) => `https://registry.example.com/${name}.tgz`;

test("what the dependency needs comes along in the versions that are known, without download addresses", () => {
  const packages = {
    "": { dependencies: { a: "1", b: "1" }, devDependencies: { jest: "1" } },
    "node_modules/a": { version: "1.0.0", resolved: from("a"), integrity: "sha512-a", dependencies: { c: "2" } },
    "node_modules/a/node_modules/c": { version: "2.0.0", resolved: from("c") },
    "node_modules/b": {
      version: "1.2.0",
      peerDependencies: { c: "1", typescript: "5" },
      ...optionalPeer("typescript"),
    },
    "node_modules/c": { version: "1.0.0", dev: true },
    "node_modules/jest": { version: "1.0.0", dev: true },
    "node_modules/typescript": { version: "5.0.0", devOptional: true },
  };
  expect(lockFileOf(project, root, { packages }, "")).toEqual({
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": project,
      "node_modules/a": { version: "1.0.0", integrity: "sha512-a", dependencies: { c: "2" } },
      "node_modules/a/node_modules/c": { version: "2.0.0" },
      "node_modules/b": packages["node_modules/b"],
      "node_modules/c": { version: "1.0.0" },
      "node_modules/mover": root.entry,
    },
  });
});

test("optional is what only optional packages need, in whatever order they are met", () => {
  const packages = {
    "node_modules/a": {
      version: "1.0.0",
      optionalDependencies: { d: "1", absent: "1" },
      dependencies: { absent: "1" },
    },
    "node_modules/b": { version: "1.0.0", dependencies: { e: "1" } },
    "node_modules/d": { version: "1.0.0", optional: true, dependencies: { e: "1", f: "1" } },
    "node_modules/e": { version: "1.0.0" },
    "node_modules/f": { version: "1.0.0", devOptional: true },
  };
  const locked = lockFileOf(project, root, { packages }, "") as { packages: Record<string, { optional?: boolean }> };
  const optional = Object.keys(locked.packages).filter((path) => locked.packages[path]?.optional === true);
  expect(optional).toEqual(["node_modules/d", "node_modules/f"]);
  expect(locked.packages["node_modules/f"]).toEqual({ version: "1.0.0", optional: true });
});

test("a package that is installed finds its own first, then those beside it, as Node does", () => {
  const packages = {
    "node_modules/mover": root.entry,
    "node_modules/mover/node_modules/a": { version: "1.9.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "1.0.0" },
  };
  const locked = lockFileOf(project, root, { packages }, "node_modules/mover");
  expect(Object.keys(locked?.packages ?? {})).toEqual([
    ...["", "node_modules/b", "node_modules/mover", "node_modules/mover/node_modules/a"],
  ]);
});

test("a lock file that lacks something makes none", () => {
  expect(lockFileOf(project, root, { packages: { "node_modules/a": { version: "1.0.0" } } }, "")).toBeUndefined();
  expect(lockFileOf(project, root, {}, "")).toBeUndefined();
});

function optionalPeer(name: string): object {
  return { peerDependenciesMeta: { [name]: { optional: true } } };
}
