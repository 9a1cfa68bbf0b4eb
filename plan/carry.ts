import * as pulumi from "@pulumi/pulumi";
import { adviceInWords } from "../core/protocol/advice";
import {
  carriedByPeerAlone,
  carriedNames,
  carriedObject,
  carriedOf,
  carryProblems,
  carryWarnings,
  offeredOf,
  whyNotWritten,
} from "../core/set/carried";
import type { CarriedName, CarryPlan } from "../core/set/carried";
import type { Decision } from "../core/protocol/protocol";
import type { HalfOutputs } from "../core/contract/record";
import { UserError } from "../core/userError";
import type { Problem } from "../core/userError";
import type { CutoverArgs } from "./arguments";
import { lookAtCarried } from "../live/carried";
import type { Cluster } from "../live/client/cluster";
import type { Look } from "../live/look";
import type { Records } from "./records";

/** What is known when it is planned what is carried. */
interface Situation {
  readonly args: CutoverArgs;
  readonly preview: boolean;
  readonly decision: Decision;
  readonly records: Records;
  /** Undefined in a preview that cannot reach the cluster. */
  readonly look: Look | undefined;
  readonly cluster: Cluster;
}

/** What is carried, and what a person should know about it. */
interface Planned extends CarryPlan {
  readonly warnings: readonly string[];
}

const nothing: Planned = { names: [], expected: {}, objects: [], warnings: [] };

/** Plans which Secrets and ConfigMaps this `up` hands over or takes in; adds every problem. Ended moves carry nothing. */
export async function planCarry(situation: Situation, problems: Problem[]): Promise<Planned> {
  const { args, decision, records } = situation;
  const names = carriedNames(args);
  const { own, peer } = records;
  if (decision.side === "destination" && peer !== undefined && peer !== "none") {
    problems.push(...carriedByPeerAlone(args.workload.belongings, peer.carried));
  }
  if (names.length === 0 || peer === "none") return nothing;
  if (decision.side === "source") return planOffer(situation, names, own, problems);
  // The destination goes first: nothing can be there yet, and no pod of it needs it.
  return peer === undefined ? nothing : planArrival(situation, names, peer, problems);
}

/** Read before the write too: what is missing is refused before anything changes. */
async function planOffer(
  { args, look, cluster }: Situation,
  names: readonly CarriedName[],
  own: HalfOutputs | undefined,
  problems: Problem[],
): Promise<Planned> {
  if (look === undefined) return { ...nothing, names, expected: own?.carried ?? {} };
  const { namespace } = args.workload;
  const found = await lookAtCarried(cluster, namespace, names);
  problems.push(...carryProblems(namespace, found));
  return {
    ...nothing,
    names,
    expected: carriedOf(found),
    warnings: carryWarnings(namespace, found, own?.carried ?? {}),
  };
}

async function planArrival(
  { args, preview, decision, look, cluster }: Situation,
  names: readonly CarriedName[],
  { carried, cutoverIndex }: HalfOutputs,
  problems: Problem[],
): Promise<Planned> {
  const { namespace, set } = args.workload;
  const warnings: string[] = [];
  const missing = names.filter((name) => offeredOf(carried, name) === undefined);
  if (missing.length > 0) {
    const index = decision.refusal === undefined ? cutoverIndex : decision.cutoverIndex;
    const problem = notOffered(missing, namespace, args, index);
    // Where no pod starts it can wait, and a way back is not held up.
    const canWait = decision.range.replicas === 0 || decision.releases.length > 0;
    if (!preview && !canWait) problems.push(problem);
    else warnings.push(new UserError([canWait ? problem : outOfTurn(problem)]).message);
  }
  const objects = names.flatMap((name) => {
    const offered = offeredOf(carried, name);
    return offered === undefined ? [] : [carriedObject(offered, set.metadata.name)];
  });
  if (look !== undefined) {
    const offered = names.filter((name) => !missing.includes(name));
    const existing = await lookAtCarried(cluster, namespace, offered);
    const reasons = objects.map((wanted, index) => whyNotWritten(wanted, existing[index]?.object));
    problems.push(...reasons.filter((reason) => reason !== undefined));
  }
  return { ...nothing, objects, warnings };
}

function notOffered(
  missing: readonly CarriedName[],
  namespace: string,
  { peerStack }: CutoverArgs,
  cutoverIndex: number,
): Problem {
  const advice = adviceInWords({ side: "source", cutoverIndex }, { source: peerStack, destination: pulumi.getStack() });
  return {
    where: `${missing.map(({ kind, name }) => `${kind} ${namespace}/${name}`).join(", ")}:`,
    what: "not offered by the source yet",
    todo: `${advice}; both stacks need the same carrySecrets and carryConfigMaps`,
  };
}

function outOfTurn(problem: Problem): Problem {
  return { ...problem, what: `not this half's turn yet: ${problem.what}` };
}
