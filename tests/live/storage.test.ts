import type { KubernetesObject } from "../../core/kubernetes";
import { renderProblem } from "../../core/userError";
import { offeredVolume } from "../../core/volume";
import { classProblems } from "../../live/storage";
import { claim, volume, without } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const object = (kind: string, name: string): KubernetesObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind,
  metadata: { name },
});
const bare = without(volume(0).spec, "csi", "storageClassName");
const offered = (n: number) => offeredVolume(claim(n), volume(n));

test("class and driver that the destination has", async () => {
  const cluster = new FakeCluster("uid", object("StorageClass", "fast"), object("CSIDriver", "disk.example.com"));
  expect(await classProblems(cluster, [offered(4), offered(5)], {})).toEqual([]);
  expect(cluster.requests).toEqual(["read StorageClass fast", "read CSIDriver disk.example.com"]);
});

test("a volume of neither needs neither", async () => {
  const cluster = new FakeCluster("uid");
  const nfs = offeredVolume(claim(4, { spec: {} }), {
    ...volume(4),
    spec: { ...bare, nfs: { server: "s", path: "/" } },
  });
  expect(await classProblems(cluster, [nfs], {})).toEqual([]);
  expect(await classProblems(cluster, [], {})).toEqual([]);
  expect(cluster.requests).toEqual([]);
});

test("what is missing is told, with the way out", async () => {
  const lines = async (classes: Record<string, string>) =>
    (await classProblems(new FakeCluster("uid"), [offered(5)], classes)).map(renderProblem);
  const driver =
    "volumes: the destination has no CSI driver disk.example.com (no CSIDriver object), so it cannot mount the source's volumes. " +
    "Install that driver in the destination with access to the same storage, or set volumes: fresh";
  expect(await lines({})).toEqual([
    "storageClasses: the destination has no StorageClass fast. Create it there, or map it to one that the destination has: " +
      "storageClasses: { fast: NAME }",
    driver,
  ]);
  expect(await lines({ slow: "fast" })).toEqual([
    "storageClasses: the destination has no StorageClass fast. Map to a class that it has: kubectl get storageclass",
    driver,
  ]);
});
