import { findIndex, insertIndex } from "../../../driver/write/indexText";

function replaced(text: string, index: number): string {
  const found = findIndex(text, "web");
  if (found === undefined || "trouble" in found) throw new Error(`not found: ${JSON.stringify(found)}`);
  const changed = found.replaced(index);
  if (typeof changed !== "string") throw new Error(changed.trouble);
  return changed;
}

function trouble(text: string, index = 2): string {
  const found = findIndex(text, "web");
  const changed = found === undefined || "trouble" in found ? found : found.replaced(index);
  return typeof changed === "object" ? changed.trouble : `none: ${String(changed)}`;
}

/** Files that set 3, each with what makes it particular. */
const files: Readonly<Record<string, string>> = {
  plain: "name: web\nconfig:\n  # the number\n  cutoverIndex: 3 # of ordinals\n  manifests:   [ a.yaml,b.yaml ]\n",
  "the project's prefix, another order": "config:\n  b: 1\n  web:cutoverIndex: 3\n  'a': \"x\"\nname: web\n",
  CRLF: "name: web\r\nconfig:\r\n  # here\r\n  cutoverIndex: 3\r\n  batch: 1\r\n",
  "no final newline": "config:\n  cutoverIndex: 3",
  "double quotes": 'config:\n  cutoverIndex: "3"   # text\n',
  "single quotes": "config:\n  'cutoverIndex':   '3'\n",
  "a value": "config:\n  cutoverIndex: { type: integer, value: 3 }\n",
  "a default": "config:\n  cutoverIndex:\n    type: integer\n    default: 3\n    description: the cut\n",
  flow: "config: {cutoverIndex: 3,  batch: 1}\n",
  JSON: '{\n\t"config": { "web:cutoverIndex": 3 }\n}',
  "a byte order mark": "\uFEFFconfig:\n  cutoverIndex: 3\n",
  "an anchor of something else": "config:\n  a: &a [3, 3]\n  cutoverIndex: 3\n  b: *a\n",
};

test.each(Object.entries(files))("only the bytes of the number change: %s", (_, text) => {
  for (const index of [2, 10, 3, 0]) {
    const at = text.lastIndexOf("3", text.search(/3(?!, 3)[^3]*$/));
    expect(replaced(text, index)).toBe(`${text.slice(0, at)}${index}${text.slice(at + 1)}`);
  }
});

test("what cannot be changed alone is refused", () => {
  expect(trouble("config:\n  a: &three 3\n  cutoverIndex: *three\n")).toBe("sets it to something that is no number");
  expect(trouble("config:\n  cutoverIndex: &three 3\n  a: *three\n")).toMatch(/cannot be changed alone/);
  expect(trouble("config:\n  cutoverIndex: 3\n  web:cutoverIndex: 3\n")).toMatch(/sets it twice/);
  expect(trouble("config:\n  cutoverIndex:\n    secure: v1:abc\n")).toBe("has it encrypted");
  expect(trouble("config:\n  cutoverIndex:\n    type: integer\n")).toBe("declares it without a value");
  expect(trouble("config:\n  cutoverIndex: three\n")).toBe("sets it to something that is no number");
  expect(trouble("config: [\n")).toMatch(/^is not valid YAML/);
});

test("a file without it", () => {
  for (const text of ["", "name: web\n", "config: 3\n", "config:\n", "config:\n  batch: 3\n"]) {
    expect(findIndex(text, "web")).toBeUndefined();
  }
});

test("it is put where it was not set, and everything else stays", () => {
  expect(insertIndex("name: web\nconfig:  # of both\n  # batch\n  batch: 1\n", 2)).toBe(
    "name: web\nconfig:  # of both\n  cutoverIndex: 2\n  # batch\n  batch: 1\n",
  );
  expect(insertIndex("name: web\r\nconfig:\r\n    batch: 1\r\n", 2)).toBe(
    "name: web\r\nconfig:\r\n    cutoverIndex: 2\r\n    batch: 1\r\n",
  );
  expect(insertIndex("name: web\n", 2)).toBe("name: web\nconfig:\n  cutoverIndex: 2\n");
  expect(insertIndex("name: web", 2)).toBe("name: web\nconfig:\n  cutoverIndex: 2");
  expect(insertIndex("config:\nname: web\n", 2)).toBe("config:\n  cutoverIndex: 2\nname: web\n");
  expect(insertIndex("name: web\nconfig:", 2)).toBe("name: web\nconfig:\n  cutoverIndex: 2");
  expect(insertIndex("config: {}\n", 2)).toBe("config: { cutoverIndex: 2 }\n");
  expect(insertIndex("config: { batch: 1 }\n", 2)).toBe("config: { cutoverIndex: 2, batch: 1 }\n");
  expect(insertIndex("config: dir\n", 2)).toEqual({ trouble: "has a config that is not a map" });
  expect(insertIndex("name: web\n...\n", 2)).toMatchObject({ trouble: expect.any(String) as unknown });
});
