import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import { version } from "@pulumi/pulumi/version";
import { EngineStopped } from "../../../rehearsal/engine/monitor";
import type { MonitorHandlers, ResourceRequest } from "../../../rehearsal/engine/monitor";
import { printedMessage, runProgram, wire } from "../../../rehearsal/engine/sdk";
import type { ProgramRun } from "../../../rehearsal/engine/sdk";

/** Handlers that note what is asked, and answer like an engine that does nothing. */
class Recorder implements MonitorHandlers {
  public readonly said: string[] = [];
  public readonly requests: ResourceRequest[] = [];
  public readonly outputs: Record<string, unknown>[] = [];
  public shutdowns = 0;

  public registerResource = (request: ResourceRequest): ReturnType<MonitorHandlers["registerResource"]> => {
    this.requests.push(request);
    if (request.name === "broken") return Promise.reject(new EngineStopped("broken"));
    return Promise.resolve({
      urn: `urn:pulumi:s::p::${request.type}::${request.name}`,
      id: "id",
      outputs: request.inputs,
    });
  };
  public readResource: MonitorHandlers["readResource"] = ({ id }) => {
    return Promise.resolve({ urn: "urn:pulumi:s::p::t::n", id, outputs: { name: id, outputs: { a: 1 } } });
  };
  public registerOutputs: MonitorHandlers["registerOutputs"] = (_, outputs) => void this.outputs.push(outputs);
  public invoke: MonitorHandlers["invoke"] = (token, args) => {
    return token === "no:such:function" ? Promise.reject(new Error("unknown")) : Promise.resolve({ token, ...args });
  };
  public registerHook: MonitorHandlers["registerHook"] = (hook) => void this.said.push(`hook ${hook.name}`);
  public shutdown = (): Promise<void> => {
    this.shutdowns += 1;
    return Promise.resolve();
  };
  public log: MonitorHandlers["log"] = (severity, message) => void this.said.push(`${severity}: ${message}`);
}

async function run(
  program: () => Promise<Record<string, unknown>>,
  options: Partial<Pick<ProgramRun, "preview" | "patienceMs" | "config" | "secretKeys" | "alone">> = {},
): Promise<{ recorder: Recorder; errors: string[] }> {
  const recorder = new Recorder();
  const identity = { project: "p", stack: "s", organization: "o" };
  const defaults = { preview: false, config: {}, secretKeys: [], patienceMs: 5000 };
  const errors = await runProgram({ ...identity, ...defaults, ...options, program, handlers: recorder });
  return { recorder, errors: errors.map(printedMessage) };
}

class Thing extends pulumi.CustomResource {
  declare public readonly value: pulumi.Output<string>;
  public constructor(name: string, value: pulumi.Input<string>, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { value }, opts);
  }
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the insides of the SDK that this depends on", () => {
  test("its version: read sdk.ts and sdkMonitor.ts again when it changes", () => {
    expect(version).toBe("3.248.0");
  });

  test("its store has what the language server of the Automation API sets up", () => {
    const { LocalStore } = state as unknown as { LocalStore: new () => Record<string, unknown> };
    expect(Object.keys(new LocalStore()).sort()).toEqual([
      ...[
        "config",
        "leakCandidates",
        "logErrorCount",
        "packageRefs",
        "resourceModules",
        "resourcePackages",
        "settings",
      ],
      ...["stackResource", "supportsAliasSpecs", "supportsDeletedWith", "supportsErrorHooks"],
      ...["supportsInvokeTransforms", "supportsOutputValues", "supportsParameterization", "supportsReplaceWith"],
      ...["supportsResourceHooks", "supportsResourceReferences", "supportsSecrets", "supportsTransforms", "terminated"],
    ]);
  });

  test("its words for secrets and unknowns", () => {
    expect(wire).toEqual({
      signature: "4dabf18193072939515e22adb298388d",
      secret: "1b47061264138c4ac30d75fd1eb44270",
      resource: "5cf8f73096256a8f31e491e813e4eb8e",
      output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
      unknown: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    });
  });

  test("the log of the SDK is an object whose functions can be replaced", () => {
    expect(Object.getOwnPropertyDescriptor(pulumi.log, "warn")?.writable).toBe(true);
  });
});

describe("a run", () => {
  test("sends every resource with all of its options", async () => {
    const { recorder, errors } = await run(() => {
      const hook = new pulumi.ResourceHook("check", () => undefined);
      const first = new Thing("first", "a", { protect: true });
      const second = new Thing("second", pulumi.secret(first.value), {
        retainOnDelete: true,
        dependsOn: [first],
        hooks: { beforeUpdate: [hook] },
        ignoreChanges: ["value"],
      });
      return Promise.resolve({ value: second.value });
    });
    expect(errors).toEqual([]);
    expect(recorder.said).toEqual(["hook check"]);
    expect(recorder.requests.map((request) => request.name)).toEqual(["p-s", "first", "second"]);
    expect(recorder.requests[1]).toMatchObject({ protect: true, retainOnDelete: undefined, inputs: { value: "a" } });
    expect(recorder.requests[2]).toMatchObject({
      type: "test:index:Thing",
      custom: true,
      parent: "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s",
      retainOnDelete: true,
      dependencies: ["urn:pulumi:s::p::test:index:Thing::first"],
      ignoreChanges: ["value"],
      inputs: { value: { [wire.signature]: wire.secret, value: "a" } },
      hooks: { beforeUpdate: ["check"], beforeCreate: [] },
    });
    expect(recorder.outputs).toEqual([{ value: { [wire.signature]: wire.secret, value: "a" } }]);
    expect(recorder.shutdowns).toBe(1);
  });

  test("gives the program its config, stack, project and organization, and its own only", async () => {
    const look = (): Promise<Record<string, unknown>> => {
      const config = new pulumi.Config();
      return Promise.resolve({
        name: [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun()],
        index: config.get("index"),
        token: config.getSecret("token"),
      });
    };
    const options = { preview: true, config: { "p:index": "5", "p:token": "t" }, secretKeys: ["p:token"] };
    const [first, second] = await Promise.all([run(look, options), run(look, { config: { "p:index": "6" } })]);
    expect(first.recorder.outputs).toEqual([
      { name: ["o", "p", "s", true], index: "5", token: { [wire.signature]: wire.secret, value: "t" } },
    ]);
    expect(second.recorder.outputs).toEqual([{ name: ["o", "p", "s", false], index: "6" }]);
  });

  test("answers invokes, and reads other stacks", async () => {
    const { recorder } = await run(async () => {
      const answer: unknown = await pulumi.runtime.invoke("a:b:c", { x: 1 });
      const reference = new pulumi.StackReference("o/p/other");
      return { answer, a: reference.getOutput("a") };
    });
    expect(recorder.outputs).toEqual([{ answer: { token: "a:b:c", x: 1 }, a: 1 }]);
  });

  test("tells what the program logs, also about a resource that fails", async () => {
    const { recorder } = await run(async () => {
      const broken = new Thing("broken", "a");
      await pulumi.log.warn("look out", broken);
      return {};
    });
    const next = await run(async () => {
      await pulumi.log.error("bad");
      return {};
    });
    expect([recorder.said, next.recorder.said]).toEqual([["warning: look out"], ["error: bad"]]);
  });

  test("ends when the engine stops: what depends on the failed resource never settles", async () => {
    const { recorder, errors } = await run(() => {
      const broken = new Thing("broken", "a");
      const next = new Thing("next", broken.value);
      return Promise.resolve({ value: next.value });
    });
    expect(errors).toEqual([]);
    expect(recorder.requests.map((request) => request.name)).toEqual(["p-s", "broken"]);
    expect([recorder.outputs, recorder.shutdowns]).toEqual([[], 0]);
  });

  test("ends when the program throws, before any deletion", async () => {
    const { recorder, errors } = await run(() => Promise.reject(new pulumi.RunError("not like this")));
    expect(errors).toEqual(["not like this"]);
    expect([recorder.outputs, recorder.shutdowns]).toEqual([[{}], 0]);
  });

  test("fails when an output rejects that nobody looks at", async () => {
    const { errors } = await run(async () => {
      const thing = new Thing("thing", "a");
      thing.value.apply(() => {
        throw new Error("the proof failed");
      });
      await later();
      return {};
    });
    expect(errors).toEqual(["the proof failed"]);
  });

  test("fails once when a stack output rejects", async () => {
    const { recorder, errors } = await run(() => {
      const thing = new Thing("thing", "a");
      const proof = thing.value.apply(() => Promise.reject<string>(new Error("the proof failed")));
      return Promise.resolve({ literal: 1, proof, again: proof.apply((value) => value) });
    });
    expect(errors).toEqual(["the proof failed"]);
    expect([recorder.outputs, recorder.shutdowns]).toEqual([[{}], 0]);
  });

  test("is given up when it waits for itself", async () => {
    const { errors } = await run(() => new Promise(() => undefined), { patienceMs: 50 });
    expect(errors).toEqual(["The program did nothing for 50 ms: it waits for a promise that never settles."]);
  });

  test("tells the kind of an error that is no user's", async () => {
    const { errors } = await run(() => Promise.resolve().then(() => (undefined as unknown as { a: { b: 1 } }).a));
    expect(errors).toEqual(["TypeError: Cannot read properties of undefined (reading 'a')"]);
  });

  test("alone it has the store of the process, and gives it back", async () => {
    const { getLocalStore, getStore } = state as unknown as Record<"getLocalStore" | "getStore", () => unknown>;
    const before = getStore();
    const seen: unknown[] = [];
    const program = async (): Promise<Record<string, unknown>> => {
      await later();
      seen.push(getLocalStore(), getStore() === before, new pulumi.Config("p").get("index"));
      return {};
    };
    const { recorder, errors } = await run(program, { alone: true, config: { "p:index": "5" } });
    expect([errors, recorder.shutdowns, seen]).toEqual([[], 1, [undefined, false, "5"]]);
    expect(getStore()).toBe(before);
  });

  test("alone it does not start beside another one", async () => {
    const program = (): Promise<Record<string, unknown>> => later().then(() => ({}));
    const beside = run(program);
    await expect(run(program, { alone: true })).rejects.toThrow("started beside another one");
    expect((await beside).errors).toEqual([]);
  });

  test("leaves the process as it was", async () => {
    const limit = Error.stackTraceLimit;
    const warn = pulumi.log.warn;
    process.env.KUBECONFIG = "/home/somebody/.kube/config";
    process.env.PULUMI_K8S_DELETE_UNREACHABLE = "true";
    let seen: unknown;
    await run(async () => {
      await later();
      seen = [process.env.KUBECONFIG, process.env.PULUMI_K8S_DELETE_UNREACHABLE, Error.stackTraceLimit];
      return {};
    });
    expect(seen).toEqual([undefined, undefined, 0]);
    expect([process.env.KUBECONFIG, process.env.PULUMI_K8S_DELETE_UNREACHABLE]).toEqual([
      "/home/somebody/.kube/config",
      "true",
    ]);
    expect([Error.stackTraceLimit, pulumi.log.warn]).toEqual([limit, warn]);
    delete process.env.KUBECONFIG;
    delete process.env.PULUMI_K8S_DELETE_UNREACHABLE;
  });
});
