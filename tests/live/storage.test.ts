import type { KubernetesObject } from "../../core/kubernetes";
import { renderProblem } from "../../core/userError";
import { offeredVolume } from "../../core/volumes/volume";
import { storageNeeds, storageProblems } from "../../core/volumes/storageNeeds";
import type { OfferedVolume } from "../../core/volumes/volume";
import { minorOf } from "../../core/contract/clusterIdentity";
import { lackingStorage } from "../../live/storage";
import { claim, volume, without } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const object = (kind: string, name: string): KubernetesObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind,
  metadata: { name },
});
const bare = without(volume(0).spec, "csi", "storageClassName");
const offered = (n: number) => offeredVolume(claim(n), volume(n));

/** As an `up` of the destination does it. */
async function classProblems(cluster: FakeCluster, volumes: OfferedVolume[], classes: Record<string, string>) {
  const minor = minorOf(cluster.serverVersion);
  const lacking = await lackingStorage(cluster, storageNeeds(volumes, minor));
  return storageProblems(volumes, minor, lacking, classes);
}

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

describe("in-tree volumes", () => {
  const inTree = (spec: object) => offeredVolume(claim(5), { ...volume(5), spec: { ...bare, ...spec } });
  const lines = async (cluster: FakeCluster, spec: object) =>
    (await classProblems(cluster, [inTree(spec)], {})).map(renderProblem);
  const ofVersion = (version: string, ...objects: KubernetesObject[]) => {
    const cluster = new FakeCluster("uid", ...objects);
    cluster.serverVersion = version;
    return cluster;
  };

  test("one that a CSI driver serves needs that driver", async () => {
    const disk = { awsElasticBlockStore: { volumeID: "aws://a/vol-5" } };
    expect(await lines(ofVersion("v1.36.2"), disk)).toEqual([
      "volumes: the destination has no CSI driver ebs.csi.aws.com (no CSIDriver object), which serves awsElasticBlockStore " +
        "volumes since CSI migration, so it cannot mount the source's volumes. Install that driver in the destination with " +
        "access to the same storage, or set volumes: fresh",
    ]);
    expect(await lines(ofVersion("v1.36.2", object("CSIDriver", "ebs.csi.aws.com")), disk)).toEqual([]);
  });

  test.each([
    ["gcePersistentDisk", "pd.csi.storage.gke.io"],
    ["azureDisk", "disk.csi.azure.com"],
    ["azureFile", "file.csi.azure.com"],
    ["cinder", "cinder.csi.openstack.org"],
    ["vsphereVolume", "csi.vsphere.vmware.com"],
    ["portworxVolume", "pxd.portworx.com"],
  ])("%s is served by %s", async (field, driver) => {
    const cluster = ofVersion("v1.31.0");
    expect(await lines(cluster, { [field]: {} })).toEqual([expect.stringContaining(driver) as string]);
    expect(cluster.requests).toContain(`read CSIDriver ${driver}`);
  });

  test("Portworx' own plugin served its volumes up to 1.30", async () => {
    expect(await lines(ofVersion("v1.30.9"), { portworxVolume: { volumeID: "p" } })).toEqual([]);
  });

  test("of a kind that the destination's version has dropped, no driver helps", async () => {
    expect(await lines(ofVersion("v1.31.0", object("CSIDriver", "rbd.csi.ceph.com")), { rbd: { image: "i" } })).toEqual(
      [
        "volumes: the source's volumes are rbd volumes, which Kubernetes has dropped in 1.31: the destination cannot mount them. " +
          "Bring the data to volumes of the CSI driver rbd.csi.ceph.com in the source first, or set " +
          "volumes: fresh",
      ],
    );
    expect(await lines(ofVersion("v1.30.4"), { rbd: { image: "i" } })).toEqual([]);
    for (const field of ["cephfs", "glusterfs", "flocker", "quobyte", "storageos", "scaleIO", "photonPersistentDisk"]) {
      const what = `the source's volumes are ${field} volumes, which Kubernetes has dropped`;
      expect(await lines(ofVersion("v1.36.2"), { [field]: {} })).toEqual([expect.stringContaining(what) as string]);
    }
  });

  test("a version that says nothing is taken for a new one", async () => {
    expect(await lines(ofVersion("unknown"), { cephfs: {} })).toHaveLength(1);
    expect(await lines(ofVersion("unknown"), { portworxVolume: {} })).toHaveLength(1);
  });
});
