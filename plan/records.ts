import * as pulumi from "@pulumi/pulumi";
import { readStackOutputs } from "./stackOutputs";
import { peerOf } from "../core/ordinals";
import { readOutputs } from "../core/contract/record";
import type { HalfOutputs } from "../core/contract/record";
import type { Problem } from "../core/userError";
import type { CutoverArgs } from "./arguments";

/** What both halves last vouched for. `none`: the move was ended. */
export interface Records {
  readonly own: HalfOutputs | undefined;
  readonly peer: HalfOutputs | "none" | undefined;
}

/** Reads the last outputs of both halves; adds what is wrong with them. */
export async function readRecords({ side, peerStack }: CutoverArgs, problems: Problem[]): Promise<Records> {
  const stack = pulumi.getStack();
  const [own, peer] = await Promise.all([
    readStackOutputs(stack),
    peerStack === "none" ? undefined : readStackOutputs(peerStack),
  ]);
  if (peerStack !== "none" && peer === undefined) {
    problems.push({
      where: "peerStack",
      what: "names a stack that does not exist in this project",
      received: peerStack,
      legal: `the stack of the ${peerOf(side)}`,
      todo: `Create it: pulumi stack init ${peerStack}; or name the right one: pulumi config set peerStack NAME -s ${stack}`,
    });
  }
  return {
    own: readOutputs(own ?? {}, stack, side, problems),
    peer: peerStack === "none" ? "none" : readOutputs(peer ?? {}, peerStack, peerOf(side), problems),
  };
}
