import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { connectCluster } from "./live/client/kubernetesCluster";
import type { Ports } from "./program";

/** What the program works on in a real `up`: files beside `Pulumi.yaml`, and real clusters. */
export function realPorts(): Ports {
  const folder = pulumi.runtime.getRootDirectory() || process.cwd();
  return { readFile: (path) => readFile(resolve(folder, path), "utf8"), connect: connectCluster };
}
