import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet } from "../core/kubernetes";
import { claimName, isReady, ordinalIn, rangeOfSet } from "../core/kubernetes";
import type { Side } from "../core/ordinals";
import { noOrdinals, ordinalsOutside, sides } from "../core/ordinals";
import type { SimulatedCluster } from "./cluster/simulatedCluster";
import { backing } from "./volumeInvariants";
import type { Moment, MovedSet, Snapshot } from "./invariants";

/** What has happened to the set since the last look. */
export interface Happened {
  /** Both clusters, as far as anything of these ordinals and disks has changed in either: all that can have gone wrong. */
  readonly moment: Moment;
  /** Backings whose volumes came, went or changed. */
  readonly backings: ReadonlySet<string>;
}

/**
 * Follows what happens to the set that is being moved, so that an invariant is checked where something has happened and
 * a step costs the same for a set of three and of a thousand.
 */
export class SetWatch {
  /** Ordinals that have a pod, terminating ones included. */
  public readonly pods: Readonly<Record<Side, Set<number>>> = { source: new Set(), destination: new Set() };
  /** Ordinals that have a Ready pod. */
  public readonly ready: Readonly<Record<Side, Set<number>>> = { source: new Set(), destination: new Set() };
  /** Whether anything has happened since the last look. */
  public stirred = true;
  private ordinals = new Set<number>();
  private backings = new Set<string>();
  /** The volumes on each backing, by name. */
  private readonly volumes: Record<Side, Map<string, Set<string>>> = { source: new Map(), destination: new Map() };
  /** Pods that have changed since `begin`, as they were then. */
  private readonly earlier: Record<Side, Map<string, Pod>> = { source: new Map(), destination: new Map() };

  public constructor(
    private readonly set: MovedSet,
    private readonly clusters: Readonly<Record<Side, SimulatedCluster>>,
  ) {
    for (const side of sides) {
      clusters[side].listen((before, after) => {
        this.hear(side, before, after);
      });
    }
  }

  /** An `up` begins: from now on pods are remembered as they were. */
  public begin(): void {
    for (const side of sides) this.earlier[side].clear();
  }

  /** The pods that have changed since `begin`: as they were, and as they are. */
  public changedPods(): { readonly before: Moment; readonly after: Moment } {
    const pods = (side: Side, of: (name: string) => Pod | undefined): Snapshot => ({
      pods: [...this.earlier[side].keys()].map(of).filter((pod) => pod !== undefined),
      claims: [],
      volumes: [],
    });
    const both = (of: (side: Side) => (name: string) => Pod | undefined): Moment => ({
      source: pods("source", of("source")),
      destination: pods("destination", of("destination")),
    });
    return {
      before: both((side) => (name) => this.earlier[side].get(name)),
      after: both((side) => (name) => this.object(side, "Pod", name)),
    };
  }

  /** What has happened since this was asked last. */
  public take(): Happened {
    const { ordinals, backings } = this;
    this.ordinals = new Set();
    this.backings = new Set();
    this.stirred = false;
    const look = (side: Side): Snapshot => this.look(side, ordinals, backings);
    return { moment: { source: look("source"), destination: look("destination") }, backings };
  }

  private hear(side: Side, before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    const object = after ?? before;
    if (object?.kind === "PersistentVolume") {
      this.hearOfVolume(side, before as PersistentVolume | undefined, after as PersistentVolume | undefined);
    }
    if (object?.metadata.namespace !== this.set.namespace) return;
    const { kind, metadata } = object;
    if (kind === "Pod") {
      this.hearOfPod(side, ordinalIn(metadata.name, this.set.name), after);
      if (before !== undefined && !this.earlier[side].has(metadata.name)) {
        this.earlier[side].set(metadata.name, before);
      }
    } else if (kind === "PersistentVolumeClaim") {
      const [, ordinal] = /-(\d+)$/.exec(metadata.name) ?? [];
      if (ordinal !== undefined && metadata.name.endsWith(`-${this.set.name}-${ordinal}`)) this.touch(Number(ordinal));
    } else if (kind === "StatefulSet" && metadata.name === this.set.name) {
      this.stirred = true;
      const [old = noOrdinals, now = noOrdinals] = [before, after].map((set) => set && rangeOfSet(set as StatefulSet));
      for (const ordinal of [...ordinalsOutside(old, now), ...ordinalsOutside(now, old)]) this.touch(ordinal);
    }
  }

  private hearOfPod(side: Side, ordinal: number | undefined, after: Pod | undefined): void {
    if (ordinal === undefined) return;
    this.touch(ordinal);
    const note = (ordinals: Set<number>, has: boolean): unknown =>
      has ? ordinals.add(ordinal) : ordinals.delete(ordinal);
    note(this.pods[side], after !== undefined);
    note(this.ready[side], after !== undefined && isReady(after));
  }

  private hearOfVolume(side: Side, before: PersistentVolume | undefined, after: PersistentVolume | undefined): void {
    for (const volume of [before, after]) {
      if (volume === undefined) continue;
      const key = backing(volume);
      const names = this.volumes[side].get(key) ?? new Set<string>();
      this.volumes[side].set(key, names);
      names.delete(volume.metadata.name);
      if (volume === after) names.add(volume.metadata.name);
      this.backings.add(key);
      this.stirred = true;
    }
  }

  private touch(ordinal: number): void {
    this.ordinals.add(ordinal);
    this.stirred = true;
  }

  private look(side: Side, ordinals: ReadonlySet<number>, backings: ReadonlySet<string>): Snapshot {
    const { name } = this.set;
    const set = this.object(side, "StatefulSet", name, "apps/v1") as StatefulSet | undefined;
    const templates = set?.spec.volumeClaimTemplates ?? [];
    const found = <T>(kind: string, names: readonly string[]): T[] =>
      names.map((each) => this.object(side, kind, each)).filter((object) => object !== undefined) as T[];
    const numbers = [...ordinals];
    const claims = found<PersistentVolumeClaim>(
      "PersistentVolumeClaim",
      numbers.flatMap((ordinal) => templates.map(({ metadata }) => claimName(metadata.name, name, ordinal))),
    );
    const volumes = new Set([
      ...claims.map(({ spec }) => spec.volumeName ?? ""),
      ...[...backings].flatMap((key) => [...(this.volumes[side].get(key) ?? [])]),
    ]);
    return {
      ...(set === undefined ? {} : { set }),
      pods: found<Pod>(
        "Pod",
        numbers.map((ordinal) => `${name}-${ordinal}`),
      ),
      claims,
      volumes: found<PersistentVolume>("PersistentVolume", [...volumes]),
    };
  }

  private object(side: Side, kind: string, name: string, apiVersion = "v1"): KubernetesObject | undefined {
    const place = kind === "PersistentVolume" ? {} : { namespace: this.set.namespace };
    return this.clusters[side].get({ apiVersion, kind, name, ...place });
  }
}
