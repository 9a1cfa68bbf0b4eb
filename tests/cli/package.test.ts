import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packageFiles } from "../../cli/package";

/* How a new project gets this package: from a clone, from a registry, from a tarball. With a small package in its place. */

jest.setTimeout(60_000);

const workflows = resolve(__dirname, "../../.github/workflows");
const manifest = {
  name: "mover",
  version: "1.2.3",
  license: "MIT",
  dependencies: { a: "1.0.0" },
  scripts: { prepare: "false" },
};
const packages = {
  "node_modules/a": { version: "1.0.0", resolved: "https://registry.example.com/a.tgz", integrity: "sha512-a" },
};

let root: string;
let project: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cutover-package-"));
  project = join(root, "project");
  mkdirSync(project);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(folder: string, lock: string, locked: object | undefined): string {
  const from = join(root, folder);
  mkdirSync(from, { recursive: true });
  writeFileSync(join(from, "package.json"), JSON.stringify(manifest));
  cpSync(workflows, join(from, ".github/workflows"), { recursive: true });
  if (locked !== undefined) writeFileSync(join(from, lock), JSON.stringify({ packages: locked }));
  return from;
}

interface Written {
  readonly dependencies: object;
  readonly packages: Readonly<Record<string, object>>;
}
const read = (text: string | undefined): Written => JSON.parse(text ?? "{}") as Written;

test("from a clone: a tarball of what runs, made without a build, and the clone's own versions", () => {
  const from = write("clone", "package-lock.json", { "": manifest, ...packages });
  const { files, tarball } = packageFiles({ private: true }, project, from);
  expect([tarball, readdirSync(project)]).toEqual(["mover-1.2.3.tgz", ["mover-1.2.3.tgz"]]);
  expect(read(files["package.json"])).toEqual({ private: true, dependencies: { mover: "file:mover-1.2.3.tgz" } });
  const integrity = `sha512-${createHash("sha512")
    .update(readFileSync(join(project, "mover-1.2.3.tgz")))
    .digest("base64")}`;
  expect(read(files["package-lock.json"]).packages).toEqual({
    "": read(files["package.json"]),
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/mover": {
      ...{
        version: "1.2.3",
        resolved: "file:mover-1.2.3.tgz",
        integrity,
        license: "MIT",
        dependencies: { a: "1.0.0" },
      },
    },
  });
  expect(execFileSync("tar", ["-tzf", join(project, "mover-1.2.3.tgz")], { encoding: "utf8" })).toContain(
    "package.json",
  );
});

test("from a registry: the version, with the versions that were installed with it; no address", () => {
  const own = { ...manifest, resolved: "https://registry.example.com/mover.tgz", integrity: "sha512-m" };
  const from = write("node_modules/mover", "../.package-lock.json", { "node_modules/mover": own, ...packages });
  const { files, tarball } = packageFiles({ private: true }, project, from);
  expect([tarball, readdirSync(project)]).toEqual([undefined, []]);
  expect(read(files["package.json"]).dependencies).toEqual({ mover: "1.2.3" });
  expect(read(files["package-lock.json"]).packages["node_modules/mover"]).toEqual({
    ...{ version: "1.2.3", integrity: "sha512-m", license: "MIT", dependencies: { a: "1.0.0" } },
  });
  expect(files["package-lock.json"]).not.toContain("registry.example.com");
});

test("installed from a tarball: no registry has it, so it is packed again", () => {
  const own = { ...manifest, resolved: "file:mover-1.2.3.tgz" };
  const from = write("node_modules/mover", "../.package-lock.json", { "node_modules/mover": own, ...packages });
  const { files, tarball } = packageFiles({ private: true }, project, from);
  expect([tarball, readdirSync(project)]).toEqual(["mover-1.2.3.tgz", ["mover-1.2.3.tgz"]]);
  expect(read(files["package.json"]).dependencies).toEqual({ mover: "file:mover-1.2.3.tgz" });
});

test("installed by something that leaves no lock file of npm: the version, and no lock file", () => {
  const { files } = packageFiles({ private: true }, project, write("node_modules/mover", "", undefined));
  expect(Object.keys(files)).toEqual(["package.json", ".github/workflows/preview.yml", ".github/workflows/walk.yml"]);
  expect(read(files["package.json"]).dependencies).toEqual({ mover: "1.2.3" });
});

test("the workflows call the command where an installed package has it, and name no file that the project lacks", () => {
  const { files } = packageFiles({ private: true }, project, write("node_modules/mover", "", undefined));
  const [preview = "", walk = ""] = Object.values(files).slice(1);
  expect(preview).toContain('run: node_modules/.bin/cutover walk --dry-run >> "$GITHUB_STEP_SUMMARY"\n');
  expect(walk).toContain("run: exec node_modules/.bin/cutover walk $CANCEL_LOCKS\n");
  for (const text of [preview, walk]) {
    expect(text).not.toMatch(/bin\/cutover\.js|docs\//);
    expect(text).toContain("All settings: README.md.");
  }
});

test("what npm cannot pack is said with npm's reason", () => {
  const from = write("clone", "package-lock.json", packages);
  writeFileSync(join(root, "file"), "");
  expect(() => packageFiles({ private: true }, join(root, "file", "project"), from)).toThrow(
    /^--init needs npm to pack this package for the project: npm pack failed \(npm error .*\)\. Make it run in /,
  );
});
