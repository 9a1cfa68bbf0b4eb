import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isMap, parseDocument } from "yaml";
import { walkKey } from "../settings/half";

/** Where the project keeps its stack files. */
export interface StackFiles {
  /** The folder of `Pulumi.yaml`. */
  readonly folder: string;
  readonly project: string;
  /** `stackConfigDir` of `Pulumi.yaml`, relative to the folder. */
  readonly stackConfigDir: string;
}

/**
 * Runs something with a copy of a stack's file that has another `cutoverIndex`, for `--config-file`. The stack's own
 * file stays as it is, which `pulumi up -c` would change; the copy keeps its secrets provider and its salt.
 *
 * @param stack name of the stack, without organization and project.
 * @param to the index that the walk is on its way to.
 */
export async function withIndex<T>(
  files: StackFiles,
  stack: string,
  { cutoverIndex, to }: { readonly cutoverIndex: number; readonly to: number },
  work: (configFile: string) => Promise<T>,
): Promise<T> {
  const text = await stackFileText(files, stack);
  // Only for this user: it may hold what is encrypted with a passphrase.
  const folder = await mkdtemp(join(tmpdir(), "cutover-walk-"));
  try {
    const copy = join(folder, `Pulumi.${stack}.yaml`);
    await writeFile(copy, withConfig(text, files.project, cutoverIndex, to), { mode: 0o600 });
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Empty if the stack has no file: Pulumi makes one when there is something to keep in it. */
async function stackFileText({ folder, stackConfigDir }: StackFiles, stack: string): Promise<string> {
  for (const ending of ["yaml", "yml", "json"]) {
    try {
      return await readFile(resolve(folder, stackConfigDir, `Pulumi.${stack}.${ending}`), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "";
}

function withConfig(text: string, project: string, cutoverIndex: number, to: number): string {
  const document = parseDocument(text);
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  document.deleteIn(["config", "cutoverIndex"]);
  document.setIn(["config", `${project}:cutoverIndex`], cutoverIndex);
  document.setIn(["config", walkKey], to);
  return document.toString({ lineWidth: 0 });
}
