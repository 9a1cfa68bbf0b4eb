import * as pulumi from "@pulumi/pulumi";
import { cutover } from "statefulset-cutover";
import type { CutoverOutputs } from "statefulset-cutover";

const config = new pulumi.Config();

/** The program of each half. What it is given is in Pulumi.yaml, where `cutover rehearse` and `cutover walk` read it too. */
export = (): Promise<CutoverOutputs> =>
  cutover({
    manifests: config.requireObject<string[]>("manifests"),
    cutoverIndex: config.getNumber("cutoverIndex"),
    context: new pulumi.Config("kubernetes").get("context"),
  });
