import { adviceInWords } from "../../core/protocol/advice";
import {
  carriedByPeerAlone,
  carriedNames,
  carriedObject,
  carriedOf,
  carryProblems,
  carryWarnings,
  offeredOf,
  whyNotWritten,
} from "../../core/set/carried";
import type { CarriedName, CarryPlan, FoundObject } from "../../core/set/carried";
import type { HalfOutputs } from "../../core/contract/record";
import type { Decision } from "../../core/protocol/protocol";
import { UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import { together } from "../../core/verdict";
import type { Verdict } from "../../core/verdict";
import type { HalfArgs } from "../arguments";
import type { Records } from "../records";

/** What is known when it is planned which Secrets and ConfigMaps are carried. */
interface Carrying {
  readonly args: HalfArgs;
  readonly preview: boolean;
  readonly stack: string;
  readonly records: Records;
  readonly decision: Decision;
  /** What was found of `namesToSee`; undefined in a preview that cannot reach the cluster. */
  readonly found: readonly FoundObject[] | undefined;
}

/** What is carried, and what is to be said of it. */
interface PlannedCarry extends Verdict {
  readonly carry: CarryPlan;
}

const nothing: CarryPlan = { names: [], expected: {}, objects: [] };

/**
 * The objects to look for before it is planned what is carried: what the source hands over, so that what is missing is
 * refused before anything changes; in the destination what is offered, and may have somebody's namesake there. Ended moves
 * carry nothing.
 */
export function namesToSee(args: HalfArgs, { peer, ended }: Records): CarriedName[] {
  if (ended) return [];
  const names = carriedNames(args);
  return args.side === "source" ? names : names.filter((name) => offeredOf(peer?.carried ?? {}, name) !== undefined);
}

/** Plans which Secrets and ConfigMaps this `up` hands over or takes in. */
export function planCarry(carrying: Carrying): PlannedCarry {
  const { args, decision, records } = carrying;
  const names = carriedNames(args);
  const { peer, ended } = records;
  if (decision.side === "source") {
    const offers = names.length > 0 && !ended;
    return offers ? planOffer(carrying, names) : { carry: nothing, ...together() };
  }
  // Nothing can be there before the source's first `up`, and no pod of the destination needs it.
  if (peer === undefined) return { carry: nothing, ...together() };
  const arrival = planArrival(carrying, names, peer);
  const problems = carriedByPeerAlone(args.workload.belongings, peer.carried);
  return { ...arrival, ...together({ problems }, arrival) };
}

function planOffer({ args, records: { own }, found }: Carrying, names: readonly CarriedName[]): PlannedCarry {
  const before = own?.carried ?? {};
  if (found === undefined) return { carry: { ...nothing, names, expected: before }, ...together() };
  const { namespace } = args.workload;
  return {
    carry: { ...nothing, names, expected: carriedOf(found) },
    problems: carryProblems(namespace, found),
    warnings: carryWarnings(namespace, found, before),
  };
}

function planArrival(
  { args, preview, stack, decision, found = [] }: Carrying,
  names: readonly CarriedName[],
  { carried, cutoverIndex }: HalfOutputs,
): PlannedCarry {
  const missing = names.filter((name) => offeredOf(carried, name) === undefined);
  const index = decision.refusal === undefined ? cutoverIndex : decision.cutoverIndex;
  const absent = missing.length === 0 ? {} : judgeMissing(notOffered(missing, args, stack, index), decision, preview);
  const objects = names.flatMap((name) => {
    const offered = offeredOf(carried, name);
    return offered === undefined ? [] : [carriedObject(offered, args.workload.set.metadata.name)];
  });
  const reasons = objects.map((wanted, at) => whyNotWritten(wanted, found[at]?.object));
  const problems = reasons.filter((reason) => reason !== undefined);
  return { carry: { ...nothing, objects }, ...together(absent, { problems }) };
}

/** Where no pod starts it can wait, and a way back is not held up. */
function judgeMissing(problem: Problem, { range, releases }: Decision, preview: boolean): Partial<Verdict> {
  const canWait = range.replicas === 0 || releases.length > 0;
  if (!preview && !canWait) return { problems: [problem] };
  const told = canWait ? problem : { ...problem, what: `not this half's turn yet: ${problem.what}` };
  return { warnings: [new UserError([told]).message] };
}

function notOffered(
  missing: readonly CarriedName[],
  { peerStack, workload: { namespace } }: HalfArgs,
  stack: string,
  cutoverIndex: number,
): Problem {
  const advice = adviceInWords({ side: "source", cutoverIndex }, { source: peerStack, destination: stack });
  return {
    where: `${missing.map(({ kind, name }) => `${kind} ${namespace}/${name}`).join(", ")}:`,
    what: "not offered by the source yet",
    todo: `${advice}; both stacks need the same carrySecrets and carryConfigMaps`,
  };
}
