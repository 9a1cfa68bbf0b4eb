import { pinnedProblems } from "../contract/pinned";
import type { HalfOutputs } from "../contract/record";
import { annotations, titleOf } from "../kubernetes";
import { formatRange, holds, ordinalsText, peerOf, sameRange } from "../ordinals";
import type { Side } from "../ordinals";
import { halfProblems } from "../project/standing";
import { liveHalf } from "../set/half";
import type { Problem } from "../userError";
import { problem, warning } from "./finding";
import type { Finding } from "./finding";
import type { OrdinalStatus } from "./report";
import { isOurs } from "./ordinals";
import { isSeen } from "./seen";
import type { ClusterSeen, Seen, StackSeen } from "./seen";

/** Where config, outputs and cluster of one half say different things. */
export function* halfFindings(side: Side, seen: Seen, ordinals: readonly OrdinalStatus[]): Iterable<Finding> {
  const stack = seen.stacks[side];
  const cluster = seen.clusters[side];
  const peer = seen.stacks[peerOf(side)].record;
  yield* stack.problems.map(problem);
  yield* lockFindings(stack);
  yield* configFindings(stack, peer);
  if (cluster === undefined) return;
  if (!isSeen(cluster)) {
    yield problem({
      where: `the ${side}'s cluster (context ${cluster.context})`,
      what: `is not seen: ${cluster.unreachable}`,
    });
    return;
  }
  if (cluster.set !== undefined && isOurs(side, cluster, stack.record)) {
    const other = seen.clusters[peerOf(side)];
    yield* halfProblems({ ...cluster, set: cluster.set }, isSeen(other) ? other : undefined).map(problem);
  }
  if (stack.record === undefined) yield* unrecordedFindings(side, stack, cluster);
  else yield* recordedFindings(side, stack, stack.record, cluster, ordinals);
}

function* lockFindings({ stack, lock }: StackSeen): Iterable<Finding> {
  if (lock.state !== "locked") return;
  yield warning({
    where: `stack ${stack}`,
    what: `is locked${lock.by === undefined ? "" : ` by ${lock.by}`}: an up runs, or was killed`,
    todo: `If it is dead: pulumi cancel -s ${stack}`,
  });
}

/** What an `up` with this config would be refused for, and what else it would change. */
function* configFindings({ stack, config, record }: StackSeen, peer: HalfOutputs | undefined): Iterable<Finding> {
  if (config === undefined || record === undefined) return;
  const of = ({ where, ...rest }: Problem): Problem => ({ where: `stack ${stack}: ${where}`, ...rest });
  const refused = pinnedProblems(config.set, config.wanted, record, peer).map(of);
  yield* refused.map(problem);
  if (refused.length > 0) return;
  if (record.set.replicas !== config.set.replicas) {
    yield warning(
      of({
        where: "manifests:",
        what: `spec.replicas is ${config.set.replicas}, and was ${record.set.replicas} at its last up`,
      }),
    );
  }
  if (record.set.fingerprint.podTemplate !== config.set.fingerprint.podTemplate) {
    const what = "spec.template is another than at its last up: the next one rolls it out";
    yield warning(of({ where: "manifests:", what }));
  }
}

/** The first `up` of the half has not completed. */
function* unrecordedFindings(side: Side, { stack, config }: StackSeen, cluster: ClusterSeen): Iterable<Finding> {
  const { set, context } = cluster;
  if (set === undefined) return;
  const where = `${titleOf(set)} in context ${context}`;
  if (set.metadata.annotations?.[annotations.turn] !== undefined) {
    const todo = `If none runs: pulumi up -s ${stack}`;
    yield warning({
      where,
      what: `was written by an up of stack ${stack} that has not completed: it runs, or was killed`,
      todo,
    });
  } else if (side === "destination") {
    const what = "is there already, and no up of this move has made it";
    const todo = "If it is another set, name the cluster that the set moves to, or rename one of the two";
    yield problem({ where, what, todo });
  } else if (config?.adopt === true) {
    yield warning({ where, what: `runs, and the first up of stack ${stack} takes it over` });
  } else {
    const what = `runs already, and the first up of stack ${stack} would be refused`;
    yield problem({ where, what, todo: `To take it over: pulumi config set adopt true -s ${stack}` });
  }
}

/** What the last completed `up` has vouched for, beside what is. */
function* recordedFindings(
  side: Side,
  { stack }: StackSeen,
  record: HalfOutputs,
  cluster: ClusterSeen,
  ordinals: readonly OrdinalStatus[],
): Iterable<Finding> {
  const { set, context, rangeLock } = cluster;
  const again = `pulumi up -s ${stack} with cutoverIndex ${record.cutoverIndex}`;
  if (record.rangeLock === true && rangeLock === "absent") {
    const what = `has no range lock, which stack ${stack} says it has: anybody can scale the set`;
    yield problem({ where: `context ${context}`, what, todo: `Run ${again}` });
  }
  for (const { pod, node } of record.fenced ?? []) {
    const where = `pod ${pod}${node === undefined ? "" : ` of node ${node}`}`;
    yield warning({ where, what: `counts as stopped by a person's word (fenced) in the ${side}` });
  }
  if (set === undefined) {
    const { namespace, name } = record.set;
    yield problem({
      where: `context ${context}`,
      what: `has no StatefulSet ${namespace}/${name}, but stack ${stack} vouches for ${ordinalsText(record.held)} of it there`,
      todo: `Find out who deleted it. Then pulumi preview -s ${stack} says how it comes back`,
    });
    return;
  }
  const where = `${titleOf(set)} in context ${context}`;
  const live = liveHalf(set);
  if (set.metadata.deletionTimestamp !== undefined) {
    yield problem({ where, what: `is being deleted since ${set.metadata.deletionTimestamp}` });
  }
  const has = `${ordinalsText(live.range)} (turn ${live.turn})`;
  const said = `${ordinalsText(record.held)} (turn ${record.turn})`;
  if (live.turn < record.turn) {
    yield problem({
      where,
      what: `carries turn ${live.turn}, but the last completed up wrote ${record.turn}: somebody changed the annotation, or the cluster was restored from a backup`,
      todo: `Make sure that no ordinal runs in both clusters; then pulumi preview -s ${stack} says how to put it back`,
    });
  } else if (live.turn > record.turn || !sameRange(live.range, record.held)) {
    const written = set.metadata.annotations?.[annotations.range] === formatRange(live.range);
    // Scaled by somebody else is a problem of its own.
    if (written) {
      const what = `has ${has}, and the last completed up of stack ${stack} vouches for ${said}: another up has written since, and runs or was killed`;
      yield warning({ where, what });
    }
  }
  for (const { ordinal, [side]: cell } of ordinals) {
    // One that is being given up is still vouched for until its `up` has completed.
    if (cell?.state !== "leaving" || holds(record.held, ordinal)) continue;
    const what = `has a pod of ordinal ${ordinal}, which stack ${stack} vouches is not there`;
    yield problem({ where, what, todo: "Find out who made it, and whether it runs" });
  }
  if ((set.status?.observedGeneration ?? 0) < (set.metadata.generation ?? 0)) {
    yield warning({ where, what: "was changed, and its controller has not taken notice yet" });
  }
}
