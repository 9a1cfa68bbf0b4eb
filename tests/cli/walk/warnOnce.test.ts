import { warnOnce } from "../../../cli/walk/warnOnce";

/** What pulumi 3 prints with `--suppress-progress`, of one up. */
const printed = (...warnings: readonly string[]): string =>
  [
    "Updating (source):",
    "",
    " ~  pulumi:pulumi:Stack shop-source running (0s) ",
    ...warnings.map((text) => ` ~  pulumi:pulumi:Stack shop-source running (1s) warning: ${text.split("\n")[0] ?? ""}`),
    `    pulumi:pulumi:Stack shop-source  ${warnings.length} warnings; 1 message`,
    "Diagnostics:",
    "  pulumi:pulumi:Stack (shop-source):",
    ...warnings.flatMap((text) => `warning: ${text}`.split("\n").map((line) => `    ${line}`)),
    "    cutoverIndex 3 => 2",
    "",
    "Outputs:",
    '    turn: "1"',
    "",
    "",
  ].join("\n");

function shown(...ups: readonly string[]): string[] {
  const written: string[] = [];
  const { write, end } = warnOnce((text) => written.push(text));
  for (const up of ups) {
    // In pieces of seven characters: a pipe cuts anywhere.
    for (let at = 0; at < up.length; at += 7) write(up.slice(at, at + 7));
    end();
    written.push("---\n");
  }
  return written.join("").split("---\n").slice(0, -1);
}
const count = (texts: readonly string[], part: string): number => texts.join("").split(part).length - 1;

test("a warning of one line is shown once, as soon as it comes", () => {
  const texts = shown(printed("take care"), printed("take care"), printed("take care", "another"));
  expect(count(texts, "warning: take care")).toBe(1);
  expect(texts[0]).toContain("running (1s) warning: take care\n");
  expect(count(texts, "warning: another")).toBe(1);
  expect(texts[2]).toContain("running (1s) warning: another\n");
  for (const text of texts) {
    expect(text).toContain("Diagnostics:\n  pulumi:pulumi:Stack (shop-source):\n    cutoverIndex 3 => 2\n\nOutputs:\n");
  }
});

test("one of several lines stands in full once, and again where the rest of it has changed", () => {
  const two = (last: string): string => printed(`two things:\n  - a\n  - ${last}`);
  const texts = shown(two("b"), two("b"), two("c"));
  expect(texts[0]).toContain("    warning: two things:\n      - a\n      - b\n");
  expect(texts[1]).not.toContain("two things");
  expect(texts[2]).toContain("    warning: two things:\n      - a\n      - c\n");
  expect(count(texts, "- c")).toBe(1);
});

test("headings without anything below them go too; errors and everything else stay as they are", () => {
  const only =
    "Diagnostics:\n  a:b:C (web):\n    warning: w\n\n  a:b:C (other):\n    error: failed\n      because\n\nResources:\n    1 unchanged\n";
  const texts = shown(" +  a:b:C web creating (0s) warning: w\n", only, only.replace("error: failed", "warning: w"));
  expect(texts[1]).toBe(
    "Diagnostics:\n  a:b:C (other):\n    error: failed\n      because\n\nResources:\n    1 unchanged\n",
  );
  expect(texts[2]).toBe(
    "Diagnostics:\n  a:b:C (other):\n    warning: w\n      because\n\nResources:\n    1 unchanged\n",
  );
  expect(
    shown(
      "Diagnostics:\n  a:b:C (web):\n    warning: w\n",
      "Diagnostics:\n  a:b:C (web):\n    warning: w\n\nDuration: 5s\n",
    ),
  ).toEqual(["Diagnostics:\n  a:b:C (web):\n    warning: w\n", "Duration: 5s\n"]);
  expect(shown("error: no stack named 'x' found")).toEqual(["error: no stack named 'x' found"]);
});
