import type { RehearsalPlan } from "../../rehearsal/rehearse";
import type { Change, HalfReport, Operation, RehearsalReport, StepReport } from "../../rehearsal/engine/report";
import type { Io, Output } from "../../cli/io";

/** Type tokens of the fixture. */
export const statefulSet = "kubernetes:apps/v1:StatefulSet";
export const persistentVolume = "kubernetes:core/v1:PersistentVolume";
export const persistentVolumeClaim = "kubernetes:core/v1:PersistentVolumeClaim";

/** An operation without changed fields. */
export function operation(op: Operation["op"], type: string, name: string, changes: readonly Change[] = []): Operation {
  return { op, type, name, changes };
}

function half(start: number, replicas: number, operations: readonly Operation[] = []): HalfReport {
  return { start, replicas, operations };
}

/** The first step of `web` with two replicas: everything is created. */
export const creation: StepReport = {
  cutoverIndex: 2,
  order: ["destination", "source"],
  source: half(0, 2, [
    operation("create", "kubernetes:core/v1:Service", "web"),
    operation("create", statefulSet, "web"),
  ]),
  destination: half(2, 0, [operation("create", statefulSet, "web")]),
};

/** Ordinal 1 moves. */
export const forward: StepReport = {
  cutoverIndex: 1,
  order: ["source", "destination"],
  outOfTurn: {
    side: "destination",
    refusal: "cutoverIndex 1: ordinal 1 is still held by the source.\nRun the other first\n",
  },
  source: half(0, 1, [
    operation("same", "kubernetes:core/v1:Service", "web"),
    operation("update", statefulSet, "web", [
      { path: 'metadata.annotations["statefulset-cutover/range"]', from: "0+2", to: "0+1" },
      { path: "spec.replicas", from: 2, to: 1 },
    ]),
  ]),
  destination: {
    ...half(1, 1, [
      operation("create", persistentVolume, "data-web-1"),
      operation("update", statefulSet, "web", [
        { path: "spec.ordinals.start", from: 2, to: 1 },
        { path: "spec.replicas", from: 0, to: 1 },
        { path: "spec.template.spec.hostname", to: "x" },
        { path: "spec.paused", from: true },
        { path: "spec.offer", from: "[secret]", to: "[secret]" },
      ]),
      operation("retain", persistentVolumeClaim, "data-web-2"),
    ]),
    diagnostics: [{ severity: "warning", message: "first line\nsecond line\n" }],
  },
};

/** Ordinal 1 comes back. */
export const back: StepReport = {
  cutoverIndex: 2,
  order: ["destination", "source"],
  source: half(0, 2, [operation("update", statefulSet, "web", [{ path: "spec.replicas", from: 1, to: 2 }])]),
  destination: half(2, 0, [operation("update", statefulSet, "web", [{ path: "spec.replicas", from: 1, to: 0 }])]),
};

/** A rehearsal of one step forward and back. */
export const report: RehearsalReport = {
  set: { name: "web", namespace: "default", start: 0, replicas: 2 },
  steps: [creation, forward, back],
  violations: [],
};

/** The plan that a report is of. */
export function planOf({ set, steps }: RehearsalReport): RehearsalPlan {
  return {
    set,
    indexes: steps.map(({ cutoverIndex }) => cutoverIndex),
    batch: 1,
    volumes: "carry",
    claimTemplates: ["data"],
    manifests: ["web.yaml"],
    asks: "gates ready; before redis-cluster",
    warnings: ["take care"],
  };
}

/** Streams that keep what was written. */
export function fakeIo(
  stream: Partial<Output> = {},
  env: Io["env"] = {},
): Io & { out: () => string; err: () => string } {
  const written = { out: "", err: "" };
  return {
    stdout: { isTTY: false, ...stream, write: (text) => void (written.out += text) },
    stderr: { isTTY: false, write: (text) => void (written.err += text) },
    env,
    cwd: "/srv/app",
    now: () => new Date("2026-01-02T03:04:05Z"),
    onStop: () => () => undefined,
    out: () => written.out,
    err: () => written.err,
  };
}
