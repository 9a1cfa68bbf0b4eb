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
    ...(refusal.advice === undefined ? {} : { todo: adviceInWords(refusal.advice, asked, stacks) }),
  };
}

function adviceInWords(
  advice: NonNullable<Refusal["advice"]>,
  asked: { readonly side: Side; readonly cutoverIndex: number },
  stacks: Readonly<Record<Side, string>>,
): string {
  const up = `pulumi up -s ${stacks[advice.side]}`;
  const index = advice.cutoverIndex === asked.cutoverIndex ? "" : ` with cutoverIndex ${advice.cutoverIndex}`;
  return `Run ${up}${index} first, then this again`;
}
