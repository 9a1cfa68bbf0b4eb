import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../../core/userError";
import type { JsonObject } from "../../core/json";
import { EngineStopped } from "./monitor";
import type { HookNames, MonitorHandlers, ReadRequest } from "./monitor";
import type { RegisteredHook, ResourceAnswer, ResourceRequest } from "./monitor";

/** The part of @pulumi/pulumi's wire that a rehearsal answers: its protobuf messages as plain data, and back. */

/** What the SDK talks to, and what tells how that goes. */
export interface SdkMonitor {
  /** Goes where `setMocks` puts its own. */
  readonly client: unknown;
  /** Goes where the SDK keeps its gRPC server for callbacks. */
  readonly callbacks: unknown;
  /** Resolves when a handler has stopped the engine. */
  readonly failed: Promise<void>;
  /** Requests that are not answered yet. */
  readonly pending: () => number;
  /** Requests so far. */
  readonly requests: () => number;
  /** From now on nothing is answered any more. */
  readonly close: () => void;
}

type Callback = (error: unknown, answer?: unknown) => void;

/** What this file uses of the SDK's request messages. */
interface Message {
  getType(): string;
  getName(): string;
  getId(): string;
  getUrn(): string;
  getTok(): string;
  getParent(): string;
  getCustom(): boolean;
  getRemote(): boolean;
  getProvider(): string;
  getDeletedwith(): string;
  getImportid(): string;
  hasProtect(): boolean;
  getProtect(): boolean;
  hasRetainondelete(): boolean;
  getRetainondelete(): boolean;
  getObject(): Struct | undefined;
  getProperties(): Struct | undefined;
  getOutputs(): Struct | undefined;
  getArgs(): Struct | undefined;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getAliasesList(): { getUrn(): string }[];
  getHooks(): HookBinding | undefined;
}
interface Struct {
  toJavaScript(): JsonObject;
}
interface HookBinding {
  getBeforeCreateList(): string[];
  getAfterCreateList(): string[];
  getBeforeUpdateList(): string[];
  getAfterUpdateList(): string[];
  getBeforeDeleteList(): string[];
  getAfterDeleteList(): string[];
}

/** gRPC status codes. */
const grpc = { unknown: 2, unimplemented: 12, unavailable: 14 } as const;

/** What the engine supports, as the SDK asks for it. */
const unsupported = new Set(["transforms", "invokeTransforms", "parameterization"]);

const plain = (struct: Struct | undefined): JsonObject => struct?.toJavaScript() ?? {};
const struct = (value: JsonObject): Struct => ({ toJavaScript: () => value });

function grpcError(error: unknown): Error {
  const details = messageOf(error);
  const code = error instanceof EngineStopped ? grpc.unavailable : grpc.unknown;
  return Object.assign(new Error(details), { code, details });
}

function hookNames(binding: HookBinding | undefined): HookNames {
  return {
    beforeCreate: binding?.getBeforeCreateList() ?? [],
    afterCreate: binding?.getAfterCreateList() ?? [],
    beforeUpdate: binding?.getBeforeUpdateList() ?? [],
    afterUpdate: binding?.getAfterUpdateList() ?? [],
    beforeDelete: binding?.getBeforeDeleteList() ?? [],
    afterDelete: binding?.getAfterDeleteList() ?? [],
  };
}

function resourceRequest(message: Message): ResourceRequest {
  return {
    type: message.getType(),
    name: message.getName(),
    custom: message.getCustom(),
    remote: message.getRemote(),
    parent: message.getParent(),
    inputs: plain(message.getObject()),
    provider: message.getProvider(),
    dependencies: message.getDependenciesList(),
    protect: message.hasProtect() ? message.getProtect() : undefined,
    retainOnDelete: message.hasRetainondelete() ? message.getRetainondelete() : undefined,
    deletedWith: message.getDeletedwith(),
    importId: message.getImportid(),
    ignoreChanges: message.getIgnorechangesList(),
    replaceOnChanges: message.getReplaceonchangesList(),
    additionalSecretOutputs: message.getAdditionalsecretoutputsList(),
    aliases: message
      .getAliasesList()
      .map((alias) => alias.getUrn())
      .filter((urn) => urn !== ""),
    hooks: hookNames(message.getHooks()),
  };
}

function readRequest(message: Message): ReadRequest {
  return {
    type: message.getType(),
    name: message.getName(),
    id: message.getId(),
    parent: message.getParent(),
    inputs: plain(message.getProperties()),
    provider: message.getProvider(),
    dependencies: message.getDependenciesList(),
  };
}

/** Properties as the SDK hands them to a hook: secrets at the top as secret Outputs. */
function forHook(properties: JsonObject | undefined): Record<string, unknown> | undefined {
  if (properties === undefined) return undefined;
  const read = pulumi.runtime.deserializeProperties as (properties: Struct, keepUnknowns: boolean) => JsonObject;
  const entries = Object.entries(read(struct(properties), true)).map(([key, value]) => [
    key,
    pulumi.runtime.isRpcSecret(value) ? pulumi.secret<unknown>(pulumi.runtime.unwrapRpcSecret(value)) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function registeredHook(hook: pulumi.ResourceHook): RegisteredHook {
  return {
    name: hook.name,
    onDryRun: hook.opts?.onDryRun ?? false,
    ignoreErrors: hook.opts?.ignoreErrors ?? false,
    call: async (args) => {
      await hook.callback({
        urn: args.urn,
        id: args.id,
        name: args.name,
        type: args.type,
        // Few hooks look, and reading a large set takes a while.
        get newInputs() {
          return forHook(args.newInputs);
        },
        get oldInputs() {
          return forHook(args.oldInputs);
        },
        get newOutputs() {
          return forHook(args.newOutputs);
        },
        get oldOutputs() {
          return forHook(args.oldOutputs);
        },
      });
    },
  };
}

/** Makes the object that stands in for the engine. */
export function sdkMonitor(handlers: MonitorHandlers): SdkMonitor {
  let requests = 0;
  let pending = 0;
  let closed = false;
  let fail: () => void = () => undefined;
  const failed = new Promise<void>((resolve) => (fail = resolve));

  /** One method of the monitor: what is asked becomes plain data, what is answered becomes a message. */
  const method =
    (answer: (message: Message) => Promise<unknown>) =>
    (message: Message, callback: Callback): void => {
      // Nobody waits for the rest of a program whose run is over.
      if (closed) return;
      requests += 1;
      pending += 1;
      answer(message).then(
        (value) => {
          pending -= 1;
          requests += 1;
          callback(null, value);
        },
        (error: unknown) => {
          pending -= 1;
          requests += 1;
          callback(grpcError(error));
          if (error instanceof EngineStopped) fail();
        },
      );
    };
  const resource = (answer: ResourceAnswer): object => ({
    getUrn: () => answer.urn,
    getId: () => answer.id,
    getObject: () => struct(answer.outputs),
    getProperties: () => struct(answer.outputs),
    getPropertydependenciesMap: () => undefined,
    getResult: () => 0,
  });
  const unimplemented = (_: unknown, callback: Callback): void => {
    callback(Object.assign(new Error("not implemented in a rehearsal"), { code: grpc.unimplemented, details: "" }));
  };

  const client = {
    supportsFeature: (message: Message, callback: Callback) => {
      callback(null, { getHassupport: () => !unsupported.has(message.getId()) });
    },
    registerResource: method(async (message) => resource(await handlers.registerResource(resourceRequest(message)))),
    readResource: method(async (message) => resource(await handlers.readResource(readRequest(message)))),
    registerResourceOutputs: method((message) => {
      handlers.registerOutputs(message.getUrn(), plain(message.getOutputs()));
      return Promise.resolve({});
    }),
    invoke: method(async (message) => {
      const value = await handlers.invoke(message.getTok(), plain(message.getArgs()));
      return { getReturn: () => struct(value), getFailuresList: () => [] };
    }),
    signalAndWaitForShutdown: method(async () => {
      await handlers.shutdown();
      return {};
    }),
    call: unimplemented,
    registerPackage: unimplemented,
    registerStackTransform: unimplemented,
    registerStackInvokeTransform: unimplemented,
    close: () => undefined,
  };
  const callbacks = {
    registerResourceHook: (hook: pulumi.ResourceHook) => {
      return Promise.resolve().then(() => {
        handlers.registerHook(registeredHook(hook));
      });
    },
    registerErrorHook: () => Promise.reject(new Error("error hooks are not part of a rehearsal")),
    awaitStackRegistrations: () => Promise.resolve(),
    shutdown: () => undefined,
  };
  return { client, callbacks, failed, pending: () => pending, requests: () => requests, close: () => (closed = true) };
}
