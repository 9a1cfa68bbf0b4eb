/**
 * What `cutover rehearse` says about a project, in the words of the engine's event log.
 */
import { resolve } from "node:path";
import type { Side } from "../../core/ordinals";
import type { RehearsalReport } from "../../rehearsal/report";
import { engineOwn, type Operation, sorted } from "./events";
import { runProcess } from "./pulumiProcess";

/** The operations of one step, by half. */
export type RehearsedStep = Readonly<Record<Side, readonly Operation[]>>;

/** Rehearses the project in a folder, from s+N to s and back: the first steps, beginning with the creation. */
export async function rehearsedSteps(folder: string): Promise<RehearsedStep[]> {
  const repository = resolve(__dirname, "../..");
  const args = [resolve(repository, "bin/cutover.js"), "rehearse", "--config-dir", folder, "--json"];
  const { code, stdout, output } = await runProcess(process.execPath, args, { cwd: repository, env: process.env });
  if (code !== 0) throw new Error(`the rehearsal failed:\n${output}`);
  const { steps } = JSON.parse(stdout) as RehearsalReport;
  return steps.map(({ source, destination }) => ({
    source: inEngineWords(source.operations),
    destination: inEngineWords(destination.operations),
  }));
}

function inEngineWords(operations: RehearsalReport["steps"][number]["source"]["operations"]): Operation[] {
  return sorted(
    operations
      .filter(({ op, type }) => op !== "same" && !engineOwn.has(type))
      .map(({ op, type, name, changes }) => ({ op, type, name, fields: changes.map(({ path }) => path).sort() })),
  );
}

/** Operations without the names of volumes: a provisioner chooses them, and the simulated one chooses others. */
export function withoutVolumeNames(operations: readonly Operation[] | undefined): Operation[] | undefined {
  if (operations === undefined) return undefined;
  const named = operations.map((each) => (each.type.endsWith(":PersistentVolume") ? { ...each, name: "" } : each));
  return sorted(named);
}
