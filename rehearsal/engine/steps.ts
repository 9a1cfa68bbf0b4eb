import { messageOf } from "../../core/userError";
import { sha256Of } from "../../core/json";
import type { SimulatedCluster } from "../cluster/simulatedCluster";
import { diffInputs } from "./diff";
import type { Breaker } from "./interrupts";
import { KubernetesProvider, providerSettings } from "./kubernetesProvider";
import type { ProviderSettings, WriteResult } from "./kubernetesProvider";
import { EngineStopped } from "./monitor";
import type { HookArgs, HookKind, RegisteredHook, ResourceRequest } from "./monitor";
import type { Change, Diagnostic, Operation, OperationKind } from "./report";
import type { ResourceState } from "./state";

/** What the steps of one run work on. */
export interface StepContext {
  readonly cluster: SimulatedCluster;
  readonly preview: boolean;
  /** Whether everything is only taken up into the state, as it is: nothing is written, waited for or deleted. */
  readonly takesUp?: boolean;
  /** The resources as they are now, by URN. */
  readonly resources: Map<string, ResourceState>;
  readonly hooks: ReadonlyMap<string, RegisteredHook>;
  readonly breaker: Breaker;
  readonly operations: Operation[];
  readonly log: (severity: Diagnostic["severity"], message: string) => void;
}

/** The engine's steps: same, create, update, replace, delete, retain, discard. */
export class Steps {
  public constructor(private readonly context: StepContext) {}

  /**
   * Makes a resource what the program wants.
   *
   * @param goal the resource as the program wants it; its id and outputs are the old ones until the step is done.
   */
  public async register(
    goal: ResourceState,
    old: ResourceState | undefined,
    request: ResourceRequest,
  ): Promise<ResourceState> {
    if (request.type.startsWith("kubernetes:")) return this.kubernetesStep(goal, old, request);
    if (!request.custom || request.type.startsWith("pulumi:providers:")) return this.simpleStep(goal, old);
    throw new Error(`a rehearsal does not know resources of type ${request.type}`);
  }

  /** Removes a resource that the program no longer wants. False if it is protected. */
  public async remove(state: ResourceState, isKept: (urn: string) => boolean): Promise<boolean> {
    const { preview, resources, log } = this.context;
    if (this.context.takesUp === true) return true;
    await this.runHooks("beforeDelete", state, state);
    if (state.protect && !state.external) {
      log("error", protectedMessage(state.urn));
      return false;
    }
    const goesWith = state.deletedWith !== "" && !isKept(state.deletedWith);
    const managed = !state.external && !state.retainOnDelete && state.live !== undefined;
    if (managed && !goesWith && !preview) this.provider(providerSettings({})).delete(state);
    this.record(state.external ? "discard" : state.retainOnDelete ? "retain" : "delete", state, []);
    resources.delete(state.urn);
    await this.runHooks("afterDelete", state, state);
    return true;
  }

  /** Notes what was done. */
  public record(op: OperationKind, { type, name }: ResourceState, changes: readonly Change[]): void {
    this.context.operations.push({ op, type, name, changes });
  }

  private provider(settings: ProviderSettings): KubernetesProvider {
    return new KubernetesProvider(this.context.cluster, settings);
  }

  /** Components and providers: nothing but state. */
  private async simpleStep(goal: ResourceState, old: ResourceState | undefined): Promise<ResourceState> {
    const known = goal.custom && (old !== undefined || !this.context.preview);
    const id = known ? (old?.id ?? uuidOf(goal.urn)) : "";
    const next = { ...goal, id, outputs: goal.custom ? goal.inputs : goal.outputs };
    const changes = old === undefined ? [] : diffInputs(old.inputs, goal.inputs);
    if (old === undefined) await this.runHooks("beforeCreate", next, undefined);
    else if (changes.length > 0) await this.runHooks("beforeUpdate", next, old);
    return this.commit(old === undefined ? "create" : changes.length > 0 ? "update" : "same", next, changes);
  }

  private async kubernetesStep(
    asked: ResourceState,
    old: ResourceState | undefined,
    request: ResourceRequest,
  ): Promise<ResourceState> {
    const { breaker, preview, resources } = this.context;
    const settings = resources.get(request.provider.replace(/::[^:]*$/, ""))?.inputs ?? {};
    const provider = this.provider(providerSettings(settings));
    const goal = { ...asked, inputs: provider.check(request.name, request.inputs) };
    if (this.context.takesUp === true) return this.commit("same", provider.takeUp(goal), []);
    if (old === undefined) {
      const probe = breaker.next(goal);
      await this.runHooks("beforeCreate", goal, undefined);
      return this.finish("create", goal, undefined, provider.create(goal.urn, goal.inputs, preview, probe), []);
    }
    const { changes, replace } = provider.diff(old, goal.inputs, request.ignoreChanges);
    if (replace) return this.replace(goal, old, provider, changes);
    if (changes.length === 0 && old.initErrors.length === 0) return this.commit("same", goal, []);
    const probe = breaker.next(goal);
    await this.runHooks("beforeUpdate", goal, old);
    return this.finish("update", goal, old, provider.update(old, goal.inputs, preview, probe), changes);
  }

  /** An object of the same name cannot be there twice: the old one goes first. */
  private async replace(
    goal: ResourceState,
    old: ResourceState,
    provider: KubernetesProvider,
    changes: readonly Change[],
  ): Promise<ResourceState> {
    const { breaker, preview, log } = this.context;
    if (goal.protect && old.protect) {
      log("error", replaceProtectedMessage(old.urn));
      if (!preview) throw new EngineStopped("protected");
    }
    const probe = breaker.next(goal);
    if (!preview && !old.retainOnDelete) provider.delete(old);
    await this.runHooks("beforeCreate", goal, undefined);
    // A preview cannot try what replaces an object of the same name: it shows the inputs.
    const result = preview
      ? { id: "", outputs: goal.inputs, fieldManager: "", initErrors: [] }
      : provider.create(goal.urn, goal.inputs, false, probe);
    return this.finish("replace", goal, old, result, changes);
  }

  /** Records what a write made, ready or not. */
  private async finish(
    op: "create" | "update" | "replace",
    goal: ResourceState,
    old: ResourceState | undefined,
    { id, outputs, live, fieldManager, initErrors }: WriteResult,
    changes: readonly Change[],
  ): Promise<ResourceState> {
    const next = { ...goal, id, outputs, fieldManager, initErrors, ...(live === undefined ? {} : { live }) };
    this.commit(op, next, changes);
    if (initErrors.length > 0) throw new Error(notReadyMessage(op, next));
    if (!this.context.preview) this.context.breaker.stepDone(goal);
    await this.runHooks(op === "update" ? "afterUpdate" : "afterCreate", next, old);
    return next;
  }

  private commit(op: OperationKind, state: ResourceState, changes: readonly Change[]): ResourceState {
    if (op !== "same") this.record(op, state, changes);
    this.context.resources.set(state.urn, state);
    return state;
  }

  private async runHooks(kind: HookKind, next: ResourceState, old: ResourceState | undefined): Promise<void> {
    const { hooks, preview, log } = this.context;
    if (this.context.takesUp === true) return;
    for (const name of next.hooks[kind]) {
      const hook = hooks.get(name);
      if (hook === undefined) throw new Error(`hook "${name}" was not registered`);
      if (preview && !hook.onDryRun) continue;
      try {
        await hook.call(hookArgs(kind, next, old));
      } catch (error) {
        const problem = `hook "${name}" failed: ${messageOf(error)}`;
        if (!hook.ignoreErrors) throw new Error(`${kind.startsWith("after") ? "after" : "before"} ${problem}`);
        log("warning", `${kind} ${problem}`);
      }
    }
  }
}

function hookArgs(kind: HookKind, next: ResourceState, old: ResourceState | undefined): HookArgs {
  const isDelete = kind.endsWith("Delete");
  return {
    urn: next.urn,
    id: next.id,
    name: next.name,
    type: next.type,
    ...(isDelete ? {} : { newInputs: next.inputs }),
    ...(old === undefined ? {} : { oldInputs: old.inputs, oldOutputs: old.outputs }),
    ...(kind.startsWith("after") && !isDelete ? { newOutputs: next.outputs } : {}),
  };
}

/** An id for a resource that has none of its own: the same in every rehearsal. */
function uuidOf(urn: string): string {
  const hash = sha256Of(urn);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4000-8000-${hash.slice(0, 12)}`;
}

function notReadyMessage(op: string, { urn, id, initErrors }: ResourceState): string {
  const list = initErrors.map((reason) => `\n\t* ${reason}`).join("");
  const what = "failed to fully initialize or become live: timed out waiting for the condition";
  return op === "update"
    ? `the Kubernetes API server reported that "${id}" ${what}${list}`
    : `resource "${urn}" was successfully created, but the Kubernetes API server reported that it ${what}${list}`;
}

function protectedMessage(urn: string): string {
  return [
    `resource "${urn}" cannot be deleted`,
    "because it is protected. To unprotect the resource, either remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:",
    `\`pulumi state unprotect '${urn}'\``,
  ].join("\n");
}

function replaceProtectedMessage(urn: string): string {
  return [
    `unable to replace resource "${urn}"`,
    "as it is currently marked for protection. To unprotect the resource, remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
  ].join("\n");
}
