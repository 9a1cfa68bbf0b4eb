import type { Pod } from "../core/kubernetes";
import type { LeavingPod } from "../core/protections/leaving";
import { hasStopped } from "../core/protections/stopped";
import { mostSingleReads, Unreachable } from "./client/cluster";
import type { Cluster } from "./client/cluster";

/**
 * What a watch saw of pods that leave: their last objects, by uid. It is in the memory of one `up`, begun before its write;
 * what it did not see, because it broke, was not allowed or the `up` was killed, counts as not seen.
 */
export class Departures {
  private readonly last = new Map<string, Pod>();
  private stops: readonly (() => void)[] = [];

  /** Begins to watch pods, with one watch for each of a few. Every deletion after that is seen, or the watch has broken. */
  public static async of(cluster: Cluster, namespace: string, pods: readonly LeavingPod[]): Promise<Departures> {
    const departures = new Departures();
    const onDeleted = (pod: Pod): void => {
      departures.last.set(pod.metadata.uid ?? "", pod);
    };
    const kind = { apiVersion: "v1", kind: "Pod", namespace };
    const listings = pods.length > mostSingleReads ? [kind] : pods.map(({ name }) => ({ ...kind, name }));
    try {
      departures.stops = await Promise.all(listings.map((listing) => cluster.watchDeleted(listing, onDeleted)));
    } catch (error) {
      // The account may not watch, or the API server did not answer: the nodes speak for the pods then.
      if (!(error instanceof Unreachable)) throw error;
    }
    return departures;
  }

  /** Whether the kubelet of a pod has said, in its last word, that the pod has stopped. */
  public hasStopped({ id }: LeavingPod): boolean {
    const pod = this.last.get(id);
    return pod !== undefined && hasStopped(pod);
  }

  /** Ends the watch. What was seen stays. */
  public end(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
  }
}
