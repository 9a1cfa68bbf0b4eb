import { ApiRefusal } from "../../../rehearsal/apiServer/apiRefusal";
import type { StatefulSet } from "../../../core/kubernetes";
import { annotations } from "../../../core/kubernetes";
import type { OrdinalRange, Side } from "../../../core/ordinals";
import { endOf, ordinalsOf, sides } from "../../../core/ordinals";
import type { Done } from "./checks";
import { Nodes } from "./nodes";
import { name, namespace, setReference } from "./scene";
import type { Clusters, Scenario } from "./scene";

/** What can happen to a pod, or to its node; `mend` takes back that it does not get ready, or does not end. */
export type PodTrouble = "delete" | "forceDelete" | "cutOff" | "neverReady" | "stuckTerminating" | "mend";

/** Everything that is done to the two clusters but by an `up`. */
export class Hands {
  /** How often somebody has scaled or deleted a set. */
  public acts = 0;
  public readonly nodes: Readonly<Record<Side, Nodes>>;

  /**
   * @param done is told what was done: some promises hold only without it.
   * @param look is called after every change.
   */
  public constructor(
    private readonly scenario: Scenario,
    private readonly clusters: Clusters,
    private readonly done: Done,
    private readonly look: () => void,
  ) {
    const { attaches } = scenario;
    this.nodes = {
      source: new Nodes(clusters.source, attaches),
      destination: new Nodes(clusters.destination, attaches),
    };
  }

  /** `kubectl scale`. False if it changes nothing or is denied. */
  public scale(side: Side, by: number): boolean {
    const { spec } = this.liveSet(side) ?? {};
    if (spec === undefined) return false;
    const start = spec.ordinals?.start ?? 0;
    const replicas = Math.min(Math.max(0, (spec.replicas ?? 1) + by), endOf(this.scenario) - start);
    if (replicas === spec.replicas) return false;
    return this.act("scaled", () =>
      this.clusters[side].edit(setReference, (live) => ({
        ...live,
        spec: { ...(live as StatefulSet).spec, replicas },
      })),
    );
  }

  /** Gives a set a range by hand, because a refusal says so: all that is promised holds on. */
  public bringBack(side: Side, { start, replicas }: OrdinalRange): void {
    const { spec } = this.liveSet(side) ?? {};
    const ordinals = start === (spec?.ordinals?.start ?? 0) ? {} : { ordinals: { start } };
    const change = { replicas, ...ordinals };
    this.clusters[side].edit(setReference, (live) => ({ ...live, spec: { ...(live as StatefulSet).spec, ...change } }));
    this.look();
  }

  /** `kubectl delete statefulset`. False if there is none, or that is denied. */
  public deleteSet(side: Side): boolean {
    if (this.liveSet(side) === undefined) return false;
    return this.act("deleted", () => {
      this.clusters[side].delete(setReference);
    });
  }

  /** Puts a turn annotation back. */
  public annotateTurn(side: Side, turn: number): void {
    this.clusters[side].edit(setReference, (live) => {
      const marks = { ...live.metadata.annotations, [annotations.turn]: String(turn) };
      return { ...live, metadata: { ...live.metadata, annotations: marks } };
    });
  }

  /** Something happens to a pod. False if that changes nothing. */
  public podTrouble(what: PodTrouble, side: Side, ordinal: number): boolean {
    switch (what) {
      case "delete":
        return this.deletePod(side, ordinal);
      case "forceDelete": {
        const isGone = this.nodes[side].forceDelete(ordinal);
        this.look();
        return isGone;
      }
      case "cutOff":
        return this.nodes[side].cutOffNodeOf(ordinal);
      case "mend":
      case "neverReady":
      case "stuckTerminating":
        this.clusters[side].setPodFault(namespace, `${name}-${ordinal}`, what === "mend" ? undefined : what);
        return true;
    }
  }

  /** Mends all pods and nodes. */
  public mend(): void {
    for (const side of sides) {
      for (const ordinal of ordinalsOf(this.scenario)) this.podTrouble("mend", side, ordinal);
      this.nodes[side].comeBack();
    }
  }

  /** `kubectl delete pod`. False if there is none. */
  public deletePod(side: Side, ordinal: number): boolean {
    const pod = { apiVersion: "v1", kind: "Pod", namespace, name: `${name}-${ordinal}` };
    const found = this.clusters[side].get(pod);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return false;
    this.clusters[side].delete(pod);
    this.look();
    return true;
  }

  private act(what: "scaled" | "deleted", change: () => unknown): boolean {
    const before = this.done[what];
    try {
      // What is promised depends on it from here on, also while it happens.
      this.done[what] = true;
      change();
      this.acts += 1;
      this.look();
      return true;
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      this.done[what] = before;
      return false;
    }
  }

  private liveSet(side: Side): StatefulSet | undefined {
    return this.clusters[side].get(setReference) as StatefulSet | undefined;
  }
}
