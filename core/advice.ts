import type { Side } from "./ordinals";
import type { Refusal } from "./protocol";
import type { Problem } from "./userError";

/** A refusal in words: why, and which `up` to run instead, with the names of the stacks. */
export function refusalProblem(
  refusal: Refusal,
  asked: { readonly side: Side; readonly cutoverIndex: number },
  stacks: Readonly<Record<Side, string>>,
): Problem {
  return {
    where: `cutoverIndex ${asked.cutoverIndex}:`,
    what: refusal.reason,
    ...(refusal.advice === undefined ? {} : { todo: adviceInWords(refusal.advice, stacks) }),
  };
}

/** The index is always named: the other stack may have one of its own, which shadows the project's. */
export function adviceInWords(
  { side, cutoverIndex }: NonNullable<Refusal["advice"]>,
  stacks: Readonly<Record<Side, string>>,
): string {
  return `Run pulumi up -s ${stacks[side]} with cutoverIndex ${cutoverIndex} first, then this again`;
}
