import { annotations, rangeOfSet } from "../../../core/kubernetes";
import type { KubernetesObject, StatefulSet } from "../../../core/kubernetes";
import { sameRange } from "../../../core/ordinals";
import { contract, inventoryText } from "../../../core/contract/record";
import type { WrittenOutputs } from "../../../core/contract/record";
import { liveHalf } from "../../../core/set/half";
import type { Proof } from "../../../core/protections/proof";
import type { HalfArgs } from "../../../plan/arguments";
import type { Departures } from "../../../live/departures";
import { planHalf } from "../../../plan/half";
import type { HalfPlan } from "../../../plan/half";
import { notReady, unhealthy } from "../../../rehearsal/engine/awaiter";
import type { SimulatedCluster } from "../../../rehearsal/cluster/simulatedCluster";
import { referenceOf } from "../../../rehearsal/apiServer/references";
import type { Guard } from "./guard";

/*
 * One `pulumi up` of one half, as a row of points at which it can be stopped or killed.
 *
 * Real: everything that decides (`planHalf` with all of core/ and live/ below it), the guard just before the write, the
 * proof after it, and the awaiter's rule, against the simulated API server and controllers.
 * Modelled, because the SDK and its engine cost 50 ms an `up`: what declareHalf.ts and components/ declare (namespace, range lock,
 * volumes handed over, then the set; belongings and carried Secrets are left out), when the engine writes a resource (it
 * is not in the state, or it differs from what the refresh found, or it was not ready), and that outputs are recorded
 * together at the end or not at all. tests/rehearsal/schedules.test.ts holds the same against the real SDK.
 */

/** How far an `up` has come. It can be stopped or killed at each of these. */
export const points = ["read", "decided", "declared", "guarded", "wrote", "awaited", "proven"] as const;
export type Point = (typeof points)[number];

/** What Pulumi records of a half. */
export interface StackState {
  /** As they are read by both halves; undefined before the first completed `up`. */
  readonly outputs: WrittenOutputs | undefined;
  /** Whether the set is in the state. */
  readonly hasSet: boolean;
  /** The volumes that the state holds, by name: what was last declared. */
  readonly carried: ReadonlyMap<string, string>;
}

/** The half that an `up` is of, and what it tells while it runs. */
export interface UpPorts {
  readonly cluster: SimulatedCluster;
  readonly guard: Guard;
  /** What is recorded now. */
  readonly stack: { readonly state: StackState };
  readonly record: (change: Partial<StackState>) => void;
  /** The `up` has come to a point: waits there if it is to stop, throws if it is to be killed. */
  readonly at: (point: Point) => Promise<void>;
  /** Around the write of the set. */
  readonly writes: (plan: HalfPlan, write: () => void) => void;
  /** What is vouched for, at the moment when it is. */
  readonly vouches: (outputs: WrittenOutputs) => void;
  /** Whether the awaiter is to give up at once, as after ten minutes. */
  readonly givesUp: () => boolean;
}

/** A run that ended without its outputs, for reasons that Pulumi and not the program gives. */
export class AwaitFailed extends Error {}

/** Runs one `up` to its end. Throws what stopped it. */
export async function up(args: HalfArgs, ports: UpPorts): Promise<void> {
  const { cluster, guard, at } = ports;
  const { namespace, set } = args.workload;
  const reference = { apiVersion: "apps/v1", kind: "StatefulSet", namespace, name: set.metadata.name };
  // As `options.refresh: always` finds it.
  const refreshed = cluster.get(reference) as StatefulSet | undefined;
  const wasReady = refreshed !== undefined && unhealthy(refreshed, cluster).length === 0;
  if (refreshed === undefined) ports.record({ hasSet: false });
  const plan = await planHalf(args, false);
  await at("decided");
  const half = plan.halfSet;
  let departures: Departures | undefined;
  declare(plan, ports);
  await at("declared");
  if (!ports.stack.state.hasSet || !wasReady || differs(refreshed, half)) {
    departures = await guard.beforeWrite(cluster, plan.guard, half);
    await at("guarded");
    ports.writes(plan, () => {
      writeSet(cluster, half);
    });
    await at("wrote");
    const reasons = ports.givesUp() ? ["given up"] : awaited(cluster, half, refreshed === undefined);
    ports.record({ hasSet: true });
    if (reasons.length > 0) throw new AwaitFailed(`the set did not become ready in time: ${reasons.join("; ")}`);
  }
  await at("awaited");
  const proof = await guard.prove(cluster, plan.guard, departures, { everyMs: 1_000, limitMs: 20_000 });
  const outputs = outputsOf(plan, proof);
  ports.vouches(outputs);
  await at("proven");
  ports.record({ outputs });
}

/** Namespace, range lock and volumes: written where they are missing or changed, as the engine does. */
function declare({ namespaceObject, rangeLock, arriving }: HalfPlan, { cluster, stack, record }: UpPorts): void {
  const once = [namespaceObject, rangeLock?.policy, rangeLock?.binding].filter((object) => object !== undefined);
  for (const object of once) if (cluster.get(referenceOf(object)) === undefined) write(cluster, object);
  const declared = new Map<string, string>();
  for (const { persistentVolume, persistentVolumeClaim } of arriving) {
    for (const object of [persistentVolume, persistentVolumeClaim]) {
      const { name } = object.metadata;
      const text = JSON.stringify(object);
      const isThere = cluster.get(referenceOf(object)) !== undefined;
      if (!isThere || stack.state.carried.get(name) !== text) write(cluster, object);
      declared.set(name, text);
    }
    const claim = referenceOf(persistentVolumeClaim);
    const bound = (): boolean => (cluster.get(claim)?.status as { phase?: string } | undefined)?.phase === "Bound";
    if (!bound()) cluster.settle(bound);
    if (!bound()) throw new AwaitFailed(`claim ${claim.name} is not Bound`);
  }
  record({ carried: declared });
}

const manager = "pulumi-kubernetes-trouble";

/** What a step changes of the set. A plain update: what else is in it is never changed here, and to merge it costs time. */
function writeSet(cluster: SimulatedCluster, half: StatefulSet): void {
  const reference = referenceOf(half);
  if (cluster.get(reference) === undefined) {
    write(cluster, half);
    return;
  }
  const { replicas, ordinals } = half.spec;
  cluster.server.update(reference, { manager }, (live) => ({
    ...live,
    metadata: { ...live.metadata, annotations: half.metadata.annotations ?? {} },
    spec: { ...(live as StatefulSet).spec, replicas, ordinals },
  }));
}

function write(cluster: SimulatedCluster, object: KubernetesObject): void {
  cluster.checkReachable();
  cluster.server.takeOver(referenceOf(object), (other) => other.startsWith("kubectl"), manager);
  cluster.server.apply(object, { manager, force: true });
}

function awaited(cluster: SimulatedCluster, half: StatefulSet, created: boolean): readonly string[] {
  const reasons = (): readonly string[] => {
    const live = cluster.get(referenceOf(half));
    return live === undefined ? ["it is gone"] : notReady(live, cluster, created);
  };
  cluster.settle(() => reasons().length === 0);
  return reasons();
}

/** Whether the engine sees a difference. What else is in the set never changes here. */
function differs(live: StatefulSet | undefined, half: StatefulSet): boolean {
  if (live === undefined) return true;
  const marks = [annotations.range, annotations.turn, annotations.cluster, annotations.leaving];
  const changed = marks.some((mark) => live.metadata.annotations?.[mark] !== half.metadata.annotations?.[mark]);
  return changed || !sameRange(rangeOfSet(live), rangeOfSet(half)) || liveHalf(live).turn !== liveHalf(half).turn;
}

/** As in declareHalf.ts. */
function outputsOf({ decision, clusterUid, identity, rangeLock, fenced }: HalfPlan, proof: Proof): WrittenOutputs {
  const { side, cutoverIndex, turn, peerTurn } = decision;
  const isSource = side === "source";
  return {
    ...{ contract, side, cutoverIndex, cluster: clusterUid, set: identity, held: proof.held, turn, peerTurn },
    rangeLock: rangeLock !== undefined,
    declared: "",
    warned: undefined,
    fenced: fenced.length > 0 ? fenced : undefined,
    offer: isSource ? proof.offer : undefined,
    inventory: isSource ? inventoryText(proof.inventory) : undefined,
    carried: isSource ? {} : undefined,
  };
}
