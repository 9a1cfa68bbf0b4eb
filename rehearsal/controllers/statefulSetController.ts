import { sameJson } from "../../core/json";
import { ordinalIn } from "../../core/kubernetes";
import type { KubernetesObject, Pod, StatefulSet } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import type { SimulatedApiServer } from "../apiServer/simulatedApiServer";
import { deletesClaims } from "./claimOwners";
import { requestDeletion } from "../apiServer/deletion";
import type { ObjectStore } from "../apiServer/objectStore";
import { controllerOf, controllerReference, ownersOf, withOwners } from "../apiServer/owners";
import { newPod } from "./newPod";
import { isSelected, RevisionHistory } from "./revisionHistory";
import type { Revisions } from "./revisionHistory";
import { SetClaims } from "./setClaims";
import { SetPods } from "./setPods";
import { syncSet } from "./setSync";
import type { View } from "./setSync";
import { statusOf } from "./statefulSetStatus";

/** Field manager of everything that controllers write. */
export const controllerManager = "kube-controller-manager";

/** What the controller remembers of one set. */
interface SetState {
  readonly reference: ObjectReference;
  readonly pods: SetPods;
  /** Whether its retention policy ever said `Delete`: claims may have owners then. */
  ownsClaims: boolean;
  /** Whether its last sync failed. */
  failed: boolean;
  /** Whether a pod is Ready, but not for `minReadySeconds` yet. */
  waits: boolean;
}

/**
 * The StatefulSet controller, one `sync` of each changed set per step. Follows pkg/controller/statefulset of Kubernetes
 * 1.36; what it does to pods and claims is in setSync.ts.
 */
export class StatefulSetController {
  private readonly sets = new Map<string, SetState>();
  private readonly changed = new Set<string>();
  /** Pods that nobody controls, by namespace and name. */
  private readonly orphans = new Map<string, Pod>();
  private readonly history: RevisionHistory;
  private readonly claims: SetClaims;
  /** Version of the store when the last step was over. */
  private seen = 0;

  public constructor(
    private readonly store: ObjectStore,
    private readonly server: SimulatedApiServer,
    private readonly heedsMaxUnavailable = false,
  ) {
    this.history = new RevisionHistory(store, controllerManager);
    this.claims = new SetClaims(store, server, controllerManager);
    store.listen((before, after) => {
      const object = after ?? before;
      if (object?.kind === "StatefulSet") this.setChanged(object as StatefulSet, after === undefined);
      if (object?.kind === "Pod") this.podChanged(before, after);
    });
  }

  /** Whether a set will change with nothing but time. */
  public get isWaiting(): boolean {
    return [...this.sets.values()].some(({ waits }) => waits);
  }

  /** Syncs every set that changed since the last step, or whose pods did; failed ones as soon as anything did. */
  public step(): void {
    const anything = this.store.version !== this.seen;
    for (const [uid, { failed, waits }] of this.sets) if (waits || (failed && anything)) this.changed.add(uid);
    const uids = [...this.changed];
    this.changed.clear();
    for (const uid of uids) {
      const state = this.sets.get(uid);
      const set = state === undefined ? undefined : (this.store.get(state.reference) as StatefulSet | undefined);
      if (state !== undefined && set?.metadata.uid === uid) this.sync(set, state);
    }
    this.seen = this.store.version;
  }

  private setChanged(set: StatefulSet, gone: boolean): void {
    const { uid = "", name, namespace = "" } = set.metadata;
    if (gone) {
      this.sets.delete(uid);
      return;
    }
    if (!this.sets.has(uid)) {
      const reference = { apiVersion: set.apiVersion, kind: set.kind, namespace, name };
      this.sets.set(uid, { reference, pods: new SetPods(), ownsClaims: false, failed: false, waits: false });
    }
    this.changed.add(uid);
  }

  private podChanged(before: Pod | undefined, after: Pod | undefined): void {
    const pod = after ?? before;
    if (pod === undefined) return;
    const owner = controllerOf(before)?.uid;
    const controller = controllerOf(after)?.uid;
    if (owner !== undefined) this.count(owner, pod.metadata.name, before, owner === controller ? after : undefined);
    if (controller !== undefined && controller !== owner) this.count(controller, pod.metadata.name, undefined, after);
    this.noteOrphan(pod, after !== undefined && controller === undefined);
  }

  private count(uid: string, name: string, before: Pod | undefined, after: Pod | undefined): void {
    const state = this.sets.get(uid);
    const ordinal = state === undefined ? undefined : ordinalIn(name, state.reference.name);
    if (state === undefined || ordinal === undefined) return;
    state.pods.change(ordinal, before, after);
    this.changed.add(uid);
  }

  private noteOrphan(pod: Pod, isOrphan: boolean): void {
    const key = `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
    if (!isOrphan) {
      this.orphans.delete(key);
      return;
    }
    this.orphans.set(key, pod);
    for (const [uid, { reference }] of this.sets) {
      if (ordinalIn(pod.metadata.name, reference.name) !== undefined) this.changed.add(uid);
    }
  }

  private sync(set: StatefulSet, state: SetState): void {
    const isDeleting = set.metadata.deletionTimestamp !== undefined;
    const { pods } = state;
    if (!isDeleting) this.adopt(set);
    const revisions = this.history.of(set);
    const minReadySeconds = Number(set.spec.minReadySeconds ?? 0);
    const young = (): ReadonlySet<number> => pods.young(minReadySeconds, this.store.nowMs);
    state.ownsClaims ||= deletesClaims(set);
    // Who deleted the set said what is to become of its pods: the garbage collector's business.
    state.failed = !isDeleting && !syncSet(this.view(set, state, revisions, young()));
    const waiting = young().size;
    state.waits = waiting > 0;
    this.writeStatus(set, state, revisions, pods.ready - waiting);
    this.history.truncate(set, revisions, (revision) => pods.uses(revision));
  }

  private view(set: StatefulSet, state: SetState, revisions: Revisions, young: ReadonlySet<number>): View {
    return {
      ...{ set, revisions, young, claims: this.claims, pods: state.pods },
      ...{ ownsClaims: state.ownsClaims, heedsMaxUnavailable: this.heedsMaxUnavailable },
      createPod: (ordinal, revision) => this.createPod(newPod(set, revisions.template(revision), revision, ordinal)),
      deletePod: (pod) => {
        requestDeletion(this.store, pod);
      },
    };
  }

  /** Takes the pods that nobody controls, have the set's labels and bear its name. */
  private adopt(set: StatefulSet): void {
    for (const pod of this.orphans.values()) {
      const { namespace, name, deletionTimestamp } = pod.metadata;
      const isOurs = namespace === set.metadata.namespace && ordinalIn(name, set.metadata.name) !== undefined;
      if (!isOurs || deletionTimestamp !== undefined || !isSelected(set, pod)) continue;
      this.store.put(withOwners(pod, [...ownersOf(pod), controllerReference(set)]));
    }
  }

  private createPod(pod: KubernetesObject): boolean {
    const { namespace = "", name } = pod.metadata;
    if (this.store.get({ apiVersion: "v1", kind: "Pod", namespace, name }) !== undefined) return false;
    this.server.create(pod, { manager: controllerManager });
    return true;
  }

  private writeStatus(set: StatefulSet, { reference, pods }: SetState, revisions: Revisions, available: number): void {
    const status = statusOf(set, pods, revisions, available);
    const live = this.store.get(reference);
    if (live !== undefined && !sameJson(live.status, status)) this.store.put({ ...live, status });
  }
}
