/**
 * Pages in Debian's or anybody's Chromium, without a driver: a copy of the page gets a probe, and what the probe finds is
 * read from the DOM that Chromium prints.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onPath } from "../../../dev/playground/build";

const command = ["chromium", "chromium-browser", "google-chrome"].find((name) => onPath(name, process.env));

/** Tests that need Chromium: skipped, on a line of its own, without it. */
export function describeInChromium(name: string, tests: () => void): void {
  if (command !== undefined) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped: ${name}: chromium is missing\n`);
  describe.skip(name, tests);
}

/** A test that reads a PDF that Chromium printed: skipped, on a line of its own, without `pdftotext` (poppler). */
export function testOnPaper(name: string, run: () => Promise<void>): void {
  if (onPath("pdftotext", process.env)) {
    test(name, run);
    return;
  }
  if (command !== undefined) process.stderr.write(`skipped: ${name}: pdftotext is missing\n`);
  test.skip(name, run);
}

const quiet = [
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking",
  "--disable-component-update --disable-sync --disable-dev-shm-usage --virtual-time-budget=20000",
]
  .join(" ")
  .split(" ");

/** Runs Chromium on a page, with a profile that is gone afterwards. Returns what it prints. */
async function chromium(page: string, options: (folder: string) => readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "chromium-"));
  try {
    writeFileSync(join(folder, "page.html"), page);
    const args = [...quiet, `--user-data-dir=${join(folder, "profile")}`, ...options(folder)];
    const limits = { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(
      command ?? "",
      [...args, `file://${join(folder, "page.html")}`],
      limits,
    );
    if (!args.some((arg) => arg.startsWith("--print-to-pdf="))) return stdout;
    return (await promisify(execFile)("pdftotext", ["-layout", join(folder, "page.pdf"), "-"], limits)).stdout;
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 5 });
  }
}

/** The page's DOM once its own script has run. */
export function domOf(page: string): Promise<string> {
  return chromium(page, () => ["--dump-dom"]);
}

/** The text of the page on paper. */
export function printedText(page: string): Promise<string> {
  return chromium(page, (folder) => ["--no-pdf-header-footer", `--print-to-pdf=${join(folder, "page.pdf")}`]);
}

/** Light or dark, as the system asks for it. */
export type Scheme = "light" | "dark";

/**
 * Looks at pages, each in a frame of a width.
 *
 * @param probe the body of an async function of `window`, run in every page; returns what JSON can hold.
 * @param libraries scripts that the probe needs.
 */
export async function probe<Found>(
  frames: readonly { readonly page: string; readonly width: number }[],
  body: string,
  { scheme = "light", libraries = [] }: { scheme?: Scheme; libraries?: readonly string[] } = {},
): Promise<readonly Found[]> {
  const scripts = libraries.map((text) => `<script>${text.replace(/<\/script/g, "<\\/script")}</script>`).join("");
  const own = `<script>(async () => { ${body} })().then((found) => parent.postMessage(found), (e) => parent.postMessage({ failed: String(e) }));</script>`;
  const shown = frames.map(({ page, width }, at) => {
    // The page's own policy would stop the probe.
    const copy = page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "") + scripts + own;
    const text = copy.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
    return `<iframe id="f${at}" width="${width}" height="900" style="border:0" srcdoc="${text}"></iframe>`;
  });
  // The listener comes first: a small page answers before the next one is read.
  const host = `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><pre id="found"></pre>
<script>const found = []; addEventListener("message", ({ data, source }) => {
  const frames = [...document.querySelectorAll("iframe")];
  found[frames.findIndex((frame) => frame.contentWindow === source)] = data;
  if (Object.keys(found).length < ${frames.length}) return;
  for (const frame of frames) frame.remove();
  document.getElementById("found").textContent = JSON.stringify(found);
});</script>${shown.join("")}`;
  const dark = scheme === "dark" ? ["--blink-settings=preferredColorScheme=0"] : [];
  const dom = await chromium(host, () => ["--dump-dom", ...dark]);
  const json = /<pre id="found">([^]*?)<\/pre>/.exec(dom)?.[1] ?? "";
  if (json === "") throw new Error(`the probe did not end: ${dom.slice(-2000)}`);
  const text = json
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&nbsp;/g, "\u00a0")
    .replace(/&amp;/g, "&");
  return JSON.parse(text) as readonly Found[];
}
