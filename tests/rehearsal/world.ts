import type { PersistentVolume, PersistentVolumeClaim, StatefulSet } from "../../core/kubernetes";
import type { Side } from "../../core/ordinals";
import { peerOf, sides } from "../../core/ordinals";
import { program } from "../../program";
import type { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import { WatchedCluster } from "../../rehearsal/cluster/watchedCluster";
import { SimulatedStack } from "../../rehearsal/engine/simulatedStack";
import { atMostOne, heldIsTrue, podOrdinals, nothingDeleted } from "../../rehearsal/invariants";
import { volumesIntact } from "../../rehearsal/volumeInvariants";
import type { Moment, MovedSet, Snapshot } from "../../rehearsal/invariants";
import type { Ledger } from "../../rehearsal/volumeInvariants";
import type { UpResult } from "../../rehearsal/engine/report";
import type { Interrupt } from "../../rehearsal/engine/state";
import { csiDriver } from "../../rehearsal/controllers/volumeController";
import { manifests } from "./rehearseFixture";

/** Two clusters, two stacks and the real program, for schedules of `up`; invariants are checked after every event. */
export class World {
  public readonly violations = new Set<string>();
  public readonly clusters: Readonly<Record<Side, SimulatedCluster>>;
  public readonly stacks: Readonly<Record<Side, SimulatedStack>>;
  private ledger: Ledger = new Map();

  public constructor(
    public readonly set: MovedSet,
    private readonly config: Readonly<Record<string, string>> = {},
    /** Names of the clusters: part of their uids. */
    private readonly names: Readonly<Record<Side, string>> = { source: "source", destination: "destination" },
    /** What it starts as, in place of nothing. */
    like?: World,
  ) {
    const watch = (): void => {
      this.check();
    };
    const cluster = (side: Side): SimulatedCluster => {
      const made = new WatchedCluster(
        { name: names[side], storageClasses: [{ name: "fast" }] },
        watch,
        like?.clusters[side],
      );
      if (like === undefined)
        made.seed({ apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: csiDriver }, spec: {} });
      return made;
    };
    this.clusters = { source: cluster("source"), destination: cluster("destination") };
    const stack = (side: Side): SimulatedStack =>
      new SimulatedStack({
        project: "shop",
        stack: side,
        organization: "organization",
        cluster: this.clusters[side],
        peers: (name) => (name === "source" || name === "destination" ? this.stacks[name].wireOutputs : "missing"),
      });
    this.stacks = { source: stack("source"), destination: stack("destination") };
    if (like === undefined) return;
    for (const side of sides) this.stacks[side].restore(like.stacks[side].state);
    this.ledger = like.ledger;
    for (const violation of like.violations) this.violations.add(violation);
  }

  /** Another one that is as this one, at rest. */
  public copy(): World {
    return new World(this.set, this.config, this.names, this);
  }

  /**
   * `pulumi up` of one half, broken where asked; afterwards its controllers have come to rest.
   *
   * @param alone whether none of the other half runs at the same time.
   */
  public async up(side: Side, cutoverIndex: number, interrupt?: Interrupt, alone = true): Promise<UpResult> {
    const { replicas, start, batch, volumes } = this.set;
    const text = manifests({ replicas, start });
    const result = await this.stacks[side].up({
      program: () => program({ readFile: () => Promise.resolve(text), connect: () => this.clusters[side] }),
      config: {
        "shop:manifests": JSON.stringify(["set.yaml"]),
        "shop:cutoverIndex": String(cutoverIndex),
        "shop:batch": String(batch),
        "shop:volumes": volumes,
        ...this.config,
      },
      ...(interrupt === undefined ? {} : { interrupt }),
      alone,
    });
    this.clusters[side].settle();
    this.check();
    for (const violation of nothingDeleted(side, result.operations)) this.violations.add(violation);
    if (result.succeeded) {
      const live = this.moment()[side];
      const pods = podOrdinals(this.set, live);
      for (const v of heldIsTrue(side, this.stacks[side].plainOutputs, { set: live.set, pods })) {
        this.violations.add(v);
      }
    }
    return result;
  }

  /**
   * Runs one `up`, and where it is refused first what the refusal advises, as a person would.
   *
   * @returns the number of `up` it took, or undefined if following the advice led nowhere.
   */
  public async follow(side: Side, cutoverIndex: number): Promise<number | undefined> {
    const wanted: [Side, number][] = [[side, cutoverIndex]];
    for (let runs = 1; runs <= 40; runs += 1) {
      const [next, index] = wanted[wanted.length - 1] ?? [side, cutoverIndex];
      const result = await this.up(next, index);
      if (result.succeeded) {
        wanted.pop();
        if (wanted.length === 0) return runs;
        continue;
      }
      const advised = advice(result, index);
      // What is no refusal of the protocol, such as a set that is not proven, is run again.
      if (advised !== undefined) wanted.push(advised);
      if (advised?.[0] === next && wanted.length > 1) wanted.splice(-2, 1);
    }
    return undefined;
  }

  /** Both halves to one index, the one that gives up first; again until both are there. Undefined if they never are. */
  public async bothTo(cutoverIndex: number, first: Side): Promise<number | undefined> {
    let runs = 0;
    for (let round = 1; round <= 4; round += 1) {
      for (const side of [first, peerOf(first)]) {
        const took = await this.follow(side, cutoverIndex);
        if (took === undefined) return undefined;
        runs += took;
      }
      if (sides.every((side) => this.stacks[side].plainOutputs.cutoverIndex === cutoverIndex)) return runs;
    }
    return undefined;
  }

  /** Both clusters as they are. */
  public moment(): Moment {
    return { source: this.snapshot("source"), destination: this.snapshot("destination") };
  }

  private check(): void {
    const moment = this.moment();
    for (const violation of atMostOne(this.set, moment)) this.violations.add(violation);
    const volumes = volumesIntact(this.set, moment, this.ledger);
    this.ledger = volumes.ledger;
    for (const violation of volumes.violations) this.violations.add(violation);
  }

  private snapshot(side: Side): Snapshot {
    const cluster = this.clusters[side];
    const { name, namespace } = this.set;
    const set = cluster.get({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name }) as StatefulSet | undefined;
    return {
      ...(set === undefined ? {} : { set }),
      pods: cluster.objects("v1", "Pod", namespace),
      claims: cluster.objects("v1", "PersistentVolumeClaim", namespace) as PersistentVolumeClaim[],
      volumes: cluster.objects("v1", "PersistentVolume") as PersistentVolume[],
    };
  }
}

/** The `up` that a refusal names. */
export function advice(result: UpResult, index: number): [Side, number] | undefined {
  const text = result.diagnostics.map(({ message }) => message).join("\n");
  const match = /Run pulumi up -s (source|destination)(?: with cutoverIndex (\d+))?/.exec(text);
  return match ? [match[1] as Side, match[2] === undefined ? index : Number(match[2])] : undefined;
}
