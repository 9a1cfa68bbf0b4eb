// End-to-end tests: real control planes (Go), and a real `pulumi up` on them (pulumi on PATH).
// `npm run test:e2e` runs a smoke, `npm run test:e2e -- --all` the whole.
process.env.E2E_ALL = process.argv.includes("--all") ? "1" : (process.env.E2E_ALL ?? "");

/** @type {import("jest").Config} */
module.exports = {
  ...require("./jest.config.js"),
  testMatch: ["**/*.e2e.ts"],
  testTimeout: 600_000,
};
