/**
 * The playground itself, for real: both clusters are started, used, broken, mended and removed. Needs Go for the first run.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PlaygroundApi, KubeObject } from "../../dev/playground/api";
import { Clusters, CONTEXTS } from "../../dev/playground/clusters";
import type { ClustersStatus, ContextName } from "../../dev/playground/clusters";
import { COMPONENTS } from "../../dev/playground/components";
import type { ControlPlane } from "../../dev/playground/controlPlane";
import { run } from "../../dev/playground/main";
import { findProcesses } from "../../dev/playground/processes/processes";
import { attach, attachForPod, createVolumesForSet, detach, DRIVER, setInUse } from "../../dev/playground/storage";
import { talkTo } from "../../dev/playground/talk";
import { fakeStream } from "../dev/playground/recorder";
import { describeOnClusters } from "./tools";

const BUILD_AND_START_MS = 45 * 60_000;
const PODS = "/api/v1/namespaces/default/pods";
const SETS = "/apis/apps/v1/namespaces/default/statefulsets";

jest.setTimeout(120_000);

describeOnClusters("the playground", () => {
  let parent: string;
  let dir: string;
  let status: ClustersStatus;

  interface Pod extends KubeObject {
    readonly status: { readonly phase: string; readonly conditions?: { type: string; status: string }[] };
  }

  interface StatefulSet extends KubeObject {
    readonly status: { readonly replicas?: number; readonly readyReplicas?: number };
  }

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), "playground-e2e-"));
    dir = join(parent, "deep", "clusters");
    status = await new Clusters(dir, talkTo(process.stderr, process.env)).up();
  }, BUILD_AND_START_MS);

  afterAll(async () => {
    await new Clusters(dir, talkTo(process.stderr, process.env)).down();
    rmSync(parent, { recursive: true, force: true });
  });

  function plane(context: ContextName): ControlPlane {
    const found = new Clusters(dir, talkTo(process.stderr, process.env)).controlPlane(context);
    if (found === undefined) {
      throw new Error(`${context} was not started`);
    }
    return found;
  }

  async function withClient<T>(context: ContextName, work: (client: PlaygroundApi) => Promise<T>): Promise<T> {
    const client = plane(context).client();
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  async function until(what: string, condition: () => Promise<boolean>, limitMs = 20_000): Promise<number> {
    const startedMs = Date.now();
    while (!(await condition())) {
      if (Date.now() - startedMs > limitMs) {
        throw new Error(`not within ${limitMs} ms: ${what}`);
      }
      await sleep(20);
    }
    return Date.now() - startedMs;
  }

  function isReady(pod: Pod | undefined): boolean {
    return (pod?.status.conditions ?? []).some((each) => each.type === "Ready" && each.status === "True");
  }

  async function createPod(client: PlaygroundApi, name: string, annotations: Record<string, string>): Promise<void> {
    await client.create(PODS, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, annotations },
      spec: { containers: [{ name: "main", image: "example.com/web:1" }] },
    });
  }

  async function clusters(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const stdout = fakeStream();
    const stderr = fakeStream();
    const code = await run([...argv, "--dir", dir], { stdout, stderr, env: process.env });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  }

  test("up leaves two whole clusters, in one kubeconfig that checks certificates", async () => {
    expect(status.running).toBe(true);
    expect(readFileSync(join(dir, "kubeconfig"), "utf8")).not.toContain("insecure");
    const uids = await Promise.all(
      CONTEXTS.map((context) =>
        withClient(context, async (client) => {
          expect(Object.keys(status.clusters[context].pids)).toEqual([...COMPONENTS]);
          expect((await client.get<{ gitVersion: string } & KubeObject>("/version")).gitVersion).toMatch(
            /^v1\.36\.\d+$/,
          );
          const nodes = await client.get<{ items: KubeObject[] }>("/api/v1/nodes");
          expect(nodes.items.map((node) => node.metadata.name)).toEqual([1, 2, 3].map((n) => `${context}-node-${n}`));
          const classes = await client.get<{ items: KubeObject[] }>("/apis/storage.k8s.io/v1/storageclasses");
          expect(classes.items.map((each) => each.metadata.name)).toEqual(["shared", "shared-wait"]);
          expect(await client.text("GET", "/metrics")).toContain("apiserver_request_total");
          return (await client.get("/api/v1/namespaces/kube-system")).metadata.uid;
        }),
      ),
    );
    expect(uids[0]).not.toBe(uids[1]);
  });

  test("nodes report what a kubelet reports, and take a pod that asks for it", async () => {
    interface Node extends KubeObject {
      readonly status: {
        readonly capacity: Readonly<Record<string, string>>;
        readonly allocatable: Readonly<Record<string, string>>;
        readonly addresses: readonly { readonly type: string; readonly address: string }[];
        readonly nodeInfo: Readonly<Record<string, string>>;
      };
    }
    const resources = ["cpu", "ephemeral-storage", "hugepages-1Gi", "hugepages-2Mi", "memory", "pods"];
    const places: unknown[] = [];
    for (const context of CONTEXTS) {
      await withClient(context, async (client) => {
        const { items } = await client.get<{ items: Node[] }>("/api/v1/nodes");
        for (const { metadata, status: reported } of items) {
          expect(Object.keys(reported.capacity).sort()).toEqual(resources);
          expect(Object.keys(reported.allocatable).sort()).toEqual(resources);
          expect(reported.addresses).toContainEqual({ type: "Hostname", address: metadata.name });
          expect(reported.nodeInfo.kubeletVersion).toMatch(/^v1\.36\.\d+$/);
        }
        const addresses = items.flatMap(({ status: { addresses } }) => addresses.map(({ address }) => address));
        expect(new Set(addresses).size).toBe(6);
        places.push(
          items.map(({ metadata }) => {
            const labels = metadata.labels as Readonly<Record<string, string>>;
            return [labels["topology.kubernetes.io/region"], labels["topology.kubernetes.io/zone"]];
          }),
        );
        const asked = { "ephemeral-storage": "50Mi", "hugepages-2Mi": "64Mi", memory: "1Gi" };
        await client.create(PODS, {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "demanding" },
          spec: {
            containers: [{ name: "main", image: "example.com/web:1", resources: { requests: asked, limits: asked } }],
          },
        });
        await until("ready", async () => isReady(await client.find<Pod>(`${PODS}/demanding`)));
        await client.delete(`${PODS}/demanding`);
      });
    }
    const zones = ["a", "b", "c"].map((zone) => ["region-1", `region-1-${zone}`]);
    expect(places).toEqual([zones, zones]); // the clusters reach the same disks
  });

  test("nodes keep a fresh lease, and turn unready when asked to", async () => {
    await withClient("source", async (client) => {
      const path = "/api/v1/nodes/source-node-3";
      const lease = await client.get<KubeObject & { spec: { renewTime: string } }>(
        "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/source-node-3",
      );
      expect(Date.now() - Date.parse(lease.spec.renewTime)).toBeLessThan(20_000);
      await client.patch(path, { metadata: { annotations: { "playground/stuck": "unready" } } });
      await until("node unready", async () => !isReady(await client.get<Pod>(path)));
      await client.patch(path, { metadata: { annotations: { "playground/stuck": null } } });
      await until("node ready", async () => isReady(await client.get<Pod>(path)));
    });
  });

  test("a second up, in another process's eyes, finds them running and changes nothing", async () => {
    const again = await clusters("up", "--json");
    expect(again.code).toBe(0);
    expect(again.stderr).toBe(`Both clusters are already running (${dir}).\n`);
    expect(JSON.parse(again.stdout)).toEqual(status);
    const { code, stdout } = await clusters("status");
    expect([code, stdout]).toEqual([0, `export KUBECONFIG=${join(dir, "kubeconfig")}\n`]);
  });

  test.each(["shared", "shared-wait"])("a set of three with claims of class %s becomes Ready", async (storageClass) => {
    await withClient("source", async (client) => {
      const set = `web-${storageClass}`;
      const claims = await createVolumesForSet(client, {
        namespace: "default",
        template: "data",
        set,
        replicas: 3,
        storageClass,
        reclaimPolicy: "Retain",
      });
      const labels = { app: set };
      await client.create(SETS, {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: set },
        spec: {
          replicas: 3,
          serviceName: set,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: [
                { name: "main", image: "example.com/web:1", volumeMounts: [{ name: "data", mountPath: "/data" }] },
              ],
            },
          },
          volumeClaimTemplates: [
            {
              metadata: { name: "data" },
              spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: storageClass,
                resources: { requests: { storage: "1Gi" } },
              },
            },
          ],
        },
      });
      await until("all three ready", async () => {
        const found = await client.get<StatefulSet>(`${SETS}/${set}`);
        return found.status.readyReplicas === 3;
      });
      expect(claims).toEqual([0, 1, 2].map((ordinal) => `data-${set}-${ordinal}`));
      for (const claim of claims) {
        const found = await client.get<KubeObject & { spec: { volumeName: string } }>(
          `/api/v1/namespaces/default/persistentvolumeclaims/${claim}`,
        );
        expect(found.spec.volumeName).toBe(`disk-default-${claim}`);
      }
      await client.patch(`${SETS}/${set}`, { spec: { replicas: 2 } });
      await until("the last pod gone", async () => (await client.find(`${PODS}/${set}-2`)) === undefined);
    });
  });

  describe("a pod", () => {
    test("is Ready at once, and gone at once, unless told otherwise", async () => {
      await withClient("destination", async (client) => {
        await createPod(client, "quick", {});
        expect(await until("ready", async () => isReady(await client.find<Pod>(`${PODS}/quick`)))).toBeLessThan(3_000);
        await client.delete(`${PODS}/quick`);
        expect(await until("gone", async () => (await client.find(`${PODS}/quick`)) === undefined)).toBeLessThan(3_000);
      });
    });

    test("waits as long as its annotations say", async () => {
      await withClient("destination", async (client) => {
        await createPod(client, "slow", { "playground/ready-after": "1500ms", "playground/gone-after": "2s" });
        const path = `${PODS}/slow`;
        await until("running", async () => (await client.get<Pod>(path)).status.phase === "Running");
        expect(isReady(await client.get<Pod>(path))).toBe(false);
        const readyMs = await until("ready", async () => isReady(await client.get<Pod>(path)));
        expect(readyMs).toBeGreaterThan(1_000);
        await client.delete(path);
        const goneMs = await until("gone", async () => (await client.find(path)) === undefined);
        expect(goneMs).toBeGreaterThan(1_900);
        expect(goneMs).toBeLessThan(5_000);
      });
    });

    test("stays unready, or terminating, until it is let go", async () => {
      await withClient("destination", async (client) => {
        const path = `${PODS}/stuck`;
        await createPod(client, "stuck", { "playground/stuck": "unready" });
        await until("running", async () => (await client.get<Pod>(path)).status.phase === "Running");
        await sleep(1_000);
        expect(isReady(await client.get<Pod>(path))).toBe(false);
        await client.patch(path, { metadata: { annotations: { "playground/stuck": "terminating" } } });
        await until("ready", async () => isReady(await client.get<Pod>(path)));
        await client.delete(path);
        await sleep(1_000);
        expect((await client.get<Pod>(path)).metadata.deletionTimestamp).toBeDefined();
        await client.patch(path, { metadata: { annotations: { "playground/stuck": null } } });
        await until("gone", async () => (await client.find(path)) === undefined);
      });
    });
  });

  test("volumes can be attached and detached as a driver would, and stay attached when the controller manager starts again", async () => {
    await withClient("source", async (client) => {
      expect((await clusters("volumes", "default", "by-hand")).stderr).toBe(
        "source: volume for default/by-hand created\n",
      );
      const attachments = async (): Promise<unknown[]> => {
        const { items } = await client.get<{ items: (KubeObject & { spec: unknown; status: unknown })[] }>(
          "/apis/storage.k8s.io/v1/volumeattachments",
        );
        return items.map(({ spec, status: state }) => [spec, state]);
      };
      const volumesInUse = async (): Promise<unknown> =>
        (await client.get<KubeObject & { status: { volumesInUse?: string[] } }>("/api/v1/nodes/source-node-1")).status
          .volumesInUse;
      const one = { node: "source-node-1", persistentVolume: "disk-default-by-hand" };
      const expected = [
        { attacher: DRIVER, nodeName: "source-node-1", source: { persistentVolumeName: "disk-default-by-hand" } },
        { attached: true },
      ];
      await attach(client, one);
      expect(await attachments()).toEqual([expected]);
      expect(await volumesInUse()).toEqual([`kubernetes.io/csi/${DRIVER}^disk-default-by-hand`]);
      await setInUse(client, one, false);
      expect(await volumesInUse()).toBeUndefined();

      const source = plane("source");
      await source.stopComponent("kube-controller-manager");
      expect(await source.problems()).toEqual(["kube-controller-manager does not run"]);
      await source.startComponent("kube-controller-manager");
      await sleep(3_000);
      expect(await attachments()).toEqual([expected]);
      await detach(client, one);
      expect(await attachments()).toEqual([]);

      const ofPod = await attachForPod(client, "default", "web-shared-0");
      expect(ofPod.map((each) => each.persistentVolume)).toEqual(["disk-default-data-web-shared-0"]);
      for (const each of ofPod) {
        await detach(client, each);
      }
    });
  });

  test("the API server can be killed and hung, and comes back on its port with its data", async () => {
    const source = plane("source");
    const before = await withClient("source", (client) => client.get("/api/v1/namespaces/kube-system"));
    await source.stopComponent("kube-apiserver");
    await expect(withClient("source", (client) => client.text("GET", "/readyz"))).rejects.toThrow("ECONNREFUSED");
    expect((await clusters("status")).stderr).toContain("source: kube-apiserver does not run");
    await source.startComponent("kube-apiserver");

    await source.stopComponent("kube-apiserver", "SIGSTOP");
    expect(await source.problems()).toEqual(expect.arrayContaining(["kube-apiserver is paused"]));
    await expect(
      withClient("source", (client) => client.text("GET", "/readyz", undefined, undefined, 500)),
    ).rejects.toThrow("no answer in 500 ms");
    await source.startComponent("kube-apiserver");
    expect(source.server).toBe(status.clusters.source.server);
    const after = await withClient("source", (client) => client.get("/api/v1/namespaces/kube-system"));
    expect(after.metadata.uid).toBe(before.metadata.uid);
  });

  test("two ups at once after half of it died: one cleans up and starts both again, the other finds them running", async () => {
    await plane("destination").stopComponent("etcd");
    const both = await Promise.all([clusters("up"), clusters("up")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const [starter, waiter] = both.map(({ stderr }) => stderr).sort((a, b) => b.length - a.length);
    expect(starter).toContain("destination: etcd does not run");
    expect(starter).toContain("starting both again from empty");
    expect(waiter).toContain("Both clusters are already running");
  });

  test("two ups at once in other folders share no port, and start again where another program takes one", async () => {
    const folders = ["one", "two"].map((name) => join(parent, name, "clusters"));
    const both = folders.map((folder) => new Clusters(folder, talkTo(process.stderr, process.env)));
    const thief = createServer();
    const stealing = sleep(0).then(async () => {
      const record = join(folders[0] ?? "", "source", "cluster.json");
      await until("its ports are chosen", () => Promise.resolve(existsSync(record)));
      const { ports } = JSON.parse(readFileSync(record, "utf8")) as { ports: { api: number } };
      await new Promise((resolve, reject) => {
        thief.once("error", reject).listen(ports.api, "127.0.0.1", () => {
          resolve(undefined);
        });
      });
      return ports.api;
    });
    try {
      const [taken, ...started] = await Promise.all([stealing, ...both.map((each) => each.up())]);
      expect(started.map(({ running }) => running)).toEqual([true, true]);
      const ports = folders.flatMap((folder) =>
        CONTEXTS.flatMap((context) => {
          const record = JSON.parse(readFileSync(join(folder, context, "cluster.json"), "utf8")) as { ports: object };
          return Object.values(record.ports) as number[];
        }),
      );
      expect(new Set([...ports, taken]).size).toBe(25);
    } finally {
      thief.close();
      await Promise.all(both.map((each) => each.down()));
    }
  });

  test("down leaves no process and no file, even when the files are gone already", async () => {
    const before = await new Clusters(dir, talkTo(process.stderr, process.env)).status();
    expect(CONTEXTS.flatMap((context) => Object.keys(before.clusters[context].pids))).toHaveLength(
      2 * COMPONENTS.length,
    );
    rmSync(join(parent, "deep"), { recursive: true }); // as `git clean -fdx` does
    const { code, stderr } = await clusters("down");
    expect([code, stderr]).toEqual([0, `Both clusters are gone (${dir}).\n`]);
    expect(findProcesses(COMPONENTS, parent)).toEqual([]);
    expect(readdirSync(parent)).toEqual([]);

    expect((await clusters("up")).code).toBe(0);
    expect((await clusters("down")).code).toBe(0);
    expect(findProcesses(COMPONENTS, parent)).toEqual([]);
    expect(readdirSync(parent)).toEqual([]);
  });
});
