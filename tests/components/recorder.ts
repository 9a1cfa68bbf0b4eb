import type { StackOutputs } from "../../core/contract/record";
import type { JsonObject } from "../../core/json";
import type { RegisteredHook, ResourceRequest } from "../../rehearsal/engine/monitor";
import { printedMessage, runProgram, wire } from "../../rehearsal/engine/sdk";

/** What a program declared, and how it ended. */
export interface Recorded {
  readonly resources: readonly ResourceRequest[];
  readonly outputs: StackOutputs;
  readonly log: readonly string[];
  readonly errors: readonly string[];
  /** The one resource of a type, by the end of its name. */
  readonly resource: (type: string, name?: string) => ResourceRequest;
}

/** How a run is answered. */
export interface RecorderOptions {
  readonly preview?: boolean;
  readonly stack?: string;
  /** Outputs of the stacks of the project; a stack that is not there does not exist. */
  readonly stacks?: Readonly<Record<string, JsonObject>>;
  /** What becomes of a resource that was declared, after its hooks have run. Not in a preview. */
  readonly apply?: (request: ResourceRequest) => void;
  /** Message of every failing read of a stack's outputs. */
  readonly failure?: string;
}

/** The value of a secret on the wire. */
export function secret(value: unknown): JsonObject {
  return { [wire.signature]: wire.secret, value };
}

/** Runs a program against an engine that creates everything anew, hooks included, and records it. */
export async function record(program: () => Promise<object>, options: RecorderOptions = {}): Promise<Recorded> {
  const { preview = false, stack = "source", stacks = {} } = options;
  const resources: ResourceRequest[] = [];
  const hooks = new Map<string, RegisteredHook>();
  const log: string[] = [];
  let outputs: JsonObject = {};
  const errors = await runProgram({
    project: "statefulset-cutover",
    stack,
    organization: "organization",
    preview,
    config: {},
    secretKeys: [],
    program: async () => ({ ...(await program()) }),
    handlers: {
      registerResource: async (request) => {
        resources.push(request);
        const { type, name, inputs } = request;
        const urn = `urn:pulumi:${stack}::p::${type}::${name}`;
        for (const hook of preview ? [] : request.hooks.beforeCreate) {
          await hooks.get(hook)?.call({ urn, id: "", name, type, newInputs: inputs });
        }
        if (!preview) options.apply?.(request);
        return { urn, id: preview || !request.custom ? "" : `id-${name}`, outputs: inputs };
      },
      readResource: () => Promise.reject(new Error("reads nothing")),
      registerOutputs: (urn, given) => {
        if (urn.includes("pulumi:pulumi:Stack")) outputs = given;
      },
      invoke: (token, { name }) => {
        if (token !== "pulumi:pulumi:readStackOutputs") throw new Error(token);
        if (options.failure !== undefined) throw new Error(options.failure);
        const found = stacks[String(name).replace("organization/statefulset-cutover/", "")];
        if (found === undefined) throw new Error(`unknown stack "${String(name)}"`);
        return Promise.resolve({ name, outputs: found });
      },
      registerHook: (hook) => void hooks.set(hook.name, hook),
      shutdown: () => Promise.resolve(),
      log: (severity, message) => void log.push(`${severity}: ${message}`),
    },
  });
  return {
    resources,
    outputs,
    log,
    errors: errors.map(printedMessage),
    resource: (type, name = "") => {
      const [found, ...more] = resources.filter((r) => r.type === type && r.name.endsWith(name));
      const count = found === undefined ? 0 : 1 + more.length;
      if (found === undefined || count > 1) throw new Error(`${count} of ${type} ${name}`);
      return found;
    },
  };
}
