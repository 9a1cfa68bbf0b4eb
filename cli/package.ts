import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { lockFileOf } from "../core/project/lockFile";
import type { LockFile, LockedRoot } from "../core/project/lockFile";
import type { ProjectFiles } from "../core/project/startingProject";
import { UserError } from "../core/userError";
import { packageFolder } from "./version";

/** What a new project has of this package. */
export interface PackageFiles {
  /** Path to text: `package.json`, the workflows, and the lock file if one could be made. */
  readonly files: ProjectFiles;
  /** Name of the tarball that was written beside them; undefined: the package comes from the registry. */
  readonly tarball: string | undefined;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

/** Fields of a `package.json` that npm repeats in a lock file. */
const lockedFields = ["license", "dependencies", "bin", "engines"];

/**
 * What makes a folder a project that has this package: in the version that runs, from the registry if this one came from
 * there, else as a tarball.
 *
 * @param project the project's own `package.json`, without dependencies.
 * @param folder where to write the tarball if there is to be one.
 * @param from the folder of this package.
 * @throws UserError if npm cannot make the tarball.
 */
export function packageFiles(
  project: object,
  folder: string,
  from: string = realpathSync(packageFolder()),
): PackageFiles {
  const own = readJson(join(from, "package.json")) as Manifest;
  const { lock, at, published } = provenance(from, own);
  const tarball = published ? undefined : pack(from, own, folder);
  const spec = tarball === undefined ? own.version : `file:${tarball}`;
  const manifest = { ...project, dependencies: { [own.name]: spec } };
  const root: LockedRoot = {
    name: own.name,
    entry: {
      version: own.version,
      ...(tarball === undefined
        ? { integrity: lock.packages?.[at]?.integrity }
        : { resolved: spec, integrity: integrityOf(join(folder, tarball)) }),
      ...Object.fromEntries(lockedFields.map((field) => [field, own[field]])),
    },
  };
  const locked = lockFileOf(manifest, root, lock, at);
  return {
    files: {
      "package.json": jsonText(manifest),
      ...(locked === undefined ? {} : { "package-lock.json": jsonText(locked) }),
      ...workflows(from),
    },
    tarball,
  };
}

interface Provenance {
  /** A lock file with what this package needs; empty if there is none. */
  readonly lock: LockFile;
  /** Where this package is in it. */
  readonly at: string;
  /** Whether it came from a registry. */
  readonly published: boolean;
}

/** Where this package came from: npm notes it in `node_modules/.package-lock.json` of the folder that it installs into. */
function provenance(from: string, own: Manifest): Provenance {
  if (basename(dirname(from)) !== "node_modules") {
    return { lock: readLock(join(from, "package-lock.json")), at: "", published: false };
  }
  const at = `node_modules/${own.name}`;
  const lock = readLock(join(dirname(from), ".package-lock.json"));
  const { resolved } = lock.packages?.[at] ?? {};
  return { lock, at, published: !(typeof resolved === "string" && resolved.startsWith("file:")) };
}

/** A tarball of this package as it runs: nothing is compiled again. */
function pack(from: string, { name, version }: Manifest, folder: string): string {
  const tarball = `${name}-${version}.tgz`;
  try {
    const options = ["--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
    execFileSync("npm", ["pack", ...options], { cwd: from, stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: Buffer };
    const said = stderr?.toString().trim().split("\n").at(-1)?.slice(0, 300) ?? "";
    const what = `needs npm to pack this package for the project: npm pack failed (${code ?? (said || "no reason")})`;
    throw new UserError([{ where: "--init", what, todo: `Make it run in ${from}, then try again` }]);
  }
  return tarball;
}

function integrityOf(path: string): string {
  return `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
}

/** The workflows of this repository, with the command where an installed package has it. */
function workflows(from: string): ProjectFiles {
  const names = ["preview.yml", "walk.yml"].map((name) => `.github/workflows/${name}`);
  // Not `npx`: signals would end there.
  const installed = (text: string): string =>
    text.replaceAll("node bin/cutover.js", "node_modules/.bin/cutover").replaceAll("docs/running.md", "README.md");
  return Object.fromEntries(names.map((name) => [name, installed(readFileSync(join(from, name), "utf8"))]));
}

function readLock(path: string): LockFile {
  return existsSync(path) ? (readJson(path) as LockFile) : {};
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
