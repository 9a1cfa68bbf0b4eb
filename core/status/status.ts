import { endOf, ordinalsText, peerOf, sides } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import { isHalf, liveHalf } from "../set/half";
import type { Problem } from "../userError";
import { isFirst } from "../userError";
import type { Reading } from "../verdict";
import { problem, warning } from "./finding";
import type { Finding } from "./finding";
import { halfFindings } from "./halfFindings";
import { nextUp } from "./next";
import type { Way } from "./next";
import { isOurs, ordinalsNow } from "./ordinals";
import { statusFormat } from "./report";
import type { ClusterStatus, HalfStatus, Next, OrdinalStatus, StatusReport } from "./report";
import { isSeen } from "./seen";
import type { Seen, StackConfig } from "./seen";

/**
 * Puts together where a move stands, from config and outputs of both stacks and one look at each cluster. It decides
 * nothing: what an `up` may do is asked of the protocol.
 *
 * @returns undefined if neither stack's config can be read: nobody knows then which set it is about.
 */
export function statusOf(looked: Seen): StatusReport | undefined {
  const seen = { ...looked, clusters: withoutOthers(looked) };
  const configs = sides.map((side) => seen.stacks[side].config).filter((config) => config !== undefined);
  const [config] = configs;
  if (config === undefined) return undefined;
  const { name, namespace, start, replicas } = config.set;
  const ordinals = ordinalsNow(config.set, seen);
  const hasBegun = sides.some((side) => seen.stacks[side].record !== undefined);
  const found = [
    ...bothFindings(ordinals, hasBegun),
    ...sides.flatMap((side) => [...halfFindings(side, seen, ordinals)]),
    ...podFindings(ordinals),
  ];
  const ended = configs.some(({ peerStack }) => peerStack === "none");
  const twice = ordinals.some(({ home }) => home === "both");
  const next: Reading<Next> = ended
    ? saidOnly("the move has ended (peerStack is none)")
    : twice
      ? saidOnly("no up, before an ordinal is in one cluster only")
      : nextOf(seen, configs, { start, replicas });
  const contradictions = found.flatMap((each) => ("problem" in each ? [each.problem] : []));
  const problems = [...contradictions, ...next.problems].filter(isFirst);
  return {
    format: statusFormat,
    at: seen.at,
    good: problems.length === 0 && seen.gates.every(({ holds }) => holds),
    set: { name, namespace, start, replicas },
    ended,
    batch: Math.min(...configs.map(({ batch }) => batch)),
    ordinals,
    halves: { source: halfOf("source", seen, ordinals), destination: halfOf("destination", seen, ordinals) },
    ...(seen.offered === undefined ? {} : { offered: [...seen.offered].sort((a, b) => a - b) }),
    gates: seen.gates,
    problems,
    warnings: found.flatMap((each) => ("warning" in each ? [each.warning] : [])).filter(isFirst),
    next: next.value,
  };
}

/** A cluster that is not the half's own says nothing about it: it counts as not seen. */
function withoutOthers({ clusters, stacks }: Seen): Seen["clusters"] {
  const own = (side: Side): Seen["clusters"][Side] => {
    const [here, there] = [clusters[side], clusters[peerOf(side)]];
    if (!isSeen(here)) return here;
    const { context, clusterUid } = here;
    const todo = "Correct kubernetes:context (or kubernetes:kubeconfig) of this stack";
    const recorded = stacks[side].record?.cluster;
    if (recorded !== undefined && recorded !== clusterUid) {
      const what = `it is another cluster than that of this half's last up (uid of kube-system ${clusterUid}, and not ${recorded})`;
      return { context, unreachable: `${what}. ${todo}` };
    }
    const isPeers = clusterUid === stacks[peerOf(side)].record?.cluster;
    const isSame = recorded === undefined && isSeen(there) && there.clusterUid === clusterUid;
    return isPeers || isSame
      ? { context, unreachable: `it is the cluster of the ${peerOf(side)}: both halves would be one. ${todo}` }
      : here;
  };
  return { source: own("source"), destination: own("destination") };
}

/**
 * What both clusters have, and what neither has.
 *
 * @param hasBegun whether any `up` has completed: before, nothing need run.
 */
function* bothFindings(ordinals: readonly OrdinalStatus[], hasBegun: boolean): Iterable<Finding> {
  for (const twice of runsOf(ordinals, "both")) {
    yield problem({
      where: "BOTH CLUSTERS:",
      what: `${ordinalsText(twice)} may run twice: each cluster has a pod of it, or allows one`,
      todo: "Change nothing else. Find out which of the two has the data, and stop the other one",
    });
  }
  for (const gap of hasBegun ? runsOf(ordinals, "neither") : []) {
    const what = `${gap.replicas === 1 ? "runs" : "run"} in neither cluster: a step is unfinished`;
    yield warning({ where: ordinalsText(gap), what });
  }
}

/** Runs of ordinals that live at one place. */
function runsOf(ordinals: readonly OrdinalStatus[], home: OrdinalStatus["home"]): OrdinalRange[] {
  const runs: { start: number; replicas: number }[] = [];
  for (const each of ordinals) {
    if (each.home !== home) continue;
    const last = runs.at(-1);
    if (last !== undefined && endOf(last) === each.ordinal) last.replicas++;
    else runs.push({ start: each.ordinal, replicas: 1 });
  }
  return runs;
}

function* podFindings(ordinals: readonly OrdinalStatus[]): Iterable<Finding> {
  for (const { ordinal, ...cells } of ordinals) {
    for (const side of sides) {
      const cell = cells[side];
      if (cell === undefined || cell.state === "ready") continue;
      const what = {
        notReady: cell.why ?? "is not Ready",
        noPod: "has no pod yet",
        leaving: `is leaving${cell.why === undefined ? "" : `: ${cell.why}`}`,
      }[cell.state];
      yield warning({ where: `ordinal ${ordinal}, ${side}:`, what });
    }
  }
}

function saidOnly(words: string, ...problems: readonly Problem[]): Reading<Next> {
  return { value: { words, left: 0 }, problems };
}

function nextOf(seen: Seen, configs: readonly StackConfig[], set: OrdinalRange): Reading<Next> {
  const { source, destination } = seen.stacks;
  const [first, second] = configs;
  if (first === undefined || second === undefined) return saidOnly("not known: a stack cannot be read");
  if (sides.some((side) => seen.stacks[side].problems.length > 0)) return saidOnly("not known: see the problems");
  if (first.wanted !== second.wanted) {
    const removals = sides.map((side) => `pulumi config rm cutoverIndex -s ${seen.stacks[side].stack}`).join("; ");
    return saidOnly("not known: the stacks want different indexes", {
      where: "cutoverIndex",
      what: `is ${first.wanted} in stack ${source.stack} and ${second.wanted} in stack ${destination.stack}`,
      todo: `Keep it in Pulumi.yaml alone: ${removals}`,
    });
  }
  return nextUp({
    set,
    batch: Math.min(first.batch, second.batch),
    to: first.wanted,
    records: { source: source.record, destination: destination.record },
    stacks: { source: source.stack, destination: destination.stack },
    live: { source: liveOf("source", seen), destination: liveOf("destination", seen) },
  });
}

function liveOf(side: Side, { clusters, stacks }: Seen): Way["live"][Side] {
  const cluster = clusters[side];
  if (!isSeen(cluster)) return "unseen";
  return cluster.set !== undefined && isOurs(side, cluster, stacks[side].record) ? liveHalf(cluster.set) : undefined;
}

function halfOf(side: Side, { stacks, clusters }: Seen, ordinals: readonly OrdinalStatus[]): HalfStatus {
  const { stack, config, record, lock } = stacks[side];
  const cluster = clusters[side];
  const { cutoverIndex, held, turn } = record ?? {};
  return {
    stack,
    ...(config === undefined ? {} : { wanted: config.wanted }),
    ...(cutoverIndex === undefined || held === undefined || turn === undefined
      ? {}
      : { recorded: { cutoverIndex, held, turn } }),
    ...(cluster === undefined ? {} : { cluster: clusterOf(side, cluster, ordinals) }),
    stackLock: lock,
  };
}

function clusterOf(
  side: Side,
  cluster: NonNullable<Seen["clusters"][Side]>,
  ordinals: readonly OrdinalStatus[],
): ClusterStatus {
  const { context } = cluster;
  if (!isSeen(cluster)) return { context, reachable: false, rangeLock: "unknown" };
  const { set, clusterUid, rangeLock } = cluster;
  if (set === undefined) return { context, reachable: true, uid: clusterUid, rangeLock };
  const { range, turn } = liveHalf(set);
  const ready = ordinals.filter((each) => each[side]?.state === "ready").length;
  return {
    ...{ context, reachable: true, uid: clusterUid, rangeLock },
    set: { range, ...(isHalf(set) ? { turn } : {}), ready },
  };
}
