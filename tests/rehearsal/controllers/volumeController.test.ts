import type { PersistentVolume } from "../../../core/kubernetes";
import { listVolumes, readClaim, readVolume } from "../../../live/client/objects";
import { SimulatedCluster } from "../../../rehearsal/cluster/simulatedCluster";
import { claim, volume } from "../volumes";

const cluster = (): SimulatedCluster => new SimulatedCluster({ name: "source" });

describe("volumes", () => {
  const data = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "default", name: "data" };
  const disk = { apiVersion: "v1", kind: "PersistentVolume", name: "disk" };
  const phaseOf = (c: SimulatedCluster, reference: typeof data | typeof disk): unknown =>
    (c.get(reference)?.status as { phase?: string } | undefined)?.phase;

  test("a claim of a class gets a volume of its own, which goes with it", async () => {
    const c = cluster();
    c.seed(claim());
    c.settle();
    const [pv] = await listVolumes(c);
    expect(phaseOf(c, data)).toBe("Bound");
    expect(pv?.spec.csi).toEqual({ driver: "disk.example.com", fsType: "ext4", volumeHandle: "vol-source-1" });
    expect([pv?.spec.persistentVolumeReclaimPolicy, pv?.spec.storageClassName]).toEqual(["Delete", "standard"]);
    expect((await readClaim(c, "default", "data"))?.spec.volumeName).toBe(pv?.metadata.name);
    c.delete(data);
    c.settle();
    expect(await listVolumes(c)).toEqual([]);
    expect(c.events.map(({ what, kind }) => `${what} ${kind}`)).toEqual([
      "created PersistentVolumeClaim",
      "created PersistentVolume",
      "bound PersistentVolumeClaim",
      "terminating PersistentVolumeClaim",
      "gone PersistentVolumeClaim",
      "gone PersistentVolume",
    ]);
  });

  test("a volume made Retain stays when its claim goes, and remembers its policy", async () => {
    const c = cluster();
    c.seed(claim());
    c.settle();
    const name = (await listVolumes(c))[0]?.metadata.name ?? "";
    await c.retain(name, "Delete");
    c.delete(data);
    c.settle();
    const pv = await readVolume(c, name);
    expect(pv?.status?.phase).toBe("Released");
    expect(pv?.metadata.annotations?.["statefulset-cutover/reclaim-policy"]).toBe("Delete");
  });

  test("a claim that names a volume binds to it and to no other", () => {
    const c = cluster();
    c.seed(volume({ claimRef: { namespace: "default", name: "data" }, persistentVolumeReclaimPolicy: "Retain" }));
    c.settle();
    expect(phaseOf(c, disk)).toBe("Available");
    c.seed(claim({ volumeName: "disk", storageClassName: "standard" }));
    c.settle();
    const pv = c.get(disk) as PersistentVolume;
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Bound", "Bound"]);
    expect(pv.spec.claimRef?.uid).toBe(c.get(data)?.metadata.uid);
    expect(c.objects("v1", "PersistentVolume").length).toBe(1);
  });

  test("a claim that names a volume that is not there waits", () => {
    const c = cluster();
    c.seed(claim({ volumeName: "disk" }));
    c.settle();
    expect(phaseOf(c, data)).toBe("Pending");
    c.seed(volume());
    c.settle();
    expect(phaseOf(c, data)).toBe("Bound");
  });

  test("a volume of a dead claim is Released and binds to nothing", () => {
    const c = cluster();
    c.seed(volume({ claimRef: { namespace: "default", name: "data", uid: "dead" } }));
    c.seed(claim({ volumeName: "disk" }));
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Released", "Pending"]);
  });

  test("a Bound claim is Lost when its volume is somebody else's, and found again", () => {
    const c = cluster();
    c.seed(volume({ persistentVolumeReclaimPolicy: "Retain" }));
    c.seed(claim({ volumeName: "disk" }));
    c.settle();
    const reference = (change: object): void => {
      c.edit(disk, (live) => {
        const { spec } = live as PersistentVolume;
        return { ...live, spec: { ...spec, claimRef: { ...spec.claimRef, ...change } } };
      });
    };
    const { uid } = c.get(data)?.metadata ?? {};
    reference({ uid: "another" });
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Released", "Lost"]);
    reference({ uid });
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Bound", "Bound"]);
    c.edit(disk, (live) => ({ ...live, spec: { ...(live as PersistentVolume).spec, claimRef: undefined } }));
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Bound", "Bound"]);
  });

  test("a claim made again does not get the Released volume of its predecessor, until the volume is set free", () => {
    const c = cluster();
    const spec = { claimRef: { namespace: "default", name: "data" }, persistentVolumeReclaimPolicy: "Retain" };
    c.seed(volume(spec));
    c.seed(claim({ storageClassName: "by-hand" }));
    c.settle();
    c.delete(data);
    c.settle();
    c.seed(claim({ storageClassName: "by-hand" }));
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Released", "Pending"]);
    c.edit(disk, (live) => ({ ...live, spec: { ...(live as PersistentVolume).spec, claimRef: spec.claimRef } }));
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Bound", "Bound"]);
  });

  test("a Delete volume stays Released where its driver has no provisioner", () => {
    const c = cluster();
    const csi = { driver: "other.example.com", volumeHandle: "v" };
    c.seed(volume({ csi, persistentVolumeReclaimPolicy: "Delete" }));
    c.seed(claim({ volumeName: "disk" }));
    c.settle();
    c.delete(data);
    c.settle();
    expect(phaseOf(c, disk)).toBe("Released");
  });

  test("of a class that waits for a pod, a volume that is reserved for the claim binds at once", () => {
    const waits = { name: "local", volumeBindingMode: "WaitForFirstConsumer" as const };
    const c = new SimulatedCluster({ name: "source", storageClasses: [waits] });
    c.seed(claim());
    c.settle();
    expect(phaseOf(c, data)).toBe("Pending");
    c.seed(volume({ storageClassName: "local" }));
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Available", "Pending"]);
    c.edit(disk, (live) => {
      const claimRef = { namespace: "default", name: "data" };
      return { ...live, spec: { ...(live as PersistentVolume).spec, claimRef } };
    });
    c.settle();
    expect([phaseOf(c, disk), phaseOf(c, data)]).toEqual(["Bound", "Bound"]);
  });

  test("a claim of a class that does not exist waits", () => {
    const c = cluster();
    c.seed(claim({ storageClassName: "fast" }));
    c.settle();
    expect(phaseOf(c, data)).toBe("Pending");
  });

  test("a namespace takes everything in it along", async () => {
    const c = cluster();
    c.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    c.seed({ ...claim(), metadata: { name: "data", namespace: "shop" } });
    c.settle();
    c.delete({ apiVersion: "v1", kind: "Namespace", name: "shop" });
    c.settle();
    expect(await c.read({ apiVersion: "v1", kind: "Namespace", name: "shop" })).toBeUndefined();
    expect(await listVolumes(c)).toEqual([]);
  });
});
