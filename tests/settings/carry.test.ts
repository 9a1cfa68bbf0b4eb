import { renderProblem } from "../../core/userError";
import { readNames } from "../../settings/carry";

const edit = "Change carrySecrets in Pulumi.yaml";

function read(text: string | undefined): { names: readonly string[]; lines: string[] } {
  const { value: names, problems } = readNames("carrySecrets", text, edit);
  return { names, lines: problems.map(renderProblem) };
}

test("names, or none", () => {
  expect(read(undefined)).toEqual({ names: [], lines: [] });
  expect(read("[]")).toEqual({ names: [], lines: [] });
  expect(read('["db","tls.web-1"]')).toEqual({ names: ["db", "tls.web-1"], lines: [] });
});

test.each([
  ["db", "a string"],
  ['"db"', "a string"],
  ['{"db":true}', "an object"],
  ["null", "null"],
])("%s is no list", (text, kind) => {
  expect(read(text)).toEqual({ names: [], lines: [`carrySecrets is ${kind}; legal: a list of names. ${edit}`] });
});

test("everything that is no name is told at once", () => {
  const long = "a".repeat(254);
  expect(read(JSON.stringify(["db", "DB", 7, "db", "web-*", "", "shop/db", { name: "db" }, long]))).toEqual({
    names: ["db"],
    lines: [
      ...['[1] is not the name of an object (received "DB")', "[2] is not the name of an object (received 7)"],
      ...['[3] is the same as carrySecrets[0] (received "db")', '[4] is not the name of an object (received "web-*")'],
      ...['[5] is not the name of an object (received "")', '[6] is not the name of an object (received "shop/db")'],
      '[7] is not the name of an object (received {"name":"db"})',
      `[8] is not the name of an object (received "${"a".repeat(119)}…)`,
    ].map((line) => `carrySecrets${line}; legal: the name of one object in the set's namespace. ${edit}`),
  });
});
