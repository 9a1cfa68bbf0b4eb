import type { OrdinalRange, Side } from "../core/ordinals";
import { endOf, ordinalsOf, ordinalsText } from "../core/ordinals";
import type { Change, Diagnostic, HalfReport, Operation, OperationKind, StepReport } from "../rehearsal/engine/report";
import type { Palette } from "./colour";
import type { Style } from "./renderPicture";
import { renderPicture } from "./renderPicture";

/** A step, and what stood before it. */
export interface RenderedStep {
  /** The whole set. */
  readonly set: OrdinalRange;
  /** The cutover index before the step; undefined for the first one. */
  readonly previousIndex: number | undefined;
  readonly step: StepReport;
}

/** The longest rendering of one value; the rest is cut off. */
const longestValue = 60;

/** Names longer than this stick out of their column, rather than pushing every word to the right. */
const widestName = 44;

/** How an operation looks: its symbol, as in `pulumi preview`, and its word. */
export const operationMarks: Record<OperationKind, { symbol: string; word: string; colour: keyof Palette }> = {
  create: { symbol: "+", word: "create", colour: "green" },
  update: { symbol: "~", word: "update", colour: "yellow" },
  replace: { symbol: "+-", word: "replace", colour: "magenta" },
  delete: { symbol: "-", word: "delete", colour: "red" },
  retain: { symbol: "-", word: "retain (stays in the cluster)", colour: "dim" },
  discard: { symbol: "<", word: "discard", colour: "dim" },
  read: { symbol: ">", word: "read", colour: "cyan" },
  same: { symbol: " ", word: "same", colour: "dim" },
};

/** Draws one step: what each `pulumi up` does, in order, then where every ordinal lives. Lines without line ends. */
export function renderStep(rendered: RenderedStep, style: Style): string[] {
  const { set, previousIndex, step } = rendered;
  const index = indexText(rendered);
  return [
    ...renderOutOfTurn(step, index, style.palette),
    ...(isStill(rendered)
      ? step.order.flatMap((side) => withLineBelow(renderDiagnostics(step[side], style.palette)))
      : step.order.flatMap((side) => renderUp(side, index, step, style.palette))),
    ...renderPicture(
      { set, source: step.source, destination: step.destination, moved: moved(previousIndex, step) },
      style,
    ),
  ];
}

/** What a step makes of the cutover index: `3 => 2`, or the one to start from. */
export function indexText({ previousIndex, step }: RenderedStep): string {
  return previousIndex === undefined ? `${step.cutoverIndex}` : `${previousIndex} => ${step.cutoverIndex}`;
}

/** Whether there is only a state to show: where a rehearsal starts in the middle. */
export function isStill({ set, previousIndex, step }: RenderedStep): boolean {
  return step.found === true || (previousIndex === undefined && step.cutoverIndex !== endOf(set));
}

/** What an `up` does. */
export function shownOperations({ operations }: HalfReport): Operation[] {
  return operations.filter(({ op }) => op !== "same");
}

/** The line over a step: its number, its direction and what moves. */
export function renderTitle({ set, previousIndex, step }: RenderedStep, number: number, steps: number): string {
  if (previousIndex === undefined) {
    const untouched = step.cutoverIndex === endOf(set);
    if (step.found === true) return `Start, cutover index ${step.cutoverIndex}: as both clusters stand now`;
    const what = untouched ? "all ordinals live in the source" : "the way here was run, not shown";
    return `Start, cutover index ${step.cutoverIndex}: ${what}`;
  }
  const ordinals = moved(previousIndex, step);
  const words = ordinalsText({ start: ordinals[0] ?? step.cutoverIndex, replicas: ordinals.length });
  const one = ordinals.length === 1;
  return step.cutoverIndex < previousIndex
    ? `Step ${number} of ${steps}, forward: ${words} ${one ? "moves" : "move"} to the destination`
    : `Step ${number} of ${steps}, back: ${words} ${one ? "returns" : "return"} to the source`;
}

/** The ordinals that a step moves, ascending. */
export function moved(previousIndex: number | undefined, { cutoverIndex }: StepReport): number[] {
  const from = previousIndex ?? cutoverIndex;
  const start = Math.min(from, cutoverIndex);
  return ordinalsOf({ start, replicas: Math.abs(from - cutoverIndex) });
}

function commandOf(side: Side, index: string, palette: Palette): string {
  return `${palette.bold(`pulumi up -s ${side}`)}  (cutoverIndex ${index})`;
}

function renderOutOfTurn({ outOfTurn }: StepReport, index: string, palette: Palette): string[] {
  if (outOfTurn === undefined) return [];
  const { side, refusal } = outOfTurn;
  return [
    `${commandOf(side, index, palette)}  ${palette.dim("tried before its turn")}`,
    ...renderSaid(palette.green("refused:"), refusal),
    "",
  ];
}

function renderUp(side: Side, index: string, step: StepReport, palette: Palette): string[] {
  const half = step[side];
  const operations = shownOperations(half);
  return [
    commandOf(side, index, palette),
    ...(operations.length === 0 ? [palette.dim("    no changes")] : renderOperations(operations, palette)),
    ...renderDiagnostics(half, palette),
    "",
  ];
}

/** Operations as in `pulumi preview`, types and names in columns, the fields of an update below it. */
function renderOperations(operations: readonly Operation[], palette: Palette): string[] {
  const typeWidth = Math.max(...operations.map(({ type }) => type.length));
  const nameWidth = Math.min(Math.max(...operations.map(({ name }) => name.length)), widestName);
  return operations.flatMap((operation) => {
    const { symbol, word, colour } = operationMarks[operation.op];
    const line = `${operation.type.padEnd(typeWidth)}  ${operation.name.padEnd(nameWidth)}  ${word}`;
    const fields = operation.op === "update" || operation.op === "replace" ? operation.changes : [];
    return [
      ` ${palette[colour](`${symbol.padEnd(2)} ${line}`)}`,
      ...fields.map((change) => `       ${renderChange(change, palette)}`),
    ];
  });
}

/** One field: `~ spec.replicas: 6 => 5`, or `+` and `-` for one that comes or goes. */
export function renderChange({ path, from, to }: Change, palette: Palette): string {
  if (from === undefined && to !== undefined) return palette.green(`+ ${path}: ${renderValue(to)}`);
  if (to === undefined) return palette.red(`- ${path}: ${renderValue(from)}`);
  return palette.yellow(`~ ${path}: ${renderValue(from)} => ${renderValue(to)}`);
}

/** A value as JSON, cut off where it is longer than this. */
export function renderValue(value: unknown, longest = longestValue): string {
  const text = value === "[secret]" ? "[secret]" : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function renderDiagnostics({ diagnostics = [] }: HalfReport, palette: Palette): string[] {
  return diagnostics.flatMap((diagnostic) => renderDiagnostic(diagnostic, palette));
}

function withLineBelow(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [...lines, ""];
}

function renderDiagnostic({ severity, message }: Diagnostic, palette: Palette): string[] {
  const colour = { info: palette.cyan, warning: palette.yellow, error: palette.red }[severity];
  return renderSaid(colour(`${severity}:`), message);
}

/** A message below its `up`, behind what kind it is. */
function renderSaid(kind: string, message: string): string[] {
  const [first = "", ...others] = message.trimEnd().split("\n");
  return [`    ${kind} ${first}`, ...others.map((line) => `      ${line}`)];
}
