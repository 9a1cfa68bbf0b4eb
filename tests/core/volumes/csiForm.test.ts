import * as fc from "fast-check";
import { backingOf, sameBacking } from "../../../core/volumes/backing";
import { besideCsiTwin, withCsi } from "../../../core/volumes/csi";
import { inCsiForm, keptInTreeWarnings } from "../../../core/volumes/csiForm";
import type { PersistentVolume } from "../../../core/kubernetes";
import { offeredVolume } from "../../../core/volumes/volume";
import type { OfferedVolume } from "../../../core/volumes/volume";
import { claim, found, volume, without } from "../builders";

const bare = without(volume(5).spec, "csi") as PersistentVolume["spec"];

/** An offered volume of that source. */
function offered(spec: object, metadata: Partial<PersistentVolume["metadata"]> = {}): OfferedVolume {
  const live = { ...volume(5), metadata: { ...volume(5).metadata, ...metadata }, spec: { ...bare, ...spec } };
  return offeredVolume(claim(5), live);
}
const affinity = (...keys: string[]) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: keys.map((key) => ({ key, operator: "In", values: [`${key}-value`] })) }],
  },
});
const ebs = { awsElasticBlockStore: { volumeID: "aws://eu-1a/vol-5", fsType: "xfs" } };
const group = { annotations: { "kubernetes.io/azure-file-resource-group": "rg" } };
const share = { secretName: "azure-storage-account-shop-secret", shareName: "s-5" };

test.each<[string, object, Partial<PersistentVolume["metadata"]>, object]>([
  ["EBS", ebs, {}, { driver: "ebs.csi.aws.com", volumeHandle: "vol-5", fsType: "xfs" }],
  [
    "EBS, a partition, read only",
    { awsElasticBlockStore: { volumeID: "vol-5", partition: 2, readOnly: true } },
    {},
    { driver: "ebs.csi.aws.com", volumeHandle: "vol-5", readOnly: true, volumeAttributes: { partition: "2" } },
  ],
  [
    "GCE",
    { gcePersistentDisk: { pdName: "d", fsType: "ext4" } },
    { labels: { "failure-domain.beta.kubernetes.io/zone": "eu-b" } },
    { driver: "pd.csi.storage.gke.io", volumeHandle: "projects/UNSPECIFIED/zones/eu-b/disks/d", fsType: "ext4" },
  ],
  [
    "GCE, regional",
    { gcePersistentDisk: { pdName: "d" } },
    { labels: { "topology.kubernetes.io/zone": "eu-west1-b__eu-west1-c" } },
    { driver: "pd.csi.storage.gke.io", volumeHandle: "projects/UNSPECIFIED/regions/eu-west1/disks/d" },
  ],
  [
    "Azure disk",
    { azureDisk: { diskName: "d", diskURI: "/s/D", kind: "Managed", cachingMode: "ReadOnly", fsType: "ext4" } },
    {},
    {
      driver: "disk.csi.azure.com",
      volumeHandle: "/s/D",
      fsType: "ext4",
      volumeAttributes: { kind: "managed", cachingmode: "ReadOnly", fstype: "ext4" },
    },
  ],
  [
    "Azure file",
    { azureFile: { ...share, secretNamespace: "storage" } },
    group,
    {
      driver: "file.csi.azure.com",
      volumeHandle: "rg#shop#s-5#pv-5#storage",
      volumeAttributes: { sharename: "s-5" },
      nodeStageSecretRef: { name: share.secretName, namespace: "storage" },
    },
  ],
  ["Cinder", { cinder: { volumeID: "c" } }, {}, { driver: "cinder.csi.openstack.org", volumeHandle: "c" }],
  ["Portworx", { portworxVolume: { volumeID: "p" } }, {}, { driver: "pxd.portworx.com", volumeHandle: "p" }],
])("%s: its CSI form is the same disk, and nothing else of it changes", (_, spec, metadata, csi) => {
  const given = offered(spec, metadata);
  const { offered: formed, refusal } = inCsiForm(given);
  expect(refusal).toBeUndefined();
  expect(formed.persistentVolume.spec.csi).toEqual(csi);
  for (const field of Object.keys(spec)) expect(formed.persistentVolume.spec).not.toHaveProperty(field);
  expect(without(formed.persistentVolume.spec, "csi", "nodeAffinity")).toEqual(
    without(given.persistentVolume.spec, ...(Object.keys(spec) as never[])),
  );
  expect(formed.persistentVolumeClaim).toBe(given.persistentVolumeClaim);
  expect(sameBacking(backingOf(formed.persistentVolume), backingOf(given.persistentVolume))).toBe(true);
  expect(inCsiForm(formed)).toEqual({ offered: formed });
});

test.each<[string, object, Partial<PersistentVolume["metadata"]>, string]>([
  ["vSphere", { vsphereVolume: { volumePath: "[s] a.vmdk" } }, {}, "an id that it gives them"],
  ["an unmanaged disk", { azureDisk: { diskURI: "https://a/b.vhd", kind: "Dedicated" } }, {}, "kind is Dedicated"],
  ["a disk of the default kind", { azureDisk: { diskURI: "/s/D" } }, {}, "kind is Shared"],
  ["a share without its resource group", { azureFile: share }, {}, "resource group"],
  [
    "a share without its account",
    { azureFile: { ...share, secretName: "mine" } },
    group,
    "Secret, mine, does not tell",
  ],
  ["a GCE disk without its zone", { gcePersistentDisk: { pdName: "d" } }, {}, "name its zone"],
  [
    "a GCE disk of two regions",
    { gcePersistentDisk: { pdName: "d" } },
    { labels: { "topology.kubernetes.io/zone": "eu-west1-b__us-west1-c" } },
    "not those of one region",
  ],
  [
    "Portworx with a Secret",
    { portworxVolume: { volumeID: "p" } },
    { annotations: { "openstorage.io/auth-secret-name": "token" } },
    "name a Secret for Portworx",
  ],
  ["a dropped kind", { rbd: { image: "i", monitors: [] } }, {}, "no CSI driver serves its kind"],
  ["a source without a disk", { cinder: {} }, {}, "names no disk"],
])("%s: refused, with the ways out", (_, spec, metadata, why) => {
  const given = offered(spec, metadata);
  const { offered: kept, refusal } = inCsiForm(given);
  expect(kept).toBe(given);
  expect(refusal).toContain(`PersistentVolume pv-5 (${Object.keys(spec)[0]}) cannot become a CSI volume: `);
  expect(refusal).toContain(why);
  expect(refusal).toContain("Set inTreeVolumes: keep, or ");
});

test("what is no in-tree volume of these kinds stays as it is", () => {
  for (const spec of [
    { nfs: { server: "s", path: "/" } },
    { iscsi: {} },
    { flexVolume: {} },
    { csi: { driver: "d" } },
  ]) {
    const given = offered(spec);
    expect(inCsiForm(given)).toEqual({ offered: given });
  }
});

describe("zones", () => {
  const expressions = (given: OfferedVolume) => inCsiForm(given).offered.persistentVolume.spec.nodeAffinity;

  test("of the node affinity get the driver's key, those of old names today's", () => {
    const beta = affinity(
      "failure-domain.beta.kubernetes.io/zone",
      "failure-domain.beta.kubernetes.io/region",
      "other",
    );
    expect(expressions(offered({ ...ebs, nodeAffinity: beta }))).toEqual({
      required: {
        nodeSelectorTerms: [
          {
            matchExpressions: [
              {
                key: "topology.ebs.csi.aws.com/zone",
                operator: "In",
                values: ["failure-domain.beta.kubernetes.io/zone-value"],
              },
              {
                key: "topology.kubernetes.io/region",
                operator: "In",
                values: ["failure-domain.beta.kubernetes.io/region-value"],
              },
              { key: "other", operator: "In", values: ["other-value"] },
            ],
          },
        ],
      },
    });
  });

  test("of the labels are written into it, also beside other conditions", () => {
    const labels = { "failure-domain.beta.kubernetes.io/zone": "b__a", app: "db" };
    const given = offered(ebs, { labels });
    const zone = { key: "topology.ebs.csi.aws.com/zone", operator: "In", values: ["a", "b"] };
    expect(expressions(given)).toEqual({ required: { nodeSelectorTerms: [{ matchExpressions: [zone] }] } });
    expect(inCsiForm(given).offered.persistentVolume.metadata.labels).toEqual({
      "topology.kubernetes.io/zone": "b__a",
      app: "db",
    });
    const other = { key: "other", operator: "In", values: ["other-value"] };
    expect(expressions(offered({ ...ebs, nodeAffinity: affinity("other") }, { labels }))).toEqual({
      required: { nodeSelectorTerms: [{ matchExpressions: [other, zone] }] },
    });
  });

  test("without any there is no affinity, and a driver without a key of its own keeps the common one", () => {
    expect(expressions(offered(ebs))).toBeUndefined();
    const nodeAffinity = affinity("topology.kubernetes.io/zone");
    const disk = { azureDisk: { diskURI: "/s/D", kind: "Managed" }, nodeAffinity };
    expect(expressions(offered(disk))).toEqual(nodeAffinity);
  });
});

test("what the source's controllers noted stays there, and the driver counts as the volume's provisioner", () => {
  const annotations = {
    "pv.kubernetes.io/migrated-to": "ebs.csi.aws.com",
    "pv.kubernetes.io/provisioned-by": "kubernetes.io/aws-ebs",
    team: "shop",
  };
  const given = offered(ebs, { annotations });
  expect(given.persistentVolume.metadata.annotations).toMatchObject({
    "pv.kubernetes.io/provisioned-by": "kubernetes.io/aws-ebs",
    team: "shop",
  });
  expect(given.persistentVolume.metadata.annotations).not.toHaveProperty(["pv.kubernetes.io/migrated-to"]);
  expect(inCsiForm(given).offered.persistentVolume.metadata.annotations).toMatchObject({
    "pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com",
    team: "shop",
  });
});

test("the changes of csi are made in the CSI form, and in no other", () => {
  const changes = { "ebs.csi.aws.com": { volumeAttributes: { zone: "b" } } };
  const formed = withCsi(inCsiForm(offered(ebs)).offered, changes);
  expect(formed.persistentVolume.spec.csi?.volumeAttributes).toEqual({ zone: "b" });
  expect(withCsi(offered(ebs), changes)).toEqual(offered(ebs));
  expect(keptInTreeWarnings(["ebs.csi.aws.com"], [offered(ebs), offered(ebs)])).toEqual([
    "csi names the driver ebs.csi.aws.com, but volumes of the set are awsElasticBlockStore volumes, and nothing of it is used " +
      "for them. Set inTreeVolumes: csi if they are to become CSI volumes in the destination",
  ]);
  expect(keptInTreeWarnings(["disk.example.com"], [offered(ebs)])).toEqual([]);
  expect(keptInTreeWarnings(["ebs.csi.aws.com"], [formed])).toEqual([]);
});

describe("beside a twin of the other form", () => {
  const inTree = offered({ ...ebs, nodeAffinity: affinity("topology.kubernetes.io/zone") });
  const formed = inCsiForm(inTree).offered;
  const existing = found(5, { claim: claim(5) });

  test.each([
    ["CSI", formed, inTree, "spec.csi", "spec.awsElasticBlockStore", "csi"],
    ["in-tree", inTree, formed, "spec.awsElasticBlockStore", "spec.csi", "keep"],
  ])("%s and in use: it keeps its form", (_, twin, given, has, wanted, value) => {
    const { persistentVolume } = twin;
    const kept = besideCsiTwin(existing, persistentVolume, given, true);
    expect(kept.refusal).toBeUndefined();
    expect(kept.offered).toEqual(twin);
    expect(kept.warning).toBe(
      `ordinal 5: PersistentVolume pv-5 exists in the destination as the same disk in another form (${has}) than it would be ` +
        `handed over (${wanted}), and that cannot be changed in place. It keeps what it has: to change that, move its ordinal ` +
        "back first, then forward again",
    );
    const { refusal } = besideCsiTwin(existing, persistentVolume, given, false);
    expect(refusal).toContain(`Set inTreeVolumes: ${value}. Or have claim and volume made again`);
    expect(refusal).toContain("kubectl delete pv pv-5");
    const deleted = {
      ...persistentVolume,
      spec: { ...persistentVolume.spec, persistentVolumeReclaimPolicy: "Delete" },
    };
    expect(besideCsiTwin(existing, deleted, given, false).refusal).not.toContain("kubectl delete");
  });

  test("of the same form there is nothing to say", () => {
    expect(besideCsiTwin(existing, inTree.persistentVolume, inTree, false)).toEqual({ offered: inTree });
    expect(besideCsiTwin(existing, formed.persistentVolume, formed, false)).toEqual({ offered: formed });
  });
});

test("property: whatever the ids, the CSI form is the same disk, and another id's is not", () => {
  const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const kinds = fc.constantFrom<(name: string) => OfferedVolume>(
    (name) => offered({ awsElasticBlockStore: { volumeID: `aws://z/${name}` } }),
    (name) => offered({ gcePersistentDisk: { pdName: name } }, { labels: { "topology.kubernetes.io/zone": "z" } }),
    (name) => offered({ azureDisk: { diskURI: `/S/${name}`, kind: "Managed" } }),
    (name) => offered({ azureFile: { ...share, shareName: name } }, group),
    (name) => offered({ cinder: { volumeID: name } }),
    (name) => offered({ portworxVolume: { volumeID: name } }),
  );
  fc.assert(
    fc.property(kinds, id, id, (make, one, other) => {
      const [given, formed] = [make(one).persistentVolume, inCsiForm(make(one)).offered.persistentVolume];
      expect(formed.spec.csi).toBeDefined();
      expect(sameBacking(backingOf(given), backingOf(formed))).toBe(true);
      const stranger = backingOf(inCsiForm(make(other)).offered.persistentVolume);
      expect(sameBacking(backingOf(given), stranger)).toBe(one === other);
      expect(sameBacking(stranger, backingOf(given))).toBe(one === other);
    }),
  );
});
