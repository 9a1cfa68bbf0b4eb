import { besideCsiTwin, unusedDriverWarnings, withCsi } from "../../../core/volumes/csi";
import { backingOf } from "../../../core/volumes/backing";
import { inventoryOf, offeredVolume, offerOf } from "../../../core/volumes/volume";
import { claim, found, volume, without } from "../builders";

const driver = "disk.example.com";
const source = {
  driver,
  volumeHandle: "disk-5",
  fsType: "ext4",
  nodeStageSecretRef: { name: "a", namespace: "storage" },
  nodePublishSecretRef: { name: "a", namespace: "storage" },
  volumeAttributes: { clusterID: "a", pool: "fast" },
};
const offered = offeredVolume(claim(5), volume(5, { csi: source }));
const csiOf = (given: typeof offered) => given.persistentVolume.spec.csi;

describe("the changes of a driver", () => {
  test("references replace, attributes merge, null removes; the disk and all else stay", () => {
    const changed = withCsi(offered, {
      [driver]: {
        nodeStageSecretRef: { name: "b", namespace: "ceph" },
        nodePublishSecretRef: null,
        controllerExpandSecretRef: { name: "c", namespace: "ceph" },
        volumeAttributes: { clusterID: "b", pool: null, zone: "z" },
      },
    });
    expect(csiOf(changed)).toEqual({
      driver,
      volumeHandle: "disk-5",
      fsType: "ext4",
      nodeStageSecretRef: { name: "b", namespace: "ceph" },
      controllerExpandSecretRef: { name: "c", namespace: "ceph" },
      volumeAttributes: { clusterID: "b", zone: "z" },
    });
    expect({ ...changed.persistentVolume.spec, csi: source }).toEqual(offered.persistentVolume.spec);
    expect(changed.persistentVolumeClaim).toBe(offered.persistentVolumeClaim);
    expect(backingOf(changed.persistentVolume)).toEqual(backingOf(offered.persistentVolume));
  });

  test("attributes where there were none, and none where all are removed", () => {
    const bare = offeredVolume(claim(5), volume(5));
    const attributes = (given: typeof offered, volumeAttributes: Record<string, string | null>) =>
      csiOf(withCsi(given, { [driver]: { volumeAttributes } }));
    expect(attributes(bare, { clusterID: "b" })).toEqual({
      driver,
      volumeHandle: "disk-5",
      volumeAttributes: { clusterID: "b" },
    });
    expect(attributes(offered, { clusterID: null, pool: null })).not.toHaveProperty("volumeAttributes");
  });

  test("another driver's volume, and one without a driver, stay as they are", () => {
    expect(withCsi(offered, { "other.example.com": { nodeStageSecretRef: null } })).toBe(offered);
    expect(withCsi(offered, {})).toBe(offered);
    const spec = { ...without(volume(5).spec, "csi"), nfs: { server: "s" } };
    const nfs = offeredVolume(claim(5), { ...volume(5), spec });
    expect(withCsi(nfs, { [driver]: { nodeStageSecretRef: null } })).toBe(nfs);
  });
});

describe("beside a volume that the destination has already", () => {
  const twin = (csi: object, policy = "Retain") =>
    volume(5, { csi: { ...source, ...csi }, persistentVolumeReclaimPolicy: policy });
  const existing = found(5, { claim: claim(5) });
  const others = {
    nodeStageSecretRef: { name: "old", namespace: "storage" },
    volumeAttributes: { clusterID: "a", pool: "slow", more: "x" },
  };
  const where =
    "ordinal 5: PersistentVolume pv-5 exists in the destination with other CSI fields (nodeStageSecretRef, volumeAttributes.more, " +
    "volumeAttributes.pool) than the source's with the changes of csi, and they cannot be changed in place";

  test("none, or the same", () => {
    expect(besideCsiTwin(existing, undefined, offered, false)).toEqual({ offered });
    const { volumeAttributes, ...rest } = source;
    const reordered = volume(5, {
      csi: { ...rest, volumeAttributes: { pool: volumeAttributes.pool, clusterID: "a" } },
    });
    expect(besideCsiTwin(existing, reordered, offered, true)).toEqual({ offered });
  });

  test("of an ordinal that lives elsewhere: refused, with the way out", () => {
    expect(besideCsiTwin(existing, twin(others), offered, false)).toEqual({
      offered,
      refusal:
        `${where}. Give csi the values that it has: kubectl get pv pv-5 -o yaml. Or have claim and volume made again: both are ` +
        "only objects, and the disk stays (Retain): kubectl -n shop delete pvc data-web-5 --ignore-not-found && kubectl delete pv pv-5",
    });
  });

  test("nobody is told to delete what would take the disk along", () => {
    expect(besideCsiTwin(existing, twin(others, "Delete"), offered, false).refusal).toBe(
      `${where}. Give csi the values that it has: kubectl get pv pv-5 -o yaml`,
    );
  });

  test("of an ordinal that lives here: it stays as it is", () => {
    const beside = besideCsiTwin(existing, twin(others), offered, true);
    expect(csiOf(beside.offered)).toEqual({ ...source, ...others });
    expect(beside).toEqual({
      offered: { ...offered, persistentVolume: beside.offered.persistentVolume },
      warning: `${where}. It keeps what it has: to change them, move its ordinal back first, then forward again`,
    });
  });
});

test("a driver that no volume has is warned about", () => {
  const look = found(5, { claim: claim(5), volume: volume(5) });
  const changes = { [driver]: {}, "disk.exmaple.com": {} };
  const warning =
    "csi names the driver disk.exmaple.com, but no volume of the set is of that driver, so nothing of it is used (the volumes are " +
    "of: disk.example.com)";
  expect(unusedDriverWarnings(changes, inventoryOf([look]), {})).toEqual([warning]);
  expect(unusedDriverWarnings(changes, {}, offerOf([look]))).toEqual([warning]);
  expect(unusedDriverWarnings({}, inventoryOf([look]), {})).toEqual([]);
  expect(unusedDriverWarnings({ a: {} }, {}, {})).toEqual([
    "csi names the driver a, but no volume of the set is of that driver, so nothing of it is used",
  ]);
});
