import { ApiRefusal, notFound } from "../apiServer/apiRefusal";
import { hasRangeLock } from "../../core/contract/clusterIdentity";
import { rangeLockApi } from "../../core/protections/rangeLock";
import { annotations, titleOf } from "../../core/kubernetes";
import type { KubernetesObject, PersistentVolume, Pod, StatefulSet } from "../../core/kubernetes";
import type { NodeLease } from "../../core/protections/leaving";
import { UserError } from "../../core/userError";
import { Unreachable } from "../../live/client/cluster";
import type { Cluster, Listing, ObjectReference, Refused } from "../../live/client/cluster";
import { SimulatedApiServer } from "../apiServer/simulatedApiServer";
import type { WriteOptions } from "../apiServer/simulatedApiServer";
import type { SimulatedClusterOptions, SimulatedStorageClass } from "./clusterOptions";
import { requestDeletion } from "../apiServer/deletion";
import type { Propagation } from "../apiServer/deletion";
import { GarbageCollector } from "../controllers/garbageCollector";
import { referenceOf } from "../apiServer/references";
import { ObjectStore } from "../apiServer/objectStore";
import type { ChangeListener, ClusterEvent } from "../apiServer/objectStore";
import type { OwnerReference } from "../apiServer/owners";
import { claimsOf, PodRuntime } from "../controllers/podRuntime";
import type { PodFault } from "../controllers/podRuntime";
import { StatefulSetController } from "../controllers/statefulSetController";
import { csiDriver, VolumeController } from "../controllers/volumeController";

export type { SimulatedClusterOptions, SimulatedStorageClass } from "./clusterOptions";

type DeletionWatch = (object: KubernetesObject) => void;

/** Virtual time that one tick takes. */
const tickMs = 1000;

/**
 * A Kubernetes cluster in memory: API server, StatefulSet controller, volume controller, kubelets. Deterministic:
 * nothing happens unless `tick` or `settle` is called, and time is virtual. It answers the program's live looks, and is
 * what the simulated engine writes to. Objects that it hands out are frozen.
 */
export class SimulatedCluster implements Cluster {
  public readonly name: string;
  /** While true, every look and every write throws `Unreachable`. */
  public unreachable = false;
  /** Called when somebody has waited. */
  public onWait: () => void = () => undefined;
  /** The write side of the API server. */
  public readonly server: SimulatedApiServer;

  private readonly cutOff = new Map<string, number>();
  private readonly watches = new Set<DeletionWatch>();
  private readonly serverVersion: string;
  private readonly store: ObjectStore;
  private readonly pods_: PodRuntime;
  private readonly volumes_: VolumeController;
  private readonly sets_: StatefulSetController;
  private readonly garbage: GarbageCollector;

  /** @param like what it starts as, in place of an empty one: another cluster with these options, at rest and without faults. */
  public constructor(options: SimulatedClusterOptions, like?: SimulatedCluster) {
    const dropsOrdinals = options.dropsOrdinals ?? false;
    const nodes = options.nodes ?? [1, 2, 3].map((n) => `${options.name}-node-${n}`);
    this.name = options.name;
    this.serverVersion = options.version ?? (dropsOrdinals ? "v1.26.15" : "v1.36.2");
    this.store = new ObjectStore(options.name, options.startMs ?? Date.UTC(2026, 0, 1));
    this.server = new SimulatedApiServer(this.store, dropsOrdinals, options.maxUnavailable);
    this.garbage = new GarbageCollector(this.store);
    const onUse = (pod: Pod): void => {
      for (const claim of claimsOf(pod)) this.volumes_.wake(pod.metadata.namespace ?? "", claim);
    };
    this.pods_ = new PodRuntime(this.store, nodes, onUse, options.faultOf);
    const drivers = options.drivers ?? [csiDriver];
    this.volumes_ = new VolumeController(options.name, this.store, drivers, this.pods_);
    this.sets_ = new StatefulSetController(this.store, this.server, options.maxUnavailable);
    this.store.listen((before, after) => {
      if (before === undefined || after !== undefined) return;
      // Whoever cannot reach the cluster has lost its watches.
      if (this.unreachable) this.watches.clear();
      for (const watch of this.watches) watch(before);
    });
    if (like === undefined) {
      this.bootstrap(options.uid, nodes, options.storageClasses ?? [{ name: "standard" }], drivers[0] ?? csiDriver);
      return;
    }
    this.store.copy(like.store);
    this.volumes_.copy(like.volumes_);
  }

  /** Uid of the namespace `kube-system`: the identity of the cluster. */
  public get uid(): string {
    return this.get({ apiVersion: "v1", kind: "Namespace", name: "kube-system" })?.metadata.uid ?? "";
  }

  /** Everything that happened, in order. */
  public get events(): readonly ClusterEvent[] {
    return this.store.events;
  }

  /** Counts up with every change. */
  public get changes(): number {
    return this.store.version;
  }

  /** Is told of every change from now on. */
  public listen(listener: ChangeListener): void {
    this.store.listen(listener);
  }

  /** Virtual time, milliseconds since 1970. */
  public get nowMs(): number {
    return this.store.nowMs;
  }

  /** One object, at once: for invariants and the simulated engine. */
  public get(reference: ObjectReference): KubernetesObject | undefined {
    return this.store.get(reference);
  }

  /** Whether the garbage collector would spare what this owner owns. */
  public hasOwner(owner: OwnerReference): boolean {
    return this.garbage.exists(owner);
  }

  /** Every object of a kind: for invariants. */
  public objects(apiVersion: string, kind: string, namespace?: string): KubernetesObject[] {
    return this.store.list(apiVersion, kind, namespace);
  }

  /** Stores an object as it would be if it had been there all along, status included. For setting a scene. */
  public seed(object: KubernetesObject): KubernetesObject {
    return this.server.create(object, { manager: "kubectl" });
  }

  /** Changes an object by a foreign hand, such as `kubectl scale` or `kubectl annotate`. */
  public edit(reference: ObjectReference, change: (live: KubernetesObject) => KubernetesObject): KubernetesObject {
    return this.server.update(reference, { manager: "kubectl" }, change);
  }

  /**
   * Asks for an object to be deleted. It goes when its controllers let it go: see `tick`.
   *
   * @param propagation what becomes of what it owns. Default as with kubectl, `Background`.
   */
  public delete(reference: ObjectReference, propagation?: Propagation): void {
    this.checkReachable();
    const live = this.store.get(reference);
    if (live === undefined) throw notFound(reference);
    if (live.metadata.deletionTimestamp !== undefined) return;
    this.server.admit(reference, live, undefined);
    requestDeletion(this.store, live, propagation);
    if (live.kind === "Namespace")
      this.store.inNamespace(live.metadata.name).forEach((o) => {
        this.delete(referenceOf(o));
      });
  }

  /** `kubectl delete pod --force`: the object goes at once, whatever its node does. */
  public forceDeletePod(namespace: string, name: string): void {
    this.store.remove({ apiVersion: "v1", kind: "Pod", namespace, name });
  }

  /** Sets a fault of a pod, now or when it comes to be; undefined takes it back. */
  public setPodFault(namespace: string, name: string, fault: PodFault | undefined): void {
    this.pods_.setFault(namespace, name, fault);
  }

  /** Lets everything in the cluster act once. Returns whether anything changed. */
  public tick(): boolean {
    const before = this.store.version;
    this.store.nowMs += tickMs;
    this.pods_.step();
    this.garbage.step();
    this.sets_.step();
    this.volumes_.step();
    this.finishNamespaces();
    return this.store.version !== before;
  }

  /** Ticks until nothing changes any more, or `done` says so. Returns the number of ticks. */
  public settle(done: () => boolean = () => false): number {
    let ticks = 0;
    let idle = 0;
    while (!done() && idle < 2) {
      idle = this.tick() || this.sets_.isWaiting ? 0 : idle + 1;
      ticks += 1;
      if (ticks > 1_000_000)
        throw new Error(`The simulated cluster ${this.name} never settles: this is a defect of the rehearsal.`);
    }
    return ticks;
  }

  public version(): Promise<string> {
    return this.answer(() => this.serverVersion);
  }

  public read(reference: ObjectReference): Promise<KubernetesObject | undefined> {
    return this.answer(() => this.store.get(reference));
  }

  public list({ apiVersion, kind, namespace, name }: Listing): Promise<KubernetesObject[]> {
    return this.answer(() => {
      if (name === undefined) return this.store.list(apiVersion, kind, namespace);
      const object = this.store.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
      return object === undefined ? [] : [object];
    });
  }

  public async names(listing: Listing): Promise<string[]> {
    return (await this.list(listing)).map(({ metadata }) => metadata.name);
  }

  /** The kubelet of a node that is there renews its lease every ten seconds, unless it is cut off. */
  public lease(node: string): Promise<NodeLease | undefined> {
    const known = this.store.get({ apiVersion: "v1", kind: "Node", name: node }) !== undefined;
    return this.answer(() => {
      if (!known) return undefined;
      const lastMs = this.cutOff.get(node) ?? this.nowMs;
      const renewedMs = lastMs - (lastMs % 10_000);
      return { ageMs: this.nowMs - renewedMs, limitMs: 40_000, renewal: String(renewedMs) };
    });
  }

  /** Cuts the kubelet of a node off from the API server, or takes that back. */
  public setCutOff(node: string, isCutOff: boolean): void {
    if (isCutOff) this.cutOff.set(node, this.nowMs);
    else this.cutOff.delete(node);
  }

  public watchDeleted(
    { kind, namespace, name }: Listing,
    onDeleted: (object: KubernetesObject) => void,
  ): Promise<() => void> {
    const watch: DeletionWatch = (object) => {
      const { metadata } = object;
      const isAskedFor = object.kind === kind && metadata.namespace === namespace;
      if (isAskedFor && (name === undefined || metadata.name === name)) onDeleted(object);
    };
    return this.answer(() => {
      this.watches.add(watch);
      return (): void => {
        this.watches.delete(watch);
      };
    });
  }

  public wait(ms: number): Promise<void> {
    this.store.nowMs += ms;
    this.onWait();
    return Promise.resolve();
  }

  public dryRunCreate(set: StatefulSet): Promise<StatefulSet> {
    return this.answer(() => this.server.create(set, { manager: "statefulset-cutover", dryRun: true }) as StatefulSet);
  }

  public tryCreate(object: KubernetesObject): Promise<Refused | undefined> {
    return this.answer(() => {
      if (object.apiVersion === rangeLockApi && !hasRangeLock(this.serverVersion)) {
        return { reason: "NotFound", message: "the server could not find the requested resource" };
      }
      try {
        this.server.create(object, { manager: "statefulset-cutover", dryRun: true });
        return undefined;
      } catch (error) {
        if (error instanceof ApiRefusal) return { reason: error.reason, message: error.message };
        throw error;
      }
    });
  }

  public dryRunReplace(object: KubernetesObject): Promise<KubernetesObject> {
    return this.answer(() => {
      try {
        return this.server.replace(object, { manager: "statefulset-cutover", dryRun: true });
      } catch (error) {
        if (!(error instanceof ApiRefusal)) throw error;
        throw new UserError([
          { where: titleOf(object), what: `cannot be what ${this.name} has now: ${error.message}` },
        ]);
      }
    });
  }

  public retain(volume: string, previousPolicy: string): Promise<void> {
    const options: WriteOptions = { manager: "statefulset-cutover" };
    return this.answer(() => {
      this.server.update({ apiVersion: "v1", kind: "PersistentVolume", name: volume }, options, (live) => ({
        ...live,
        metadata: {
          ...live.metadata,
          annotations: { ...live.metadata.annotations, [annotations.reclaimPolicy]: previousPolicy },
        },
        spec: { ...(live as PersistentVolume).spec, persistentVolumeReclaimPolicy: "Retain" },
      }));
    });
  }

  /** Throws `Unreachable` if the cluster does not answer. */
  public checkReachable(): void {
    if (this.unreachable) throw new Unreachable(`The cluster ${this.name} does not answer.`);
  }

  private answer<T>(look: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.checkReachable();
      resolve(look());
    });
  }

  private bootstrap(
    uid: string | undefined,
    nodes: readonly string[],
    classes: readonly SimulatedStorageClass[],
    driver: string,
  ): void {
    const system = { name: "kube-system", ...(uid === undefined ? {} : { uid }) };
    for (const metadata of [system, { name: "default" }])
      this.server.create({ apiVersion: "v1", kind: "Namespace", metadata }, { manager: "kubectl", asFound: true });
    for (const name of nodes) {
      const status = { conditions: [{ type: "Ready", status: "True" }] };
      this.seed({ apiVersion: "v1", kind: "Node", metadata: { name }, status });
    }
    classes.forEach(({ name, provisioner = driver, reclaimPolicy = "Delete", volumeBindingMode }, index) => {
      const standard = { "storageclass.kubernetes.io/is-default-class": "true" };
      const metadata = { name, ...(index === 0 ? { annotations: standard } : {}) };
      const rest = { provisioner, reclaimPolicy, volumeBindingMode: volumeBindingMode ?? "Immediate" };
      this.seed({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata, ...rest });
    });
    this.store.events.length = 0;
  }

  private finishNamespaces(): void {
    for (const namespace of this.store.list("v1", "Namespace")) {
      if (namespace.metadata.deletionTimestamp === undefined) continue;
      if (this.store.inNamespace(namespace.metadata.name).length === 0) this.store.remove(referenceOf(namespace));
    }
  }
}
