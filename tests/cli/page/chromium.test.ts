import { readFileSync } from "node:fs";
import { renderPage } from "../../../cli/page/page";
import type { Scheme } from "./chromium";
import { describeInChromium, domOf, printedText, probe, testOnPaper } from "./chromium";
import { broken, moveOf, refused, there, upTo } from "./fixture";

jest.setTimeout(120_000);

const page = renderPage(there);

describeInChromium("the page in Chromium", () => {
  test("nothing is cut off or sticks out, from 320 columns of pixels on", async () => {
    const long = "x".repeat(300);
    const wide = renderPage({ ...refused, violations: [long], command: long });
    const pages = [page, wide, renderPage(broken), ...[0, 19, 30].map((last) => renderPage(moveOf(upTo(last))))];
    const frames = [320, 690, 1200].flatMap((width) => pages.map((each) => ({ page: each, width })));
    // A page that does stick out, so that the probe is seen to notice.
    const bad = { page: page.replace("</main>", '<p style="width:900px">x</p></main>'), width: 690 };
    const found = await probe<{ room: number; needed: number; clipped: string[]; scrolls: boolean }>(
      [...frames, bad],
      `document.querySelectorAll("details").forEach((d) => { d.open = true; });
       const root = document.documentElement;
       const seen = [...document.querySelectorAll("main *, header *")].filter((e) => !e.closest(".hidden, .scroll") && e.clientWidth > 0);
       const clipped = seen.filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline");
       const region = document.querySelector(".scroll");
       return { room: root.clientWidth, needed: root.scrollWidth, clipped: clipped.map((e) => e.outerHTML.slice(0, 80)), scrolls: region.scrollWidth > region.clientWidth };`,
    );
    expect(found.at(-1)?.needed).toBeGreaterThan(900);
    expect(found.slice(0, -1).map(({ room, needed, clipped }) => ({ over: needed - room, clipped }))).toEqual(
      frames.map(() => ({ over: 0, clipped: [] })),
    );
    // The widest picture with cells scrolls in its own region, but not on a wide screen.
    const scrolls = frames.map(({ width }, at) => [width, at % pages.length, found[at]?.scrolls] as const);
    expect(scrolls.filter(([, at]) => at === 4)).toEqual([
      [320, 4, true],
      [690, 4, true],
      [1200, 4, false],
    ]);
  });

  test.each<[Scheme, string, string]>([
    ["light", "rgb(252, 252, 250)", "rgb(31, 35, 40)"],
    ["dark", "rgb(20, 23, 27)", "rgb(228, 231, 235)"],
  ])("%s: its own colours, and axe finds nothing against WCAG AA", async (scheme, background, ink) => {
    const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    const pages = [renderPage(scheme === "light" ? refused : broken), renderPage(moveOf(upTo(20)))];
    // Letters that are hard to read, so that axe is seen to notice.
    const bad = page.replace("</main>", '<p style="color:#888;background:#777">hard to read</p></main>');
    const found = await probe<{
      background: string;
      ink: string;
      violations: string[];
      contrasts: number;
      lowest: number;
      colours: number;
    }>(
      [...pages, bad].map((each) => ({ page: each, width: 1200 })),
      `document.querySelectorAll("details").forEach((d) => { d.open = true; });
       const style = getComputedStyle(document.documentElement);
       const { violations, passes } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] });
       // The letters of the picture are too short for axe.
       const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
       const letters = [...document.querySelectorAll(".home")].map((e) => { const { color, backgroundColor } = getComputedStyle(e); const [a, b] = [light(color), light(backgroundColor)]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); });
       const colours = new Set([...document.querySelectorAll(".home")].map((e) => getComputedStyle(e).backgroundColor));
       return { background: style.backgroundColor, ink: style.color, lowest: Math.min(...letters), colours: colours.size,
         violations: violations.map(({ id, nodes }) => id + ": " + nodes.map((n) => n.html.slice(0, 120)).join(" | ")),
         contrasts: passes.find(({ id }) => id === "color-contrast").nodes.length };`,
      { scheme, libraries: [axe] },
    );
    expect(found.map((each) => [each.background, each.ink])).toEqual(found.map(() => [background, ink]));
    expect(found.map(({ violations }) => violations)).toEqual([
      ...pages.map(() => []),
      [expect.stringMatching(/^color-contrast: <p style=/) as string],
    ]);
    for (const { contrasts, lowest } of found) {
      expect(contrasts).toBeGreaterThan(50);
      expect(lowest).toBeGreaterThan(4.5);
    }
    expect(found.map(({ colours }) => colours)).toEqual([scheme === "light" ? 1 : 3, 4, 3]);
  });

  test("by keyboard: the skip link comes first, and whatever has the focus shows it", async () => {
    const [found] = await probe<{ order: string[]; invisible: string[]; target: string }>(
      [{ page, width: 1200 }],
      `const all = [...document.querySelectorAll("a, button, summary, [tabindex]")].filter((e) => e.tabIndex >= 0 && !e.hidden);
       const invisible = all.filter((e) => { e.focus(); return document.activeElement !== e || getComputedStyle(e).outlineStyle === "none"; });
       return { order: all.map((e) => e.className || e.textContent.trim().slice(0, 12) || e.tagName), invisible: invisible.map((e) => e.outerHTML),
         target: document.querySelector(all[0].getAttribute("href")).tagName };`,
    );
    expect(found).toEqual({
      order: [
        "skip",
        "scroll",
        "Start",
        "Step 1",
        "Step 2",
        "Open all",
        ...["destination:", "source: 1 up", "destination:"],
        "top of the p",
      ],
      invisible: [],
      target: "H2",
    });
  });

  test("its own script runs under its own policy, and no other does", async () => {
    const inert = page.replace("</main>", '<script>document.title = "stranger"</script></main>');
    const dom = await domOf(inert);
    expect(page).toContain('<button type="button" id="toggle" hidden>Close all</button>');
    expect(dom).toContain('<button type="button" id="toggle">Open all</button>');
    expect(dom).toContain("<title>Move of StatefulSet web: rehearsal, all well</title>");
  });

  testOnPaper("on paper every step is open, also without a script", async () => {
    const closed = page.replaceAll("<details open>", "<details>");
    const text = await printedText(closed.replace(/<script>[^]*<\/script>/, ""));
    for (const words of ["spec.replicas: 2 => 1", "spec.replicas: 1 => 2", "data-web-2", "second line", "→D", "←S"]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain("Skip to the steps");
    // The widest picture with cells is not cut off: its last column is there in every row.
    const widest = await printedText(renderPage(moveOf(upTo(19))));
    const columns = upTo(19).replicas;
    expect(widest).toMatch(new RegExp(`After +k${Array.from({ length: columns }, (_, at) => ` +${at}`).join("")}\\n`));
    expect(widest.match(/^Step .*[SD]$/gm)).toHaveLength(2 * columns);
  });
});
