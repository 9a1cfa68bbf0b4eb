import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { access, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Problem } from "../../core/userError";

const option = "--html";
const legal = "a file to write, in a folder that exists";

/** What is wrong with the FILE of `--html`, found before the rehearsal runs; undefined if a page can be written there. */
export async function pageFileProblem(given: string, cwd: string): Promise<Problem | undefined> {
  const problem = (what: string, todo: string): Problem => ({ where: option, what, received: given, legal, todo });
  if (given === "") return { where: option, what: "is empty", legal, todo: "Name a file, such as rehearsal.html" };
  // The next option was taken for the name, or stdout is meant, which has the report.
  if (given.startsWith("-")) return problem("is not legal", "Name a file, such as rehearsal.html");
  const path = resolve(cwd, given);
  const found = await kindOf(path);
  if (found === "folder" || given.endsWith("/"))
    return problem("is a folder", `Name a file in it, such as ${example(given)}`);
  if (found === "other") return problem("is no regular file", "Name another one");
  if (found === "nothing") {
    const folder = await kindOf(dirname(path));
    if (folder === "nothing")
      return problem("is in a folder that does not exist", "Make the folder first, or correct the path");
    if (folder !== "folder") return problem("is in something that is no folder", "Correct the path");
  } else if (!(await mayWrite(path))) {
    return problem("may not be written", "Name another file, or give this account the right to write it");
  } else if (!(await isReplaceable(path))) {
    return problem("is a file with something else than a page in it", "Name another file, or remove this one first");
  }
  if (await mayWrite(dirname(path))) return undefined;
  return problem(
    "is in a folder that may not be written",
    "Name a file elsewhere, or give this account the right to write there",
  );
}

/** Writes the page so that FILE has either all of it or what it had before. Throws what the file system throws. */
export async function writePage(given: string, cwd: string, page: string): Promise<void> {
  const named = resolve(cwd, given);
  // What a link points to is written, not the link.
  const path = await realpath(named).catch(() => named);
  const unfinished = join(dirname(path), `.cutover-${randomUUID()}.tmp`);
  try {
    await writeFile(unfinished, page, { flag: "wx" });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function example(folder: string): string {
  return join(folder, "rehearsal.html");
}

async function kindOf(path: string): Promise<"file" | "folder" | "other" | "nothing"> {
  try {
    const found = await stat(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch {
    return "nothing";
  }
}

async function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Whether a file is empty or a page: a manifest named by mistake must not be lost. */
async function isReplaceable(path: string): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(15), 0, 15, 0);
    return bytesRead === 0 || buffer.toString("utf8", 0, bytesRead).toLowerCase() === "<!doctype html>";
  } catch {
    return false;
  } finally {
    await file?.close();
  }
}
