import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";

const repository = resolve(__dirname, "..");

test("Pulumi starts what index.ts was compiled to, without a compiler of its own", () => {
  const project: unknown = parse(readFileSync(resolve(repository, "Pulumi.yaml"), "utf8"));
  expect(project).toMatchObject({ main: "dist/index.js", runtime: { options: { typescript: false } } });
  const compiled = readFileSync(resolve(repository, "dist/index.js"), "utf8");
  // First of all, what is spared must be spared before the SDK is loaded.
  expect(/require\("([^"]+)"\)/.exec(compiled)?.[1]).toBe("./startup");
  expect(compiled).toContain("module.exports = main");
});
