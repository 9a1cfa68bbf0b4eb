import type { Decision } from "../../core/protocol/protocol";
import { needsVerdict } from "../../core/set/podNeeds";
import type { NeedLook } from "../../core/set/podNeeds";
import { UserError } from "../../core/userError";
import { together } from "../../core/verdict";
import type { Verdict } from "../../core/verdict";
import type { HalfArgs } from "../arguments";

/** What the pods of this half need by name and lack. Where no pod starts yet, what is missing is a warning. */
export function judgeNeeds(
  { workload: { namespace, set }, connection: { context } }: HalfArgs,
  { range }: Decision,
  looks: readonly NeedLook[],
): Verdict {
  const where = `StatefulSet ${namespace}/${set.metadata.name}:`;
  const { problems, warnings } = needsVerdict(looks, where, `the cluster of context ${context}`);
  if (range.replicas > 0) return { problems, warnings };
  return together({ warnings }, { warnings: problems.map((problem) => new UserError([problem]).message) });
}
