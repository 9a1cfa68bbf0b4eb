/** The two worlds in which a life is led: a simulated cluster and a real one. */
import type { KubernetesObject, Pod } from "../../core/kubernetes";
import type { KubeObject } from "../../dev/playground/api";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import { referenceOf } from "../../rehearsal/apiServer/references";
import { merged, stuckAnnotation } from "./controllerObjects";
import { hasReady } from "./controllerState";
import type { Found, Happened } from "./controllerState";
import type { Change, FollowedCluster } from "./followedCluster";

/** What people do to objects. Whether an object is there to be changed is the caller's knowledge. */
export interface World {
  create(object: KubeObject): Promise<void>;
  /** A merge patch, of the status if that is asked for. */
  patch(object: KubernetesObject, patch: Record<string, unknown>, status?: boolean): Promise<void>;
  delete(object: KubernetesObject, propagation?: "Background" | "Foreground" | "Orphan"): Promise<void>;
  found(): Found;
  /** What happened since `forget`. */
  happened(): Happened;
  /** Begins a new list of what happens. */
  forget(): void;
}

const plural: Readonly<Record<string, string>> = {
  Pod: "/api/v1/%/pods",
  PersistentVolumeClaim: "/api/v1/%/persistentvolumeclaims",
  PersistentVolume: "/api/v1/persistentvolumes",
  StatefulSet: "/apis/apps/v1/%/statefulsets",
  ControllerRevision: "/apis/apps/v1/%/controllerrevisions",
  StorageClass: "/apis/storage.k8s.io/v1/storageclasses",
};

/** Paths of what is watched in a real cluster. */
export const watchedKinds: Readonly<Record<string, string>> = Object.fromEntries(
  ["Pod", "PersistentVolumeClaim", "PersistentVolume", "StatefulSet", "ControllerRevision"].map((kind) => {
    return [kind, (plural[kind] ?? "").replace("/%", "")];
  }),
);

/** The objects of a set: all that bear its name. */
function foundOf(objects: Iterable<KubernetesObject>, name: string): Found {
  const all = [...objects].filter((object) => belongsTo(object, name));
  const ofKind = (kind: string): KubernetesObject[] => all.filter((object) => object.kind === kind);
  return {
    set: ofKind("StatefulSet")[0],
    pods: ofKind("Pod"),
    claims: ofKind("PersistentVolumeClaim"),
    volumes: ofKind("PersistentVolume"),
    revisions: ofKind("ControllerRevision"),
  };
}

function belongsTo({ kind, metadata }: KubernetesObject, name: string): boolean {
  return kind === "StatefulSet" ? metadata.name === name : metadata.name.replace(/^data-/, "").startsWith(`${name}-`);
}

/** A life in a real cluster. */
export class RealWorld implements World {
  private readonly objects = new Map<string, KubernetesObject>();
  private events: string[] = [];
  private lastMs = Date.now();
  private readonly stop: () => void;

  public constructor(
    private readonly cluster: FollowedCluster,
    private readonly namespace: string,
    private readonly name: string,
  ) {
    this.stop = cluster.onChange((change) => {
      this.note(change);
    });
  }

  /** How long ago anything of this set changed. */
  public get quietMs(): number {
    return Date.now() - this.lastMs;
  }

  public async create(object: KubeObject): Promise<void> {
    await this.cluster.client.create(this.path(object.kind ?? ""), object);
    this.lastMs = Date.now();
  }

  public async patch(object: KubernetesObject, patch: Record<string, unknown>, status = false): Promise<void> {
    await this.cluster.client.patch(`${this.pathTo(object)}${status ? "/status" : ""}`, patch);
    this.lastMs = Date.now();
  }

  public async delete(object: KubernetesObject, propagation?: "Background" | "Foreground" | "Orphan"): Promise<void> {
    await this.cluster.client.delete(this.pathTo(object), propagation && { propagationPolicy: propagation });
    this.lastMs = Date.now();
  }

  public found(): Found {
    this.cluster.check();
    return foundOf(this.objects.values(), this.name);
  }

  public happened(): Happened {
    return this.events;
  }

  public forget(): void {
    this.events = [];
  }

  /** Removes what is left of it. */
  public async end(): Promise<void> {
    const { set, pods, claims, volumes } = this.found();
    if (set !== undefined) await this.delete(set, "Background");
    for (const pod of pods)
      await this.patch(pod, { metadata: { annotations: { [stuckAnnotation]: null } } }).catch(ignore);
    for (const object of [...pods, ...claims, ...volumes]) await this.delete(object);
    await this.cluster.client.delete(`${this.path("StorageClass")}/${this.name}`);
    this.stop();
  }

  private path(kind: string): string {
    return (plural[kind] ?? "").replace("%", `namespaces/${this.namespace}`);
  }

  private pathTo({ kind, metadata }: KubernetesObject): string {
    return `${this.path(kind)}/${metadata.name}`;
  }

  private note({ before, after }: Change): void {
    const object = after ?? before;
    if (object === undefined || !belongsTo(object, this.name)) return;
    this.lastMs = Date.now();
    const key = `${object.kind} ${object.metadata.name}`;
    if (after === undefined) this.objects.delete(key);
    else this.objects.set(key, after);
    if (object.kind === "Pod" || object.kind === "PersistentVolumeClaim")
      this.events.push(...signsOf({ before, after }));
  }
}

const ignore = (): void => undefined;

function signsOf({ before, after }: Change): string[] {
  const name = (after ?? before)?.metadata.name ?? "";
  if (after === undefined) return [`-${name}`];
  const isPod = after.kind === "Pod";
  const signs = before === undefined ? ["+"] : [];
  if (after.metadata.deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined)
    signs.push("~");
  if (isPod && hasReady(after) && (before === undefined || !hasReady(before))) signs.push("=");
  return signs.map((sign) => `${sign}${name}`);
}

const faults = { unready: "neverReady", terminating: "stuckTerminating" } as const;

/** A life in a simulated cluster. */
export class SimulatedWorld implements World {
  private readonly cluster: SimulatedCluster;
  private from = 0;

  public constructor(
    private readonly namespace: string,
    private readonly name: string,
    maxUnavailable: boolean,
  ) {
    this.cluster = new SimulatedCluster({
      ...{ name: "simulated", drivers: [], storageClasses: [], maxUnavailable },
      faultOf: (pod: Pod) => faults[pod.metadata.annotations?.[stuckAnnotation] as keyof typeof faults],
    });
    this.cluster.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  }

  public create(object: KubeObject): Promise<void> {
    this.cluster.seed(object as KubernetesObject);
    return Promise.resolve();
  }

  public patch(object: KubernetesObject, patch: Record<string, unknown>): Promise<void> {
    this.cluster.edit(referenceOf(object), (live) => merged(live, patch) as KubernetesObject);
    return Promise.resolve();
  }

  public delete(object: KubernetesObject, propagation?: "Background" | "Foreground" | "Orphan"): Promise<void> {
    this.cluster.delete(referenceOf(object), propagation);
    return Promise.resolve();
  }

  public settle(): void {
    this.cluster.settle();
  }

  public found(): Found {
    const { cluster, namespace } = this;
    const namespaced = ["Pod", "PersistentVolumeClaim"].flatMap((kind) => cluster.objects("v1", kind, namespace));
    const apps = ["StatefulSet", "ControllerRevision"].flatMap((kind) => cluster.objects("apps/v1", kind, namespace));
    return foundOf([...namespaced, ...apps, ...cluster.objects("v1", "PersistentVolume")], this.name);
  }

  public happened(): Happened {
    const signs: Partial<Record<string, string>> = {
      ...{ created: "+", ready: "=", terminating: "~", gone: "-" },
    };
    const events = this.cluster.events
      .slice(this.from)
      .filter(({ kind }) => kind === "Pod" || kind === "PersistentVolumeClaim");
    return events.flatMap(({ what, name }) => (signs[what] === undefined ? [] : [`${signs[what]}${name}`]));
  }

  public forget(): void {
    this.from = this.cluster.events.length;
  }
}
