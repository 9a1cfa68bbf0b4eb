import { deepFreeze, sha256Of, withoutUndefined } from "../../core/json";
import type { KubernetesObject } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import type { JsonObject } from "../../core/json";
import { referenceOf } from "./references";

/** What happened to an object. Changes of status that mean nothing to an invariant are left out. */
export type EventKind =
  "created" | "updated" | "ready" | "unready" | "terminating" | "gone" | "bound" | "released" | "available";

/** One entry of a cluster's event log. */
export interface ClusterEvent {
  /** Counts up through all events and writes of the cluster: the resource version after the event. */
  readonly version: number;
  /** Virtual time, milliseconds. */
  readonly atMs: number;
  readonly what: EventKind;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  /** Pods: their revision. Volumes: their CSI volume handle. Claims: their volume. */
  readonly detail?: string;
}

/** What each field manager applied last, by manager. */
export type AppliedFields = ReadonlyMap<string, JsonObject>;

interface Entry {
  readonly object: KubernetesObject;
  readonly applied: AppliedFields;
}

/** Called after every change: the object before and after, undefined where there is none. */
export type ChangeListener = (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => void;

const noFields: AppliedFields = new Map();

function collectionKey(apiVersion: string, kind: string, namespace = ""): string {
  return `${apiVersion}|${kind}|${namespace}`;
}

/** What the events of an object say beside its name. */
function detailOf(object: KubernetesObject): string | undefined {
  const spec = object.spec as { csi?: { volumeHandle?: string }; volumeName?: string } | undefined;
  switch (object.kind) {
    case "Pod":
      return object.metadata.labels?.["controller-revision-hash"];
    case "PersistentVolume":
      return spec?.csi?.volumeHandle;
    case "PersistentVolumeClaim":
      return spec?.volumeName;
    default:
      return undefined;
  }
}

/** The objects of one cluster, its clock and its event log: what etcd is to an API server. */
export class ObjectStore {
  private readonly collections = new Map<string, Map<string, Entry>>();
  private readonly listeners: ChangeListener[] = [];
  private readonly prefix: string;
  private uids = 0;
  private writes = 0;

  /** Everything that happened, in order. */
  public readonly events: ClusterEvent[] = [];

  /**
   * @param cluster name of the cluster: part of every uid, so that no two clusters share one.
   * @param nowMs virtual time to start from.
   */
  public constructor(
    cluster: string,
    public nowMs: number,
  ) {
    this.prefix = sha256Of(cluster).slice(0, 8);
  }

  /** Counts up with every write and event. */
  public get version(): number {
    return this.writes;
  }

  /** Virtual time as Kubernetes writes it. */
  public get timestamp(): string {
    return new Date(this.nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  }

  /** A uid that no other object of any cluster has. */
  public nextUid(): string {
    this.uids += 1;
    return `${this.prefix}-0000-4000-8000-${this.uids.toString(16).padStart(12, "0")}`;
  }

  /** Is told of every change from now on. */
  public listen(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  /** One object. */
  public get(reference: ObjectReference): KubernetesObject | undefined {
    return this.entry(reference)?.object;
  }

  /** What each manager applied last to an object. */
  public appliedTo(reference: ObjectReference): AppliedFields {
    return this.entry(reference)?.applied ?? noFields;
  }

  /** Every object of a kind in one namespace, or of a kind without namespaces. */
  public list(apiVersion: string, kind: string, namespace?: string): KubernetesObject[] {
    const objects: KubernetesObject[] = [];
    const collection = this.collections.get(collectionKey(apiVersion, kind, namespace));
    // Asked for thousands of times with thousands of objects: `Array.from` takes three times as long.
    for (const entry of collection?.values() ?? []) objects.push(entry.object);
    return objects;
  }

  /** Every object in a namespace, of whatever kind. */
  public inNamespace(namespace: string): KubernetesObject[] {
    return [...this.collections]
      .filter(([key]) => key.endsWith(`|${namespace}`) && namespace !== "")
      .flatMap(([, collection]) => Array.from(collection.values(), (entry) => entry.object));
  }

  /** Stores an object, new or changed, with the next resource version, and tells the listeners. */
  public put(object: KubernetesObject, what?: EventKind, applied?: AppliedFields): KubernetesObject {
    const reference = referenceOf(object);
    const key = collectionKey(reference.apiVersion, reference.kind, reference.namespace);
    const collection = this.collections.get(key) ?? new Map<string, Entry>();
    this.collections.set(key, collection);
    const before = collection.get(reference.name);
    this.writes += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.writes) };
    const stored = deepFreeze(withoutUndefined({ ...object, metadata }));
    collection.set(reference.name, { object: stored, applied: applied ?? before?.applied ?? noFields });
    if (what !== undefined) this.record(stored, what);
    this.tell(before?.object, stored);
    return stored;
  }

  /** Removes an object for good. */
  public remove(reference: ObjectReference): void {
    const key = collectionKey(reference.apiVersion, reference.kind, reference.namespace);
    const before = this.entry(reference)?.object;
    if (before === undefined) return;
    this.collections.get(key)?.delete(reference.name);
    this.writes += 1;
    this.record(before, "gone");
    this.tell(before, undefined);
  }

  /** Takes over every object of another store, with clock and counters, and tells the listeners. Events stay behind. */
  public copy(other: ObjectStore): void {
    for (const [key, collection] of other.collections) this.collections.set(key, new Map(collection));
    this.nowMs = other.nowMs;
    this.uids = other.uids;
    this.writes = other.writes;
    for (const collection of this.collections.values()) {
      for (const { object } of collection.values()) this.tell(undefined, object);
    }
  }

  private entry(reference: ObjectReference): Entry | undefined {
    const { apiVersion, kind, namespace, name } = reference;
    return this.collections.get(collectionKey(apiVersion, kind, namespace))?.get(name);
  }

  private record(object: KubernetesObject, what: EventKind): void {
    const { name, namespace, uid } = object.metadata;
    const detail = detailOf(object);
    this.events.push({
      version: this.writes,
      atMs: this.nowMs,
      what,
      kind: object.kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      uid: uid ?? "",
      ...(detail === undefined ? {} : { detail }),
    });
  }

  private tell(before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    for (const listener of this.listeners) listener(before, after);
  }
}
