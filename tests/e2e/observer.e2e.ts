/**
 * The observer must be seen to find what it is there for: a duplicate, a restart, another disk, a lost volume.
 */
import type { KubeObject } from "../../dev/playground/api";
import type { ContextName } from "../../dev/playground/clusters";
import type { Observation } from "../../dev/playground/observer/observation";
import { Observer } from "../../dev/playground/observer/observer";
import { createVolume } from "../../dev/playground/storage";
import { until, useGround } from "./ground";
import { describeOnClusters } from "./tools";

const NAMESPACE = "default";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const CLAIMS = `/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`;
const VOLUMES = "/api/v1/persistentvolumes";

function podObject(name: string): KubeObject {
  return {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name } },
    spec: { containers: [{ name: "main", image: "example.com/web:1" }] },
  };
}

function claimObject(name: string): KubeObject {
  return {
    ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "shared",
      resources: { requests: { storage: "1Gi" } },
    },
  };
}

describeOnClusters("the observer", () => {
  const ground = useGround();
  let observer: Observer;

  beforeEach(async () => {
    observer = await Observer.start({ kubeconfig: ground().kubeconfig });
  });

  const create = (side: ContextName, name: string): Promise<KubeObject> =>
    ground().client(side).create(PODS, podObject(name));
  const remove = async (side: ContextName, path: string): Promise<void> => {
    await ground().client(side).delete(path);
    await until(`${path} gone`, async () => (await ground().client(side).find(path)) === undefined);
  };
  const seen = async (set: string): Promise<Observation> => {
    await observer.stop();
    return observer.report(NAMESPACE, set);
  };

  test("finds a duplicate that someone makes by hand, and for how long", async () => {
    await create("source", "dup-2");
    await until("ready", () => observer.report(NAMESPACE, "dup").pods[0]?.readyMs !== undefined);
    await create("destination", "dup-2");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await remove("source", `${PODS}/dup-2`);
    const { overlaps, moves } = await seen("dup");
    expect(overlaps).toEqual([
      { ordinal: 2, fromMs: expect.any(Number) as number, overlapMs: expect.any(Number) as number },
    ]);
    expect(overlaps[0]?.overlapMs).toBeGreaterThan(400);
    expect(overlaps[0]?.overlapMs).toBeLessThan(10_000);
    expect(moves).toEqual([{ ordinal: 2, from: "source", to: "destination", downMs: 0 }]);
  });

  test("finds none where an ordinal is gone before it comes, and tells how long it was down", async () => {
    await create("source", "moved-0");
    await until("ready", () => observer.report(NAMESPACE, "moved").pods[0]?.readyMs !== undefined);
    await remove("source", `${PODS}/moved-0`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await create("destination", "moved-0");
    await until("ready", () => observer.report(NAMESPACE, "moved").moves.length > 0);
    const { overlaps, moves, restarts } = await seen("moved");
    expect([overlaps, restarts]).toEqual([[], []]);
    expect(moves[0]?.downMs).toBeGreaterThanOrEqual(300);
  });

  test("finds a pod that was made again where it was", async () => {
    await create("source", "again-1");
    await remove("source", `${PODS}/again-1`);
    await create("source", "again-1");
    expect((await seen("again")).restarts).toEqual([
      { ordinal: 1, cluster: "source", atMs: expect.any(Number) as number },
    ]);
  });

  test("finds a claim with another disk, a deleted claim and a deleted volume", async () => {
    const bind = async (side: ContextName, volumeHandle: string): Promise<void> => {
      const client = ground().client(side);
      await createVolume(client, { namespace: NAMESPACE, claim: "data-lost-0", volumeHandle });
      await client.create(CLAIMS, claimObject("data-lost-0"));
      await until("bound", async () => {
        const claim = await client.get<KubeObject & { status: { phase: string } }>(`${CLAIMS}/data-lost-0`);
        return claim.status.phase === "Bound";
      });
    };
    await bind("source", "disk-a");
    await bind("destination", "disk-b");
    await remove("source", `${CLAIMS}/data-lost-0`);
    await remove("source", `${VOLUMES}/disk-a`);
    const found = await seen("lost");
    expect(found.rebound).toEqual([{ claim: "data-lost-0", disks: ["disk-a", "disk-b"] }]);
    expect(found.claimsDeleted).toContainEqual({ cluster: "source", name: "data-lost-0" });
    expect(found.volumesDeleted).toEqual([{ cluster: "source", name: "disk-a" }]);
    expect(found.claimsMadeEmpty).toHaveLength(2);
  });

  test("keeps watching when an API server goes away and comes back", async () => {
    await create("source", "back-0");
    await ground().without("source", "kube-apiserver", () => create("destination", "back-1"));
    await create("source", "back-1");
    const { overlaps, pods } = await seen("back");
    expect(pods).toHaveLength(3);
    expect(overlaps.map(({ ordinal }) => ordinal)).toEqual([1]);
  });
});
