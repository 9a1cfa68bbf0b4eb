import { annotations, rangeOfSet } from "../kubernetes";
import type { StatefulSet } from "../kubernetes";
import { formatRange } from "../ordinals";
import type { Decision, LiveHalf } from "../protocol/protocol";

/**
 * The API's defaults of fields whose change Pulumi's provider answers by replacing the set. A default that is written down
 * later would look like such a change, although the live set stays the same.
 */
const fixedDefaults = { podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10 } as const;

/**
 * The StatefulSet of one half: the whole set with its range, turn and cluster. `replicas`, `ordinals.start` and the
 * annotations are one object, so that one API write changes them together.
 *
 * @param set the whole set, as in the manifests.
 * @param clusterUid uid of the half's cluster.
 * @param leaving what to note of the pods that leave; undefined: nothing.
 */
export function halfOfSet(set: StatefulSet, decision: Decision, clusterUid: string, leaving?: string): StatefulSet {
  const { start, replicas } = decision.range;
  // A source that is numbered from 0 sends no `ordinals`: a cluster older than 1.27 would drop them.
  const sendsStart = decision.side === "destination" || start !== 0;
  const spec: StatefulSet["spec"] = {
    ...fixedDefaults,
    ...set.spec,
    replicas,
    ...translatedStrategy(set, decision),
  };
  if (sendsStart) spec.ordinals = { start };
  else delete spec.ordinals;
  return {
    ...set,
    metadata: {
      ...set.metadata,
      annotations: {
        ...set.metadata.annotations,
        [annotations.range]: formatRange(decision.range),
        [annotations.turn]: String(decision.turn),
        [annotations.cluster]: clusterUid,
        ...(leaving === undefined ? {} : { [annotations.leaving]: leaving }),
        // Takes `replicas` back from a foreign `kubectl scale` instead of failing on a field-manager conflict.
        "pulumi.com/patchForce": "true",
      },
    },
    spec,
  };
}

/**
 * `partition` counts pods from a set's own start ordinal, so the half that starts later needs a smaller one for the same
 * pods. Source: the StatefulSet controller, which indexes pods from `ordinals.start`.
 */
function translatedStrategy(set: StatefulSet, decision: Decision): Pick<StatefulSet["spec"], "updateStrategy"> {
  const strategy = set.spec.updateStrategy;
  const partition = strategy?.rollingUpdate?.partition;
  if (strategy === undefined || partition === undefined) return {};
  const skipped = decision.range.start - decision.set.start;
  return {
    updateStrategy: {
      ...strategy,
      rollingUpdate: { ...strategy.rollingUpdate, partition: Math.max(0, partition - skipped) },
    },
  };
}

/** The protocol's view of a live set. A turn that is missing or not a number counts as 0. */
export function liveHalf(set: StatefulSet): LiveHalf {
  const turn = set.metadata.annotations?.[annotations.turn] ?? "";
  return { range: rangeOfSet(set), turn: /^\d{1,15}$/.test(turn) ? Number(turn) : 0 };
}

/** Whether this program has ever written a set: it carries a turn then. */
export function isHalf(set: StatefulSet | undefined): set is StatefulSet {
  return set?.metadata.annotations?.[annotations.turn] !== undefined;
}

/** Why a set on its way out may not be written: its turn would go with it. */
export function beingDeleted(namespace: string, name: string): string {
  return `StatefulSet ${namespace}/${name} is being deleted. Wait until it is gone, then run pulumi up again`;
}
