import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

const repository = resolve(__dirname, "..");

/** Runs a script in a process of its own: what is loaded is a matter of the whole process, and jest has its own loader. */
function run(script: string): unknown {
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { cwd: repository, encoding: "utf8" }));
}

const startup = JSON.stringify(resolve(repository, "dist/startup.js"));

/** Runs something once: each of these processes loads the whole SDK. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const ofSdk = once(() => loadedBy('require("@pulumi/pulumi")'));
const afterStartup = once(() => loadedBy(`require(${startup}); require("@pulumi/pulumi")`));

const spared: readonly (readonly [name: string, member: string])[] = [
  ["@npmcli/arborist", "Arborist"],
  ["typescript", "createProgram"],
  ["normalize-package-data", "default"],
  ["@pulumi/pulumi/automation", "LocalWorkspace"],
];
const pathOf = (name: string): string => `require.resolve("${name}", { paths: [require.resolve("@pulumi/pulumi")] })`;
const isLoaded = (name: string): string => `typeof require.cache[${pathOf(name)}]?.filename === "string"`;

/** Which of them a script loads. */
function loadedBy(script: string): readonly string[] {
  const names = JSON.stringify(spared.map(([name]) => name));
  const all = spared.map(([name]) => isLoaded(name)).join(", ");
  return run(`${script}; const all = [${all}];
    console.log(JSON.stringify(${names}.filter((_, index) => all[index])))`) as readonly string[];
}

describe.each(spared)("%s", (name, member) => {
  const path = pathOf(name);
  const loaded = isLoaded(name);

  test("the SDK loads it: if it does not any more, startup.ts has nothing left to do", () => {
    expect(ofSdk()).toContain(name);
  });

  test("startup.ts spares it", () => {
    expect(afterStartup()).not.toContain(name);
  });

  test("whoever asks for it gets the real one", () => {
    const script = `require(${startup}); const { runtime } = require("@pulumi/pulumi");
      const before = ${loaded};
      const type = typeof require(${path}).${member};
      console.log(JSON.stringify([before, type, ${loaded}, typeof runtime.computeCodePaths]));`;
    expect(run(script)).toEqual([false, "function", true, "function"]);
  });
});

test("what is loaded already stays", () => {
  const script = `const typescript = require("typescript"); require(${startup});
    console.log(require("typescript") === typescript)`;
  expect(run(script)).toBe(true);
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
