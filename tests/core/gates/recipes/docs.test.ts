import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkKeys, readChecks } from "../../../../core/gates/checks";
import { Options } from "../../../../core/gates/options";
import { kinds } from "../../../../core/gates/table";
import { at } from "../../../../core/json";
import { renderProblem } from "../../../../core/userError";
import { allRead } from "../../../../core/verdict";

const text = readFileSync(join(__dirname, "../../../../docs/recipes.md"), "utf8");
const general = ["ready", "exec", "http", "tcp", "prometheus", "command", "redis-cluster"];
const recipes = [...kinds.keys()].filter((kind) => !general.includes(kind));

it("shows configs that are legal", () => {
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = ""]): unknown => parse(block));
  const read = blocks.flatMap((block) =>
    checkKeys.map((key) => {
      const given = at(block, key) ?? at(block, "config", key);
      const { value, problems } = readChecks(key, given, "Change it");
      return { value: value.map(({ kind }) => `${key} ${kind}`), problems };
    }),
  );
  const { value, problems } = allRead(read);
  const shown = value.flat();
  expect(problems.map(renderProblem)).toEqual([]);
  expect(recipes.filter((kind) => !shown.includes(`gates ${kind}`))).toEqual([]);
  const handing = recipes.filter((kind) => kinds.get(kind)?.(noOptions()).before !== undefined);
  expect(handing.filter((kind) => !shown.includes(`before ${kind}`))).toEqual([]);
});

it("has a row for every recipe, which says whether its answers are recorded", () => {
  for (const kind of recipes)
    expect(text).toMatch(new RegExp(`^\\| \\[\`${kind}\`\\]\\(#.*(recorded|documentation)`, "m"));
});

function noOptions(): Options {
  return new Options({}, "entry", "Change it");
}
