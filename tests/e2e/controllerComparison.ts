/** Leads one life in a simulated and in a real cluster, and tells where they part. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "../../core/kubernetes";
import type { KubeObject } from "../../dev/playground/api";
import { specPatch, statefulSet, storageClass, stuckAnnotation, volume } from "./controllerObjects";
import { highestOrdinal, inWords } from "./controllerSequence";
import type { Happening, Operation, Sequence } from "./controllerSequence";
import { inOrder, stateOf } from "./controllerState";
import { RealWorld, SimulatedWorld } from "./controllerWorlds";
import type { World } from "./controllerWorlds";
import type { FollowedCluster } from "./followedCluster";

/** The real cluster counts as settled when nothing has changed for so long. */
const quietMs = 300;
/**
 * A difference counts when it is still there after this time without a change (the volume controller looks at everything
 * again every 15 s) …
 */
const patienceMs = 25_000;
/** … or after this time at all. */
const limitMs = 60_000;

/** Where two lives parted. */
export interface Difference {
  /** The operations up to the one after which they differ. */
  readonly after: readonly string[];
  /** Lines that only one of the two worlds has. */
  readonly onlySimulated: readonly string[];
  readonly onlyReal: readonly string[];
  /** Why pods of the real world are on no node. */
  readonly unscheduled: readonly string[];
}

/** What became of a life. */
export interface Comparison {
  readonly operations: number;
  /** How many operations could be done at all, a pod being there to be deleted and so on. */
  readonly effective: number;
  readonly difference: Difference | undefined;
}

/** What a life is led with. */
export interface LifeOptions {
  readonly cluster: FollowedCluster;
  readonly namespace: string;
  /** Name of the set; no other life in the cluster has it. */
  readonly name: string;
  readonly maxUnavailable: boolean;
}

/** One life in two worlds. */
class Life {
  private readonly simulated: SimulatedWorld;
  private readonly real: RealWorld;
  private set: KubeObject;
  private readonly done: string[] = [];
  private effective = 0;

  public constructor(
    private readonly sequence: Sequence,
    private readonly options: LifeOptions,
  ) {
    const { namespace, name, cluster, maxUnavailable } = options;
    this.simulated = new SimulatedWorld(namespace, name, maxUnavailable);
    this.real = new RealWorld(cluster, namespace, name);
    this.set = statefulSet(namespace, name, sequence.circumstances);
  }

  public async lead(): Promise<Comparison> {
    try {
      await this.furnish();
      const operations: Operation[] = [{ do: "createSet" }, ...this.sequence.operations];
      for (const operation of operations) {
        const difference = await this.step(operation);
        if (difference !== undefined) return this.result(difference);
      }
      return this.result(undefined);
    } finally {
      await this.real.end();
    }
  }

  private result(difference: Difference | undefined): Comparison {
    return { operations: this.done.length, effective: this.effective, difference };
  }

  private async furnish(): Promise<void> {
    const { circumstances } = this.sequence;
    if (circumstances.storage === "none") return;
    await this.both((world) => world.create(storageClass(this.options.name, circumstances)));
    await this.both((world) => this.makeMissingVolumes(world));
    this.simulated.settle();
    await this.compare(true);
  }

  /** Which volume a claim has may differ between the worlds, and so which are gone. */
  private async makeMissingVolumes(world: World): Promise<void> {
    const { namespace, name } = this.options;
    const present = new Set(world.found().volumes.map(({ metadata }) => metadata.name));
    for (let ordinal = 0; ordinal <= highestOrdinal; ordinal++) {
      const object = volume(namespace, name, ordinal, this.sequence.circumstances);
      if (!present.has(object.metadata.name)) await world.create(object);
    }
  }

  private async both(act: (world: World) => Promise<void>): Promise<void> {
    await act(this.simulated);
    await act(this.real);
  }

  private async step(operation: Operation): Promise<Difference | undefined> {
    this.done.push(inWords(operation));
    this.simulated.forget();
    this.real.forget();
    if (!(await this.act(operation))) return undefined;
    this.effective += 1;
    this.simulated.settle();
    // What the garbage collector deletes it deletes all at once.
    const total = this.sequence.circumstances.podManagementPolicy !== "Parallel" && operation.do !== "deleteSet";
    return this.compare(total);
  }

  /** Does an operation in both worlds. False if there is nothing to do it to. */
  private async act(operation: Operation): Promise<boolean> {
    const { set } = this.simulated.found();
    switch (operation.do) {
      case "createSet":
        if (set !== undefined) return false;
        await this.both((world) => world.create(this.set));
        return true;
      case "deleteSet":
        if (set === undefined) return false;
        await this.both((world) => world.delete(set, operation.propagation));
        return true;
      case "newVolumes": {
        const isReleased = ({ status }: KubernetesObject): boolean =>
          (status as { phase?: string }).phase === "Released";
        await this.both(async (world) => {
          for (const released of world.found().volumes.filter(isReleased)) await world.delete(released);
        });
        this.simulated.settle();
        // Until the names are free.
        if ((await this.compare(true)) !== undefined) return true;
        const isMissing = this.simulated.found().volumes.length <= highestOrdinal;
        await this.both((world) => this.makeMissingVolumes(world));
        return isMissing;
      }
      case "deletePod":
      case "failPod":
      case "unready":
      case "stick":
      case "heal":
      case "deleteClaim":
      case "deleteVolume":
        return this.happen(operation.do, operation.ordinal);
      case "range":
      case "template":
      case "rolling":
      case "onDelete":
      case "minReady":
      case "retention": {
        if (set === undefined) return false;
        const patch = specPatch(operation);
        await this.both((world) => world.patch(set, patch));
        return true;
      }
      default:
        return operation satisfies never;
    }
  }

  private async happen(what: Happening["do"], ordinal: number): Promise<boolean> {
    const { pods, claims } = this.simulated.found();
    const named = (objects: readonly KubernetesObject[], name: string): KubernetesObject | undefined =>
      objects.find(({ metadata }) => metadata.name === name);
    const pod = named(pods, `${this.options.name}-${ordinal}`);
    const claim = named(claims, `data-${this.options.name}-${ordinal}`);
    const annotate = (value: string | null) => ({ metadata: { annotations: { [stuckAnnotation]: value } } });
    const patches: Readonly<Partial<Record<Happening["do"], Record<string, unknown>>>> = {
      unready: annotate("unready"),
      stick: annotate("terminating"),
      heal: annotate(null),
      failPod: { status: { phase: "Failed", conditions: [{ type: "Ready", status: "False" }] } },
    };
    const patch = patches[what];
    if (patch !== undefined) {
      if (pod === undefined) return false;
      await this.both((world) => world.patch(pod, patch, what === "failPod"));
      return true;
    }
    return this.remove(what, pod, claim);
  }

  private async remove(what: Happening["do"], pod?: KubernetesObject, claim?: KubernetesObject): Promise<boolean> {
    if (what === "deleteVolume") {
      const of = (world: World): KubernetesObject | undefined => {
        const name = world.found().claims.find(({ metadata }) => metadata.name === claim?.metadata.name)?.spec;
        const { volumeName } = (name ?? {}) as { volumeName?: string };
        return world.found().volumes.find(({ metadata }) => metadata.name === volumeName);
      };
      if (of(this.simulated) === undefined) return false;
      await this.both(async (world) => {
        const found = of(world);
        if (found !== undefined) await world.delete(found);
      });
      return true;
    }
    const object = what === "deletePod" ? pod : claim;
    if (object === undefined) return false;
    await this.both((world) => world.delete(object));
    return true;
  }

  /** Waits until both worlds are the same and the real one is quiet; or finds that they will not be. */
  private async compare(total: boolean): Promise<Difference | undefined> {
    const deadlineMs = Date.now() + limitMs;
    for (;;) {
      const difference = this.difference(total);
      const { quietMs: quiet } = this.real;
      if (difference === undefined && quiet >= quietMs) return undefined;
      if (difference !== undefined && (quiet >= patienceMs || Date.now() > deadlineMs)) return difference;
      await sleep(difference === undefined ? quietMs - quiet : 50);
    }
  }

  private difference(total: boolean): Difference | undefined {
    const of = (world: World): string[] => [...stateOf(world.found()), ...inOrder(world.happened(), total)];
    const [simulated, real] = [of(this.simulated), of(this.real)];
    if (simulated.join("\n") === real.join("\n")) return undefined;
    const onlySimulated = simulated.filter((line) => !real.includes(line));
    const onlyReal = real.filter((line) => !simulated.includes(line));
    return {
      after: [...this.done],
      onlySimulated,
      onlyReal,
      unscheduled: this.real.found().pods.flatMap(whyUnscheduled),
    };
  }
}

function whyUnscheduled({ metadata, status }: KubernetesObject): string[] {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string; message?: string }[] };
  const failed = conditions.filter((each) => each.type === "PodScheduled" && each.status === "False");
  return failed.map(({ message = "" }) => `${metadata.name}: ${message}`);
}

/** Leads a life in both worlds, until it ends or they part. */
export function compareLife(sequence: Sequence, options: LifeOptions): Promise<Comparison> {
  return new Life(sequence, options).lead();
}
