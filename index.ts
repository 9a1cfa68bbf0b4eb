import "./startup"; // first: what it spares is loaded with the SDK
import { realPorts } from "./ground";
import { program } from "./program";

/** Entry point of `pulumi up`: the program on real ground. Pulumi calls what a program exports. */
function main(): ReturnType<typeof program> {
  return program(realPorts());
}

export = main;
