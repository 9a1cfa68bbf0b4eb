import { readOutputs } from "../core/contract/record";
import type { HalfOutputs } from "../core/contract/record";
import { peerOf } from "../core/ordinals";
import type { Problem } from "../core/userError";
import type { HalfArgs } from "./arguments";
import type { StackOutputs } from "../core/contract/record";

/** What both halves last vouched for. */
export interface Records {
  readonly own: HalfOutputs | undefined;
  readonly peer: HalfOutputs | undefined;
  /** Whether the move was ended (`peerStack: none`): then there is no peer. */
  readonly ended: boolean;
  /** What is wrong with them. */
  readonly problems: readonly Problem[];
}

/** The records of both halves, from the last outputs of their stacks; undefined: there is no such stack. */
export function recordsOf(
  { side, peerStack }: HalfArgs,
  stack: string,
  own: StackOutputs | undefined,
  peer: StackOutputs | "none" | undefined,
): Records {
  const missing: Problem = {
    where: "peerStack",
    what: "names a stack that does not exist in this project",
    received: peerStack,
    legal: `the stack of the ${peerOf(side)}`,
    todo: `Create it: pulumi stack init ${peerStack}; or name the right one: pulumi config set peerStack NAME -s ${stack}`,
  };
  const ownRecord = readOutputs(own ?? {}, stack, side);
  const peerRecord = readOutputs(peer === "none" ? {} : (peer ?? {}), peerStack, peerOf(side));
  return {
    own: ownRecord.value,
    peer: peerRecord.value,
    ended: peer === "none",
    problems: [...(peer === undefined ? [missing] : []), ...ownRecord.problems, ...peerRecord.problems],
  };
}
