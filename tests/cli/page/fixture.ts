import { renderPage } from "../../../cli/page/page";
import type { Rehearsed } from "../../../cli/page/rehearsed";
import type { OrdinalRange } from "../../../core/ordinals";
import { endOf, ordinalsOf, rangeOf } from "../../../core/ordinals";
import type { RehearsalReport, StepReport } from "../../../rehearsal/engine/report";
import { back, creation, forward, operation, planOf, report, statefulSet } from "../fixture";

/** A rehearsal as the page gets it. */
export function rehearsedOf(played: RehearsalReport, more: Partial<Rehearsed> = {}): Rehearsed {
  return {
    plan: planOf(played),
    steps: played.steps.map((step) => ({ step, violations: [] })),
    violations: played.violations,
    command: "cutover rehearse",
    version: "1.2.3",
    date: new Date("2026-01-02T03:04:05Z"),
    ...more,
  };
}

/** One step of `web` with two replicas, forward and back. */
export const there = rehearsedOf(report);

/** The message of the refusal in `refused`. */
export const refusal =
  "cutoverIndex 1: not this half's turn yet: ordinal 1 is still held by the source.\nRun pulumi up -s source first";

const failedStep: StepReport = {
  cutoverIndex: 1,
  order: ["source", "destination"],
  source: { start: 0, replicas: 2, operations: [], diagnostics: [{ severity: "error", message: `${refusal}\n` }] },
  destination: { start: 2, replicas: 0, operations: [] },
};

/** The step forward is refused, and the way back not run. */
export const refused: Rehearsed = {
  ...there,
  steps: [
    { step: creation, violations: [] },
    { step: failedStep, violations: [`pulumi up -s source at cutover index 1: failed: ${refusal}`] },
  ],
  violations: [`pulumi up -s source at cutover index 1: failed: ${refusal}`],
};

/** After the step forward ordinal 1 lives in both clusters, and ordinal 0 in neither. */
export const broken: Rehearsed = {
  ...there,
  steps: [
    { step: creation, violations: [] },
    {
      step: {
        ...forward,
        source: { ...forward.source, start: 1, replicas: 1 },
        destination: { ...forward.destination, start: 1, replicas: 1 },
      },
      violations: ["at most one: ordinal 1 lives in both clusters", "one step at a time: ordinal 0 is in neither"],
    },
    { step: back, violations: [] },
  ],
  violations: ["at most one: ordinal 1 lives in both clusters", "one step at a time: ordinal 0 is in neither"],
};

/** A set of this size moved there and back. */
export function moveOf(set: OrdinalRange): Rehearsed {
  const indexes = ordinalsOf({ start: set.start, replicas: set.replicas + 1 }).reverse();
  const steps = [...indexes, ...indexes.slice(0, -1).reverse()].map((cutoverIndex, at): StepReport => {
    const leaves = { path: "spec.replicas", from: cutoverIndex + 1, to: cutoverIndex };
    return {
      cutoverIndex,
      order: at > 0 && at <= set.replicas ? ["source", "destination"] : ["destination", "source"],
      source: {
        ...rangeOf("source", set, cutoverIndex),
        operations: [operation("update", statefulSet, "web", [leaves])],
      },
      destination: { ...rangeOf("destination", set, cutoverIndex), operations: [] },
    };
  });
  const played = { set: { name: "web", namespace: "default", ...set }, steps, violations: [] };
  return rehearsedOf(played, { plan: { ...planOf(played), warnings: [] } });
}

/** The text of a page, without its markup, style sheet and script; white space as a reader sees it. */
export function textOf(page: string): string {
  return page
    .replace(/<(style|script)>[^]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, "\n")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ");
}

/** The rows of the picture, cell by cell. */
export function pictureOf(rehearsed: Rehearsed): string[][] {
  const table = /<table class="picture[^]*?<tbody>([^]*?)<\/tbody>/.exec(renderPage(rehearsed))?.[1] ?? "";
  return [...table.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row = ""]) =>
    [...row.matchAll(/<t[hd]\b[^>]*>([^]*?)<\/t[hd]>/g)].map(([, cell = ""]) => textOf(cell).trim()),
  );
}

/** A set with `last + 1` ordinals from 0 on. */
export const upTo = (last: number): OrdinalRange => ({ start: 0, replicas: endOf({ start: last, replicas: 1 }) });
