import { resolveScalar } from "../../../core/manifests/yamlScalar";
import { readYaml } from "../../../core/manifests/yaml";
import { renderProblem } from "../../../core/userError";

function read(text: string): { values: unknown[]; problems: string[]; wheres: string[] } {
  const { value: documents, problems } = readYaml({ path: "web.yaml", text });
  return {
    values: documents.map(({ value }) => value),
    wheres: documents.map(({ where }) => where),
    problems: problems.map(renderProblem),
  };
}

/** What `kubectl patch --local -o json` of kubectl 1.32 printed for each text. */
const asKubectl: readonly (readonly [text: string, value: unknown])[] = [
  ["yes", true],
  ["y", true],
  ["Y", true],
  ["on", true],
  ["off", false],
  ["NO", false],
  ["True", true],
  ["tRUE", "tRUE"],
  ["~", null],
  ["null", null],
  ["Null", null],
  ["", null],
  ["0644", 420],
  ["0o644", 420],
  ["0O17", 15],
  ["-0644", -420],
  ["0644_", 420],
  ["0_7", 7],
  ["0o7_7", 63],
  ["0o8", "0o8"],
  ["08", 8],
  ["00", 0],
  ["-0", 0],
  ["-0.0", 0],
  ["0x1F", 31],
  ["0X1f", 31],
  ["+0x1F", 31],
  ["0x_1", 1],
  ["0x", "0x"],
  ["0b101", 5],
  ["0B11", 3],
  ["-0b11", -3],
  ["0b", "0b"],
  ["0b2", "0b2"],
  ["1_000", 1000],
  ["1__0", 10],
  ["1_", 1],
  ["_1", "_1"],
  ["+5", 5],
  ["+-1", "+-1"],
  ["1e3", 1000],
  ["1E+3", 1000],
  ["1e4_0", 1e40],
  ["1e400", "1e400"],
  ["1.5", 1.5],
  ["1.", 1],
  [".5", 0.5],
  ["+.5", 0.5],
  ["-.5", -0.5],
  [".5e3", 500],
  ["5.e2", 500],
  [".5_0", 0.5],
  ["._5", "._5"],
  ["1_0.5", 10.5],
  ["089.5", 89.5],
  ["0.1.2", "0.1.2"],
  [".", "."],
  ["-", "-"],
  ["12:30", "12:30"],
  ["1:2:3", "1:2:3"],
  ["2001-01-01", "2001-01-01"],
  ["NaN", "NaN"],
  ["Inf", "Inf"],
  ["infinity", "infinity"],
  ["0x1p-2", "0x1p-2"],
  ["=", "="],
  ["nginx:1.29", "nginx:1.29"],
  ["10.0.0.1", "10.0.0.1"],
  ["1Gi", "1Gi"],
];

test.each(asKubectl)("the plain scalar %j is %j, as for kubectl", (text, value) => {
  expect(resolveScalar(text)).toStrictEqual({ value });
});

test.each([".nan", ".NaN", ".inf", "-.INF", "+.Inf"])("%s has no value in JSON", (text) => {
  expect(resolveScalar(text)).toStrictEqual({ error: "is a number that JSON cannot hold" });
});

test.each(["9007199254740993", "-9007199254740993", "0x20000000000001", "99999999999999999999"])(
  "%s is too large to be read exactly",
  (text) => {
    expect(resolveScalar(text)).toStrictEqual({ error: "is a number too large to be read exactly" });
  },
);

describe("documents", () => {
  test("are read as kubectl reads them: modes in octal, quotes as text, words as booleans", () => {
    const { values } = read("defaultMode: 0644\nquoted: '0644'\non: yes\n1.50: \"yes\"\nblock: |\n  yes\nnothing:\n");
    expect(values).toStrictEqual([
      { defaultMode: 420, quoted: "0644", true: true, "1.5": "yes", block: "yes\n", nothing: null },
    ]);
  });

  test("may have a BOM, Windows line ends, directives, comments, tags of YAML and empty documents", () => {
    const { values, wheres, problems } = read(
      "\uFEFF%YAML 1.2\r\n---\r\na: !!str 5\r\nb: !!int '5'\r\nc: ! 5\r\nd: !!map {e: !!seq [1]}\r\n---\r\n# nothing\r\n---\r\nnull\r\n---\r\n? f\r\n...\r\n",
    );
    expect(problems).toStrictEqual([]);
    expect(values).toStrictEqual([{ a: "5", b: 5, c: "5", d: { e: [1] } }, { f: null }]);
    expect(wheres).toStrictEqual(["web.yaml, document 1", "web.yaml, document 4"]);
  });

  test("may repeat themselves by anchors and merge keys", () => {
    const { values } = read("a: &a {x: 1, z: 2}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [{x: 4}, *a]}\ne: {'<<': 1}\n");
    expect(values).toStrictEqual([
      { a: { x: 1, z: 2 }, b: { x: 1, z: 2 }, c: { x: 3, z: 2 }, d: { x: 4, z: 2 }, e: { "<<": 1 } },
    ]);
  });

  test("a merge key may follow a key that it does not change", () => {
    expect(read("a: &a {x: 1}\nb: {x: 1, <<: *a}\n").values).toStrictEqual([{ a: { x: 1 }, b: { x: 1 } }]);
  });

  test("an anchor given again counts from there on", () => {
    expect(read("a: &a 1\nb: *a\nc: &a 2\nd: *a\n").values).toStrictEqual([{ a: 1, b: 1, c: 2, d: 2 }]);
  });

  test("an alias may be used often", () => {
    const { values, problems } = read(`a: &a {b: c}\nlist: [${"*a, ".repeat(5000)}*a]\n`);
    expect(problems).toStrictEqual([]);
    expect((values[0] as { list: unknown[] }).list).toHaveLength(5001);
  });
});

const refused: readonly (readonly [title: string, text: string, message: string])[] = [
  [
    "tabs",
    "a:\n\tb: 1\n",
    "web.yaml, line 2, column 1 is not valid YAML: Tabs are not allowed as indentation. Use spaces",
  ],
  [
    "two colons",
    "a: b: c\n",
    "web.yaml, line 1, column 4 is not valid YAML: Nested mappings are not allowed in compact mappings. Correct the file there",
  ],
  [
    "an open quote",
    "a: 'x",
    "web.yaml, line 1, column 6 is not valid YAML: Missing closing 'quote. Correct the file there",
  ],
  [
    "a stray bracket",
    "a: {b}}",
    "web.yaml, line 1, column 7 is not valid YAML: Unexpected flow-map-end token in YAML stream. Correct the file there",
  ],
  [
    "several mistakes that are one",
    "- a\npassword: hunter2",
    "web.yaml, line 2, column 1 is not valid YAML: Unexpected scalar at node end. Correct the file there",
  ],
  [
    "text after a block sign",
    "a: | hunter2\n x",
    "web.yaml, line 1, column 6 is not valid YAML: Not a YAML token. Correct the file there",
  ],
  [
    "a key given twice",
    "a: 1\nb: 2\na: 3\n",
    "web.yaml, line 3, column 1 has the key a twice in one place. Remove one",
  ],
  [
    "a key that reads the same",
    "yes: 1\n'true': 2\n",
    "web.yaml, line 2, column 1 has the key true twice in one place. Remove one",
  ],
  ["an empty key", "? ~\n: 1\n", "web.yaml, line 1, column 3 has an empty key"],
  [
    "a list as a key",
    "? [a]\n: 1\n",
    "web.yaml, line 1, column 3 has a key that is no text. If this is a template, give what it renders to (helm template)",
  ],
  ["a map as a key, by alias", "a: &a {b: 1}\n? *a\n: 1\n", "web.yaml, line 2, column 3 has a key that is no text"],
  ["a prototype", "__proto__: 1\n", "web.yaml, line 1, column 1 has the key __proto__, which is not read"],
  ["an unknown anchor", "a: *b\n", "web.yaml, line 1, column 4 names the anchor b, which no line before it has"],
  ["an anchor in itself", "a: &a [*a]\n", "web.yaml, line 1, column 8 puts the anchor a inside itself"],
  ["a merge of text", "a: {<<: b}\n", "web.yaml, line 1, column 5 has << with something that is no map"],
  [
    "two merges",
    "a: {<<: {b: 1}, <<: {c: 1}}\n",
    "web.yaml, line 1, column 17 has << twice in one place. Give it one list: <<: [*a, *b]",
  ],
  [
    "a merge of which YAML and kubectl make different things",
    "a: &a {x: 1}\nb: {x: 2, <<: *a}\n",
    "web.yaml, line 2, column 11 has << after the key x, which it sets too. Write << first: then the key wins everywhere",
  ],
  [
    "infinity",
    "a: .inf\n",
    "web.yaml, line 1, column 4 is a number that JSON cannot hold. Put it in quotes if it is text",
  ],
  [
    "a large number",
    "a: 9007199254740993\n",
    "web.yaml, line 1, column 4 is a number too large to be read exactly. Put it in quotes if it is text",
  ],
  ["a wrong tag", "a: !!int b\n", "web.yaml, line 1, column 10 is marked !!int but is none"],
  [
    "a tag of another tool",
    "a: !vault b\n",
    "web.yaml, line 1, column 11 has the tag !vault, which means nothing to Kubernetes. Write the plain value instead",
  ],
  [
    "a tag on a list",
    "a: !!set {b}\n",
    "web.yaml, line 1, column 10 has the tag !!set, which means nothing to Kubernetes. Write the plain value instead",
  ],
  [
    "a control character",
    "a: b\nc: \u0001\n",
    "web.yaml, line 2, column 4 has a control character (U+0001); legal: a text file in UTF-8. Save it as text in UTF-8",
  ],
  [
    "bytes that are not UTF-8, as Node reads them",
    "a: b\nc: f\ufffdr\n",
    "web.yaml, line 2, column 5 has bytes that are not UTF-8, or U+FFFD, which stands for them; legal: a text file in UTF-8. Save it as text in UTF-8",
  ],
  [
    "UTF-16",
    "\ufffd\ufffda\u0000",
    "web.yaml, line 1, column 1 has bytes that are not UTF-8, or U+FFFD, which stands for them; legal: a text file in UTF-8. It may be UTF-16: save it as UTF-8",
  ],
  ["deep nesting", `a: ${"[".repeat(100_000)}`, "web.yaml, line 1, column 203 is nested too deeply to be a manifest"],
  ["many documents", "---\na: 1\n".repeat(5002), "web.yaml, line 10003, column 4 has more than 5000 documents"],
  [
    "an alias bomb",
    [
      "a: &a [1,1,1,1,1,1,1,1,1,1]",
      ..."bcdefghi".split("").map((n, i) => `${n}: &${n} [${`*${"abcdefghi".charAt(i)},`.repeat(10)}]`),
    ].join("\n"),
    "web.yaml, line 5, column 29 repeats more than 100000 values by aliases, as an alias bomb does",
  ],
];

test.each(refused)("%s: told with its place", (_, text, message) => {
  expect(read(text)).toStrictEqual({ values: [], wheres: [], problems: [message] });
});

test("a large file is not even looked at", () => {
  expect(read("a".repeat(4 * 1024 * 1024 + 1)).problems).toStrictEqual([
    "web.yaml is too large: 4.0 MiB; legal: at most 4 MiB a file. Split it, and leave out what does not belong to the set",
  ]);
  expect(read(`a: ${"b".repeat(4 * 1024 * 1024 - 3)}`).problems).toStrictEqual([]);
});

test("every document with a mistake is told, and the others are read", () => {
  const { values, problems } = read("a: 1\n---\nb: [\n---\nc: 1\n---\nd: *x\n");
  expect(values).toStrictEqual([{ a: 1 }, { c: 1 }]);
  expect(problems).toStrictEqual([
    "web.yaml, line 4, column 1 is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. Correct the file there",
    "web.yaml, line 7, column 4 names the anchor x, which no line before it has",
  ]);
});
