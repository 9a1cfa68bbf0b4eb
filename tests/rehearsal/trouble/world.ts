import type { StackOutputs, WrittenOutputs } from "../../../core/contract/record";
import type { OrdinalRange, Side } from "../../../core/ordinals";
import { endOf, peerOf, sides } from "../../../core/ordinals";
import type { HalfRecord } from "../../../core/protocol/protocol";
import type { Moment } from "../../../rehearsal/invariants";
import { Checks } from "./checks";
import { Hands } from "./hands";
import { wholeGuard } from "./guard";
import type { Guard } from "./guard";
import { Run } from "./run";
import type { Outcome, Stop } from "./run";
import { argsOf, clustersFor, momentOf } from "./scene";
import type { Clusters, Scenario } from "./scene";
import { setRunning } from "./standIn";
import type { RunningStack } from "./standIn";
import { up } from "./up";
import type { StackState } from "./up";

/** One Pulumi stack: what it has recorded, now and before, and the `up` that holds its lock. */
interface Stack {
  state: StackState;
  readonly earlier: StackState[];
  /** The `up` under way, and what it asks Pulumi for. */
  run: Run | undefined;
  running: RunningStack | undefined;
}

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
  /** What is done to the clusters beside `up`. */
  public readonly hands: Hands;
  public batch = 1;
  /** Pods that a person has vouched for as stopped. */
  public readonly fenced: string[] = [];
  /** Whether the halves look at each other; a person may do without. */
  public looksAtPeer: boolean;
  private readonly stacks: Readonly<Record<Side, Stack>>;

  /** @param like what it starts as, in place of nothing: another one of this scenario, at rest. */
  public constructor(
    public readonly scenario: Scenario,
    private readonly guard: Guard = wholeGuard,
    like?: TroubledWorld,
  ) {
    this.checks = new Checks(scenario, like?.checks);
    this.looksAtPeer = scenario.protection === "livePeer";
    this.clusters = clustersFor(() => {
      this.look();
    }, like?.clusters);
    this.hands = new Hands(scenario, this.clusters, this.checks.done, () => {
      this.look();
    });
    const stack = (side: Side): Stack => {
      const { state, earlier } = like?.stacks[side] ?? {
        state: { outputs: undefined, hasSet: false, carried: new Map() },
        earlier: [],
      };
      return { state, earlier: [...earlier], run: undefined, running: undefined };
    };
    this.stacks = { source: stack("source"), destination: stack("destination") };
  }

  /** A world in which both first `up` are done. They are run once for each scenario: the rest are copies. */
  public static async atFirst(
    scenario: Scenario,
    guard: Guard,
    begun: Map<string, TroubledWorld>,
  ): Promise<TroubledWorld> {
    const key = JSON.stringify(scenario);
    const known = begun.get(key);
    if (known !== undefined) return new TroubledWorld(scenario, guard, known);
    const world = new TroubledWorld(scenario, guard);
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
  public outputsOf(side: Side): StackOutputs {
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
    let actsAtLook = 0;
    const outcome = await run.start(stop, (at) => {
      const read = async (of: string): Promise<StackOutputs> => {
        const outputs: StackOutputs = this.stacks[of === "source" ? "source" : "destination"].state.outputs ?? {};
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
          if (point === "guarded") actsAtLook = this.hands.acts;
          await at(point);
        },
        writes: (plan: Parameters<Checks["wrote"]>[0], write: () => void) => {
          const before = this.moment();
          write();
          const raced = this.hands.acts !== actsAtLook;
          this.checks.wrote(plan, before, this.look(), this.recordOf(peerOf(side)), raced);
        },
        vouches: (outputs: WrittenOutputs) => {
          // A pod that a scale by hand has started, and that was then deleted by force, has been seen by nobody.
          const seen = this.checks.done.scaled ? momentOf(this.clusters) : this.moment();
          this.checks.vouches(side, outputs.held, seen);
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
      this.hands.nodes[side].rest();
    }
  }

  /** Imports the state of a half as it was some completed `up` ago. False if there is none, or the stack is locked. */
  public restore(side: Side, back: number): boolean {
    const stack = this.stacks[side];
    const earlier = stack.earlier[back - 1];
    if (earlier?.outputs === undefined || stack.run !== undefined) return false;
    stack.state = earlier;
    stack.earlier.splice(0, back);
    this.checks.done.restored = true;
    return true;
  }

  private recordOf(side: Side): HalfRecord | undefined {
    return this.stacks[side].state.outputs;
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
    const { source, destination } = this.hands.nodes;
    return momentOf(this.clusters, { source: source.gone, destination: destination.gone });
  }
}
