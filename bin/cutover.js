#!/usr/bin/env node
"use strict";

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "..", "dist", "cli", "main.js");
if (existsSync(main)) {
  // Before Pulumi is loaded by what a command runs.
  require("../dist/startup.js");
  require(main).main();
} else {
  process.stderr.write("cutover is not built yet: run npm install (or npm run build) in the project's folder first.\n");
  process.exitCode = 2;
}
