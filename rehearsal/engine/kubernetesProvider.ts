import { ApiRefusal } from "../apiServer/apiRefusal";
import type { KubernetesObject } from "../../core/kubernetes";
import { awaitReady, unhealthy } from "./awaiter";
import type { SimulatedCluster } from "../cluster/simulatedCluster";
import { diffKubernetes, prune } from "./diff";
import type { ResourceDiff } from "./diff";
import { isObject, sha256Of, textOr } from "../../core/json";
import type { JsonObject } from "../../core/json";
import { isNamespaced, referenceOf } from "../apiServer/references";
import type { ResourceState } from "./state";
import { annotateSecrets, hasUnknown, revealObject } from "./secrets";

/** What a program sets on its provider. */
export interface ProviderSettings {
  readonly upsertExistingObjects: boolean;
  readonly enablePatchForce: boolean;
  readonly enableSecretMutable: boolean;
  readonly enableConfigMapMutable: boolean;
  /** Default namespace for objects that name none. */
  readonly namespace: string | undefined;
}

/** What a write made of an object. */
export interface WriteResult {
  /** Empty in a preview of a creation. */
  readonly id: string;
  readonly outputs: JsonObject;
  readonly live?: KubernetesObject;
  readonly fieldManager: string;
  /** Why it did not become ready; empty if it did. */
  readonly initErrors: readonly string[];
}

/** Where a schedule may break in: right before and right after the write to the API server. */
export interface WriteProbe {
  readonly before: () => void;
  /** Reasons to give up waiting for the object, or undefined to wait for it. */
  readonly after: () => readonly string[] | undefined;
}

/** Reads what a program set on its provider: the SDK sends switches as JSON text. */
export function providerSettings(inputs: JsonObject): ProviderSettings {
  const on = (name: string): boolean => inputs[name] === "true" || inputs[name] === true;
  const namespace = inputs.namespace;
  return {
    upsertExistingObjects: on("upsertExistingObjects"),
    enablePatchForce: on("enablePatchForce"),
    enableSecretMutable: on("enableSecretMutable"),
    enableConfigMapMutable: on("enableConfigMapMutable"),
    namespace: typeof namespace === "string" ? namespace : undefined,
  };
}

/** Field managers whose fields the provider takes over before its first apply. */
const takenOver = (manager: string): boolean =>
  manager === "pulumi-kubernetes" || manager === "before-first-apply" || manager.startsWith("kubectl");

/** The Kubernetes provider, as far as its rules show: provider/pkg/provider/provider.go of pulumi-kubernetes 4.34. */
export class KubernetesProvider {
  public constructor(
    private readonly cluster: SimulatedCluster,
    private readonly settings: ProviderSettings,
  ) {}

  /** Inputs as the provider completes them: name, namespace, what is secret. */
  public check(name: string, inputs: JsonObject): JsonObject {
    const metadata = isObject(inputs.metadata) ? inputs.metadata : {};
    const named =
      metadata.name === undefined ? { ...metadata, name: `${name}-${sha256Of(name).slice(0, 8)}` } : metadata;
    const object = { ...inputs, metadata: named } as unknown as KubernetesObject;
    const { namespace } = this.settings;
    const placed =
      namespace !== undefined && named.namespace === undefined && isNamespaced(object)
        ? { ...named, namespace }
        : named;
    return annotateSecrets(withoutStringData({ ...inputs, metadata: placed }), inputs);
  }

  /** What an update would change. */
  public diff(old: ResourceState, inputs: JsonObject, ignoreChanges: readonly string[]): ResourceDiff {
    const before = { live: old.live ?? {}, inputs: revealObject(old.inputs), wire: old.inputs } as const;
    const mutable = { secrets: this.settings.enableSecretMutable, configMaps: this.settings.enableConfigMapMutable };
    return diffKubernetes(
      { ...before, live: before.live },
      { inputs: revealObject(inputs), wire: inputs },
      mutable,
      ignoreChanges,
    );
  }

  /** Creates an object and waits for it; in a preview asks the API server what it would store. */
  public create(urn: string, inputs: JsonObject, preview: boolean, probe: WriteProbe): WriteResult {
    const object = this.objectOf(inputs);
    const fieldManager = fieldManagerOf(object, `pulumi-kubernetes-${sha256Of(urn).slice(0, 8)}`);
    if (preview && hasUnknown(inputs)) return { id: "", outputs: inputs, fieldManager, initErrors: [] };
    if (preview) return this.previewCreate(urn, object, inputs, fieldManager);
    probe.before();
    let written: KubernetesObject;
    try {
      written = this.write(object, fieldManager, false);
    } catch (error) {
      throw this.failure(urn, error);
    }
    return this.settled(written, inputs, fieldManager, true, probe);
  }

  private previewCreate(urn: string, object: KubernetesObject, inputs: JsonObject, fieldManager: string): WriteResult {
    try {
      const live = { ...this.write(object, fieldManager, true) };
      // Of an object that is not there yet nothing about its status is known.
      Reflect.deleteProperty(live, "status");
      return { id: "", outputs: annotateSecrets(live, inputs), fieldManager, initErrors: [] };
    } catch (error) {
      // What cannot be tried yet, because its namespace is not there or it exists already, is shown as it was given.
      const untried = error instanceof ApiRefusal && ["NotFound", "AlreadyExists"].includes(error.reason);
      if (!untried && !(error instanceof ApiRefusal && error.message.includes("immutable")))
        throw this.failure(urn, error);
      return { id: "", outputs: inputs, fieldManager, initErrors: [] };
    }
  }

  /** Changes an object and waits for it. */
  public update(old: ResourceState, inputs: JsonObject, preview: boolean, probe: WriteProbe): WriteResult {
    const object = this.objectOf(inputs);
    const fieldManager = fieldManagerOf(
      object,
      old.fieldManager ?? `pulumi-kubernetes-${sha256Of(old.urn).slice(0, 8)}`,
    );
    const force = preview || this.forces(object);
    if (preview && hasUnknown(inputs)) return { id: old.id, outputs: inputs, fieldManager, initErrors: [] };
    if (!preview) probe.before();
    try {
      const reference = referenceOf(object);
      this.cluster.checkReachable();
      if (this.cluster.get(reference) === undefined)
        throw new ApiRefusal("NotFound", `${object.kind} "${reference.name}" not found`);
      if (!preview) this.cluster.server.takeOver(reference, takenOver, fieldManager);
      const written = this.cluster.server.apply(object, { manager: fieldManager, force, dryRun: preview });
      if (preview) {
        return { id: old.id, outputs: annotateSecrets(written, inputs), live: written, fieldManager, initErrors: [] };
      }
      return this.settled(written, inputs, fieldManager, false, probe);
    } catch (error) {
      throw error instanceof ApiRefusal ? new Error(`update of resource "${old.urn}" failed: ${error.message}`) : error;
    }
  }

  /** Reads an object again, as a refresh does. Undefined if it is gone. */
  public refresh(state: ResourceState): ResourceState | undefined {
    this.cluster.checkReachable();
    const old = revealObject(state.inputs);
    const live = this.cluster.get(referenceOf((state.live ?? old) as KubernetesObject));
    if (live === undefined) return undefined;
    if (live === state.live && state.initErrors.length === 0) return state;
    const inputs = prune(live, old) as JsonObject;
    return {
      ...state,
      inputs: annotateSecrets(inputs, state.inputs),
      outputs: annotateSecrets(live, state.inputs),
      live,
      initErrors: unhealthy(live, this.cluster),
    };
  }

  /**
   * A resource as an earlier `up` has left it: of the live object, what the inputs speak of. What is not there is put there
   * as the inputs have it: that `up` made it, and nobody has looked for it.
   */
  public takeUp(goal: ResourceState): ResourceState {
    const wanted = revealObject(goal.inputs) as unknown as KubernetesObject;
    const reference = referenceOf(wanted);
    const existing = this.cluster.get(reference);
    const known = (existing?.metadata.managedFields ?? []).map(({ manager = "" }) => manager);
    const fieldManager =
      known.find((name) => name.startsWith("pulumi-kubernetes-")) ??
      fieldManagerOf(wanted, `pulumi-kubernetes-${sha256Of(goal.urn).slice(0, 8)}`);
    if (existing === undefined) this.cluster.server.create(wanted, { manager: fieldManager });
    const state = this.refresh({ ...goal, fieldManager });
    if (state?.live === undefined) throw new Error(`${goal.id} is gone`);
    // Of everything else in it nobody knows whose it is: so it stays.
    this.cluster.server.own(reference, fieldManager, revealObject(state.inputs));
    return { ...state, id: idOf(state.live), live: this.cluster.get(reference) ?? state.live };
  }

  /** Reads an object that the program does not manage. */
  public read(apiVersion: string, kind: string, id: string): KubernetesObject {
    this.cluster.checkReachable();
    const slash = id.indexOf("/");
    const name = id.slice(slash + 1);
    const reference =
      slash < 0 ? { apiVersion, kind, name } : { apiVersion, kind, namespace: id.slice(0, slash), name };
    const live = this.cluster.get(reference);
    if (live === undefined) throw new Error(`resource '${id}' does not exist`);
    return live;
  }

  /** Deletes an object and waits until it is gone. */
  public delete(state: ResourceState): void {
    this.cluster.checkReachable();
    const reference = referenceOf((state.live ?? revealObject(state.inputs)) as KubernetesObject);
    if (this.cluster.get(reference) === undefined) return;
    this.cluster.delete(reference, "Foreground");
    this.cluster.settle(() => this.cluster.get(reference) === undefined);
    if (this.cluster.get(reference) !== undefined) {
      throw new Error(`timed out waiting for object ${state.id} to be deleted`);
    }
  }

  private objectOf(inputs: JsonObject): KubernetesObject {
    return revealObject(inputs) as unknown as KubernetesObject;
  }

  private forces(object: KubernetesObject): boolean {
    return this.settings.enablePatchForce || object.metadata.annotations?.["pulumi.com/patchForce"] === "true";
  }

  private write(object: KubernetesObject, manager: string, dryRun: boolean): KubernetesObject {
    this.cluster.checkReachable();
    // Without the switch it is a plain POST, whose fields the first apply takes over.
    return this.settings.upsertExistingObjects
      ? this.cluster.server.apply(object, { manager, dryRun, force: dryRun || this.forces(object) })
      : this.cluster.server.create(object, { manager: "pulumi-kubernetes", dryRun });
  }

  private settled(
    written: KubernetesObject,
    inputs: JsonObject,
    fieldManager: string,
    created: boolean,
    probe: WriteProbe,
  ): WriteResult {
    const initErrors = probe.after() ?? awaitReady(written, this.cluster, created);
    const live = this.cluster.get(referenceOf(written)) ?? written;
    return { id: idOf(live), outputs: annotateSecrets(live, inputs), live, fieldManager, initErrors };
  }

  private failure(urn: string, error: unknown): unknown {
    if (!(error instanceof ApiRefusal)) return error;
    return new Error(`resource "${urn}" was not successfully created by the Kubernetes API server: ${error.message}`);
  }
}

/** The inputs of a Secret have its values as `data`, as the API server keeps them. */
function withoutStringData(inputs: JsonObject): JsonObject {
  const { stringData, ...rest } = inputs;
  if (inputs.kind !== "Secret" || stringData === undefined || hasUnknown(stringData)) return inputs;
  const encode = (value: unknown): string => Buffer.from(textOr(value)).toString("base64");
  const values = revealObject({ value: stringData }).value as JsonObject;
  const encoded = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encode(value)]));
  const data = isObject(rest.data) ? (revealObject({ value: rest.data }).value as JsonObject) : {};
  return { ...rest, data: { ...data, ...encoded } };
}

function fieldManagerOf(object: KubernetesObject, fallback: string): string {
  return object.metadata.annotations?.["pulumi.com/patchFieldManager"] ?? fallback;
}

/** The id of an object in the provider: `namespace/name`, or the name alone. */
function idOf(object: KubernetesObject): string {
  const { namespace, name } = referenceOf(object);
  return namespace === undefined ? name : `${namespace}/${name}`;
}
