import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SimulatedStack } from "../../../rehearsal/engine/simulatedStack";
import { configMap, errors, lines, maps, provider, run, scene, setProgram, web } from "../scene";

describe("removes", () => {
  test("what the program drops, last and in reverse order; or keeps it by option of the old state", async () => {
    const { stack, cluster } = scene();
    const declare = (names: readonly string[], retained: boolean) => (): Promise<object> => {
      const opts = { provider: provider() };
      names.forEach((name) => configMap(name, { a: "1" }, { ...opts, retainOnDelete: retained && name === "kept" }));
      return Promise.resolve({});
    };
    await stack.up(run(declare(["one", "two", "kept"], true)));
    const dropped = await stack.up(run(declare(["three"], false)));
    expect(lines(dropped)).toEqual(["create three", "retain kept", "delete two", "delete one"]);
    expect(cluster.objects("v1", "ConfigMap", "default").map(({ metadata }) => metadata.name)).toEqual([
      "kept",
      "three",
    ]);
    expect((await stack.up(run(declare(["three"], false)))).operations).toEqual([]);
  });

  test("nothing that is protected, and then fails; in a preview too", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(setProgram({ replicas: 1 }, { protect: true })));
    const empty = (): Promise<object> => (provider(), Promise.resolve({ done: true }));
    const [preview, up] = [await stack.preview(run(empty)), await stack.up(run(empty))];
    for (const result of [preview, up]) {
      expect(errors(result)[0]).toContain("cannot be deleted\nbecause it is protected");
      expect(result.succeeded).toBe(false);
    }
    expect(cluster.get(web)).toBeDefined();
    expect(errors(await stack.destroy())[0]).toContain("cannot be deleted\nbecause it is protected");
    expect(cluster.get(web)).toBeDefined();
    await stack.up(run(setProgram({ replicas: 1 })));
    expect(lines(await stack.destroy())).toEqual(["delete web", "delete cluster", "delete p-source"]);
    expect([cluster.get(web), stack.state.resources.size, stack.wireOutputs]).toEqual([undefined, 0, {}]);
  });

  test("a read resource is discarded, not deleted; reading what is missing fails", async () => {
    const { stack, cluster } = scene();
    const read = (name: string) => (): Promise<object> => {
      const found = kubernetes.core.v1.ConfigMap.get("found", `default/${name}`, { provider: provider() });
      return Promise.resolve({ a: found.data.a });
    };
    cluster.seed({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "one", namespace: "default" },
      data: { a: "1" },
    });
    const result = await stack.up(run(read("one")));
    expect([lines(result)[2], result.outputs]).toEqual(["read found", { a: "1" }]);
    const missing = await stack.preview(run(read("two")));
    expect(errors(missing)).toEqual(["resource 'default/two' does not exist"]);
    expect(lines(await stack.up(run(maps())))).toEqual(["discard found"]);
    expect(cluster.objects("v1", "ConfigMap", "default").length).toBe(1);
  });

  test("components have state too; children inherit protect and retainOnDelete", async () => {
    const { stack, cluster } = scene();
    const program = (on: boolean) => (): Promise<object> => {
      const providers = [provider()];
      if (on) {
        const parent = new pulumi.ComponentResource(
          "test:index:Group",
          "group",
          {},
          { providers, retainOnDelete: true },
        );
        configMap("child", { a: "1" }, { parent });
      }
      return Promise.resolve({});
    };
    const { operations } = await stack.up(run(program(true)));
    expect(operations.map(({ op, type }) => `${op} ${type}`)).toEqual([
      "create pulumi:pulumi:Stack",
      "create pulumi:providers:kubernetes",
      "create test:index:Group",
      "create kubernetes:core/v1:ConfigMap",
    ]);
    expect([...stack.state.resources.keys()].at(-1)).toBe(
      "urn:pulumi:source::p::test:index:Group$kubernetes:core/v1:ConfigMap::child",
    );
    expect(lines(await stack.up(run(program(false))))).toEqual(["retain child", "retain group"]);
    expect(cluster.objects("v1", "ConfigMap", "default").length).toBe(1);
  });
});

describe("outputs", () => {
  const proving = (literal: string, fails: boolean) => (): Promise<object> => {
    const map = configMap("one", { a: "1" }, { provider: provider() });
    const proof = map.data.apply(() => (fails ? Promise.reject(new Error("not proven")) : "proven"));
    return Promise.resolve({ proof, literal });
  };

  test("of a failed up keep their old value if they reject", async () => {
    const { stack } = scene();
    await stack.up(run(proving("first", false)));
    const result = await stack.up(run(proving("second", true)));
    expect([errors(result), result.succeeded]).toEqual([["not proven"], false]);
    expect(stack.plainOutputs).toEqual({ proof: "proven", literal: "first" });
  });

  test("are kept secret, in operations too", async () => {
    const { stack } = scene();
    const program = (password: string) => (): Promise<object> => {
      const opts = { provider: provider() };
      const metadata = { name: "s", namespace: "default" };
      const secret = new kubernetes.core.v1.Secret("s", { metadata, stringData: { password } }, opts);
      configMap("c", { plain: "1", hidden: pulumi.secret(password) }, opts);
      return Promise.resolve({ data: secret.data, list: pulumi.secret([password]), plain: 1 });
    };
    await stack.up(run(program("alpha")));
    const result = await stack.up(run(program("beta")));
    expect(result.outputs).toEqual({ data: "[secret]", list: "[secret]", plain: 1 });
    expect(result.operations.flatMap(({ changes }) => changes)).toEqual([
      { path: "data.password", from: "[secret]", to: "[secret]" },
      { path: "data.hidden", from: "[secret]", to: "[secret]" },
    ]);
    expect(JSON.stringify(result)).not.toMatch(/alpha|beta|YWxwaGE|YmV0YQ/);
    expect(stack.plainOutputs.list).toEqual(["beta"]);
  });

  test("are read by the other stack and by itself, secrets as secrets; a missing stack is an error", async () => {
    const { stack: other } = scene();
    await other.up(run(() => Promise.resolve({ held: { start: 0 }, offer: pulumi.secret("disk") })));
    const { cluster } = scene();
    const peers = (name: string): Record<string, unknown> | "missing" =>
      name === "other" ? other.wireOutputs : "missing";
    const stack = new SimulatedStack({ project: "p", stack: "source", organization: "organization", cluster, peers });
    const program = (name: string) => (): Promise<object> => {
      const peer = new pulumi.StackReference(`organization/p/${name}`);
      const self = new pulumi.StackReference("organization/p/source");
      return Promise.resolve({
        held: peer.getOutput("held"),
        offer: peer.getOutput("offer"),
        before: self.getOutput("offer").apply((offer: unknown) => offer ?? "nothing"),
      });
    };
    const first = await stack.up(run(program("other")));
    expect(first.outputs).toEqual({ held: { start: 0 }, offer: "[secret]", before: "nothing" });
    expect((await stack.up(run(program("other")))).outputs).toMatchObject({ before: "[secret]" });
    expect(stack.plainOutputs).toEqual({ held: { start: 0 }, offer: "disk", before: "disk" });
    const missing = await stack.preview(run(program("nobody")));
    expect(errors(missing)).toEqual(['unknown stack "organization/p/nobody"']);
  });
});
