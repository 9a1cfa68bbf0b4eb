import type { KubernetesObject, PersistentVolume, StatefulSet } from "../../core/kubernetes";
import { annotations, ordinalIn, rangeOfSet } from "../../core/kubernetes";
import type { NodeLease } from "../../core/protections/leaving";
import { holds } from "../../core/ordinals";
import { UserError } from "../../core/userError";
import type { Cluster, Listing, ObjectReference, Refused } from "../../live/client/cluster";

/** How a request is called in `requests`. */
const words: Readonly<Record<string, string>> = {
  StatefulSet: "set",
  Pod: "pod",
  PersistentVolumeClaim: "claim",
  PersistentVolume: "volume",
  Node: "node",
  VolumeAttachment: "attachment",
  HorizontalPodAutoscaler: "autoscaler",
};

/** A cluster in memory, without controllers: answers from its objects, and records every request. */
export class FakeCluster implements Cluster {
  /** Every request so far, such as `claim data-web-5`. */
  public readonly requests: string[] = [];
  /** Thrown instead of every answer. */
  public failure: Error | undefined;
  /** An old API server, which drops `spec.ordinals`. */
  public dropsOrdinals = false;
  /** A storage that keeps the policy as it is. */
  public refusesRetain = false;
  /** Answers to `tryCreate`, one after the other; the last one stays. */
  public refusals: (Refused | "none")[] = [];
  /** Nodes whose kubelet has not been heard of for that long, milliseconds. */
  public readonly silentMs = new Map<string, number>();
  /** Called with every request, before it is answered. */
  public onRequest: (request: string) => void = () => undefined;
  public serverVersion = "v1.36.2";
  /** A kind that the API server does not let replace. */
  public refusesReplace: string | undefined;
  /** What the API server makes of an object that is stored. */
  public defaulted: (object: KubernetesObject) => KubernetesObject = (object) => object;
  public readonly objects = new Map<string, KubernetesObject>();
  /** How long it was waited in all, milliseconds. */
  public waitedMs = 0;
  /** Those that are open. */
  public readonly watches = new Set<(object: KubernetesObject) => void>();

  public constructor(uid: string, ...objects: readonly KubernetesObject[]) {
    this.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid } }, ...objects);
  }

  public put(...objects: readonly KubernetesObject[]): this {
    for (const object of objects)
      this.objects.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
    return this;
  }

  public remove(kind: string, namespace: string | undefined, name: string): void {
    const object = this.objects.get(keyOf(kind, namespace, name));
    this.objects.delete(keyOf(kind, namespace, name));
    if (object !== undefined) for (const watch of this.watches) watch(object);
  }

  public version(): Promise<string> {
    return this.answer("version", () => this.serverVersion);
  }

  public read({ kind, namespace, name }: ObjectReference): Promise<KubernetesObject | undefined> {
    return this.answer(`${words[kind] ?? `read ${kind}`} ${name}`, () =>
      this.objects.get(keyOf(kind, namespace, name)),
    );
  }

  public list({ kind, namespace, name }: Listing): Promise<KubernetesObject[]> {
    const word = words[kind] ?? kind;
    return this.answer(name === undefined ? `${word}s` : `${word} ${name}`, () =>
      this.all(kind, namespace).filter(({ metadata }) => name === undefined || metadata.name === name),
    );
  }

  public names({ kind, namespace }: Listing): Promise<string[]> {
    return this.answer(`${words[kind] ?? kind} names`, () =>
      this.all(kind, namespace).map(({ metadata }) => metadata.name),
    );
  }

  /** Renewed every ten seconds of the time that was waited, unless its kubelet is silent. */
  public lease(node: string): Promise<NodeLease | undefined> {
    return this.answer(`lease ${node}`, () => {
      const silentMs = this.silentMs.get(node);
      const renewal = silentMs === undefined ? Math.floor(this.waitedMs / 10_000) : -1;
      return { ageMs: silentMs ?? 5_000, limitMs: 40_000, renewal: String(renewal) };
    });
  }

  public watchDeleted(
    { kind, namespace, name }: Listing,
    onDeleted: (object: KubernetesObject) => void,
  ): Promise<() => void> {
    return this.answer(`watch ${words[kind] ?? kind}${name === undefined ? "s" : ` ${name}`}`, () => {
      const watch = (object: KubernetesObject): void => {
        const { metadata } = object;
        if (object.kind !== kind || metadata.namespace !== namespace) return;
        if (name === undefined || metadata.name === name) onDeleted(object);
      };
      this.watches.add(watch);
      return (): void => {
        this.watches.delete(watch);
      };
    });
  }

  public wait(ms: number): Promise<void> {
    this.waitedMs += ms;
    return Promise.resolve();
  }

  public dryRunCreate(set: StatefulSet): Promise<StatefulSet> {
    return this.answer(`dry run ${set.metadata.name}`, () => {
      if (!this.dropsOrdinals) return set;
      const spec = { ...set.spec };
      delete spec.ordinals;
      return { ...set, spec };
    });
  }

  public tryCreate({ kind, metadata }: KubernetesObject): Promise<Refused | undefined> {
    return this.answer(`try ${kind} ${metadata.name}`, () => {
      const next = this.refusals.length > 1 ? this.refusals.shift() : this.refusals[0];
      if (next !== undefined) return next === "none" ? undefined : next;
      const exists = this.objects.has(keyOf(kind, metadata.namespace, metadata.name));
      return exists ? { reason: "AlreadyExists", message: `${metadata.name} already exists` } : undefined;
    });
  }

  public dryRunReplace(object: KubernetesObject): Promise<KubernetesObject> {
    const { kind, metadata } = object;
    return this.answer(`dry run ${kind} ${metadata.name}`, () => {
      if (this.refusesReplace === kind) {
        throw new UserError([{ where: `${kind} ${metadata.name}`, what: "cannot be what it is now (422): invalid" }]);
      }
      return this.defaulted(object);
    });
  }

  public retain(name: string, previousPolicy: string): Promise<void> {
    return this.answer(`retain ${name} ${previousPolicy}`, () => {
      const key = keyOf("PersistentVolume", undefined, name);
      const live = this.objects.get(key) as PersistentVolume;
      if (this.refusesRetain) return;
      const noted = { ...live.metadata.annotations, [annotations.reclaimPolicy]: previousPolicy };
      const metadata = { ...live.metadata, annotations: noted };
      this.objects.set(key, { ...live, metadata, spec: { ...live.spec, persistentVolumeReclaimPolicy: "Retain" } });
    });
  }

  /** Names of the pods that a written set does not allow any more. */
  public podsBeyond(set: StatefulSet): string[] {
    const range = rangeOfSet(set);
    return this.all("Pod", set.metadata.namespace)
      .map(({ metadata }) => metadata.name)
      .filter((name) => {
        const ordinal = ordinalIn(name, set.metadata.name);
        return ordinal !== undefined && !holds(range, ordinal);
      });
  }

  private all(kind: string, namespace: string | undefined): KubernetesObject[] {
    return [...this.objects.values()].filter((o) => o.kind === kind && o.metadata.namespace === namespace);
  }

  private answer<T>(request: string, look: () => T): Promise<T> {
    this.requests.push(request);
    this.onRequest(request);
    return this.failure === undefined ? Promise.resolve().then(look) : Promise.reject(this.failure);
  }
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind} ${namespace ?? ""}/${name}`;
}
