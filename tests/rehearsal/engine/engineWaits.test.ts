import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StatefulSet } from "../../../core/kubernetes";
import { errors, lines, maps, provider, run, scene, setProgram, web } from "../scene";

describe("waits", () => {
  test("for the pods of a StatefulSet; if they never get Ready, the next up updates without a difference", async () => {
    const { stack, cluster } = scene();
    cluster.setPodFault("default", "web-1", "neverReady");
    const failed = await stack.up(run(setProgram({ replicas: 3 })));
    expect([failed.succeeded, lines(failed)]).toEqual([false, ["create p-source", "create cluster", "create web"]]);
    expect(errors(failed)[0]).toContain(
      "timed out waiting for the condition\n\t* 1 out of 3 replicas succeeded readiness checks",
    );
    expect(stack.wireOutputs).toEqual({});

    const again = await stack.preview(run(setProgram({ replicas: 3 })));
    expect([lines(again), again.diagnostics[0]?.message]).toEqual([
      ["update web"],
      "Refreshed resource is in an unhealthy state:\n* 1 out of 3 replicas succeeded readiness checks",
    ]);
    // A refresh that finds it healthy forgets what was wrong.
    cluster.setPodFault("default", "web-1", undefined);
    cluster.settle();
    expect(lines(await stack.up(run(setProgram({ replicas: 3 }))))).toEqual([]);
    expect(stack.plainOutputs).toEqual({ replicas: 3, ready: 3 });
  });

  test("until terminating pods are gone", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(setProgram({ replicas: 2 })));
    cluster.setPodFault("default", "web-1", "stuckTerminating");
    const stuck = await stack.up(run(setProgram({ replicas: 1 })));
    expect([stuck.succeeded, stuck.outputs]).toEqual([false, { replicas: 2, ready: 2 }]);
    expect((cluster.get(web) as StatefulSet).spec.replicas).toBe(1);
  });

  test("for what pulumi.com/waitFor asks instead; not at all with skipAwait", async () => {
    const { stack } = scene();
    const claim = (annotations: Record<string, string>) => (): Promise<object> => {
      new kubernetes.core.v1.PersistentVolumeClaim(
        "data",
        {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name: "data", namespace: "default", annotations },
          spec: { accessModes: ["ReadWriteOnce"], storageClassName: "none" },
        },
        { provider: provider() },
      );
      return Promise.resolve({});
    };
    const waiting = await stack.up(run(claim({ "pulumi.com/waitFor": "jsonpath={.status.phase}=Bound" })));
    expect(errors(waiting)[0]).toContain("* Waiting for jsonpath={.status.phase}=Bound");
    expect((await stack.up(run(claim({ "pulumi.com/skipAwait": "true" })))).succeeded).toBe(true);
    const pending = claim({ "pulumi.com/waitFor": '["jsonpath={.status.phase}=Pending"]' });
    expect((await stack.up(run(pending))).succeeded).toBe(true);
  });

  test("for somebody behind a Service, but not behind a headless one", async () => {
    const { stack } = scene();
    const service = (clusterIP?: string) => (): Promise<object> => {
      const spec = {
        selector: { app: "web" },
        ports: [{ port: 80 }],
        ...(clusterIP === undefined ? {} : { clusterIP }),
      };
      const metadata = { name: `web${clusterIP ?? ""}`.toLowerCase(), namespace: "default" };
      new kubernetes.core.v1.Service(
        "web",
        { apiVersion: "v1", kind: "Service", metadata, spec },
        { provider: provider() },
      );
      return Promise.resolve({});
    };
    expect(errors(await stack.up(run(service())))[0]).toContain("Service does not target any Pods");
    expect((await scene().stack.up(run(service("None")))).succeeded).toBe(true);
  });
});

describe("hooks", () => {
  const hooked =
    (replicas: number, seen: string[], fail = false) =>
    (): Promise<object> => {
      const hook = (name: string): pulumi.ResourceHook =>
        new pulumi.ResourceHook(name, ({ oldInputs, newInputs }) => {
          const replicasIn = (inputs: object | undefined): unknown =>
            (inputs as StatefulSet | undefined)?.spec.replicas;
          seen.push(`${name} ${String(replicasIn(oldInputs))} => ${String(replicasIn(newInputs))}`);
          if (fail) throw new Error("not your turn");
        });
      return setProgram({ replicas }, { hooks: { beforeCreate: [hook("create")], beforeUpdate: [hook("update")] } })();
    };

  test("run right before the write, never in a preview or for what stays the same", async () => {
    const { stack } = scene();
    const seen: string[] = [];
    await stack.preview(run(hooked(2, seen)));
    await stack.up(run(hooked(2, seen)));
    await stack.up(run(hooked(2, seen)));
    await stack.preview(run(hooked(1, seen)));
    await stack.up(run(hooked(1, seen)));
    expect(seen).toEqual(["create undefined => 2", "update 2 => 1"]);
  });

  test("stop the step when they throw", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(hooked(2, [])));
    const generation = cluster.get(web)?.metadata.generation;
    const result = await stack.up(run(hooked(1, [], true)));
    expect(errors(result)).toEqual(['before hook "update" failed: not your turn']);
    expect([lines(result), result.outputs]).toEqual([[], { replicas: 2, ready: 2 }]);
    expect(cluster.get(web)?.metadata.generation).toBe(generation);
    expect(lines(await stack.preview(run(hooked(1, []))))).toEqual(["update web: spec.replicas 2 => 1"]);
  });
});

describe("interrupts", () => {
  const two = setProgram({ replicas: 2 });
  const one = setProgram({ replicas: 1 });
  const replicas = (cluster: ReturnType<typeof scene>["cluster"]): unknown =>
    (cluster.get(web) as StatefulSet | undefined)?.spec.replicas;

  test("failBeforeWrite: nothing is written, nothing recorded", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(two));
    const result = await stack.up(run(one, { interrupt: { kind: "failBeforeWrite", resource: "web" } }));
    expect([result.succeeded, lines(result), replicas(cluster)]).toEqual([false, [], 2]);
    expect(lines(await stack.up(run(one)))).toEqual(["update web: spec.replicas 2 => 1"]);
  });

  test("failAfterWrite: written, recorded as not ready; without a refresh the next up updates with no difference", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(two));
    const result = await stack.up(run(one, { interrupt: { kind: "failAfterWrite", resource: 1 } }));
    expect([result.succeeded, lines(result)]).toEqual([false, ["update web: spec.replicas 2 => 1"]]);
    expect([replicas(cluster), cluster.objects("v1", "Pod", "default").length]).toEqual([1, 2]);
    expect(lines(await stack.up(run(one, { refresh: false })))).toEqual(["update web"]);
    expect(cluster.objects("v1", "Pod", "default").length).toBe(1);
  });

  test("killAfterWrite: written in the cluster, not in state", async () => {
    const { stack, cluster } = scene();
    await stack.up(run(two));
    const result = await stack.up(run(one, { interrupt: { kind: "killAfterWrite", resource: "web" } }));
    expect([errors(result), lines(result), replicas(cluster)]).toEqual([
      ["killed by the schedule after it wrote web"],
      [],
      1,
    ]);
    expect(lines(await stack.preview(run(one, { refresh: false })))).toEqual(["update web: spec.replicas 2 => 1"]);
    expect(lines(await stack.preview(run(one)))).toEqual(["update web"]);
    cluster.settle();
    expect(lines(await stack.preview(run(one)))).toEqual([]);
    expect(stack.plainOutputs).toEqual({ replicas: 2, ready: 2 });
  });

  test("killBeforeWrite of a creation leaves what was done before, and nothing after", async () => {
    const { stack } = scene();
    const result = await stack.up(run(maps("one", "two"), { interrupt: { kind: "killBeforeWrite", resource: "two" } }));
    expect(lines(result)).toEqual(["create p-source", "create cluster", "create one"]);
    expect(lines(await stack.up(run(maps("one", "two"))))).toEqual(["create two"]);
  });

  test("killAfterStep and killBeforeOutputs: all recorded but the outputs", async () => {
    for (const interrupt of [{ kind: "killAfterStep", resource: "web" }, { kind: "killBeforeOutputs" }] as const) {
      const { stack } = scene();
      await stack.up(run(two));
      const result = await stack.up(run(one, { interrupt }));
      expect([result.succeeded, lines(result)]).toEqual([false, ["update web: spec.replicas 2 => 1"]]);
      expect(lines(await stack.preview(run(one, { refresh: false })))).toEqual([]);
      expect(stack.plainOutputs).toEqual({ replicas: 2, ready: 2 });
    }
  });

  test("are not heard in a preview", async () => {
    const { stack } = scene();
    const result = await stack.preview(run(two, { interrupt: { kind: "killBeforeWrite", resource: "web" } }));
    expect(result.succeeded).toBe(true);
  });
});
