import { clusterProblems, minorOf, hasRangeLock, versionProblem } from "../contract/clusterIdentity";
import { annotations } from "../kubernetes";
import { peerOf } from "../ordinals";
import { finder, findingOf } from "./finding";
import type { Finding } from "./finding";
import { isSeen } from "./seen";
import type { Examined, ExaminedHalf, SeenHalf } from "./seen";

/** What could not be looked at: each such look is told, so that silence means that it was made. */
export function checkLooks({ side, seen, context, stack }: ExaminedHalf): Finding[] {
  if (typeof seen === "string") {
    return [
      finder("cluster", side)(
        "critical",
        `the cluster of context ${context}`,
        `does not answer, so nothing of it was looked at: ${seen}`,
        `Mend the connection, or correct kubernetes:context of stack ${stack}`,
      ),
    ];
  }
  return seen.unseen.map(({ check, severity, object, why }) =>
    finder(check, side)(
      severity,
      object,
      `could not be looked at: ${why}`,
      "Give the account that right and run this again, or look yourself",
    ),
  );
}

/** Which cluster it is, whether it is new enough, and whether set and namespace can be written. */
export function checkCluster(half: SeenHalf, { halves, set }: Examined): Finding[] {
  const { side, seen, context, record } = half;
  const peer = halves[peerOf(side)].record;
  const { clusterUid, version, set: live } = seen;
  const madeIn = live?.metadata.annotations?.[annotations.cluster];
  const needsStart = side === "destination" || set.start > 0;
  const tooOld = version === undefined || !needsStart ? undefined : versionProblem(version, context);
  const problems = [
    ...(clusterUid === undefined ? [] : clusterProblems(clusterUid, context, record, peer, madeIn)),
    ...(tooOld === undefined ? [] : [tooOld]),
  ];
  const find = finder("cluster", side);
  const title = `the cluster of context ${context}`;
  return [
    ...problems.map((problem) => findingOf("cluster", side, "critical", problem)),
    ...(needsStart && tooOld === undefined && seen.keepsOrdinals === false
      ? [
          find(
            "critical",
            title,
            "drops spec.ordinals of a set without a word (tried, as a dry run): a set of it would start at ordinal 0",
            "Turn the feature gate StatefulSetStartOrdinal on, or upgrade the cluster",
          ),
        ]
      : []),
    ...lockFindings(half, title),
    ...spaceFindings(half),
  ];
}

/** Both clusters beside each other. */
export function checkBothClusters({ halves }: Examined): Finding[] {
  const { source, destination } = halves;
  if (!isSeen(source) || !isSeen(destination)) return [];
  const find = finder("cluster", undefined);
  const [from, to] = [source.seen, destination.seen];
  const same = from.clusterUid !== undefined && from.clusterUid === to.clusterUid;
  const [old, young] = [minorOf(from.version ?? ""), minorOf(to.version ?? "")];
  return [
    // With outputs of either half it is told already.
    ...(same && source.record === undefined && destination.record === undefined
      ? [
          find(
            "critical",
            `contexts ${source.context} and ${destination.context}`,
            "lead to one and the same cluster: both halves would be one",
            "Correct kubernetes:context of one of the stacks",
          ),
        ]
      : []),
    ...(old !== undefined && young !== undefined && young < old
      ? [
          find(
            "warning",
            `the cluster of context ${destination.context}`,
            `is older (${to.version ?? ""}) than that of the source (${from.version ?? ""}): it may lack fields that the set uses, and drops them without a word`,
            "Upgrade it first, or compare what it stores: kubectl diff",
          ),
        ]
      : []),
  ];
}

/** The most by which the two clocks may differ from this machine's. Certificates and tokens have seconds to minutes of leeway. */
const mostAheadMs = 10_000;

/** Whether the API server's clock agrees with this machine's, and nodes renew their leases by it. */
export function checkClock({ side, seen, context }: SeenHalf): Finding[] {
  const { clock } = seen;
  if (clock === undefined || Math.abs(clock.aheadMs) - clock.withinMs <= mostAheadMs) return [];
  const by = `${Math.round(Math.abs(clock.aheadMs) / 1_000)} s ${clock.aheadMs > 0 ? "ahead of" : "behind"}`;
  return [
    finder("clocks", side)(
      "warning",
      `the API server of context ${context}`,
      `has a clock that is ${by} this machine's: tokens and certificates may count as not yet or no longer valid, and times in messages mislead`,
      "Synchronise the clocks (NTP) of both",
    ),
  ];
}

function lockFindings({ side, seen, config }: SeenHalf, title: string): Finding[] {
  const find = finder("cluster", side);
  if (config.rangeLock === false) {
    return [
      find(
        "warning",
        "rangeLock",
        "is false: nothing keeps kubectl, an autoscaler, Helm or GitOps from undoing a step in this cluster",
        "Remove rangeLock from the config",
      ),
    ];
  }
  if (seen.version === undefined || hasRangeLock(seen.version)) return [];
  return [
    find(
      config.rangeLock === true ? "critical" : "warning",
      title,
      `has no admission policies (${seen.version}, they are stable from 1.30 on), so there is no rangeLock around the set`,
      "See that nobody scales or applies the set during the move, or upgrade the cluster",
    ),
  ];
}

function spaceFindings({ side, seen, config, workload: { namespace }, context }: SeenHalf): Finding[] {
  const find = finder("cluster", side);
  const space = seen.namespaceObject;
  const isUnknown = seen.unseen.some(({ object }) => object === `Namespace ${namespace}`);
  if (space === undefined && !isUnknown && !config.createNamespace) {
    return [
      find(
        "critical",
        `Namespace ${namespace}`,
        `does not exist in the cluster of context ${context}, and createNamespace is false`,
        `Create it (kubectl create namespace ${namespace}), or remove createNamespace`,
      ),
    ];
  }
  if (space?.metadata.deletionTimestamp === undefined) return [];
  return [find("critical", `Namespace ${namespace}`, "is being deleted, and all in it", "Wait until it is gone")];
}
