/**
 * What `cutover rehearse` says about a project, in the words of the engine's event log, and whether the real engine does it.
 */
import { resolve } from "node:path";
import type { Side } from "../../core/ordinals";
import type { OutOfTurn, RehearsalReport } from "../../rehearsal/engine/report";
import { engineOwn, sorted } from "./events";
import type { Operation } from "./events";
import { orderOf } from "./harness";
import type { Scenario } from "./harness";
import { runProcess } from "./pulumiProcess";

/** One step: the operations of each half, and what the wrong order got if it was tried. */
export interface RehearsedStep extends Readonly<Record<Side, readonly Operation[]>> {
  readonly cutoverIndex: number;
  readonly outOfTurn?: OutOfTurn;
}

/** Rehearses the project in a folder, from s+N to s and back: the first steps, beginning with the creation. */
export async function rehearsedSteps(folder: string, ...more: string[]): Promise<RehearsedStep[]> {
  const repository = resolve(__dirname, "../..");
  const args = [resolve(repository, "bin/cutover.js"), "rehearse", "--config-dir", folder, "--json", ...more];
  const { code, stdout, output } = await runProcess(process.execPath, args, { cwd: repository, env: process.env });
  if (code !== 0) throw new Error(`the rehearsal failed:\n${output}`);
  const { steps } = JSON.parse(stdout) as RehearsalReport;
  return steps.map(({ source, destination, ...step }) => ({
    ...step,
    source: inEngineWords(source.operations),
    destination: inEngineWords(destination.operations),
  }));
}

/** Both first ups, as rehearsed and as their previews say. */
export async function beginAsRehearsed(scenario: Scenario, first: RehearsedStep | undefined): Promise<void> {
  for (const side of ["destination", "source"] as const) {
    const preview = await scenario.project.preview(side);
    const up = await scenario.mustUp(side);
    expect(up.operations).toEqual(preview.operations);
    expect(up.operations).toEqual(first?.[side]);
  }
}

/**
 * Moves as it was rehearsed: both previews first, as in a pull request, then the wrong order where the rehearsal tried it,
 * then both ups.
 */
export async function moveAsRehearsed(scenario: Scenario, steps: readonly RehearsedStep[]): Promise<void> {
  for (const { cutoverIndex, outOfTurn, ...rehearsed } of steps) {
    const order = orderOf(scenario.project.cutoverIndex, cutoverIndex);
    scenario.project.cutoverIndex = cutoverIndex;
    const previews = {
      source: await scenario.project.preview("source"),
      destination: await scenario.project.preview("destination"),
    };
    if (outOfTurn !== undefined) {
      const { code, operations, diagnostics } = await scenario.up(outOfTurn.side);
      expect([code === 0, operations]).toEqual([false, []]);
      expect(diagnostics.join("\n")).toContain(outOfTurn.refusal);
    }
    for (const side of order) {
      const { operations } = await scenario.mustUp(side);
      expect(operations).toEqual(previews[side].operations);
      expect(withoutVolumeNames(operations)).toEqual(withoutVolumeNames(rehearsed[side]));
    }
  }
}

function inEngineWords(operations: RehearsalReport["steps"][number]["source"]["operations"]): Operation[] {
  return sorted(
    operations
      .filter(({ op, type }) => op !== "same" && !engineOwn.has(type))
      .map(({ op, type, name, changes }) => ({ op, type, name, fields: changes.map(({ path }) => path).sort() })),
  );
}

/** Operations without the names of volumes: a provisioner chooses them, and the simulated one chooses others. */
export function withoutVolumeNames(operations: readonly Operation[]): Operation[] {
  const named = operations.map((each) => (each.type.endsWith(":PersistentVolume") ? { ...each, name: "" } : each));
  return sorted(named);
}
