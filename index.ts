import "./startup"; // first: what it spares is loaded with the SDK
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { connectCluster } from "./live/client/kubernetesCluster";
import { program } from "./program";

/** Entry point of `pulumi up`: the program on real ground. Pulumi calls what a program exports. */
function main(): ReturnType<typeof program> {
  const folder = pulumi.runtime.getRootDirectory() || process.cwd();
  return program({ readFile: (path) => readFile(resolve(folder, path), "utf8"), connect: connectCluster });
}

export = main;
