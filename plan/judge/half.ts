import { namesakeProblems } from "../../core/adopt/namesake";
import type { Existing } from "../../core/adopt/namesake";
import { clusterProblems } from "../../core/contract/clusterIdentity";
import { pinnedProblems } from "../../core/contract/pinned";
import type { SetIdentity } from "../../core/contract/pinned";
import { takenAway } from "../../core/contract/takenAway";
import { annotations } from "../../core/kubernetes";
import { rangeOf } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import { refusalProblem } from "../../core/protocol/advice";
import type { Decision, LiveHalf } from "../../core/protocol/protocol";
import { carriedNames } from "../../core/set/carried";
import { isHalf, liveHalf } from "../../core/set/half";
import { configuredIndex, indexProblem } from "../../core/set/indexRange";
import { UserError } from "../../core/userError";
import { together } from "../../core/verdict";
import type { Verdict } from "../../core/verdict";
import type { HalfArgs } from "../arguments";
import { clusterContentProblems } from "./clusterContent";
import { judgeSecrets } from "./secrets";
import type { HalfSeen } from "../seen";

/** What the half is, by what was seen of it. */
export interface Half {
  readonly identity: SetIdentity;
  /** uid of its cluster. */
  readonly clusterUid: string;
  /** The live set; undefined if there is none. */
  readonly live: LiveHalf | undefined;
  /** Whether this `up` takes a running set over. */
  readonly adopts: boolean;
  readonly existing: Existing;
}

/** Puts together what was seen of a half. Where its cluster cannot be reached, what is recorded is taken for true. */
export function halfSeen(
  { side, adopt, workload: { set, namespace, range, fingerprint } }: HalfArgs,
  { look, records: { own }, stack }: HalfSeen,
): Half {
  const recorded = own && { range: own.held, turn: own.turn };
  const isNew = side === "source" && own === undefined;
  return {
    identity: { name: set.metadata.name, namespace, ...range, fingerprint },
    clusterUid: look?.clusterUid ?? own?.cluster ?? "",
    live: look === undefined ? recorded : look.set && liveHalf(look.set),
    // A set that carries a turn is an earlier run's, which was interrupted after it had taken the set over.
    adopts: adopt === true && isNew && !isHalf(look?.set),
    existing: { adoptCommand: isNew ? `pulumi config set adopt true -s ${stack}` : undefined },
  };
}

/** Whether an `up` of this half may be decided on at all. */
export function judgeHalf(args: HalfArgs, seen: HalfSeen, half: Half): Verdict {
  const { side, workload, connection, cutoverIndex } = args;
  const { look, records, belongings } = seen;
  const { own, peer } = records;
  const { range } = workload;
  const outOfRange = indexProblem(range, configuredIndex(cutoverIndex));
  const madeIn = look?.set?.metadata.annotations?.[annotations.cluster];
  const createsAll = look !== undefined && own === undefined && !half.adopts;
  const before = together(
    { problems: outOfRange === undefined ? [] : [outOfRange] },
    records,
    { warnings: look === undefined ? [goesWithout(connection.context, seen.unreachable)] : [] },
    { problems: clusterProblems(half.clusterUid, connection.context, own, peer, madeIn) },
    { problems: pinnedProblems(half.identity, cutoverIndex, own, peer) },
    { problems: look === undefined ? [] : clusterContentProblems(args, look) },
    { problems: createsAll ? namesakeProblems(belongings, look.set, half.existing) : [] },
    takenAway(own, {
      side,
      leftOut: workload.leftOut,
      carried: carriedNames(args),
      holds: own !== undefined && (own.held.replicas > 0 || rangeOf(side, range, cutoverIndex).replicas > 0),
    }),
  );
  // Another's Secret of that name has been told before.
  const judgesSecrets = look !== undefined && !half.adopts && (own !== undefined || before.problems.length === 0);
  return judgesSecrets ? together(before, judgeSecrets(args, records, belongings)) : before;
}

/**
 * Whether what was decided may run. A preview passes with a warning if only the order is wrong, so that a pull request can
 * show both halves of one step.
 */
export function judgeDecision(
  decision: Decision,
  args: HalfArgs,
  stacks: Readonly<Record<Side, string>>,
  preview: boolean,
): Partial<Verdict> {
  const { refusal } = decision;
  if (refusal === undefined) return {};
  const problem = refusalProblem(refusal, args, stacks);
  if (!refusal.outOfTurn || !preview) return { problems: [problem] };
  return { warnings: [new UserError([{ ...problem, what: `not this half's turn yet: ${problem.what}` }]).message] };
}

function goesWithout(context: string, why = ""): string {
  return (
    `the cluster of context ${context} cannot be looked at, so this preview takes the recorded state for ` +
    `true and checks nothing there (${why})`
  );
}
