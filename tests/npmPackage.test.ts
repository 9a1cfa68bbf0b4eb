import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/*
 * The package as users get it: what `npm pack` makes, in a folder with nothing else. What it depends on is this repository's
 * own.
 */

jest.setTimeout(120_000);

const repository = resolve(__dirname, "..");
const { name, version, dependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

let folder: string;
let files: readonly string[];
let tarball: string;

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cutover-npm-"));
  const options = ["--ignore-scripts", "--silent", "--pack-destination", folder];
  execFileSync("npm", ["pack", ...options], { cwd: repository, stdio: "ignore" });
  tarball = join(folder, `${name}-${version}.tgz`);
  const lines = run("tar", "-tzf", tarball).trim().split("\n");
  files = lines.map((line) => line.replace(/^package\//, ""));
  const installed = join(folder, "node_modules", name);
  mkdirSync(installed, { recursive: true });
  run("tar", "-xzf", tarball, "-C", installed, "--strip-components=1");
  for (const needed of [...Object.keys(dependencies), "@types/node"]) {
    const link = join(folder, "node_modules", needed);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(repository, "node_modules", needed), link);
  }
  mkdirSync(join(folder, "node_modules/.bin"));
  symlinkSync(`../${name}/bin/cutover.js`, join(folder, "node_modules/.bin/cutover"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: { [name]: version } }));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("has what users need, and nothing that only developers do", () => {
  const roots = [...new Set(files.map((path) => path.split("/")[0]))].sort();
  expect(roots).toEqual([".github", "LICENSE", "README.md", "bin", "deploy", "dist", "docs", "package.json"]);
  const inDist = new Set(files.filter((path) => path.startsWith("dist/")).map((path) => path.split("/")[1]));
  expect([...inDist].filter((entry) => !/\.(js|d\.ts)$/.test(entry ?? "")).sort()).toEqual([
    ...["cli", "components", "core", "driver", "live", "plan", "rehearsal", "settings"],
  ]);
  expect(files.filter((path) => /playground|bench|\.test\.|tsbuildinfo|\.map$|^tests|kubeconfig$/.test(path))).toEqual(
    [],
  );
  for (const path of ["dist/index.js", "dist/library.d.ts", ".github/workflows/walk.yml", "deploy/rbac/source.yaml"]) {
    expect(files).toContain(path);
  }
  // In bytes; 420,000 when gates came.
  expect(statSync(tarball).size).toBeLessThan(600_000);
});

test("every file that the README and the documentation point to is in it", () => {
  const pages = files.filter((path) => path.endsWith(".md"));
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(folder, "node_modules", name, page), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => target);
    return targets
      .filter((target) => !/^https?:/.test(target))
      .map((target) => join(dirname(page), target))
      .filter((target) => !files.some((path) => path === target || path.startsWith(`${target}/`)));
  });
  // How to work on the package is told in its repository.
  expect(broken).toEqual(["CONTRIBUTING.md"]);
});

test("`npx cutover rehearse` runs from it", () => {
  const web = readFileSync(join(repository, "examples/web/web.yaml"), "utf8");
  writeFileSync(join(folder, "web.yaml"), web);
  const said = run("npx", "--no", "cutover", "rehearse", "--manifests", "web.yaml", "--one-way", "--json");
  expect(JSON.parse(said)).toMatchObject({ set: { name: "web" }, violations: [] });
});

const inTypeScript = `
import { cutover, type CutoverArgs, type CutoverOutputs } from "${name}";
const args: CutoverArgs = { manifests: ["web.yaml"], cutoverIndex: 3, batch: 2, storageClasses: { fast: "quick" } };
export async function main(): Promise<object> {
  const outputs: CutoverOutputs = await cutover(args);
  outputs.held.apply(({ start, replicas }): number => start + replicas);
  // @ts-expect-error -- no such output
  void outputs.holds;
  return outputs;
}
// @ts-expect-error -- there are two sides
void cutover({ ...args, side: "middle" });
// @ts-expect-error -- an index is a number
void cutover({ ...args, cutoverIndex: "3" });
// @ts-expect-error -- the manifests are needed
void cutover({ cutoverIndex: 3 });
`;
const inJavaScript = `
const library = require("${name}");
/** @type {import("${name}").CutoverArgs} */
const args = { manifests: ["web.yaml"] };
/** @returns {Promise<import("${name}").CutoverOutputs>} */
const main = () => library.cutover(args);
// @ts-expect-error -- a map
if (false) library.cutover({ ...args, storageClasses: "fast" });
console.log(Object.keys(library), typeof main, typeof require("${name}/program"));
`;

test("`cutover` can be imported in TypeScript and in JavaScript, with its types, and nothing else", () => {
  writeFileSync(join(folder, "use.ts"), inTypeScript);
  writeFileSync(join(folder, "use.js"), inJavaScript);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--allowJs", "--checkJs", "--module", "nodenext"];
  const tsc = require.resolve("typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, "--types", "node", "use.ts", "use.js"], {
    ...{ cwd: folder, encoding: "utf8" },
  });
  expect(stdout).toBe("");
  expect(run(process.execPath, "use.js")).toBe("[ 'cutover' ] function function\n");
});

test("what was compiled from a source that is gone is not packed: npm builds the package anew", () => {
  const clone = join(folder, "clone");
  mkdirSync(join(clone, "dist/old"), { recursive: true });
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  // With a build that compiles one source: what matters is what it finds.
  const build =
    "node -e \"require('node:fs').mkdirSync('dist', { recursive: true }); require('node:fs').writeFileSync('dist/new.js', '')\"";
  writeFileSync(
    join(clone, "package.json"),
    JSON.stringify({ name, version, files: ["dist"], scripts: { ...scripts, build } }),
  );
  writeFileSync(join(clone, "dist/old/left.js"), "");
  execFileSync("npm", ["pack", "--silent"], { cwd: clone, stdio: "ignore" });
  expect(
    run("tar", "-tzf", join(clone, `${name}-${version}.tgz`))
      .trim()
      .split("\n")
      .sort(),
  ).toEqual(["package/dist/new.js", "package/package.json"]);
});
