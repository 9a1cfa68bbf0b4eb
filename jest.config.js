/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/tests"],
  testMatch: ["**/*.test.ts"],
  transform: { "\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  moduleNameMapper: {
    "^(@npmcli/arborist|normalize-package-data|typescript|\\./automation)$": "<rootDir>/tests/spared.cjs",
  },
  testSequencer: "<rootDir>/tests/longestFirst.cjs",
  // Two by default. A worker that has loaded Pulumi's SDK for many files is slow and large, so it makes way for a new one.
  maxWorkers: 2,
  workerIdleMemoryLimit: "500MB",
  // Inside of Jest's sandbox to look up a global costs more than a parameter.
  sandboxInjectedGlobals: ["Array", "Error", "JSON", "Map", "Math", "Number", "Object", "Promise", "Set", "String"],
};
