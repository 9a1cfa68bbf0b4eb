import type { KubernetesObject } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import { cascadeFinalizers, isHeld, released, requestDeletion } from "../apiServer/deletion";
import { referenceOf } from "../apiServer/references";
import type { ObjectStore } from "../apiServer/objectStore";
import { ownersOf, withOwners } from "../apiServer/owners";
import type { OwnerReference } from "../apiServer/owners";

type References = Map<string, ObjectReference>;

/** Kinds that own others in a simulated cluster. */
const ownerKinds = new Set(["StatefulSet", "Pod"]);

const keyOf = (object: KubernetesObject): string => object.metadata.uid ?? "";
const finalizersOf = (object: KubernetesObject): readonly string[] => (object.metadata.finalizers ?? []) as string[];

/**
 * The garbage collector: deletes what only objects own that are gone, also where they never existed here; and does what a
 * cascade asks for before its owner goes.
 */
export class GarbageCollector {
  /** Objects by the uid of each of their owners. */
  private readonly dependents = new Map<string, References>();
  private readonly uids = new Set<string>();
  /** Objects whose owners changed or are gone. */
  private readonly suspects: References = new Map();
  /** Objects that are being deleted and wait for what they own. */
  private readonly waiting: References = new Map();
  /** Those of them to look at: just deleted, or something that they owned is gone. Nothing new is deleted before. */
  private readonly due = new Set<string>();

  public constructor(private readonly store: ObjectStore) {
    store.listen((before, after) => {
      this.changed(before, after);
    });
  }

  /** Whether an owner is there. Of kinds that nobody plays here, such as an operator's resource, it is taken to be. */
  public exists({ kind, uid }: OwnerReference): boolean {
    return this.uids.has(uid) || !ownerKinds.has(kind);
  }

  /** Does what is to be done now. */
  public step(): void {
    const due = [...this.due];
    this.due.clear();
    for (const uid of due) this.cascade(uid);
    const suspects = [...this.suspects.values()];
    this.suspects.clear();
    for (const reference of suspects) this.look(reference);
  }

  private changed(before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    const object = after ?? before;
    if (object === undefined) return;
    const uid = keyOf(object);
    const owners = ownersOf(after);
    if (ownersOf(before) !== owners) {
      for (const owner of ownersOf(before)) this.dependents.get(owner.uid)?.delete(uid);
      for (const owner of owners) this.dependentsOf(owner.uid).set(uid, referenceOf(object));
      if (owners.length > 0) this.suspects.set(uid, referenceOf(object));
    }
    if (after === undefined) {
      this.uids.delete(uid);
      this.suspects.delete(uid);
      this.waiting.delete(uid);
      for (const owner of ownersOf(before)) if (this.waiting.has(owner.uid)) this.due.add(owner.uid);
      for (const [dependent, reference] of this.dependents.get(uid) ?? []) this.suspects.set(dependent, reference);
      return;
    }
    this.uids.add(uid);
    if (!isHeld(after) || after.metadata.deletionTimestamp === undefined || this.waiting.has(uid)) return;
    this.waiting.set(uid, referenceOf(after));
    this.due.add(uid);
  }

  private dependentsOf(uid: string): References {
    const dependents = this.dependents.get(uid) ?? new Map<string, ObjectReference>();
    this.dependents.set(uid, dependents);
    return dependents;
  }

  private cascade(uid: string): void {
    const reference = this.waiting.get(uid);
    const owner = reference === undefined ? undefined : this.store.get(reference);
    if (reference === undefined || owner === undefined) return;
    const orphans = finalizersOf(owner).includes(cascadeFinalizers.Orphan);
    const dependents = [...this.dependentsOf(uid).values()].flatMap((dependent) => this.store.get(dependent) ?? []);
    for (const dependent of dependents) {
      const others = ownersOf(dependent).filter((each) => each.uid !== uid);
      const isKept = orphans || others.some((each) => this.exists(each));
      // What owns others itself waits for them in its turn: a pod for its claim, which waits for the pod, for ever.
      const owns = this.dependentsOf(keyOf(dependent)).size > 0;
      if (isKept) this.store.put(withOwners(dependent, others));
      else requestDeletion(this.store, dependent, owns ? "Foreground" : "Background");
    }
    if (this.dependentsOf(uid).size > 0) return;
    this.waiting.delete(uid);
    // A pod goes when its kubelet is done with it.
    if (owner.kind === "Pod") this.store.put(released(owner));
    else this.store.remove(reference);
  }

  private look(reference: ObjectReference): void {
    const object = this.store.get(reference);
    const owners = ownersOf(object);
    const alive = owners.filter((owner) => this.exists(owner));
    if (object === undefined || alive.length === owners.length) return;
    if (alive.length === 0) requestDeletion(this.store, object);
    else this.store.put(withOwners(object, alive));
  }
}
