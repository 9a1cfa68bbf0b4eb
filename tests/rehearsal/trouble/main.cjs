// Random schedules in numbers: SCHEDULES=100000 SEED=1 node tests/rehearsal/trouble/main.cjs
// The same as trouble.test.ts without Jest, whose sandbox makes all of this half as fast.
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");
const { transformSync } = require("@swc/core");

const options = {
  jsc: { target: "es2022", parser: { syntax: "typescript" } },
  module: { type: "commonjs" },
  sourceMaps: "inline",
};
Module._extensions[".ts"] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, "utf8"), { ...options, filename }).code, filename);
};

// As jest.mock does in the tests.
const { pulumi, peer } = require(join(__dirname, "standIn.ts"));
const load = Module._load;
Module._load = (request, ...rest) => {
  if (request === "@pulumi/pulumi") return pulumi;
  return request.endsWith("/stackOutputs") ? peer : load(request, ...rest);
};

const { search } = require(join(__dirname, "search.ts"));

async function main() {
  const { SCHEDULES = "1000", SEED } = process.env;
  const begun = Date.now();
  let count = 0;
  const seconds = () => Math.round((Date.now() - begun) / 1_000);
  const played = () => {
    count += 1;
    if (count % 5_000 === 0) console.log(`${count} schedules, ${seconds()} s`);
  };
  const found = await search({ schedules: Number(SCHEDULES), seed: SEED && Number(SEED), played });
  const cpu = Math.round(process.cpuUsage().user / 1e6);
  console.log(
    `seed ${found.seed}: ${found.schedules} schedules in ${seconds()} s (${cpu} s of CPU); ` +
      `at most ${found.mostUps} ups to an end of the move`,
  );
  if (found.counterexample !== undefined) console.log(found.counterexample);
  process.exitCode = found.counterexample === undefined ? 0 : 1;
}

void main();
