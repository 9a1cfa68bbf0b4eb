import { whyNotReady } from "../project/podTrouble";
import { rangeOfSet, titleOf } from "../kubernetes";
import type { Pod, StatefulSet } from "../kubernetes";
import { holds, ordinalsOf } from "../ordinals";
import { whyNodeSilent } from "../protections/leaving";
import { isHalf } from "../set/half";
import { podsOfSet, whyNoRelease, whyRetentionDestroys } from "../volumes/handOver";
import { finder } from "./finding";
import type { Finding } from "./finding";
import { nextOrdinals, setTitle } from "./seen";
import type { Examined, SeenHalf } from "./seen";

/** Whether set and pods are as a step needs them. */
export function checkHealth(half: SeenHalf, examined: Examined): Finding[] {
  const { side, seen, record, config, stack } = half;
  const find = finder("health", side);
  const title = setTitle(examined);
  const { set, pods = [], unseen } = seen;
  if (set === undefined) {
    if (unseen.some(({ object }) => object === title)) return [];
    if (record !== undefined && record.held.replicas > 0) {
      const why = "does not exist, and the last up of this half vouches for ordinals in it";
      return [find("critical", title, why, `Find out who deleted it, then run: pulumi up -s ${stack}`)];
    }
    if (side === "source" && config.adopt && record === undefined) {
      return [
        find("critical", title, "does not exist, and adopt is true", "Correct kubernetes:context or the manifests"),
      ];
    }
    return [];
  }
  return [
    ...setFindings(half, set, title),
    ...podFindings(half, set, pods),
    ...releaseFindings(half, set, pods, examined),
  ];
}

function setFindings({ side, record, workload }: SeenHalf, set: StatefulSet, title: string): Finding[] {
  const find = finder("health", side);
  const { observedGeneration = 0, currentRevision, updateRevision } = set.status ?? {};
  const kubectl = `kubectl -n ${workload.namespace}`;
  const destroys = whyRetentionDestroys(set);
  const rollsOut = currentRevision !== updateRevision && set.spec.updateStrategy?.type !== "OnDelete";
  // What is to be taken over is compared at rest.
  const adopts = record === undefined && side === "source" && !isHalf(set);
  return [
    ...(set.metadata.deletionTimestamp === undefined
      ? []
      : [
          find(
            "critical",
            title,
            "is being deleted: its turn would go with it",
            "Wait until it is gone, then run pulumi up again",
          ),
        ]),
    ...(destroys === undefined
      ? []
      : [find("critical", title, `would lose data: ${destroys}`, "Set it to Retain, as it says")]),
    ...(observedGeneration >= (set.metadata.generation ?? 0)
      ? []
      : [
          find(
            "warning",
            title,
            "was changed just now, and its controller has not seen it yet",
            "Wait a moment, and see that the controller manager runs",
          ),
        ]),
    ...(rollsOut
      ? [
          find(
            adopts ? "critical" : "error",
            title,
            `is in the middle of a roll-out (${String(currentRevision)} to ${String(updateRevision)}): pods restart beside the step`,
            `Finish it or take it back: ${kubectl} rollout status statefulset ${set.metadata.name}`,
          ),
        ]
      : []),
  ];
}

function podFindings({ side, workload, seen }: SeenHalf, set: StatefulSet, pods: readonly Pod[]): Finding[] {
  if (seen.pods === undefined) return [];
  const find = finder("health", side);
  const range = rangeOfSet(set);
  const own = podsOfSet(set.metadata.name, pods);
  const missing = ordinalsOf(range).filter((ordinal) => !own.has(ordinal));
  const extra = [...own.keys()].filter((ordinal) => !holds(range, ordinal));
  const describe = `kubectl -n ${workload.namespace} describe`;
  return [
    ...[...own.values()].flatMap((pod) => {
      const why = whyNotReady(pod);
      if (why === undefined) return [];
      return [
        find(
          "error",
          titleOf(pod),
          `is not Ready: ${why}`,
          `Make it Ready first: ${describe} pod ${pod.metadata.name}`,
        ),
      ];
    }),
    ...(missing.length === 0
      ? []
      : [
          find(
            "error",
            titleOf(set),
            `has no pod of ${listed(missing)}, which its spec has: something keeps them from being made`,
            `See its events: ${describe} statefulset ${set.metadata.name}`,
          ),
        ]),
    ...(extra.length === 0
      ? []
      : [
          find(
            "error",
            titleOf(set),
            `still has pods of ${listed(extra)}, which its spec has not: a step has not finished`,
            "Wait until they are gone, then run the same up again; never delete them by force",
          ),
        ]),
  ];
}

/** What would refuse the next release, as an `up` itself says it. */
function releaseFindings(half: SeenHalf, set: StatefulSet, pods: readonly Pod[], examined: Examined): Finding[] {
  const { side, seen } = half;
  if (examined.moving.to === side || seen.pods === undefined) return [];
  const find = finder("health", side);
  const next = nextOrdinals(examined).filter((ordinal) => holds(rangeOfSet(set), ordinal));
  const { start, replicas } = rangeOfSet(set);
  const left = { start: side === "source" ? start : start + next.length, replicas: replicas - next.length };
  const own = podsOfSet(set.metadata.name, pods);
  return [
    ...whyNoRelease(set, next, left, pods).map((why) =>
      find("critical", titleOf(set), `cannot give an ordinal up: ${why}`, "Do what it says"),
    ),
    ...next.flatMap((ordinal) => {
      const pod = own.get(ordinal);
      const node = pod?.spec?.nodeName;
      if (pod === undefined || node === undefined) return [];
      const look = seen.leavingNodes.get(node);
      const silent = look === undefined ? undefined : whyNodeSilent(node, look);
      if (silent === undefined) return [];
      return [
        find(
          "critical",
          titleOf(pod),
          `goes with the next step, and nobody could vouch that it stops: ${silent}`,
          `Mend the node: kubectl describe node ${node}`,
        ),
      ];
    }),
  ];
}

/** Ordinals in a sentence; the first few of many. */
function listed(ordinals: readonly number[]): string {
  const shown = ordinals.slice(0, 8).join(", ");
  const more = ordinals.length > 8 ? ` and ${ordinals.length - 8} more` : "";
  return `ordinal${ordinals.length === 1 ? "" : "s"} ${shown}${more}`;
}
