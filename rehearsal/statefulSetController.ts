import { claimName, isReady, ordinalIn, type Pod, rangeOfSet, type StatefulSet } from "../core/kubernetes";
import { endOf } from "../core/ordinals";
import type { ObjectReference } from "../live/cluster";
import type { ApiServer } from "./apiServer";
import { digest, equal } from "./json";
import { newClaim, newPod, revisionLabel } from "./podTemplate";
import type { ObjectStore } from "./objectStore";

/** Field manager of everything that controllers write. */
export const controllerManager = "kube-controller-manager";

type Status = NonNullable<StatefulSet["status"]>;
type Template = StatefulSet["spec"]["template"];

/** What the controller remembers of one set. */
interface SetState {
  readonly reference: ObjectReference;
  /** Its pods by ordinal, terminating ones included. */
  readonly pods: Map<number, Pod>;
  /** Ordinals of pods that are not Ready or are terminating. */
  readonly unhealthy: Set<number>;
  /** How many pods are Ready, terminating ones included. */
  ready: number;
  /** How many pods that are not terminating each revision has. */
  readonly byRevision: Map<string, number>;
  /** Pod templates by revision: the ControllerRevisions. */
  readonly revisions: Map<string, Template>;
}

/** One look at a set: what a step works on. */
interface View {
  readonly set: StatefulSet;
  readonly state: SetState;
  readonly monotonic: boolean;
  readonly start: number;
  readonly end: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
}

const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
/** A terminating pod stays Ready until its containers stop: unlike `isReady`, this does not look at its deletion. */
const conditionReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false;
const revisionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[revisionLabel];

/**
 * The StatefulSet controller, one `sync` of each changed set per step. Follows `updateStatefulSet` in
 * pkg/controller/statefulset/stateful_set_control.go of Kubernetes 1.36: OrderedReady and Parallel, start ordinal,
 * condemned pods, rolling updates with partition counted from the start ordinal.
 */
export class StatefulSetController {
  private readonly sets = new Map<string, SetState>();
  private readonly changed = new Set<string>();
  private readonly revisionNames = new WeakMap<Template, string>();

  public constructor(
    private readonly store: ObjectStore,
    private readonly server: ApiServer,
  ) {
    store.listen((before, after) => {
      const object = after ?? before;
      if (object?.kind === "StatefulSet") this.setChanged(object as StatefulSet, after === undefined);
      if (object?.kind === "Pod") this.podChanged(before, after);
    });
  }

  /** Syncs every set that changed since the last step, or whose pods did. */
  public step(): void {
    const uids = [...this.changed];
    this.changed.clear();
    for (const uid of uids) {
      const state = this.sets.get(uid);
      const set = state === undefined ? undefined : (this.store.get(state.reference) as StatefulSet | undefined);
      if (state !== undefined && set?.metadata.uid === uid) this.sync(set, state);
    }
  }

  private setChanged(set: StatefulSet, gone: boolean): void {
    const { uid = "", name, namespace = "" } = set.metadata;
    if (gone) {
      this.sets.delete(uid);
      return;
    }
    if (!this.sets.has(uid)) {
      const reference = { apiVersion: set.apiVersion, kind: set.kind, namespace, name };
      this.sets.set(uid, {
        reference,
        pods: new Map(),
        unhealthy: new Set(),
        ready: 0,
        byRevision: new Map(),
        revisions: new Map(),
      });
    }
    this.changed.add(uid);
  }

  private podChanged(before: Pod | undefined, after: Pod | undefined): void {
    const pod = after ?? before;
    const owners = pod?.metadata.ownerReferences as { uid: string; kind: string }[] | undefined;
    const uid = owners?.find((owner) => owner.kind === "StatefulSet")?.uid;
    const state = uid === undefined ? undefined : this.sets.get(uid);
    if (pod === undefined || uid === undefined || state === undefined) return;
    const ordinal = ordinalIn(pod.metadata.name, state.reference.name);
    if (ordinal === undefined) return;
    if (before !== undefined) count(state, ordinal, before, -1);
    if (after !== undefined) count(state, ordinal, after, 1);
    if (after === undefined) state.pods.delete(ordinal);
    else state.pods.set(ordinal, after);
    this.changed.add(uid);
  }

  private revisionName(set: StatefulSet): string {
    const { template } = set.spec;
    const known = this.revisionNames.get(template);
    if (known !== undefined) return known;
    const name = revisionNameOf(set);
    this.revisionNames.set(template, name);
    return name;
  }

  private sync(set: StatefulSet, state: SetState): void {
    if (isDeleting(set)) {
      this.syncDeleted(state);
      return;
    }
    const updateRevision = this.revisionName(set);
    state.revisions.set(updateRevision, set.spec.template);
    const recorded = set.status?.currentRevision;
    const currentRevision = recorded !== undefined && state.revisions.has(recorded) ? recorded : updateRevision;
    const range = rangeOfSet(set);
    const view: View = {
      set,
      state,
      monotonic: set.spec.podManagementPolicy !== "Parallel",
      start: range.start,
      end: endOf(range),
      currentRevision,
      updateRevision,
    };
    const condemned = [...state.pods.keys()].filter((o) => o < view.start || o >= view.end).sort((a, b) => b - a);
    if (this.syncReplicas(view, condemned) && this.syncCondemned(view, condemned)) this.syncRevisions(view);
    this.writeStatus(view);
  }

  private syncDeleted(state: SetState): void {
    if (state.pods.size === 0) this.store.remove(state.reference);
    for (const pod of state.pods.values()) this.deletePod(pod);
  }

  /** Makes missing pods. False if the set must wait: OrderedReady goes on only past pods that are Ready. */
  private syncReplicas(view: View, condemned: readonly number[]): boolean {
    const { state, monotonic, start, end } = view;
    const missing = end - start > state.pods.size - condemned.length;
    if (!missing && state.unhealthy.size === 0) return true;
    for (let ordinal = start; ordinal < end; ordinal++) {
      const pod = state.pods.get(ordinal);
      if (pod === undefined) {
        this.createPod(view, ordinal);
        if (monotonic) return false;
      } else if (state.unhealthy.has(ordinal)) {
        if (pod.status?.phase === "Pending" && !isTerminating(pod)) this.createClaims(view, ordinal);
        if (monotonic) return false;
      }
    }
    return true;
  }

  /**
   * Deletes the pods outside the range, from the top down. False if the set must wait. OrderedReady deletes one at a
   * time, and a pod that is not Ready only if it is the lowest such one: two of them block for ever.
   */
  private syncCondemned({ state, monotonic }: View, condemned: readonly number[]): boolean {
    const firstUnhealthy = condemned.findLast((ordinal) => state.unhealthy.has(ordinal));
    for (const ordinal of condemned) {
      const pod = state.pods.get(ordinal);
      if (pod === undefined) continue;
      if (isTerminating(pod)) {
        if (monotonic) return false;
        continue;
      }
      if (monotonic && state.unhealthy.has(ordinal) && ordinal !== firstUnhealthy) return false;
      this.deletePod(pod);
      if (monotonic) return false;
    }
    return true;
  }

  /** Deletes pods of an old revision, from the top down, as many as may be unavailable at once. */
  private syncRevisions(view: View): void {
    const strategy = view.set.spec.updateStrategy;
    if (strategy?.type === "OnDelete") return;
    const { pods, unhealthy, byRevision } = view.state;
    if ((byRevision.get(view.updateRevision) ?? 0) === pods.size) return;
    const allowed = Number(strategy?.rollingUpdate?.maxUnavailable ?? 1);
    let unavailable = [...unhealthy].filter((ordinal) => ordinal >= view.start && ordinal < view.end).length;
    const lowest = view.start + (strategy?.rollingUpdate?.partition ?? 0);
    for (let ordinal = view.end - 1; ordinal >= lowest && unavailable < allowed; ordinal--) {
      const pod = pods.get(ordinal);
      if (pod === undefined || isTerminating(pod) || revisionOf(pod) === view.updateRevision) continue;
      this.deletePod(pod);
      unavailable += 1;
    }
  }

  private createPod(view: View, ordinal: number): void {
    const { set, state } = view;
    const { namespace = "", name } = set.metadata;
    const existing = this.store.get({ apiVersion: "v1", kind: "Pod", namespace, name: `${name}-${ordinal}` });
    // A pod of that name that belongs to somebody else is in the way: the real controller retries for ever.
    if (existing !== undefined) return;
    this.createClaims(view, ordinal);
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const keepsOld = set.spec.updateStrategy?.type === "RollingUpdate" && ordinal < view.start + partition;
    const revision = keepsOld ? view.currentRevision : view.updateRevision;
    const template = state.revisions.get(revision) ?? set.spec.template;
    this.server.create(newPod(set, template, revision, ordinal), { manager: controllerManager });
  }

  /** Makes the claims that are missing: empty ones, which the provisioner then backs with new volumes. */
  private createClaims(view: View, ordinal: number): void {
    const { namespace = "", name } = view.set.metadata;
    for (const template of view.set.spec.volumeClaimTemplates ?? []) {
      const claim = claimName(template.metadata.name, name, ordinal);
      const reference = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claim };
      if (this.store.get(reference) !== undefined) continue;
      this.server.create(newClaim(view.set, template, claim), { manager: controllerManager });
    }
  }

  private deletePod(pod: Pod): void {
    if (isTerminating(pod)) return;
    const deleted = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: this.store.timestamp } };
    this.store.put(deleted, "terminating");
  }

  private writeStatus(view: View): void {
    const { set, state, updateRevision } = view;
    const current = state.byRevision.get(view.currentRevision) ?? 0;
    const updated = state.byRevision.get(updateRevision) ?? 0;
    const { ready } = state;
    const replicas = state.pods.size;
    const wanted = view.end - view.start;
    const rolling = set.spec.updateStrategy?.type !== "OnDelete";
    const complete = rolling && [updated, ready, replicas].every((n) => n === wanted);
    const nonZero = (name: string, value: number): Status => (value === 0 ? {} : { [name]: value });
    const status: Status = {
      availableReplicas: ready,
      collisionCount: 0,
      ...nonZero("currentReplicas", complete ? updated : current),
      currentRevision: complete ? updateRevision : view.currentRevision,
      observedGeneration: set.metadata.generation,
      ...nonZero("readyReplicas", ready),
      replicas,
      updateRevision,
      ...nonZero("updatedReplicas", updated),
    };
    const live = this.store.get(state.reference);
    if (live !== undefined && !equal(live.status, status)) this.store.put({ ...live, status });
  }
}

/** Name of the ControllerRevision that holds the set's present template. */
export function revisionNameOf({ metadata, spec }: StatefulSet): string {
  return `${metadata.name}-${digest(spec.template)}`;
}

/** Counts a pod in, or out again. */
function count(state: SetState, ordinal: number, pod: Pod, by: 1 | -1): void {
  if (conditionReady(pod)) state.ready += by;
  if (by < 0 || isReady(pod)) state.unhealthy.delete(ordinal);
  else state.unhealthy.add(ordinal);
  const revision = revisionOf(pod) ?? "";
  if (!isTerminating(pod)) state.byRevision.set(revision, (state.byRevision.get(revision) ?? 0) + by);
}

function isDeleting(set: StatefulSet): boolean {
  return set.metadata.deletionTimestamp !== undefined;
}
