import { at, isObject, sameJson, withoutUndefined } from "../../core/json";
import type { JsonObject } from "../../core/json";
import { isCustom } from "../../core/kinds";
import type { KubernetesObject } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import { whyDenied } from "./admission";
import { ApiRefusal, notFound } from "./apiRefusal";
import { withAllocated } from "./allocated";
import { applyDefaults } from "./defaults";
import { referenceOf, resourceOf } from "./references";
import type { AppliedFields, ObjectStore } from "./objectStore";
import { conflictIn, duplicateKey, merge } from "./serverSideApply";
import { checkImmutable, checkStatefulSet, without } from "./validation";

/** Who writes, and how. */
export interface WriteOptions {
  /** The field manager. */
  readonly manager: string;
  /** Answers with what would be stored, and stores nothing. */
  readonly dryRun?: boolean;
  /** Keeps the uid, the age and the generation that the object says: it was found in a real cluster. Default false. */
  readonly asFound?: boolean;
  /** Server-side apply only: takes fields from other managers instead of answering with a conflict. */
  readonly force?: boolean;
}

/** The write side of a simulated API server: admission, defaults, validation, server-side apply. */
export class SimulatedApiServer {
  /**
   * @param dropsOrdinals behaves like a server before 1.27: `spec.ordinals` of a StatefulSet is dropped without a word.
   * @param keepsMaxUnavailable whether its feature gate is on: else `maxUnavailable` is dropped, too.
   */
  public constructor(
    private readonly store: ObjectStore,
    private readonly dropsOrdinals: boolean,
    private readonly keepsMaxUnavailable = false,
  ) {}

  /** `POST`: fails if the object exists. */
  public create(object: KubernetesObject, options: WriteOptions): KubernetesObject {
    const reference = referenceOf(object);
    if (this.store.get(reference) !== undefined) {
      // Admission comes before storage.
      this.admit(reference, undefined, object);
      const resource = resourceOf(reference);
      throw new ApiRefusal("AlreadyExists", `${resource} "${reference.name}" already exists`);
    }
    const config = this.admitted(object, reference);
    const managedFields = [{ manager: options.manager, operation: "Update" }];
    const created = merge("", {}, config, undefined, []) as KubernetesObject;
    return this.write(undefined, created, managedFields, options, new Map([[options.manager, config]]));
  }

  /** Server-side apply: creates the object or merges into it. */
  public apply(object: KubernetesObject, options: WriteOptions): KubernetesObject {
    const reference = referenceOf(object);
    const duplicate = isCustom(object) ? undefined : duplicateKey(object);
    if (duplicate !== undefined) {
      const what = `${object.metadata.namespace ?? ""}/${object.metadata.name}; ${object.apiVersion}, Kind=${object.kind}`;
      throw new ApiRefusal("BadRequest", `failed to create typed patch object (${what}): ${duplicate}`);
    }
    const config = this.admitted(object, reference);
    const live = this.store.get(reference);
    const applied = this.store.appliedTo(reference);
    const others = [...applied].filter(([manager]) => manager !== options.manager);
    if (options.force !== true) checkConflicts(config, others);
    const values = others.map(([, value]) => value);
    const merged = merge("", live ?? {}, config, applied.get(options.manager), values) as KubernetesObject;
    const fields = (live?.metadata.managedFields ?? []).filter((entry) => entry.manager !== options.manager);
    const managedFields = [...fields, { manager: options.manager, operation: "Apply" }];
    return this.write(live, merged, managedFields, options, new Map([...others, [options.manager, config]]));
  }

  /** Makes one manager the owner of what others wrote, as the Kubernetes provider does before its first apply. */
  public takeOver(reference: ObjectReference, from: (manager: string) => boolean, to: string): void {
    const live = this.store.get(reference);
    const applied = this.store.appliedTo(reference);
    if (live === undefined || ![...applied.keys()].some((manager) => manager !== to && from(manager))) return;
    const isOther = (manager: string): boolean => manager === to || !from(manager);
    const taken = [...applied].filter(([manager]) => !isOther(manager)).map(([, config]) => config);
    const mine = taken.reduce(
      (all, config) => merge("", all, config, undefined, []) as JsonObject,
      applied.get(to) ?? {},
    );
    const kept = (live.metadata.managedFields ?? []).filter(
      (entry) => isOther(entry.manager ?? "") && entry.manager !== to,
    );
    const managedFields = [...kept, { manager: to, operation: "Apply" }];
    const others = [...applied].filter(([manager]) => isOther(manager) && manager !== to);
    this.store.put(
      { ...live, metadata: { ...live.metadata, managedFields } },
      undefined,
      new Map([...others, [to, mine]]),
    );
  }

  /** Makes one manager the owner of these fields of an object, and nobody of the others. */
  public own(reference: ObjectReference, manager: string, fields: JsonObject): void {
    const live = this.store.get(reference);
    if (live !== undefined) this.store.put(live, undefined, new Map([[manager, fields]]));
  }

  /** A plain update, as a controller or `kubectl` makes it. `change` gets the live object. */
  public update(
    reference: ObjectReference,
    options: WriteOptions,
    change: (live: KubernetesObject) => KubernetesObject,
  ): KubernetesObject {
    const live = this.store.get(reference);
    if (live === undefined) throw notFound(reference);
    const known = live.metadata.managedFields ?? [];
    const managedFields = known.some((entry) => entry.manager === options.manager)
      ? known
      : [...known, { manager: options.manager, operation: "Update" }];
    return this.write(live, change(live), managedFields, options);
  }

  /** Asks the admission policies about a write, or without `after` about a deletion. */
  public admit(
    reference: ObjectReference,
    before: KubernetesObject | undefined,
    after: KubernetesObject | undefined,
  ): void {
    const denied = whyDenied(this.store, reference, before, after);
    if (denied !== undefined) throw new ApiRefusal("Forbidden", denied);
  }

  /** `PUT`: the object takes the place of the live one, whose status stays. */
  public replace(object: KubernetesObject, options: WriteOptions): KubernetesObject {
    const reference = referenceOf(object);
    const live = this.store.get(reference);
    if (live === undefined) throw notFound(reference);
    const config = this.admitted(withAllocated({ ...object, status: live.status }, live), reference);
    const replaced = merge("", {}, config, undefined, []) as KubernetesObject;
    return this.write(live, replaced, [{ manager: options.manager, operation: "Update" }], options);
  }

  /** A config as it arrives: its namespace filled in and checked, fields that the server sets left out. */
  private admitted(object: KubernetesObject, reference: ObjectReference): JsonObject {
    const { namespace } = reference;
    if (namespace !== undefined) {
      const owner = this.store.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
      if (owner === undefined) throw new ApiRefusal("NotFound", `namespaces "${namespace}" not found`);
    }
    const metadata = { ...object.metadata, namespace };
    const config: JsonObject = { ...object, metadata };
    if (!this.dropsOrdinals || object.kind !== "StatefulSet") return config;
    return { ...config, spec: without(object.spec, new Set(["ordinals"])) };
  }

  private write(
    live: KubernetesObject | undefined,
    wanted: KubernetesObject,
    managedFields: { manager?: string; operation?: string }[],
    options: WriteOptions,
    applied?: AppliedFields,
  ): KubernetesObject {
    const filled = this.withoutGated(this.classOf(applyDefaults(wanted)), live);
    if (filled.kind === "StatefulSet") checkStatefulSet(filled);
    if (live !== undefined) checkImmutable(live, filled);
    this.admit(referenceOf(filled), live, filled);
    const found = options.asFound === true ? wanted.metadata : undefined;
    const generation =
      live === undefined
        ? (found?.generation ?? 1)
        : (live.metadata.generation ?? 1) + (sameJson(live.spec, filled.spec) ? 0 : 1);
    const counted = filled.spec !== undefined && filled.apiVersion !== "v1";
    const metadata = {
      ...filled.metadata,
      uid: live?.metadata.uid ?? found?.uid ?? this.store.nextUid(),
      creationTimestamp: live?.metadata.creationTimestamp ?? found?.creationTimestamp ?? this.store.timestamp,
      ...(counted ? { generation } : {}),
      managedFields,
    };
    const object = { ...filled, metadata };
    const same = { ...object, metadata: { ...metadata, resourceVersion: live?.metadata.resourceVersion } };
    if (options.dryRun === true) return withoutUndefined(same);
    if (live !== undefined && sameJson(live, same)) return live;
    return this.store.put(object, live === undefined ? "created" : "updated", applied);
  }

  /** A set without `maxUnavailable`, unless the feature gate is on or was on when the field was written. */
  private withoutGated(object: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
    const path = ["spec", "updateStrategy", "rollingUpdate"] as const;
    const rolling = at(object, ...path);
    if (object.kind !== "StatefulSet" || this.keepsMaxUnavailable || !isObject(rolling)) return object;
    if (rolling.maxUnavailable === undefined || at(live, ...path, "maxUnavailable") !== undefined) return object;
    const { updateStrategy, ...spec } = object.spec as JsonObject;
    const strategy = {
      ...(updateStrategy as JsonObject),
      rollingUpdate: without(rolling, new Set(["maxUnavailable"])),
    };
    return { ...object, spec: { ...spec, updateStrategy: strategy } };
  }

  /** Gives a claim that names no class the cluster's default class, as admission does. */
  private classOf(object: KubernetesObject): KubernetesObject {
    if (object.kind !== "PersistentVolumeClaim" || at(object, "spec", "storageClassName") !== undefined) return object;
    const standard = this.store
      .list("storage.k8s.io/v1", "StorageClass")
      .find((c) => c.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true");
    if (standard === undefined) return object;
    return { ...object, spec: { ...(object.spec as JsonObject), storageClassName: standard.metadata.name } };
  }
}

function checkConflicts(config: JsonObject, others: readonly (readonly [string, JsonObject])[]): void {
  for (const [manager, fields] of others) {
    const path = conflictIn({ ...config, metadata: {} }, fields);
    if (path !== undefined) {
      throw new ApiRefusal("Conflict", `Apply failed with 1 conflict: conflict with "${manager}": ${path}`);
    }
  }
}
