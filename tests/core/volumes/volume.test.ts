import * as fc from "fast-check";
import type { PersistentVolume } from "../../../core/kubernetes";
import {
  findClaims,
  inStorageClass,
  inventoryOf,
  mergeInventories,
  offeredVolume,
  offerOf,
  whyNodeBound,
} from "../../../core/volumes/volume";
import { claim, found, volume, without } from "../builders";

describe("bound to a node", () => {
  const affinity = (key: string, list = "matchExpressions") => ({
    nodeAffinity: { required: { nodeSelectorTerms: [{ [list]: [{ key, operator: "In", values: ["a"] }] }] } },
  });
  test.each([
    [{ hostPath: { path: "/a" } }, "is a hostPath on one node (spec.hostPath)"],
    [{ local: { path: "/a" } }, "is a local disk of one node (spec.local)"],
    [affinity("kubernetes.io/hostname"), "is bound to named nodes (spec.nodeAffinity on kubernetes.io/hostname)"],
    [affinity("metadata.name", "matchFields"), "is bound to named nodes (spec.nodeAffinity on metadata.name)"],
    [affinity("topology.topolvm.io/node"), "is bound to named nodes (spec.nodeAffinity on topology.topolvm.io/node)"],
    [affinity("openebs.io/nodename"), "is bound to named nodes (spec.nodeAffinity on openebs.io/nodename)"],
    [affinity("topology.kubernetes.io/zone"), undefined],
    [affinity("example.com/nodegroup"), undefined],
    [{}, undefined],
    [{ nodeAffinity: {} }, undefined],
  ])("%j: %s", (spec, why) => {
    expect(whyNodeBound(volume(5, spec))).toBe(why);
  });
});

describe("what is offered", () => {
  const dirtyVolume: PersistentVolume = {
    ...volume(5, {
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name: "data-web-5",
        namespace: "shop",
        uid: "u",
        resourceVersion: "7",
      },
    }),
    metadata: {
      name: "pv-5",
      uid: "u",
      resourceVersion: "9",
      creationTimestamp: "2026",
      generation: 2,
      managedFields: [{ manager: "kube-controller-manager" }],
      ownerReferences: [{ kind: "Node" }],
      finalizers: ["kubernetes.io/pv-protection"],
      labels: { "topology.kubernetes.io/zone": "a" },
      annotations: {
        "pv.kubernetes.io/provisioned-by": "disk.example.com",
        "pv.kubernetes.io/bound-by-controller": "yes",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "pulumi.com/skipAwait": "true",
      },
    },
  };
  const dirtyClaim = claim(5, {
    metadata: {
      name: "data-web-5",
      namespace: "shop",
      uid: "u",
      finalizers: ["kubernetes.io/pvc-protection"],
      labels: { app: "web" },
      annotations: {
        "pv.kubernetes.io/bind-completed": "yes",
        "volume.kubernetes.io/selected-node": "node-1",
        "volume.kubernetes.io/storage-provisioner": "disk.example.com",
        "volume.beta.kubernetes.io/storage-provisioner": "disk.example.com",
        "statefulset-cutover/keep-data": "3",
        team: "a",
      },
    },
  });

  test("volume and claim without what the source's cluster set", () => {
    expect(offeredVolume(dirtyClaim, dirtyVolume)).toEqual({
      persistentVolume: {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: {
          name: "pv-5",
          labels: { "topology.kubernetes.io/zone": "a" },
          annotations: {
            "pv.kubernetes.io/provisioned-by": "disk.example.com",
            "statefulset-cutover/reclaim-policy": "Delete",
          },
        },
        spec: {
          accessModes: ["ReadWriteOnce"],
          capacity: { storage: "1Gi" },
          claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name: "data-web-5", namespace: "shop" },
          csi: { driver: "disk.example.com", volumeHandle: "disk-5" },
          persistentVolumeReclaimPolicy: "Retain",
          storageClassName: "fast",
        },
      },
      persistentVolumeClaim: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data-web-5", namespace: "shop", labels: { app: "web" }, annotations: { team: "a" } },
        spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", volumeName: "pv-5" },
      },
    });
  });

  test("a claim without a class says so: the destination would give it its default class", () => {
    const spec = { accessModes: ["ReadWriteOnce"], volumeName: "pv-5" };
    const bare = without(volume(5).spec, "storageClassName") as PersistentVolume["spec"];
    expect(
      offeredVolume(claim(5, { spec }), { ...volume(5), spec: bare }).persistentVolumeClaim.spec.storageClassName,
    ).toBe("");
    expect(offeredVolume(claim(5, { spec }), volume(5)).persistentVolumeClaim.spec.storageClassName).toBe("fast");
  });

  test("a class in the old annotation becomes the field", () => {
    const annotations = { "volume.beta.kubernetes.io/storage-class": "old" };
    const metadata = { name: "x", annotations };
    const offered = offeredVolume(claim(5, { metadata }), { ...volume(5), metadata });
    expect(offered.persistentVolume.spec.storageClassName).toBe("old");
    expect(offered.persistentVolumeClaim.spec.storageClassName).toBe("old");
    expect(offered.persistentVolumeClaim.metadata).toEqual({ name: "x", annotations: {} });
  });

  const annotationNames = fc.constantFrom(
    "pv.kubernetes.io/bind-completed",
    "statefulset-cutover/reclaim-policy",
    "volume.beta.kubernetes.io/storage-class",
    "team",
  );
  const anyMetadata = fc.record(
    {
      name: fc.constant("data-web-5"),
      namespace: fc.constant("shop"),
      uid: fc.string(),
      resourceVersion: fc.string(),
      labels: fc.dictionary(fc.string(), fc.string()),
      annotations: fc.dictionary(annotationNames, fc.string()),
    },
    { requiredKeys: ["name"] },
  );
  const anyPair = fc
    .tuple(anyMetadata, anyMetadata, fc.option(fc.constantFrom("Delete", "Retain"), { nil: undefined }), fc.boolean())
    .map(([of, on, policy, classed]) => ({
      claim: claim(5, { metadata: of, ...(classed ? {} : { spec: { volumeName: "pv-5" } }) }),
      volume: { ...volume(5, policy === undefined ? {} : { persistentVolumeReclaimPolicy: policy }), metadata: on },
    }));

  test("offering what was offered changes nothing", () => {
    fc.assert(
      fc.property(anyPair, (pair) => {
        const once = offeredVolume(pair.claim, pair.volume);
        expect(offeredVolume(once.persistentVolumeClaim, once.persistentVolume)).toEqual(once);
      }),
    );
  });

  test("the offer is the same before and after Retain, and after any write of the cluster", () => {
    fc.assert(
      fc.property(anyPair, fc.string(), ({ claim, volume }, version) => {
        const note = { "statefulset-cutover/reclaim-policy": volume.spec.persistentVolumeReclaimPolicy ?? "Retain" };
        const annotations = { ...note, ...volume.metadata.annotations };
        const later: PersistentVolume = {
          ...volume,
          metadata: { ...volume.metadata, resourceVersion: version, annotations },
          spec: { ...volume.spec, persistentVolumeReclaimPolicy: "Retain" },
          status: { phase: "Released" },
        };
        expect(offeredVolume(claim, later)).toEqual(offeredVolume(claim, volume));
      }),
    );
  });
});

test("a mapped storage class is the destination's, on volume and claim; others stay", () => {
  const offered = offeredVolume(claim(5), volume(5));
  const mapped = inStorageClass(offered, { fast: "rapid", toString: "x" });
  expect(mapped.persistentVolume.spec.storageClassName).toBe("rapid");
  expect(mapped.persistentVolumeClaim.spec.storageClassName).toBe("rapid");
  expect(inStorageClass(offered, { slow: "rapid" })).toBe(offered);
  const odd = offeredVolume(claim(5, { spec: {} }), volume(5, { storageClassName: "toString" }));
  expect(inStorageClass(odd, {})).toBe(odd);
});

describe("offer and inventory", () => {
  const bound = found(5, { claim: claim(5), volume: volume(5) });
  const pending = found(4, { claim: claim(4, { status: { phase: "Pending" } }), volume: volume(4) });
  test("only what is Bound is offered", () => {
    const offered = offeredVolume(claim(5), volume(5));
    const logs = { ...bound, template: "logs" };
    expect(offerOf([bound, logs, pending, found(3), found(2, { claim: claim(2) })])).toEqual({
      5: { data: offered, logs: offered },
    });
  });

  test("the inventory says where each volume is", () => {
    const disk = (n: number) => ({ driver: "disk.example.com", volumeHandle: `disk-${n}` });
    expect(inventoryOf([bound, { ...bound, template: "logs" }, pending, found(3)])).toEqual({
      4: { data: disk(4) },
      5: { data: disk(5), logs: disk(5) },
    });
    const known = { 4: { data: disk(9), logs: disk(4) }, 1: { data: disk(1) } };
    expect(mergeInventories(known, inventoryOf([pending]))).toEqual({
      1: { data: disk(1) },
      4: { data: disk(4), logs: disk(4) },
    });
    expect(known[4].data).toEqual(disk(9));
  });

  test("claims are found by name, for every template and ordinal", () => {
    const pv = volume(5);
    expect(findClaims("web", ["data", "logs"], [4, 5], [claim(4), claim(5)], [pv])).toEqual([
      found(4, { claim: claim(4) }),
      { ordinal: 4, template: "logs", name: "logs-web-4" },
      found(5, { claim: claim(5), volume: pv }),
      { ordinal: 5, template: "logs", name: "logs-web-5" },
    ]);
  });
});
