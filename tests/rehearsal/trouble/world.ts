import type { OrdinalRange, Side } from "../../../core/ordinals";
import { endOf, ordinalsOf, peerOf } from "../../../core/ordinals";
import type { StatefulSet } from "../../../core/kubernetes";
import { annotations } from "../../../core/kubernetes";
import type { HalfRecord } from "../../../core/protocol";
import { ApiError } from "../../../rehearsal/apiServer";
import type { Moment } from "../../../rehearsal/invariants";
import { Checks } from "./checks";
import { Nodes } from "./nodes";
import { type Guard, wholeGuard } from "./guard";
import { type Outcome, Run, type Stop } from "./run";
import {
  argsOf,
  type Clusters,
  clustersFor,
  momentOf,
  name,
  namespace,
  type Scenario,
  setReference,
  sides,
} from "./scene";
import { type RunningStack, setRunning } from "./standIn";
import { type StackState, up } from "./up";

/** One Pulumi stack: what it has recorded, now and before, and the `up` that holds its lock. */
interface Stack {
  state: StackState;
  readonly earlier: StackState[];
  /** The `up` under way, and what it asks Pulumi for. */
  run: Run | undefined;
  running: RunningStack | undefined;
}

/** What can happen to a pod, or to its node; `mend` takes back that it does not get ready, or does not end. */
export type PodTrouble = "delete" | "forceDelete" | "cutOff" | "neverReady" | "stuckTerminating" | "mend";

/** How an `up` is run. */
export interface UpOptions {
  readonly stop?: Stop | undefined;
  /** Whether it gives up waiting for its pods. */
  readonly givesUp?: boolean;
}

/** Two simulated clusters, two stacks, and the deciding half of the program; the invariants are checked all along. */
export class TroubledWorld {
  public readonly clusters: Clusters;
  public readonly checks: Checks;
  public batch = 1;
  /** Pods that a person has vouched for as stopped. */
  public readonly fenced: string[] = [];
  /** Whether the halves look at each other; a person may do without. */
  public looksAtPeer: boolean;
  private readonly nodes: Readonly<Record<Side, Nodes>>;
  private readonly stacks: Readonly<Record<Side, Stack>>;
  /** How often foreign hands have been at work. */
  private hands = 0;

  public constructor(
    public readonly scenario: Scenario,
    private readonly guard: Guard = wholeGuard,
  ) {
    this.checks = new Checks(scenario);
    this.looksAtPeer = scenario.protection === "livePeer";
    this.clusters = clustersFor(() => {
      this.look();
    });
    this.nodes = { source: new Nodes(this.clusters.source), destination: new Nodes(this.clusters.destination) };
    const stack = (): Stack => ({
      state: { outputs: undefined, hasSet: false, carried: new Map() },
      earlier: [],
      run: undefined,
      running: undefined,
    });
    this.stacks = { source: stack(), destination: stack() };
  }

  /** A world in which both first `up` are done. They are run once for each scenario: the rest are copies. */
  public static async atFirst(
    scenario: Scenario,
    guard: Guard,
    begun: Map<string, TroubledWorld>,
  ): Promise<TroubledWorld> {
    const key = JSON.stringify(scenario);
    const known = begun.get(key);
    const world = new TroubledWorld(scenario, guard);
    if (known !== undefined) {
      for (const side of sides) {
        world.clusters[side].copy(known.clusters[side]);
        world.stacks[side].state = known.stacks[side].state;
        world.stacks[side].earlier.push(...known.stacks[side].earlier);
      }
      world.checks.copy(known.checks);
      return world;
    }
    for (const side of ["destination", "source"] as const) await world.up(side, endOf(world.set));
    world.rest();
    begun.set(key, world);
    return TroubledWorld.atFirst(scenario, guard, begun);
  }

  /** The whole set. */
  public get set(): OrdinalRange {
    const { start, replicas } = this.scenario;
    return { start, replicas };
  }

  /** Where the last completed `up` of a half was; undefined before the first. */
  public recordedIndexOf(side: Side): number | undefined {
    return this.recordOf(side)?.cutoverIndex;
  }

  /** The same, and where nothing has moved before the first. */
  public indexOf(side: Side): number {
    return this.recordedIndexOf(side) ?? endOf(this.set);
  }

  /** What the stack of a half has recorded. */
  public stackState(side: Side): StackState {
    return this.stacks[side].state;
  }

  /** Its last outputs; none before the first completed `up`. */
  public outputsOf(side: Side): Readonly<Record<string, unknown>> {
    return this.stackState(side).outputs ?? {};
  }

  public isBusy(side: Side): boolean {
    return this.stacks[side].run !== undefined;
  }

  /** The broken invariants so far. */
  public get violations(): readonly string[] {
    return this.checks.violations;
  }

  /** `pulumi up`. Undefined if the stack is locked by one that has not ended. */
  public async up(
    side: Side,
    cutoverIndex: number,
    { stop, givesUp = false }: UpOptions = {},
  ): Promise<Outcome | undefined> {
    if (this.isBusy(side)) return undefined;
    const stack = this.stacks[side];
    const run = (stack.run = new Run());
    const half = { side, cutoverIndex, batch: this.batch, fenced: [...this.fenced] };
    const args = argsOf(this.scenario, this.clusters, half, this.looksAtPeer);
    let handsAtLook = 0;
    const outcome = await run.start(stop, (at) => {
      const read = async (of: string): Promise<Readonly<Record<string, unknown>>> => {
        const { outputs = {} } = this.stacks[of === "source" ? "source" : "destination"].state;
        if (of !== side) await at("read");
        return outputs;
      };
      const ports = {
        ...{ cluster: this.clusters[side], guard: this.guard, stack },
        record: (change: Partial<StackState>) => {
          if (change.outputs !== undefined) stack.earlier.unshift(stack.state);
          stack.state = { ...stack.state, ...change };
        },
        at: async (point: Parameters<typeof at>[0]) => {
          if (point === "guarded") handsAtLook = this.hands;
          await at(point);
        },
        writes: (plan: Parameters<Checks["wrote"]>[0], write: () => void) => {
          const before = this.moment();
          write();
          const raced = this.hands !== handsAtLook;
          this.checks.wrote(plan, before, this.look(), this.recordOf(peerOf(side)), raced);
        },
        vouches: (outputs: Readonly<Record<string, unknown>>) => {
          this.checks.vouches(side, outputs.held as OrdinalRange, this.moment());
        },
        givesUp: () => givesUp,
      };
      setRunning((stack.running = { name: side, read }));
      return up(args, ports);
    });
    return this.ended(side, outcome);
  }

  /** Lets an `up` that waits go on. Undefined if none does. */
  public async goOn(side: Side, stop?: Stop): Promise<Outcome | undefined> {
    const { run, running } = this.stacks[side];
    if (running !== undefined) setRunning(running);
    return run && this.ended(side, await run.goOn(stop));
  }

  /** Kills an `up` that waits. */
  public async kill(side: Side): Promise<Outcome | undefined> {
    const { run } = this.stacks[side];
    return run && this.ended(side, await run.kill());
  }

  /** Lets the controllers of both clusters come to rest. */
  public rest(): void {
    for (const side of sides) {
      this.clusters[side].settle();
      this.nodes[side].rest();
    }
  }

  /** Imports the state of a half as it was some completed `up` ago. False if there is none, or the stack is locked. */
  public restore(side: Side, back: number): boolean {
    const stack = this.stacks[side];
    const earlier = stack.earlier[back - 1];
    if (earlier?.outputs === undefined || stack.run !== undefined) return false;
    stack.state = earlier;
    stack.earlier.splice(0, back);
    this.checks.hands.restored = true;
    return true;
  }

  /** `kubectl scale`. False if it changes nothing or is denied. */
  public scale(side: Side, by: number): boolean {
    const { spec } = this.liveSet(side) ?? {};
    if (spec === undefined) return false;
    const start = spec.ordinals?.start ?? 0;
    const replicas = Math.min(Math.max(0, (spec.replicas ?? 1) + by), endOf(this.set) - start);
    return replicas !== spec.replicas && this.scaleTo(side, { start, replicas });
  }

  /** Gives a set a range by hand. False if that is denied. */
  public scaleTo(side: Side, { start, replicas }: OrdinalRange): boolean {
    const { hands } = this.checks;
    return this.byHand(
      hands.scaled,
      (scaled) => (hands.scaled = scaled),
      () => {
        this.clusters[side].edit(setReference, (live) => {
          const { spec } = live as StatefulSet;
          const ordinals = start === (spec.ordinals?.start ?? 0) ? {} : { ordinals: { start } };
          return { ...live, spec: { ...spec, replicas, ...ordinals } };
        });
      },
    );
  }

  /** `kubectl delete statefulset`. False if there is none, or that is denied. */
  public deleteSet(side: Side): boolean {
    const { hands } = this.checks;
    if (this.liveSet(side) === undefined) return false;
    return this.byHand(
      hands.deleted,
      (deleted) => (hands.deleted = deleted),
      () => {
        this.clusters[side].delete(setReference);
      },
    );
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
      for (const ordinal of ordinalsOf(this.set)) this.podTrouble("mend", side, ordinal);
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

  private byHand(was: boolean, mark: (done: boolean) => void, act: () => void): boolean {
    try {
      // What is promised depends on it from here on, also while it happens.
      mark(true);
      act();
      this.hands += 1;
      this.look();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      mark(was);
      return false;
    }
  }

  private liveSet(side: Side): StatefulSet | undefined {
    return this.clusters[side].get(setReference) as StatefulSet | undefined;
  }

  private recordOf(side: Side): HalfRecord | undefined {
    return this.stacks[side].state.outputs as HalfRecord | undefined;
  }

  private ended(side: Side, outcome: Outcome): Outcome {
    if (outcome.kind !== "paused") this.stacks[side].run = undefined;
    return outcome;
  }

  private look(): Moment {
    const moment = this.moment();
    this.checks.event(moment);
    return moment;
  }

  private moment(): Moment {
    return momentOf(this.clusters, { source: this.nodes.source.gone, destination: this.nodes.destination.gone });
  }
}
