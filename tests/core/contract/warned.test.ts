import { knownInWords, newAndKnown, warnedText } from "../../../core/contract/warned";

const long = `web.yaml: ${"x".repeat(200)}`;

test("what the last up warned about is known, in whatever order; what went away and came back is new", () => {
  const recorded = warnedText(["a", long, "a"]);
  expect(recorded).toMatch(/^[0-9a-f]{12} [0-9a-f]{12}$/);
  expect(newAndKnown([long, "b", "a", "b"], recorded)).toEqual({ fresh: ["b"], known: [long, "a"] });
  expect(newAndKnown(["a"], warnedText(["b"]))).toEqual({ fresh: ["a"], known: [] });
});

test("without a record everything is new", () => {
  expect(newAndKnown(["a", "a"], undefined)).toEqual({ fresh: ["a"], known: [] });
  expect(newAndKnown(["a"], "")).toEqual({ fresh: ["a"], known: [] });
});

test("one line about all that is known", () => {
  expect(knownInWords(["a:\n  - b"])).toBe("1 warning as in the last up: a: - b. It is not repeated in the up");
  const words = knownInWords(["a", long]);
  expect(words).toMatch(/^2 warnings as in the last up: a \| web\.yaml: x+…\. They are not repeated in the up$/);
  expect(words.length).toBeLessThan(200);
});
