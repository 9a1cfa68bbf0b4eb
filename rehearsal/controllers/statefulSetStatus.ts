import { rangeOfSet } from "../../core/kubernetes";
import type { StatefulSet } from "../../core/kubernetes";
import type { Revisions } from "./revisionHistory";
import type { SetPods } from "./setPods";

type Status = NonNullable<StatefulSet["status"]>;

const nonZero = (name: string, value: number): Status => (value === 0 ? {} : { [name]: value });

/**
 * The status of a set, as its controller writes it. A roll-out is over, and the updated revision the current one, as soon as
 * all pods are updated and Ready.
 *
 * @param available how many pods are Ready for long enough.
 */
export function statusOf(set: StatefulSet, pods: SetPods, revisions: Revisions, available: number): Status {
  const { ready } = pods;
  const replicas = pods.byOrdinal.size;
  const updated = pods.ofRevision(revisions.update);
  const rolling = set.spec.updateStrategy?.type !== "OnDelete";
  const complete = rolling && [updated, ready, replicas].every((n) => n === rangeOfSet(set).replicas);
  return {
    availableReplicas: available,
    collisionCount: 0,
    ...nonZero("currentReplicas", complete ? updated : pods.ofRevision(revisions.current)),
    currentRevision: complete ? revisions.update : revisions.current,
    observedGeneration: set.metadata.generation,
    ...nonZero("readyReplicas", ready),
    replicas,
    updateRevision: revisions.update,
    ...nonZero("updatedReplicas", updated),
  };
}
