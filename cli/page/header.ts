import { ordinalsText } from "../../core/ordinals";
import { turningPoints } from "../renderVerdict";
import type { Content, Markup } from "./markup";
import { markup } from "./markup";
import type { PlacedStep, Rehearsed } from "./rehearsed";

/** The head of the page, in words: what was rehearsed, and whether all is well. */
export function renderHeader(rehearsed: Rehearsed, steps: readonly PlacedStep[]): Markup {
  const { plan, command, version, date } = rehearsed;
  const { set } = plan;
  const at = date.toISOString();
  const facts: readonly (readonly [string, Content])[] = [
    ["StatefulSet", markup`<code>${set.name}</code>`],
    ["Namespace", markup`<code>${set.namespace}</code>`],
    ["Replicas", `${set.replicas}: ${ordinalsText(set)}`],
    ["Volumes", volumesOf(plan)],
    ["Steps", stepsOf(rehearsed, steps)],
    ["Cutover index", turningPoints(plan.indexes).join(" => ")],
    ["Manifests", plan.manifests.map((path, index) => markup`${index === 0 ? "" : ", "}<code>${path}</code>`)],
    ["Rehearsed by", markup`<code>${command}</code>`],
    ["Version", `statefulset-cutover ${version}`],
    ["Date", markup`<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 16)} UTC</time>`],
  ];
  return markup`<header id="top">
<p class="eyebrow">Rehearsal of a move between two clusters</p>
<h1>StatefulSet ${set.name}</h1>
${verdictBox(rehearsed, steps)}
<dl class="facts">
${facts.map(
  ([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
)}</dl>
${plan.warnings.map(
  (warning) => markup`<div class="said warning"><strong>⚠ Warning</strong><p>${warning}</p></div>
`,
)}</header>`;
}

function verdictBox({ violations, plan }: Rehearsed, steps: readonly PlacedStep[]): Markup {
  if (violations.length === 0) {
    return markup`<div class="verdict good"><p><strong>✓ All well: every invariant held.</strong></p>
<p>No ordinal ran twice, none was left out, no volume was lost, empty or shared, and nothing restarted that did not move. Checked after everything that happened in either cluster.</p></div>`;
  }
  const count = violations.length === 1 ? "1 violation" : `${violations.length} violations`;
  const last = steps[steps.length - 1];
  const left = plan.indexes.length - steps.length;
  const stopped =
    last === undefined || left <= 0
      ? ""
      : ` The rehearsal stopped at ${last.number === 0 ? "the start" : `step ${last.number}`}: ${left === 1 ? "1 step was" : `${left} steps were`} not run.`;
  return markup`<div class="verdict bad"><p><strong>✕ Failed: ${count}.</strong>${stopped}</p>
<ul>
${violations.map(
  (text) => markup`<li>${text}</li>
`,
)}</ul></div>`;
}

function volumesOf({ volumes, claimTemplates, set }: Rehearsed["plan"]): string {
  if (claimTemplates.length === 0) return "none";
  const count = claimTemplates.length * set.replicas;
  const names = `${count} (${claimTemplates.join(", ")})`;
  return volumes === "carry" ? `${names}, carried along with their ordinals` : `${names}, new ones in the destination`;
}

function stepsOf({ plan }: Rehearsed, steps: readonly PlacedStep[]): string {
  const { indexes, batch } = plan;
  const planned = indexes.length - 1;
  const forward = indexes.filter((index, at) => index < (indexes[at - 1] ?? index)).length;
  const back = planned - forward;
  const directions = [forward > 0 ? `${forward} forward` : "", back > 0 ? `${back} back` : ""];
  const size = batch === 1 ? "one ordinal each" : `up to ${batch} ordinals each`;
  const stopped = steps.length < indexes.length ? `; stopped at step ${Math.max(steps.length - 1, 0)}` : "";
  if (planned === 0) return "none";
  return `${planned}: ${directions.filter((words) => words !== "").join(", ")}; ${size}${stopped}`;
}
