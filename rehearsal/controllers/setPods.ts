import { isReady, readyOf } from "../../core/kubernetes";
import type { Pod } from "../../core/kubernetes";
import { field } from "../../core/json";
import { revisionLabel } from "./newPod";

/** Whether a pod is on its way out. */
export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** Name of the revision that a pod was made from. */
export const revisionOf = (pod: Pod): string => pod.metadata.labels?.[revisionLabel] ?? "";

/** Also while it is terminating. */
const saysReady = (pod: Pod): boolean => readyOf(pod)?.status === "True";

/** When a pod became Ready. A terminating pod stays Ready until its containers stop. */
function readySinceMs(pod: Pod): number {
  const since = field(readyOf(pod), "lastTransitionTime");
  return typeof since === "string" ? Date.parse(since) : 0;
}

/** The pods of one set, counted as they change: with a thousand of them nobody looks at each. */
export class SetPods {
  /** All of them by ordinal, terminating ones included. */
  public readonly byOrdinal = new Map<number, Pod>();
  /** Ordinals of pods that are not Ready or are terminating. */
  public readonly unready = new Set<number>();
  /** How many pods are Ready, terminating ones included. */
  public ready = 0;
  private readonly byRevision = new Map<string, number>();

  /** A pod came, changed or went. */
  public change(ordinal: number, before: Pod | undefined, after: Pod | undefined): void {
    if (before !== undefined) this.count(before, -1);
    this.unready.delete(ordinal);
    this.byOrdinal.delete(ordinal);
    if (after === undefined) return;
    this.count(after, 1);
    if (!isReady(after)) this.unready.add(ordinal);
    this.byOrdinal.set(ordinal, after);
  }

  /** How many pods that are not terminating are of a revision. */
  public ofRevision(revision: string): number {
    return this.byRevision.get(revision) ?? 0;
  }

  /** Whether any pod is of a revision. */
  public uses(revision: string): boolean {
    return [...this.byOrdinal.values()].some((pod) => revisionOf(pod) === revision);
  }

  /** Ordinals of pods that are Ready, but not yet for `minReadySeconds`: they do not count as available. */
  public young(minReadySeconds: number, nowMs: number): ReadonlySet<number> {
    if (minReadySeconds === 0) return new Set();
    const isYoung = (pod: Pod): boolean => saysReady(pod) && readySinceMs(pod) + minReadySeconds * 1000 > nowMs;
    return new Set([...this.byOrdinal].flatMap(([ordinal, pod]) => (isYoung(pod) ? [ordinal] : [])));
  }

  private count(pod: Pod, by: 1 | -1): void {
    if (saysReady(pod) && pod.status?.phase === "Running") this.ready += by;
    if (!isTerminating(pod)) this.byRevision.set(revisionOf(pod), this.ofRevision(revisionOf(pod)) + by);
  }
}
