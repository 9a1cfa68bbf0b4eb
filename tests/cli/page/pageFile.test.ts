import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageFileProblem, writePage } from "../../../cli/page/pageFile";
import { renderProblem } from "../../../core/userError";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "page-"));
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "web.yaml"), "kind: StatefulSet");
  writeFileSync(join(folder, "old.html"), "<!DOCTYPE html>\n<p>old");
  writeFileSync(join(folder, "empty"), "");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function problem(given: string): Promise<string | undefined> {
  const found = await pageFileProblem(given, folder);
  return found && renderProblem(found);
}

const legal = "legal: a file to write, in a folder that exists";

test.each([["new.html"], ["sub/new.html"], ["./new"], ["old.html"], ["empty"]])("%s can be written", async (given) => {
  expect(await problem(given)).toBeUndefined();
});

test.each([
  ["", `--html is empty; ${legal}. Name a file, such as rehearsal.html`],
  ["-", `--html is not legal (received "-"); ${legal}. Name a file, such as rehearsal.html`],
  ["--json", `--html is not legal (received "--json"); ${legal}. Name a file, such as rehearsal.html`],
  ["sub", `--html is a folder (received "sub"); ${legal}. Name a file in it, such as sub/rehearsal.html`],
  ["sub/", `--html is a folder (received "sub/"); ${legal}. Name a file in it, such as sub/rehearsal.html`],
  [
    "gone/x.html",
    `--html is in a folder that does not exist (received "gone/x.html"); ${legal}. Make the folder first, or correct the path`,
  ],
  [
    "web.yaml/x.html",
    `--html is in something that is no folder (received "web.yaml/x.html"); ${legal}. Correct the path`,
  ],
  [
    "web.yaml",
    `--html is a file with something else than a page in it (received "web.yaml"); ${legal}. Name another file, or remove this one first`,
  ],
  ["/dev/null", `--html is no regular file (received "/dev/null"); ${legal}. Name another one`],
])("%j cannot: one message says which option, what was received and what to do", async (given, message) => {
  expect(await problem(given)).toBe(message);
});

// Root may write everywhere.
(process.getuid?.() === 0 ? test.skip : test)("a file or folder without the right to write", async () => {
  chmodSync(join(folder, "old.html"), 0o444);
  expect(await problem("old.html")).toMatch(/^--html may not be written \(received "old.html"\)/);
  chmodSync(join(folder, "sub"), 0o555);
  expect(await problem("sub/new.html")).toMatch(/^--html is in a folder that may not be written/);
});

test("the page replaces what was there, and leaves nothing else behind", async () => {
  await writePage("old.html", folder, "<!doctype html>new");
  await writePage("sub/new.html", folder, "<!doctype html>newer");
  expect(readFileSync(join(folder, "old.html"), "utf8")).toBe("<!doctype html>new");
  expect(readFileSync(join(folder, "sub", "new.html"), "utf8")).toBe("<!doctype html>newer");
  expect(readdirSync(folder).sort()).toEqual(["empty", "old.html", "sub", "web.yaml"]);
  expect(readdirSync(join(folder, "sub"))).toEqual(["new.html"]);
});

test("a link stays one, and what it points to is written", async () => {
  symlinkSync(join(folder, "old.html"), join(folder, "link.html"));
  await writePage("link.html", folder, "<!doctype html>new");
  expect(readFileSync(join(folder, "old.html"), "utf8")).toBe("<!doctype html>new");
});

test("if it cannot be written, what was there stays and nothing is left behind", async () => {
  await expect(writePage("sub", folder, "<!doctype html>")).rejects.toThrow();
  expect(readdirSync(folder).sort()).toEqual(["empty", "old.html", "sub", "web.yaml"]);
});
