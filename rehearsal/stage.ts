import { RunError } from "@pulumi/pulumi";

import type { StatefulSet } from "../core/kubernetes";
import { rangeOfSet } from "../core/kubernetes";
import type { OrdinalRange, Side } from "../core/ordinals";
import { peerOf, rangeOf, sides } from "../core/ordinals";
import { UserError } from "../core/userError";
import type { Ports } from "../program";
import { assumedRecords, withoutMissing } from "./begun";
import { SetWatch } from "./setWatch";
import type { SimulatedCluster } from "./cluster/simulatedCluster";
import { WatchedCluster } from "./cluster/watchedCluster";
import { SimulatedStack } from "./engine/simulatedStack";
import type { StackRun } from "./engine/simulatedStack";
import {
  allRunning,
  atMostOne,
  heldIsTrue,
  nothingDeleted,
  nothingRestarted,
  oneStep,
  oneWrite,
  secretsStaySecret,
} from "./invariants";
import type { Violations } from "./invariants";
import { volumesIntact } from "./volumeInvariants";
import type { Ledger } from "./volumeInvariants";
import { clusterOptions, furnish, keepUnready, startRunningSet } from "./furnish";
import type { RehearsalInput } from "./rehearsalInput";
import type { HalfReport, OutOfTurn, StepReport, UpResult } from "./engine/report";

/** What the rehearsal runs. Tests put a program in its place that lacks a protection. */
export type Program = (ports: Ports) => Promise<object>;

/** An `up` that was run. */
interface Ran {
  readonly result: UpResult;
  /** What the program said when it refused. */
  readonly refusal: string | undefined;
}

function errorsOf({ diagnostics }: UpResult): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.map(({ message }) => message.trim()).join("\n");
}

/** Two simulated clusters, a stack for each, and the invariants that are watched over. */
export class Stage {
  /** The broken invariants and failed runs so far, each told once, where it was first seen. */
  public readonly violations: string[] = [];

  private readonly clusters: Readonly<Record<Side, SimulatedCluster>>;
  private readonly stacks: Readonly<Record<Side, SimulatedStack>>;
  private readonly known = new Set<string>();
  private ledger: Ledger = new Map();
  private cutoverIndex: number | undefined;
  private order: StepReport["order"] = ["destination", "source"];
  /** Which `up` is running, for messages. */
  private scene = "";
  /** Every state of each half's live set during the running `up`, the one before it first. */
  private readonly seen: Record<Side, (StatefulSet | undefined)[]> = { source: [undefined], destination: [undefined] };
  private readonly setWatch: SetWatch;

  public constructor(
    private readonly input: RehearsalInput,
    private readonly program: Program,
  ) {
    const { source, destination } = input.halves;
    const cluster = (side: Side): SimulatedCluster =>
      new WatchedCluster(clusterOptions(input, side), () => {
        this.watch();
      });
    const first = cluster("source");
    // Two stacks with the same connection are one cluster: the program has to find that out.
    const same = JSON.stringify(source.settings.connection) === JSON.stringify(destination.settings.connection);
    this.clusters = { source: first, destination: same ? first : cluster("destination") };
    this.setWatch = new SetWatch(input.set, this.clusters);
    furnish(first, input, "source");
    if (!same) furnish(this.clusters.destination, input, "destination");
    const stack = (side: Side): SimulatedStack =>
      new SimulatedStack({
        project: input.project,
        stack: side,
        organization: "organization",
        cluster: this.clusters[side],
        peers: (name) => (name === "source" || name === "destination" ? this.stacks[name].wireOutputs : "missing"),
      });
    this.stacks = { source: stack("source"), destination: stack("destination") };
    startRunningSet(first, input);
  }

  /**
   * Of a move that has begun: takes into the stacks of the halves that have run what their `up` so far have left.
   *
   * @returns whether both have run, so that the move stands at an index.
   * @throws UserError if the program would refuse an `up` that changes nothing.
   */
  public async takeUp(): Promise<boolean> {
    const { standing } = this.input;
    if (standing === undefined) return false;
    for (const side of sides) {
      const assumed = assumedRecords(this.input, standing, side);
      if (assumed === undefined) continue;
      const { outputs, settled, cutoverIndex } = assumed;
      const peer = side === "destination" ? withoutMissing(settled.peer, this.input) : settled.peer;
      const given = { own: settled.own, peer, outputs };
      const { refusal } = await this.running(side, cutoverIndex, (run) => this.stacks[side].takeUp(run, given));
      if (refusal !== undefined) {
        throw new UserError([{ where: `pulumi up -s ${side}`, what: `would be refused: ${refusal}` }]);
      }
    }
    for (const side of sides) keepUnready(this.clusters[side], this.input, side);
    this.watch();
    if (standing.halves.source === undefined || standing.halves.destination === undefined) return false;
    this.cutoverIndex = standing.cutoverIndex;
    return true;
  }

  /**
   * Changes the cutover index and runs both `up`, the half that gives up first; the first step creates everything.
   *
   * @param outOfTurn whether the other half is tried first. It must be refused.
   */
  public async step(
    cutoverIndex: number,
    outOfTurn = false,
  ): Promise<{ readonly step: StepReport; readonly succeeded: boolean }> {
    const before = this.cutoverIndex;
    // What runs already is met first as it is, before anything has happened in its cluster.
    const sourceFirst = before === undefined ? this.input.halves.source.settings.adopt : cutoverIndex < before;
    this.order = sourceFirst ? ["source", "destination"] : ["destination", "source"];
    this.cutoverIndex = cutoverIndex;
    const results: Partial<Record<Side, UpResult>> = {};
    const refused = outOfTurn ? await this.upOutOfTurn(this.order[1], cutoverIndex) : undefined;
    let succeeded = !outOfTurn || refused !== undefined;
    for (const side of this.order) {
      if (!succeeded) break;
      const { result, refusal } = await this.up(side, cutoverIndex);
      if (refusal !== undefined && before === undefined) {
        throw new UserError([{ where: `pulumi up -s ${side}`, what: `would be refused: ${refusal}` }]);
      }
      results[side] = result;
      succeeded = result.succeeded;
    }
    if (succeeded) this.note(allRunning(this.input.set, this.setWatch.ready));
    const step = {
      cutoverIndex,
      order: this.order,
      ...(refused === undefined ? {} : { outOfTurn: refused }),
      source: this.half("source", results.source),
      destination: this.half("destination", results.destination),
    };
    return { step, succeeded };
  }

  /** Where everything stands, without anything done. */
  public still(): StepReport {
    const cutoverIndex = this.cutoverIndex ?? 0;
    return { cutoverIndex, order: this.order, source: this.half("source"), destination: this.half("destination") };
  }

  private async up(side: Side, cutoverIndex: number): Promise<Ran> {
    this.scene = `pulumi up -s ${side} at cutover index ${cutoverIndex}`;
    const ran = await this.run(side, cutoverIndex);
    const { succeeded, outputs } = ran.result;
    if (succeeded) this.note(heldIsTrue(side, outputs, { set: this.set(side), pods: this.setWatch.pods[side] }));
    else this.note([`failed: ${errorsOf(ran.result)}`]);
    return ran;
  }

  /** Undefined if it was not refused: what follows means nothing then. */
  private async upOutOfTurn(side: Side, cutoverIndex: number): Promise<OutOfTurn | undefined> {
    this.scene = `pulumi up -s ${side} at cutover index ${cutoverIndex}, before its turn`;
    const { result, refusal } = await this.run(side, cutoverIndex);
    const { succeeded, operations } = result;
    const done = operations.filter(({ op }) => op !== "same" && op !== "read");
    this.note(done.map(({ op, type, name }) => `out of turn: ${op} ${type} ${name}`));
    if (refusal !== undefined) return { side, refusal };
    this.note([succeeded ? "out of turn: it was not refused" : `failed: ${errorsOf(result)}`]);
    return undefined;
  }

  private async run(side: Side, cutoverIndex: number): Promise<Ran> {
    for (const half of sides) this.seen[half].splice(0, this.seen[half].length, this.set(half));
    this.setWatch.begin();
    const ran = await this.running(side, cutoverIndex, (run) => this.stacks[side].up(run));
    for (const half of sides) this.clusters[half].settle();
    const { before, after } = this.setWatch.changedPods();
    this.note(nothingRestarted(this.input.set, before, after));
    this.check(side, ran.result);
    return ran;
  }

  private async running(side: Side, cutoverIndex: number, work: (run: StackRun) => Promise<UpResult>): Promise<Ran> {
    const { input } = this;
    const own = input.halves[side].settings.connection;
    let refusal: string | undefined;
    const program = async (): Promise<object> => {
      try {
        return await this.program({
          readFile: input.readFileAt(cutoverIndex),
          // Any other context than the half's own is its peerContext.
          connect: ({ context }) => this.clusters[context === own.context ? side : peerOf(side)],
        });
      } catch (error) {
        if (RunError.isInstance(error)) refusal = error.message;
        throw error;
      }
    };
    const { values, secretKeys } = input.configAt(side, cutoverIndex);
    const result = await work({ program, config: values, secretKeys, alone: true });
    return { result, refusal };
  }

  /** What can be told only when an `up` is over, whatever became of it. */
  private check(side: Side, { operations, diagnostics, outputs }: UpResult): void {
    const { set, secrets } = this.input;
    this.watch();
    for (const half of sides) this.note(oneWrite(set, half, this.seen[half]));
    this.note(nothingDeleted(side, operations));
    this.note(secretsStaySecret(operations, secrets, `an operation of the ${side}`));
    this.note(secretsStaySecret(diagnostics, secrets, `a message of the ${side}`));
    this.note(secretsStaySecret(outputs, secrets, `an output of the ${side}`));
  }

  /** Looks at what has happened in both clusters since the last look. */
  private watch(): void {
    if (!this.setWatch.stirred) return;
    const { set } = this.input;
    const { moment, backings } = this.setWatch.take();
    for (const side of sides) {
      const seen = this.seen[side];
      const [before, after] = [seen[seen.length - 1], moment[side].set];
      if (before === after) continue;
      seen.push(after);
      this.note(oneStep(set, { side, before, after }, moment[peerOf(side)]));
    }
    this.note(atMostOne(set, moment));
    const volumes = volumesIntact(set, moment, this.ledger, backings);
    this.ledger = volumes.ledger;
    this.note(volumes.violations);
  }

  private note(violations: Violations): void {
    for (const violation of violations) {
      if (this.known.has(violation)) continue;
      this.known.add(violation);
      this.violations.push(`${this.scene}: ${violation}`);
    }
  }

  private set(side: Side): StatefulSet | undefined {
    const { name, namespace } = this.input.set;
    const reference = { apiVersion: "apps/v1", kind: "StatefulSet", namespace, name };
    return this.clusters[side].get(reference) as StatefulSet | undefined;
  }

  private half(side: Side, result?: UpResult): HalfReport {
    const { input } = this;
    const live = this.set(side);
    // A source without a set, after a first `up` that failed, holds nothing.
    const range: OrdinalRange =
      live === undefined
        ? { start: rangeOf(side, input.set, this.cutoverIndex ?? 0).start, replicas: 0 }
        : rangeOfSet(live);
    const diagnostics = result?.diagnostics ?? [];
    return {
      start: range.start,
      replicas: range.replicas,
      operations: (result?.operations ?? []).filter(({ op }) => op !== "same"),
      ...(diagnostics.length === 0 ? {} : { diagnostics }),
    };
  }
}
