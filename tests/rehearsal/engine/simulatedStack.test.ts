import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StatefulSet } from "../../../core/kubernetes";
import { configMap, errors, lines, maps, provider, run, scene, setArgs, setProgram, web } from "../scene";

describe("plans and does", () => {
  test("creations, then nothing, then the update of one field", async () => {
    const { stack, cluster } = scene();
    expect(lines(await stack.up(run(setProgram({ replicas: 3 }))))).toEqual([
      ...["create p-source", "create cluster", "create web"],
    ]);
    const changes = cluster.changes;
    expect(lines(await stack.up(run(setProgram({ replicas: 3 }))))).toEqual([]);
    expect(cluster.changes).toBe(changes);
    const result = await stack.up(run(setProgram({ replicas: 2 })));
    expect(lines(result)).toEqual(["update web: spec.replicas 3 => 2"]);
    expect(result).toMatchObject({ succeeded: true, diagnostics: [], outputs: { replicas: 2, ready: 2 } });
    expect(cluster.get(web)?.metadata.generation).toBe(2);
  });

  test("a preview says the same and changes nothing", async () => {
    const { stack, cluster } = scene();
    const first = await stack.preview(run(setProgram({ replicas: 3 })));
    expect(lines(first)).toEqual(["create p-source", "create cluster", "create web"]);
    expect(first.outputs).toEqual({ replicas: 3, ready: "[unknown]" });
    expect([cluster.changes, stack.state.resources.size, stack.wireOutputs]).toEqual([scene().cluster.changes, 0, {}]);

    await stack.up(run(setProgram({ replicas: 3 })));
    const [changes, state] = [cluster.changes, stack.state];
    const second = await stack.preview(run(setProgram({ replicas: 1 })));
    expect(lines(second)).toEqual(["update web: spec.replicas 3 => 1"]);
    expect(second.outputs).toEqual({ replicas: 1, ready: 3 });
    expect(cluster.changes).toBe(changes);
    expect(stack.state).toEqual(state);
  });

  test("paths as the provider prints them, fields sorted by name", async () => {
    const { stack } = scene();
    const annotations = (n: number): Record<string, string> => ({
      "statefulset-cutover/range": `0+${n}`,
      "example.com/owner": `team-${n}`,
    });
    await stack.up(run(setProgram({ replicas: 0, start: 3, annotations: annotations(0) })));
    const result = await stack.preview(run(setProgram({ replicas: 1, start: 2, annotations: annotations(1) })));
    expect(result.operations[0]?.changes).toEqual([
      { path: 'metadata.annotations["example.com/owner"]', from: "team-0", to: "team-1" },
      { path: "metadata.annotations.statefulset-cutover/range", from: "0+0", to: "0+1" },
      { path: "spec.ordinals.start", from: 3, to: 2 },
      { path: "spec.replicas", from: 0, to: 1 },
    ]);
    expect((await stack.preview(run(setProgram({ replicas: 0 })))).operations[0]?.changes).toEqual([
      { path: "metadata.annotations", from: annotations(0) },
      { path: "spec.ordinals", from: { start: 3 } },
    ]);
  });

  test("what another hand changed is put back, since it refreshes first; without a refresh it is not seen", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(setProgram({ replicas: 3 })));
    cluster.edit(web, (live) => ({ ...live, spec: { ...(live as StatefulSet).spec, replicas: 5 } }));
    cluster.settle();
    expect(lines(await stack.preview(run(setProgram({ replicas: 3 }), { refresh: false })))).toEqual([]);
    expect(lines(await stack.up(run(setProgram({ replicas: 3 }))))).toEqual(["update web: spec.replicas 5 => 3"]);
    expect((cluster.get(web) as StatefulSet).spec.replicas).toBe(3);
  });

  test("what is gone from the cluster is created again", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(maps("one")));
    cluster.delete({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "one" });
    expect(lines(await stack.up(run(maps("one"))))).toEqual(["create one"]);
  });

  test("an API server that drops the ordinals differs for ever", async () => {
    const { stack } = scene({ dropsOrdinals: true });
    await stack.up(run(setProgram({ replicas: 1, start: 3 })));
    expect(lines(await stack.up(run(setProgram({ replicas: 1, start: 3 }))))).toEqual([
      'update web: spec.ordinals undefined => {"start":3}',
    ]);
  });

  test("creating what exists fails, unless the provider upserts", async () => {
    const { stack, cluster } = scene();
    cluster.seed({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "one", namespace: "default" },
      data: { b: "2" },
    });
    const plain = (): Promise<object> => {
      configMap("one", { a: "1" }, { provider: new kubernetes.Provider("cluster", { context: "source" }) });
      return Promise.resolve({});
    };
    expect(errors(await stack.up(run(plain)))).toEqual([
      'resource "urn:pulumi:source::p::kubernetes:core/v1:ConfigMap::one" was not successfully created by the Kubernetes API server: configmaps "one" already exists',
    ]);
    expect((await stack.up(run(maps("one")))).succeeded).toBe(true);
    const one = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "one" };
    expect(cluster.get(one)?.data).toEqual({ a: "1", b: "2" });
  });

  test("an immutable field replaces the object, unless it is protected", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(setProgram({ replicas: 1 })));
    const uid = cluster.get(web)?.metadata.uid;
    const parallel = setProgram({ replicas: 1, policy: "Parallel" });
    expect(lines(await stack.preview(run(parallel)))).toEqual([
      'replace web: spec.podManagementPolicy undefined => "Parallel"',
    ]);
    await stack.up(run(setProgram({ replicas: 1 }, { protect: true })));
    const refused = await stack.up(run(setProgram({ replicas: 1, policy: "Parallel" }, { protect: true })));
    expect(errors(refused)[0]).toContain("as it is currently marked for protection");
    expect(cluster.get(web)?.metadata.uid).toBe(uid);
    expect((await stack.up(run(parallel))).succeeded).toBe(true);
    expect(cluster.get(web)?.metadata.uid).not.toBe(uid);
  });

  test("a namespace and what is in it, in one go; a preview shows it before the namespace exists", async () => {
    const { stack } = scene();
    const program = (): Promise<object> => {
      const opts = { provider: provider() };
      const namespace = new kubernetes.core.v1.Namespace("shop", { metadata: { name: "shop" } }, opts);
      const args = setArgs({ replicas: 1 });
      new kubernetes.apps.v1.StatefulSet(
        "web",
        { ...args, metadata: { name: "web", namespace: "shop" } },
        { ...opts, dependsOn: [namespace] },
      );
      return Promise.resolve({});
    };
    const created = ["create p-source", "create cluster", "create shop", "create web"];
    expect(lines(await stack.preview(run(program)))).toEqual(created);
    expect(lines(await stack.up(run(program)))).toEqual(created);
    expect(lines(await stack.up(run(program)))).toEqual([]);
  });
});

describe("fails", () => {
  test("when the cluster does not answer, before the program runs", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(setProgram({ replicas: 1 })));
    cluster.unreachable = true;
    const result = await stack.preview(run(setProgram({ replicas: 0 })));
    expect(errors(result)).toEqual([
      "failed to read resource state due to unreachable cluster: The cluster source does not answer.",
    ]);
    expect(result.outputs).toEqual({ replicas: 1, ready: 1 });
  });

  test("when the program gives two resources one name", async () => {
    expect(errors(await scene().stack.up(run(maps("one", "one"))))).toEqual([
      "Duplicate resource URN 'urn:pulumi:source::p::kubernetes:core/v1:ConfigMap::one'; try giving it a unique name",
    ]);
  });

  test("when the stack is already being worked on", async () => {
    const { stack } = scene();
    const [first, second] = await Promise.all([stack.up(run(maps("one"))), stack.up(run(maps("one")))]);
    expect([first.succeeded, second.succeeded]).toEqual([true, false]);
    expect(errors(second)[0]).toContain("the stack is currently locked");
  });

  test("when the program throws, with its message and nothing else", async () => {
    const result = await scene().stack.up(
      run(() => Promise.reject(new pulumi.RunError("cutoverIndex is out of range"))),
    );
    expect(result.diagnostics).toEqual([{ severity: "error", message: "cutoverIndex is out of range" }]);
  });
});

test("an earlier state can be brought back, as with pulumi stack import", async () => {
  const { stack } = scene();
  await stack.up(run(setProgram({ replicas: 2 })));
  const state = stack.state;
  await stack.up(run(setProgram({ replicas: 1 })));
  stack.restore(state);
  expect(stack.plainOutputs).toEqual({ replicas: 2, ready: 2 });
  expect(lines(await stack.up(run(setProgram({ replicas: 1 }))))).toEqual([]);
});
