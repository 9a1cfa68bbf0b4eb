import type { Side } from "../../core/ordinals";
import { ordinalsText } from "../../core/ordinals";
import type { Change, Diagnostic, Operation, OperationKind } from "../../rehearsal/engine/report";
import { indexText, isStill, operationMarks, renderTitle, renderValue, shownOperations } from "../renderStep";
import { alreadySaid } from "../renderVerdict";
import type { Markup } from "./markup";
import { markup } from "./markup";
import { renderBar } from "./picture";
import type { PlacedStep, Rehearsed } from "./rehearsed";
import { hasFailed } from "./rehearsed";

/** The longest rendering of one value: a page has more room than a terminal. */
const longestValue = 240;

/** What has been done with resources. */
const done: Record<OperationKind, string> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  retain: "retained",
  discard: "discarded",
  read: "read",
  same: "unchanged",
};

/** One step: what moves, where every ordinal lives then, and what each `pulumi up` changes, in order. */
export function stepSection(placed: PlacedStep, { plan }: Rehearsed, open: boolean): Markup {
  const { number, step, violations, trouble } = placed;
  const rendered = { ...placed, set: plan.set };
  const title = renderTitle(rendered, number, plan.indexes.length - 1);
  const index = indexText(rendered);
  const told = violations.filter((text) => !alreadySaid(text, step));
  return markup`<section class="step" id="step-${number}" aria-labelledby="title-${number}">
<h3 id="title-${number}">${title}${trouble === undefined ? "" : markup` <span class="bad">✕ ${trouble}</span>`}</h3>
<p class="after"><span class="label">Afterwards</span> ${renderBar(plan.set, placed)}</p>
${told.length === 0 ? "" : markup`<div class="said error"><strong>✕ Broken here</strong><ul>${told.map((text) => markup`<li>${text}</li>`)}</ul></div>`}
${
  isStill(rendered)
    ? ""
    : markup`<details${open || trouble !== undefined ? markup` open` : ""}>
<summary>${step.order.map((side, at) => markup`${at === 0 ? "" : ", then "}<b>${side}</b>: ${summaryOf(placed, side)}`)}</summary>
${outOfTurnBox(placed, index)}<ol class="ups">
${step.order.map((side) => upItem(placed, plan, side, index))}
</ol>
</details>`
}
</section>
`;
}

function commandHeading(side: Side, index: string): Markup {
  return markup`<h4><code>pulumi up -s ${side}</code> <span class="index">cutoverIndex ${index}</span></h4>`;
}

/** What the wrong order gets: no trouble, but what the guard is for. */
function outOfTurnBox({ step: { outOfTurn, order } }: PlacedStep, index: string): Markup | "" {
  if (outOfTurn === undefined) return "";
  return markup`<div class="tried">
${commandHeading(outOfTurn.side, index)}
<p class="why">Tried before the ${order[0]}’s, to see that the wrong order is refused. Nothing changed.</p>
<div class="said refused"><strong>✓ Refused</strong><p>${outOfTurn.refusal.trimEnd()}</p></div>
</div>
`;
}

function upItem(placed: PlacedStep, plan: Rehearsed["plan"], side: Side, index: string): Markup {
  const half = placed.step[side];
  const operations = shownOperations(half);
  return markup`<li>
${commandHeading(side, index)}
<p class="why">${whyOf(placed, plan, side)}</p>
${operations.length === 0 ? markup`<p class="nothing">${wasRun(placed, side) ? "No changes." : "Not run: the step had stopped before it."}</p>` : operationTable(operations, side)}
${(half.diagnostics ?? []).map((diagnostic) => messageBox(diagnostic, operations.length))}
</li>
`;
}

/** What this `up` is for, and why it stands where it stands. */
function whyOf(
  { step, previousIndex, moved }: PlacedStep,
  { volumes, claimTemplates }: Rehearsed["plan"],
  side: Side,
): string {
  const ordinals = ordinalsText({ start: moved[0] ?? 0, replicas: moved.length });
  const first = step.order[0] === side;
  if (previousIndex === undefined) {
    return side === "destination" ? "Claims no ordinal, and vouches for that." : "Holds every ordinal.";
  }
  if (first) return `Gives ${ordinals} up, so it goes first.`;
  const several = moved.length * claimTemplates.length !== 1;
  const carried = volumes === "carry" && claimTemplates.length > 0;
  const its = moved.length === 1 ? "its" : "their";
  return `Claims ${ordinals}${carried ? `, with ${its} volume${several ? "s" : ""}` : ""}.`;
}

/** Whether an `up` was run at all: a step ends with the first one that fails. */
function wasRun({ step }: PlacedStep, side: Side): boolean {
  const [first, second] = step.order;
  return side === first || !hasFailed(step[first]) || shownOperations(step[second]).length > 0;
}

/** What one `up` does, in numbers: `4 created, 1 updated`. */
function summaryOf(placed: PlacedStep, side: Side): string {
  const half = placed.step[side];
  const operations = shownOperations(half);
  const counts = new Map<OperationKind, number>();
  for (const { op } of operations) counts.set(op, (counts.get(op) ?? 0) + 1);
  const words = [...counts].map(([op, count]) => `${count} ${done[op]}`);
  const warnings = (half.diagnostics ?? []).filter(({ severity }) => severity === "warning").length;
  if (warnings > 0) words.push(warnings === 1 ? "1 warning" : `${warnings} warnings`);
  if (hasFailed(half)) words.push(operations.length === 0 ? "refused" : "failed");
  if (words.length > 0) return words.join(", ");
  return wasRun(placed, side) ? "no changes" : "not run";
}

/** Operations in the order in which they are done, the fields of an update below it. */
function operationTable(operations: readonly Operation[], side: Side): Markup {
  return markup`<table class="operations">
<caption class="hidden">What this up changes in the ${side}, in order</caption>
<colgroup><col class="op"><col><col class="name"></colgroup>
<thead class="hidden"><tr><th scope="col">Operation</th><th scope="col">Resource</th><th scope="col">Name</th></tr></thead>
<tbody>
${operations.map(operationRow)}
</tbody>
</table>`;
}

function operationRow({ op, type, name, changes }: Operation): Markup {
  const { symbol } = operationMarks[op];
  const [group, kind] = split(type);
  const fields = op === "update" || op === "replace" ? changes : [];
  return markup`<tr class="${op}"><th scope="row"><span class="symbol">${symbol}</span> ${op}</th><td>${kind} <small>${group}</small></td><td><code>${name}</code></td></tr>
${
  fields.length === 0
    ? ""
    : markup`<tr class="fields"><td colspan="3"><ul>${fields.map(changeItem)}</ul></td></tr>
`
}`;
}

/** `kubernetes:apps/v1:StatefulSet` as its API and its kind. */
function split(type: string): readonly [string, string] {
  const at = type.lastIndexOf(":");
  return [type.slice(0, Math.max(at, 0)).replace(/^kubernetes:/, ""), type.slice(at + 1)];
}

/** One field: `~ spec.replicas: 6 => 5`, or `+` and `-` for one that comes or goes. */
function changeItem({ path, from, to }: Change): Markup {
  const value = (given: unknown): string => renderValue(given, longestValue);
  const [symbol, kind] = to === undefined ? ["-", "delete"] : from === undefined ? ["+", "create"] : ["~", "update"];
  const before = from === undefined ? "" : markup`<del>${value(from)}</del>`;
  const after = to === undefined ? "" : markup`<ins>${value(to)}</ins>`;
  const arrow = from === undefined || to === undefined ? "" : " => ";
  return markup`<li class="${kind}"><span class="symbol">${symbol}</span> <code>${path}: ${before}${arrow}${after}</code></li>`;
}

/** A message, with its line ends. An error of an `up` that had done nothing is a refusal. */
function messageBox({ severity, message }: Diagnostic, operations: number): Markup {
  const words = {
    info: "Note",
    warning: "⚠ Warning",
    error: operations === 0 ? "✕ Refused" : "✕ Failed",
  };
  return markup`<div class="said ${severity}"><strong>${words[severity]}</strong><p>${message.trimEnd()}</p></div>`;
}
