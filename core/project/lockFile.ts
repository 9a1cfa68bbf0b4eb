/** One package in a `package-lock.json`: what npm knows of it. Fields that are not read here stay as they are. */
interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly [field: string]: unknown;
}

/** A lock file of npm 7 or later: path such as `node_modules/yaml` to package; the project itself is at `""`. */
export interface LockFile {
  readonly packages?: Readonly<Record<string, LockedPackage>>;
}

/** The one package that a project depends on, as it stands in the project's lock file. */
export interface LockedRoot {
  readonly name: string;
  readonly entry: LockedPackage;
}

/**
 * The lock file of a project that has one dependency, with the versions of everything below it that a lock file has
 * already: those that were tested together, and no registry is asked. Download addresses are left out, so that it holds
 * with any registry.
 *
 * @param project the project's own `package.json`.
 * @param root the dependency.
 * @param known a lock file that has what the dependency needs.
 * @param at where the dependency itself is in that lock file: `""` in its own.
 * @returns undefined if something is missing in it.
 */
export function lockFileOf(
  project: LockedPackage,
  root: LockedRoot,
  known: LockFile,
  at: string,
): Readonly<Record<string, unknown>> | undefined {
  const packages = known.packages ?? {};
  const needed = new Map<string, { optional: boolean }>();
  const todo = [{ path: at, entry: root.entry, optional: false }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    for (const { name, optional } of needsOf(next.entry)) {
      const path = find(packages, next.path, name);
      const entry = path === undefined ? undefined : packages[path];
      if (path === undefined || entry?.version === undefined) {
        if (optional) continue;
        return undefined;
      }
      const seen = needed.get(path);
      const onlyOptional = optional || next.optional;
      // Again, if it was thought to be optional so far and is not: what it needs is not either.
      if (seen !== undefined && (!seen.optional || onlyOptional)) continue;
      needed.set(path, { optional: onlyOptional });
      todo.push({ path, entry, optional: onlyOptional });
    }
  }
  const own = `node_modules/${root.name}`;
  const locked = [...needed].map(([path, { optional }]): [string, LockedPackage] => [
    path,
    withoutPlace(packages[path] ?? {}, optional),
  ]);
  const entries = [[own, root.entry] as [string, LockedPackage], ...locked].sort(([a], [b]) => (a < b ? -1 : 1));
  return { lockfileVersion: 3, requires: true, packages: { "": project, ...Object.fromEntries(entries) } };
}

/** What a package needs to run; an optional peer is the project's own business. */
function needsOf(entry: LockedPackage): { name: string; optional: boolean }[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = entry;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  const optional = Object.keys(optionalDependencies);
  const required = [...Object.keys(dependencies), ...peers].filter((name) => !optional.includes(name));
  return [
    ...required.map((name) => ({ name, optional: false })),
    ...optional.map((name) => ({ name, optional: true })),
  ];
}

/** Where Node finds a package from another one: in its own `node_modules`, or in one above. */
function find(packages: Readonly<Record<string, LockedPackage>>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("node_modules/") - 1, 0))) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === "") return undefined;
  }
}

/** A package as it stands in the new lock file: without download address, and without what its place in the old one was. */
function withoutPlace(entry: LockedPackage, onlyOptional: boolean): LockedPackage {
  const kept = Object.entries(entry).filter(([field]) => !ofPlace.has(field));
  return { ...Object.fromEntries(kept), ...(onlyOptional && { optional: true }) };
}

const ofPlace = new Set(["resolved", "dev", "devOptional", "optional"]);
