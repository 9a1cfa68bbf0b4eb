/**
 * Which tools this machine has, and what is skipped without them. Skipped tests show in jest's `Tests:` line.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, cacheRoot, onPath, readBuildInput } from "../../dev/playground/build";
import { COMPONENTS } from "../../dev/playground/components";

/** Whether the whole suite was asked for (`npm run test:e2e -- --all`), not only the smoke. */
export const wholeSuite = process.env.E2E_ALL === "1";

function binariesAreBuilt(): boolean {
  const folder = join(cacheRoot(), `clusters-${cacheKey(readBuildInput())}`);
  return COMPONENTS.every((component) => existsSync(join(folder, component)));
}

const whyNoClusters =
  onPath("go", process.env) || binariesAreBuilt()
    ? undefined
    : "Go is missing, so there are no control planes to test on";
const whyNoPulumi = whyNoClusters ?? (onPath("pulumi", process.env) ? undefined : "pulumi is missing");

function tier(reason: string | undefined, name: string, tests: () => void): void {
  if (reason === undefined) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`skipped: ${name}: ${reason}\n`);
  describe.skip(name, tests);
}

/** Tests that need two control planes: skipped without Go. */
export function describeOnClusters(name: string, tests: () => void): void {
  tier(whyNoClusters, name, tests);
}

/** Tests that need two control planes and `pulumi`: skipped without either. */
export function describeWithPulumi(name: string, tests: () => void): void {
  tier(whyNoPulumi, name, tests);
}

/** As `describeWithPulumi`, but part of the whole suite only. */
export function describeInWhole(name: string, tests: () => void): void {
  tier(wholeSuite ? whyNoPulumi : "part of the whole suite: npm run test:e2e -- --all", name, tests);
}

/** One line of progress on stderr. */
export function tell(text: string): void {
  process.stderr.write(`  ${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
