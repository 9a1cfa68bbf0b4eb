import type { BesideLive } from "../../core/adopt/namesake";
import { changedSecret, changedWarnings, notInAStep, notWrittenAgain } from "../../core/adopt/secretValues";
import { indexInSet } from "../../core/protocol/protocol";
import type { Verdict } from "../../core/verdict";
import type { HalfArgs } from "../arguments";
import type { Records } from "../records";

/**
 * Secrets of the manifests with other values than those in the cluster: charts render new random ones each time. An `up`
 * that changes nothing else writes them, with a warning; a step does not, and neither does a first `up` that is run again.
 */
export function judgeSecrets(
  { workload, cutoverIndex }: HalfArgs,
  { own, peer }: Records,
  belongings: readonly BesideLive[],
): Partial<Verdict> {
  const changed = belongings
    .map(({ wanted, live }) => live && changedSecret(wanted, live))
    .filter((one) => one !== undefined);
  if (own === undefined) return { problems: notWrittenAgain(changed) };
  const here = indexInSet(own, workload.range);
  if (here === cutoverIndex) return { warnings: changedWarnings(changed) };
  const there = peer === undefined ? "" : `, the peer: ${peer.cutoverIndex}`;
  return { problems: notInAStep(changed, `this half: ${here}${there}`) };
}
