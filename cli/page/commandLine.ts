import { basename, isAbsolute, relative, sep } from "node:path";
import { shellWord } from "../../core/shell";
import type { RehearseFlags } from "../flags";

/** The command line that rehearses the same again, without what only says where the answer goes. */
export function commandLine(flags: RehearseFlags): string {
  const words = (option: string, values: string | readonly string[] | undefined): string[] =>
    values === undefined ? [] : [option, ...[values].flat()];
  return [
    "cutover",
    "rehearse",
    ...words("--from-cluster", flags.fromCluster),
    ...words("--set", flags.set),
    ...words("--destination-context", flags.destinationContext),
    ...words("--config-dir", flags.configDir),
    ...words("--manifests", flags.manifests),
    ...words("--namespace", flags.namespace),
    ...words("--from", flags.from),
    ...words("--to", flags.to),
    ...(flags.oneWay === true ? ["--one-way"] : []),
    ...words("--batch", flags.batch),
  ]
    .map(shellWord)
    .join(" ");
}

/**
 * A path for others to read: relative to the current folder, or only its last part where it lies elsewhere. Folders of
 * this machine mean nothing in a change request, and may say who works where.
 */
export function portablePath(path: string, cwd: string): string {
  const inside = isAbsolute(path) ? relative(cwd, path) || "." : path;
  return isAbsolute(inside) || inside.split(sep)[0] === ".." ? basename(path) : inside;
}

/** Takes the current folder, and folders of these paths, out of a message. */
export function portableText(paths: readonly string[], cwd: string): (text: string) => string {
  const known = paths.filter(isAbsolute).map((path) => [path, portablePath(path, cwd)] as const);
  const own = cwd === sep ? [] : [[cwd + sep, ""] as const];
  return (text) => [...known, ...own].reduce((all, [from, to]) => all.replaceAll(from, to), text);
}
