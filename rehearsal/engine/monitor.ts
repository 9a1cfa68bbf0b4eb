import type { JsonObject } from "../../core/json";

/** The engine stops: what asked waits for ever, as in a real run that failed. */
export class EngineStopped extends Error {
  public override readonly name = "EngineStopped";
}

/** When a hook runs. */
export type HookKind = "beforeCreate" | "afterCreate" | "beforeUpdate" | "afterUpdate" | "beforeDelete" | "afterDelete";

/** Names of a resource's hooks. */
export type HookNames = Readonly<Record<HookKind, readonly string[]>>;

/** A resource as a program registers it. Values are as on the wire: secrets wrapped, unknowns a marker. */
export interface ResourceRequest {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly remote: boolean;
  readonly parent: string;
  readonly inputs: JsonObject;
  /** `<urn>::<id>` of the provider, or empty. */
  readonly provider: string;
  readonly dependencies: readonly string[];
  readonly protect: boolean | undefined;
  readonly retainOnDelete: boolean | undefined;
  readonly deletedWith: string;
  readonly importId: string;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly aliases: readonly string[];
  readonly hooks: HookNames;
}

/** A resource that a program reads: `X.get()` or a StackReference. */
export interface ReadRequest {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly parent: string;
  readonly inputs: JsonObject;
  readonly provider: string;
  readonly dependencies: readonly string[];
}

/** What a resource became. */
export interface ResourceAnswer {
  readonly urn: string;
  /** Empty if it is not known yet. */
  readonly id: string;
  readonly outputs: JsonObject;
}

/** A hook of the program. */
export interface RegisteredHook {
  readonly name: string;
  readonly onDryRun: boolean;
  readonly ignoreErrors: boolean;
  readonly call: (args: HookArgs) => Promise<void>;
}

/** What a hook is told. Values are as on the wire. */
export interface HookArgs {
  readonly urn: string;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly newInputs?: JsonObject;
  readonly oldInputs?: JsonObject;
  readonly newOutputs?: JsonObject;
  readonly oldOutputs?: JsonObject;
}

/** Who answers a program. A handler that rejects with `EngineStopped` ends the run. */
export interface MonitorHandlers {
  readonly registerResource: (request: ResourceRequest) => Promise<ResourceAnswer>;
  readonly readResource: (request: ReadRequest) => Promise<ResourceAnswer>;
  readonly registerOutputs: (urn: string, outputs: JsonObject) => void;
  readonly invoke: (token: string, args: JsonObject) => Promise<JsonObject>;
  readonly registerHook: (hook: RegisteredHook) => void;
  /** The program is done: deletions run now. */
  readonly shutdown: () => Promise<void>;
  readonly log: (severity: "info" | "warning" | "error", message: string) => void;
}
