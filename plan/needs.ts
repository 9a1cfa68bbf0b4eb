import { carriedNames } from "../core/set/carried";
import { podNeeds } from "../core/set/podNeeds";
import type { Decision } from "../core/protocol/protocol";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { Cluster } from "../live/client/cluster";
import { lookUpNeeds } from "../live/podNeeds";
import type { CutoverArgs } from "./arguments";

/** The `up` that is planned. */
interface Planned {
  readonly args: CutoverArgs;
  readonly decision: Decision;
  /** Whether the half has vouched for nothing yet. */
  readonly isFirst: boolean;
}

/**
 * Looks up what the pods of this half need by name: in its first `up`, and in each that claims. One request for each such
 * name; none for an `up` that only gives up. What is missing where no pod starts yet is a warning.
 *
 * @param cluster undefined in a preview that cannot reach it.
 */
export async function checkNeeds(
  { args, decision, isFirst }: Planned,
  cluster: Cluster | undefined,
  problems: Problem[],
  warnings: string[],
): Promise<void> {
  if (cluster === undefined || (!isFirst && decision.claims.length === 0)) return;
  const { set, namespace, belongings } = args.workload;
  const place = {
    where: `StatefulSet ${namespace}/${set.metadata.name}:`,
    cluster: `the cluster of context ${args.connection.context}`,
  };
  const lacking: Problem[] = [];
  await lookUpNeeds(cluster, podNeeds(set, namespace, belongings, carriedNames(args)), place, lacking, warnings);
  if (decision.range.replicas > 0) problems.push(...lacking);
  else warnings.push(...lacking.map((problem) => new UserError([problem]).message));
}
