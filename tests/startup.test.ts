import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

const repository = resolve(__dirname, "..");

/** Runs a script in a process of its own: what is loaded is a matter of the whole process, and jest has its own loader. */
function run(script: string): unknown {
  const whole = `const loaded = () => Object.keys(require.cache).filter((f) => /arborist\\/lib\\/./.test(f)).length; ${script}`;
  return JSON.parse(execFileSync(process.execPath, ["-e", whole], { cwd: repository, encoding: "utf8" }));
}

const startup = JSON.stringify(resolve(repository, "dist/startup.js"));

test("the SDK loads npm's dependency resolver: if it does not any more, startup.ts has nothing left to do", () => {
  expect(run('require("@pulumi/pulumi"); console.log(loaded() > 1)')).toBe(true);
});

test("startup.ts spares it", () => {
  expect(run(`require(${startup}); require("@pulumi/pulumi"); console.log(loaded())`)).toBe(1);
});

test("whoever asks for it gets the real one", () => {
  const script = `require(${startup}); const pulumi = require("@pulumi/pulumi");
    const arborist = require(require.resolve("@npmcli/arborist", { paths: [require.resolve("@pulumi/pulumi")] }));
    const before = loaded();
    console.log(JSON.stringify([before, typeof arborist.Arborist, loaded() > 1, typeof require("@pulumi/pulumi").runtime.computeCodePaths]));`;
  expect(run(script)).toEqual([1, "function", true, "function"]);
});

/** How many stack traces are written out: of a promise and a resource of the SDK, and of an error. */
const traces = (first: string): string => `
  let traces = 0;
  Error.prepareStackTrace = (error, frames) => { traces += 1; return String(error) + frames.map((f) => "\\n    at " + f).join(""); };
  ${first}
  const pulumi = require("@pulumi/pulumi");
  const counted = (what) => { const before = traces; what(); return traces - before; };
  pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) });
  const books = counted(() => new pulumi.ComponentResource("test:index:Empty", "empty"));
  console.log(JSON.stringify([books > 0, counted(() => new Error("real").stack)]));`;

test("the SDK takes stack traces for its books; startup.ts spares them, and no other", () => {
  expect(run(traces(""))).toEqual([true, 1]);
  expect(run(traces(`require(${startup});`))).toEqual([false, 1]);
});
