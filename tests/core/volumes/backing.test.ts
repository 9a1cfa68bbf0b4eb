import * as fc from "fast-check";
import { backingOf, isNameInUse, sameBacking } from "../../../core/volumes/backing";
import type { Backing } from "../../../core/volumes/backing";
import type { PersistentVolume } from "../../../core/kubernetes";
import { volume, without } from "../builders";

const bare = without(volume(5).spec, "csi") as PersistentVolume["spec"];

/** A volume of that source. */
function on(spec: object, metadata: Partial<PersistentVolume["metadata"]> = {}): PersistentVolume {
  return { ...volume(5), metadata: { ...volume(5).metadata, ...metadata }, spec: { ...bare, ...spec } };
}
const csi = (driver: string, volumeHandle: string, more: object = {}): PersistentVolume =>
  on({ csi: { driver, volumeHandle, ...more } });
const zone = (name: string) => ({ labels: { "topology.kubernetes.io/zone": name } });
const uri = "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/disks/Data-5";

describe("backing", () => {
  test("CSI: driver and handle", () => {
    expect(backingOf(volume(5))).toEqual({ driver: "disk.example.com", volumeHandle: "disk-5" });
  });

  test("in-tree: its kind and its source, whatever the order of the fields", () => {
    const spec = without(volume(5).spec, "csi") as PersistentVolume["spec"];
    const nfs = (source: object): PersistentVolume => ({ ...volume(5), spec: { ...spec, nfs: source } });
    const expected = { driver: "nfs", volumeHandle: '{"path":"/a","server":"s"}' };
    expect(backingOf(nfs({ server: "s", path: "/a" }))).toEqual(expected);
    expect(backingOf(nfs({ path: "/a", server: "s" }))).toEqual(expected);
    expect(backingOf({ ...volume(5), spec })).toEqual({ driver: "unknown", volumeHandle: "{}" });
  });

  test("the same disk", () => {
    const disk = { driver: "d", volumeHandle: "h" };
    expect(sameBacking(disk, { ...disk })).toBe(true);
    expect(sameBacking(disk, { ...disk, driver: "e" })).toBe(false);
    expect(sameBacking(disk, { ...disk, volumeHandle: "i" })).toBe(false);
  });
});

/** An in-tree volume, its CSI twins, and unique volume names that a node may have for them. */
const twins: readonly (readonly [string, PersistentVolume, readonly PersistentVolume[], readonly string[]])[] = [
  [
    "EBS",
    on({ awsElasticBlockStore: { volumeID: "aws://eu-1a/vol-5", fsType: "ext4" } }),
    [
      csi("ebs.csi.aws.com", "vol-5", { fsType: "xfs" }),
      on({ awsElasticBlockStore: { volumeID: "vol-5" } }),
      on({ awsElasticBlockStore: { volumeID: "aws:///vol-5" } }),
    ],
    [
      "kubernetes.io/csi/ebs.csi.aws.com^vol-5",
      "kubernetes.io/aws-ebs/aws://eu-1a/vol-5",
      "kubernetes.io/aws-ebs/vol-5",
    ],
  ],
  [
    "GCE, one zone",
    on({ gcePersistentDisk: { pdName: "disk-5" } }, zone("eu-b")),
    [
      csi("pd.csi.storage.gke.io", "projects/UNSPECIFIED/zones/eu-b/disks/disk-5"),
      csi("pd.csi.storage.gke.io", "projects/shop/zones/eu-b/disks/disk-5"),
      csi("pd.csi.storage.gke.io", "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/disk-5"),
      on({ gcePersistentDisk: { pdName: "disk-5" } }),
    ],
    ["kubernetes.io/csi/pd.csi.storage.gke.io^projects/shop/zones/eu-b/disks/disk-5", "kubernetes.io/gce-pd/disk-5"],
  ],
  [
    "GCE, a region",
    on({ gcePersistentDisk: { pdName: "disk-5" } }, zone("eu-west1-b__eu-west1-c")),
    [csi("pd.csi.storage.gke.io", "projects/shop/regions/eu-west1/disks/disk-5")],
    ["kubernetes.io/csi/pd.csi.storage.gke.io^projects/UNSPECIFIED/regions/eu-west1/disks/disk-5"],
  ],
  [
    "Azure disk",
    on({ azureDisk: { diskName: "Data-5", diskURI: uri, kind: "Managed" } }),
    [csi("disk.csi.azure.com", uri.toLowerCase()), csi("disk.csi.azure.com", uri)],
    [`kubernetes.io/csi/disk.csi.azure.com^${uri}`, `kubernetes.io/azure-disk/${uri}`],
  ],
  [
    "Azure file",
    on({ azureFile: { secretName: "azure-storage-account-shop-secret", shareName: "data-5" } }),
    [
      csi("file.csi.azure.com", "rg#shop#data-5#pv-5#shop"),
      csi("file.csi.azure.com", "#shop#data-5#"),
      csi("file.csi.azure.com", "rg#shop#data-5"),
    ],
    ["kubernetes.io/csi/file.csi.azure.com^rg#shop#data-5#pv-5#shop"],
  ],
  [
    "Cinder",
    on({ cinder: { volumeID: "c-5" } }),
    [csi("cinder.csi.openstack.org", "c-5")],
    ["kubernetes.io/csi/cinder.csi.openstack.org^c-5", "kubernetes.io/cinder/c-5"],
  ],
  [
    "vSphere",
    on({ vsphereVolume: { volumePath: "[store] kubevols/5.vmdk" } }),
    [csi("csi.vsphere.vmware.com", "[store] kubevols/5.vmdk")],
    [
      "kubernetes.io/csi/csi.vsphere.vmware.com^[store] kubevols/5.vmdk",
      "kubernetes.io/vsphere-volume/[store] kubevols/5.vmdk",
    ],
  ],
  [
    "Portworx",
    on({ portworxVolume: { volumeID: "px-5" } }),
    [csi("pxd.portworx.com", "px-5")],
    ["kubernetes.io/csi/pxd.portworx.com^px-5"],
  ],
];

describe("an in-tree volume and its CSI twins", () => {
  test.each(twins)("%s: are the same disk, both ways round, and for a node too", (_, inTree, others, names) => {
    for (const other of [inTree, ...others]) {
      expect(sameBacking(backingOf(inTree), backingOf(other))).toBe(true);
      expect(sameBacking(backingOf(other), backingOf(inTree))).toBe(true);
      for (const name of names) expect([name, isNameInUse(name, other)]).toEqual([name, true]);
    }
    for (const [, stranger] of twins.filter(([, other]) => other !== inTree)) {
      // A disk of one zone and a regional one of that name are two.
      expect(sameBacking(backingOf(inTree), backingOf(stranger))).toBe(false);
    }
  });

  test.each([
    ["another EBS volume", twins[0]?.[1], csi("ebs.csi.aws.com", "vol-55")],
    ["another partition", twins[0]?.[1], csi("ebs.csi.aws.com", "vol-5", { volumeAttributes: { partition: "1" } })],
    ["another zone", twins[1]?.[1], csi("pd.csi.storage.gke.io", "projects/shop/zones/eu-c/disks/disk-5")],
    [
      "another project",
      csi("pd.csi.storage.gke.io", "projects/a/zones/z/disks/d"),
      csi("pd.csi.storage.gke.io", "projects/b/zones/z/disks/d"),
    ],
    ["another account", twins[4]?.[1], csi("file.csi.azure.com", "rg#other#data-5#pv-5#shop")],
    [
      "another image on the share",
      csi("file.csi.azure.com", "rg#a#s#one.vhd"),
      csi("file.csi.azure.com", "rg#a#s#two.vhd"),
    ],
    ["another driver", twins[5]?.[1], csi("disk.example.com", "c-5")],
  ])("%s is another disk", (_, a = volume(1), b = volume(2)) => {
    expect(sameBacking(backingOf(a), backingOf(b))).toBe(false);
    expect(sameBacking(backingOf(b), backingOf(a))).toBe(false);
  });

  test("the partition counts, in either form, and the node does not tell it", () => {
    const first = on({ awsElasticBlockStore: { volumeID: "vol-5", partition: 1 } });
    expect(backingOf(first)).toEqual({ driver: "ebs.csi.aws.com", volumeHandle: "vol-5, partition 1" });
    expect(backingOf(csi("ebs.csi.aws.com", "vol-5", { volumeAttributes: { partition: "1" } }))).toEqual(
      backingOf(first),
    );
    expect(isNameInUse("kubernetes.io/csi/ebs.csi.aws.com^vol-5", first)).toBe(true);
    expect(isNameInUse("kubernetes.io/aws-ebs/aws://a/vol-5", first)).toBe(true);
    expect(isNameInUse("kubernetes.io/aws-ebs/aws://a/vol-55", first)).toBe(false);
  });

  test("what an earlier version recorded is still the same disk", () => {
    const recorded = {
      driver: "awsElasticBlockStore",
      volumeHandle: '{"fsType":"ext4","volumeID":"aws://eu-1a/vol-5"}',
    };
    expect(sameBacking(recorded, { driver: "ebs.csi.aws.com", volumeHandle: "vol-5" })).toBe(true);
    expect(sameBacking({ driver: "ebs.csi.aws.com", volumeHandle: "vol-6" }, recorded)).toBe(false);
    const upper = { driver: "disk.csi.azure.com", volumeHandle: uri };
    expect(sameBacking(upper, { ...upper, volumeHandle: uri.toLowerCase() })).toBe(true);
    const broken = { driver: "cinder", volumeHandle: "not JSON" };
    expect(sameBacking(broken, broken)).toBe(true);
  });

  test("of a kind that is dropped, and of one that Kubernetes serves, the source counts as it is", () => {
    const rbd = { image: "i", monitors: ["m"] };
    expect(backingOf(on({ rbd }))).toEqual({ driver: "rbd", volumeHandle: '{"image":"i","monitors":["m"]}' });
    expect(isNameInUse("kubernetes.io/rbd/p:i", on({ rbd }))).toBe(false);
  });

  test("property: same both ways round, with itself, and however often it is recorded", () => {
    const backing: fc.Arbitrary<Backing> = fc.record({
      driver: fc.constantFrom(...twins.map(([, inTree]) => backingOf(inTree).driver), "azureFile", "disk.example.com"),
      volumeHandle: fc.oneof(
        fc.constantFrom("vol-1", "aws://z/vol-1", "rg#a#s", "#a#s", "#a#s#x.vhd", '{"shareName":"s","secretName":"a"}'),
        fc.constantFrom("projects/UNSPECIFIED/zones/z/disks/d", "projects/p/zones/UNSPECIFIED/disks/d"),
        fc.string(),
      ),
    });
    fc.assert(
      fc.property(backing, backing, (a, b) => {
        expect(sameBacking(a, b)).toBe(sameBacking(b, a));
        expect(sameBacking(a, { ...a })).toBe(true);
        const seen = backingOf(csi(a.driver, a.volumeHandle));
        expect(sameBacking(seen, a)).toBe(true);
      }),
    );
  });
});
