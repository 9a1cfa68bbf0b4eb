import type { Side } from "../ordinals";
import type { Advice, Refusal } from "./protocol";
import type { Problem } from "../userError";

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

/**
 * The advice in what a refused `up` said: what `refusalProblem` renders, however the lines were broken since.
 *
 * @returns undefined if it advises no `up` of these stacks.
 */
export function adviceIn(output: string, stacks: Readonly<Record<Side, string>>): Advice | undefined {
  const words = output.replace(/\s+/g, " ");
  const [, stack, index] =
    /Run pulumi up -s (\S+) with cutoverIndex (\d{1,10}) first, then this again/.exec(words) ?? [];
  const side = (["source", "destination"] as const).find((each) => stacks[each] === stack);
  return side === undefined ? undefined : { side, cutoverIndex: Number(index) };
}
