/**
 * Looks for values that must be nowhere but in the clusters.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "./project";

/** Forms in which a value may leak. */
export function formsOf(value: string): string[] {
  return [value, Buffer.from(value).toString("base64"), Buffer.from(value).toString("hex")];
}

/** Every file of a project's backend, home and logs (not the user's own) that has one of these texts, and the texts printed. */
export function leaksIn(
  project: Project,
  texts: readonly string[],
): { readonly files: string[]; readonly printed: string[]; readonly searched: number } {
  const files = filesBelow(project.root).filter((file) => !file.startsWith(project.folder));
  return {
    files: files.filter((file) => {
      const text = readFileSync(file, "latin1");
      return texts.some((each) => text.includes(each));
    }),
    printed: texts.filter((text) => project.printed.includes(text)),
    searched: files.length,
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || name === "node_modules" || name === "plugins") return [];
    return found.isDirectory() ? filesBelow(path) : [path];
  });
}
