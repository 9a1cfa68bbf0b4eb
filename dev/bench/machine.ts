/**
 * What the benchmark ran on, and whether it can run at all.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { cacheKey, cacheRoot, goMissing, kubernetesVersion, onPath, readBuildInput } from "../playground/build";
import { COMPONENTS } from "../playground/components";
import type { Part } from "./measure";

/** What a measurement depends on. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  /** Load of the last 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  readonly versions: { readonly node: string; readonly pulumi: string; readonly kubernetes: string };
}

/** Looks at this machine. */
export function thisMachine(): Machine {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? "unknown",
    load: loadavg().map((each) => Math.round(each * 10) / 10),
    versions: {
      node: process.version,
      pulumi: spawnSync("pulumi", ["version"], { encoding: "utf8" }).stdout.trim(),
      kubernetes: kubernetesVersion(readBuildInput().goMod),
    },
  };
}

/** What is missing to measure these parts, a paragraph each; empty if nothing is. */
export function whatIsMissing(only: readonly Part[], env: NodeJS.ProcessEnv): string[] {
  const input = readBuildInput();
  const binaries = join(cacheRoot(env), `clusters-${cacheKey(input)}`);
  const areBuilt = COMPONENTS.every((component) => existsSync(join(binaries, component)));
  const missing: string[] = [];
  if (!areBuilt && !onPath("go", env)) missing.push(goMissing(kubernetesVersion(input.goMod)));
  if (!onPath("pulumi", env) && only.some((part) => part !== "byHand")) {
    missing.push(
      "pulumi is missing: there is no `pulumi` on the PATH. It is on https://www.pulumi.com/docs/install/; " +
        "`--only byHand` does without.",
    );
  }
  if (!onPath("kubectl", env) && only.includes("byHand")) {
    missing.push(
      "kubectl is missing: there is no `kubectl` on the PATH. It is on https://kubernetes.io/docs/tasks/tools/; " +
        "`--only plain,growth` does without.",
    );
  }
  if (!onPath("bash", env) && only.includes("byHand")) missing.push("bash is missing: by-hand.sh is a script for it.");
  return missing;
}
