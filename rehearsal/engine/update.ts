import { messageOf } from "../../core/userError";
import type { SimulatedCluster } from "../cluster/simulatedCluster";
import { Breaker, Killed } from "./interrupts";
import type { JsonObject } from "../../core/json";
import { KubernetesProvider, providerSettings } from "./kubernetesProvider";
import { EngineStopped } from "./monitor";
import type { MonitorHandlers, ReadRequest } from "./monitor";
import type { RegisteredHook, ResourceAnswer, ResourceRequest } from "./monitor";
import type { Diagnostic, Operation } from "./report";
import { stackType, urnOf } from "./state";
import type { Interrupt, ResourceState, StackState } from "./state";
import { Steps } from "./steps";
import { annotateSecrets, hasSecret, reveal } from "./secrets";

/** The stack that an update is of. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  readonly cluster: SimulatedCluster;
  /** Last outputs of a stack of this project, as on the wire; undefined if there is no such stack. */
  readonly readStack: (name: string) => JsonObject | undefined;
}

/** One `pulumi preview` or `pulumi up`: answers the program, and keeps the state. */
export class Update implements MonitorHandlers {
  public readonly operations: Operation[] = [];
  public readonly diagnostics: Diagnostic[] = [];
  /** Whether anything went wrong so far. */
  public errored = false;
  /** What the program gave as stack outputs; undefined if it never got there. */
  public stackOutputs: JsonObject | undefined;
  /** Whether the schedule killed the engine. */
  public killed = false;

  private readonly resources: Map<string, ResourceState>;
  private readonly registered = new Set<string>();
  private readonly hooks = new Map<string, RegisteredHook>();
  private readonly steps: Steps;
  private readonly breaker: Breaker;
  /** The resources when the engine was killed: whatever goes on after that is lost. */
  private frozen: ReadonlyMap<string, ResourceState> | undefined;
  private stopped = false;

  public constructor(
    private readonly identity: StackIdentity,
    preview: boolean,
    state: StackState,
    interrupt: Interrupt | undefined,
    takesUp = false,
  ) {
    const { cluster } = identity;
    const { hooks, operations, log } = this;
    const resources = (this.resources = new Map(state.resources));
    const breaker = (this.breaker = new Breaker(preview ? undefined : interrupt));
    this.steps = new Steps({ cluster, preview, takesUp, resources, hooks, breaker, operations, log });
  }

  /** The resources as they are now, in the order of the program: what was done, and what was there and is not done yet. */
  public get state(): ReadonlyMap<string, ResourceState> {
    const resources = this.frozen ?? this.resources;
    const others = [...resources.keys()].filter((urn) => !this.registered.has(urn));
    const ordered = new Map<string, ResourceState>();
    for (const urn of [...this.registered, ...others]) {
      const state = resources.get(urn);
      if (state !== undefined) ordered.set(urn, state);
    }
    return ordered;
  }

  /** Reads everything again, as `options.refresh: always` does. Returns false if it could not. */
  public refresh(): boolean {
    const provider = new KubernetesProvider(this.identity.cluster, providerSettings({}));
    for (const [urn, state] of this.resources) {
      if (state.live === undefined) continue;
      try {
        const refreshed = provider.refresh(state);
        if (refreshed === undefined) this.resources.delete(urn);
        else this.resources.set(urn, refreshed);
        if (refreshed === undefined || refreshed.initErrors.length === 0) continue;
        const reasons = refreshed.initErrors.join("\n* ");
        this.log("warning", `Refreshed resource is in an unhealthy state:\n* ${reasons}`);
      } catch (error) {
        const reason = messageOf(error);
        this.log("error", `failed to read resource state due to unreachable cluster: ${reason}`);
        return false;
      }
    }
    return true;
  }

  public readonly log = (severity: Diagnostic["severity"], message: string): void => {
    if (severity === "error") this.errored = true;
    this.diagnostics.push({ severity, message });
  };

  public readonly registerHook = (hook: RegisteredHook): void => {
    if (this.hooks.has(hook.name)) throw new Error(`resource hook already registered for name "${hook.name}"`);
    this.hooks.set(hook.name, hook);
  };

  public readonly registerResource = (request: ResourceRequest): Promise<ResourceAnswer> => {
    return this.guarded(async () => {
      const urn = this.claimUrn(request);
      const old = this.resources.get(urn);
      const goal = this.goalOf(urn, request, old);
      const state = await this.steps.register(goal, old?.external === true ? undefined : old, request);
      return { urn, id: state.id, outputs: state.outputs };
    });
  };

  public readonly readResource = (request: ReadRequest): Promise<ResourceAnswer> => {
    return this.guarded(() => {
      const urn = this.claimUrn(request);
      const isReference = request.type === "pulumi:pulumi:StackReference";
      const outputs = isReference
        ? this.readStackOutputs(String(reveal(request.inputs.name)))
        : this.readObject(request);
      const { type, name, id, inputs, provider, parent, dependencies } = request;
      const state: ResourceState = {
        ...{ urn, type, name, custom: true, id, inputs, outputs, provider, parent, dependencies },
        ...{ protect: false, retainOnDelete: false, deletedWith: "", external: true, initErrors: [], hooks: noHooks },
      };
      this.steps.record("read", state, []);
      this.resources.set(urn, state);
      return Promise.resolve({ urn, id, outputs });
    });
  };

  public readonly registerOutputs = (urn: string, outputs: JsonObject): void => {
    const state = this.resources.get(urn);
    if (state?.type === stackType) this.stackOutputs = outputs;
    else if (state !== undefined) this.resources.set(urn, { ...state, outputs });
  };

  public readonly invoke = (token: string, args: JsonObject): Promise<JsonObject> => {
    return new Promise((resolve) => {
      if (this.stopped) throw new EngineStopped("the engine has stopped");
      try {
        if (token !== "pulumi:pulumi:readStackOutputs") throw new Error("a rehearsal does not know this function");
        resolve(this.readStackOutputs(String(args.name)));
      } catch (error) {
        const reason = messageOf(error);
        throw new Error(`invocation of ${token} returned an error: ${reason}`);
      }
    });
  };

  public readonly shutdown = async (): Promise<void> => {
    await this.guarded(async () => {
      const gone = [...this.resources.values()].filter((state) => !this.registered.has(state.urn)).reverse();
      for (const state of gone) await this.steps.remove(state, (urn) => this.registered.has(urn));
      this.breaker.beforeOutputs();
    });
  };

  /** Deletes everything, as `pulumi destroy` does. What a protected resource depends on stays. */
  public async destroy(): Promise<void> {
    const kept = new Set<string>();
    for (const state of [...this.resources.values()].reverse()) {
      if (!kept.has(state.urn) && (await this.steps.remove(state, (urn) => kept.has(urn)))) continue;
      for (const urn of [state.parent, ...state.dependencies, state.provider.replace(/::[^:]*$/, "")]) kept.add(urn);
    }
  }

  /** Runs one request; the first failure stops the engine. */
  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.hasStopped()) throw new EngineStopped("the engine has stopped");
    try {
      const answer = await work();
      if (this.hasStopped()) throw new EngineStopped("the engine has stopped");
      return answer;
    } catch (error) {
      this.stopped = true;
      if (error instanceof Killed) {
        this.killed = true;
        this.frozen ??= new Map(this.resources);
        this.log("error", error.message);
      }
      if (error instanceof EngineStopped) throw error;
      const message = messageOf(error);
      this.log("error", message);
      throw new EngineStopped(message);
    }
  }

  private hasStopped(): boolean {
    return this.stopped;
  }

  private claimUrn({ parent, type, name }: ResourceRequest | ReadRequest): string {
    const urn = urnOf(this.identity.project, this.identity.stack, parent, type, name);
    if (this.registered.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    this.registered.add(urn);
    return urn;
  }

  /** What the program wants of a resource; what it leaves open comes from the parent. */
  private goalOf(urn: string, request: ResourceRequest, old: ResourceState | undefined): ResourceState {
    const parent = this.resources.get(request.parent);
    const { type, name, custom, inputs, provider, dependencies, hooks } = request;
    const goal: { -readonly [field in keyof ResourceState]: ResourceState[field] } = {
      urn,
      type,
      name,
      custom,
      id: old?.id ?? "",
      inputs,
      outputs: old?.outputs ?? {},
      provider,
      parent: request.parent,
      dependencies,
      protect: request.protect ?? parent?.protect ?? false,
      retainOnDelete: request.retainOnDelete ?? parent?.retainOnDelete ?? false,
      deletedWith: request.deletedWith === "" ? (parent?.deletedWith ?? "") : request.deletedWith,
      external: false,
      initErrors: [],
      hooks,
    };
    if (old?.live !== undefined) goal.live = old.live;
    if (old?.fieldManager !== undefined) goal.fieldManager = old.fieldManager;
    return goal;
  }

  private readObject(request: ReadRequest): JsonObject {
    const [, apiVersion = "", kind = ""] = request.type.split(":");
    const provider = new KubernetesProvider(this.identity.cluster, providerSettings({}));
    return annotateSecrets(provider.read(apiVersion.replace(/^core\//, ""), kind, request.id), {});
  }

  /** Outputs of a stack: `stack`, `project/stack` or `organization/project/stack`, itself too. */
  private readStackOutputs(reference: string): JsonObject {
    const { organization, project, readStack } = this.identity;
    const [name = "", ofProject = project, ofOrganization = organization] = reference.split("/").reverse();
    const outputs = ofProject === project && ofOrganization === organization ? readStack(name) : undefined;
    if (outputs === undefined) throw new Error(`unknown stack ${JSON.stringify(reference)}`);
    const secret = Object.keys(outputs).filter((key) => hasSecret(outputs[key]));
    return { name: reference, outputs, secretOutputNames: secret.sort() };
  }
}

const noHooks = {
  beforeCreate: [],
  afterCreate: [],
  beforeUpdate: [],
  afterUpdate: [],
  beforeDelete: [],
  afterDelete: [],
};
