// eslint-disable-next-line @typescript-eslint/no-require-imports -- Pulumi calls what a program exports with `export =`
import main = require("../../index");

export = main;
