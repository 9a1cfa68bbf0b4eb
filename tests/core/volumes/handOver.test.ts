import {
  podsOfSet,
  whyMountedElsewhere,
  whyNoRelease,
  whyNotClaimed,
  whyNotGivenBack,
  whyNotOffered,
  whyOldDataRefused,
  whyReplaced,
  whyRetentionDestroys,
  whyTwinDiffers,
} from "../../../core/volumes/handOver";
import { halfOfSet } from "../../../core/set/half";
import type { Pod, StatefulSet } from "../../../core/kubernetes";
import { inStorageClass, offeredVolume } from "../../../core/volumes/volume";
import { claim, found, liveSet, pod, release, template, volume, webSet } from "../builders";

const all = { start: 0, replicas: 6 };
const disk = (n: number) => ({ driver: "disk.example.com", volumeHandle: `disk-${n}` });
const bound = (n: number) => found(n, { claim: claim(n), volume: volume(n) });
const leaving = { metadata: { name: "data-web-5", namespace: "shop", deletionTimestamp: "now" } };

test("the pods of a set are those named after it and an ordinal", () => {
  const pods = ["web-0", "web-7", "web-1-0", "web-x", "db-1"].map((name) => pod(name));
  expect([...podsOfSet("web", pods).keys()]).toEqual([0, 7]);
});

describe("a release", () => {
  const pods = (...unready: number[]): Pod[] => [0, 1, 2, 3, 4, 5].map((n) => pod(`web-${n}`, !unready.includes(n)));
  const to = (replicas: number) => ({ start: 0, replicas });

  test("may go ahead with all pods Ready", () => {
    expect(whyNoRelease(liveSet(all, 0), [5], to(5), pods())).toEqual([]);
  });

  test("waits for the end of a canary", () => {
    const canary = liveSet(all, 0, { spec: { updateStrategy: { rollingUpdate: { partition: 3 } } } });
    expect(whyNoRelease(canary, [], all, pods(1))).toEqual([]);
    const two = { ...canary, status: { ...canary.status, updateRevision: "b" } };
    expect(whyNoRelease(two, [], all, pods())).toEqual([
      "the set is in the middle of a canary (partition > 0 and two revisions): a half whose pods are all updated would count as " +
        "rolled out. Finish the roll-out or take it back, then move on",
    ]);
    const rollOut = { ...liveSet(all, 0), status: { currentRevision: "a", updateRevision: "b" } };
    expect(whyNoRelease(rollOut, [5], to(5), pods())).toEqual([]);
  });

  test("is blocked by an unready pod that stays, with OrderedReady only", () => {
    const reason =
      "not Ready: pod web-1, pod web-2. With OrderedReady the controller removes no other pod until all that stay are Ready. " +
      "Mend it, or delete it, then run this again";
    expect(whyNoRelease(liveSet(all, 0), [5], to(5), pods(1, 2, 5))).toEqual([reason]);
    expect(
      whyNoRelease(liveSet(all, 0, { spec: { podManagementPolicy: "Parallel" } }), [5], to(5), pods(1, 2)),
    ).toEqual([]);
  });

  test("one unready pod that leaves is fine, two block each other", () => {
    expect(whyNoRelease(liveSet(all, 0), [4, 5], to(4), pods(5))).toEqual([]);
    const reason =
      "pods web-5 and web-4 are not Ready and block each other's removal for ever. Delete them in this order, without force: " +
      "kubectl -n shop delete pod web-5 web-4";
    expect(whyNoRelease(liveSet(all, 0), [4, 5], to(4), pods(4, 5))).toEqual([reason]);
    const inDefault = liveSet(all, 0, { metadata: { namespace: undefined } });
    expect(whyNoRelease(inDefault, [4, 5], to(4), pods(4, 5))).toEqual([reason.replace("shop", "default")]);
  });

  test("run again after its pods have gone is not held up by a pod that stays", () => {
    const gone = pods(1).slice(0, 5);
    expect(whyNoRelease(liveSet(to(5), 1), [5], to(5), gone)).toEqual([]);
  });
});

test.each([
  [{ whenScaled: "Delete", whenDeleted: "Delete" }, "whenScaled"],
  [{ whenDeleted: "Delete" }, "whenDeleted"],
])("a retention policy that deletes is refused: %j", (policy, name) => {
  expect(whyRetentionDestroys(liveSet(all, 0, { spec: { persistentVolumeClaimRetentionPolicy: policy } }))).toBe(
    `the live set has persistentVolumeClaimRetentionPolicy.${name}: Delete, so the controller would delete the claims of ordinals ` +
      "that leave. Set it to Retain: kubectl -n shop patch statefulset web --type merge " +
      `-p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"${name}":"Retain"}}}'`,
  );
});

test("a retention policy that retains is fine", () => {
  const spec = { persistentVolumeClaimRetentionPolicy: { whenScaled: "Retain", whenDeleted: "Retain" } };
  expect(whyRetentionDestroys(liveSet(all, 0, { spec }))).toBeUndefined();
  expect(whyRetentionDestroys(liveSet(all, 0))).toBeUndefined();
});

test.each([
  [bound(5), undefined],
  [found(5), "ordinal 5: claim data-web-5 does not exist. Make it again for the volume that has its data"],
  [
    found(5, { claim: claim(5, leaving), volume: volume(5) }),
    "ordinal 5: claim data-web-5 is being deleted, and would go with its pod. Make it again for its volume once it is gone",
  ],
  [
    found(5, { claim: claim(5, { status: { phase: "Pending" } }), volume: volume(5) }),
    "ordinal 5: claim data-web-5 is not Bound (status.phase is Pending). Wait until it is, or mend it",
  ],
  [
    found(5, { claim: claim(5) }),
    "ordinal 5: claim data-web-5 is not Bound (status.phase is Bound). Wait until it is, or mend it",
  ],
  [
    found(5, { claim: claim(5, { status: {} }) }),
    "ordinal 5: claim data-web-5 is not Bound (status.phase is not set). Wait until it is, or mend it",
  ],
  [
    found(5, { claim: claim(5), volume: volume(5, { local: { path: "/a" } }) }),
    "ordinal 5: claim data-web-5: PersistentVolume pv-5 is a local disk of one node (spec.local), so no pod of another cluster " +
      "can mount it. Move its data to storage that both clusters can mount, or set volumes: fresh",
  ],
])("what can be handed over %#", (claimed, why) => {
  expect(whyNotOffered(claimed)).toBe(why);
});

test.each([
  [bound(5), disk(5), undefined],
  [bound(5), undefined, "ordinal 5: claim data-web-5: nothing is known of the volume that holds its data"],
  [found(5), disk(5), "ordinal 5: claim data-web-5 does not exist, so the controller would make it, empty"],
  [found(5, { claim: claim(5, leaving), volume: volume(5) }), disk(5), "ordinal 5: claim data-web-5 is being deleted"],
  [
    found(5, { claim: claim(5, { status: { phase: "Lost" } }) }),
    disk(5),
    "ordinal 5: claim data-web-5 is not Bound (status.phase is Lost)",
  ],
  [
    found(5, { claim: claim(5, { status: {} }), volume: volume(5) }),
    disk(5),
    "ordinal 5: claim data-web-5 is not Bound (status.phase is not set)",
  ],
  [
    bound(5),
    disk(4),
    "ordinal 5: claim data-web-5 is bound to disk.example.com disk-5, but its data is on disk.example.com disk-4",
  ],
])("what can be claimed %#", (claimed, expected, why) => {
  expect(whyNotClaimed(claimed, expected)).toBe(why);
});

test.each([
  [bound(5), disk(5), undefined],
  [found(5), disk(5), undefined],
  [
    bound(5),
    undefined,
    "ordinal 5: claim data-web-5 is not known in the source, so the ordinal would start empty there. Make its PersistentVolume " +
      "and claim in the source for the same volume, run pulumi up there at its last cutoverIndex, then this again",
  ],
  [
    bound(5),
    disk(4),
    "ordinal 5: claim data-web-5 is bound to disk.example.com disk-5, but the source's is on disk.example.com disk-4: what was " +
      "written here would be lost. Bring the data to that volume first, or go on without (volumes: fresh)",
  ],
])("what the destination may give back %#", (claimed, expected, why) => {
  expect(whyNotGivenBack(claimed, expected)).toBe(why);
});

describe("twins in the destination", () => {
  const offered = offeredVolume(claim(5), volume(5));
  const free = volume(5, { claimRef: { namespace: "shop", name: "data-web-5" } });
  const exists = "ordinal 5: claim data-web-5 exists in the destination";
  const taken = "ordinal 5: PersistentVolume pv-5 exists in the destination";

  test("none, and those of an earlier hand-over", () => {
    expect(whyTwinDiffers(found(5), undefined, offered)).toBeUndefined();
    expect(whyTwinDiffers(bound(5), volume(5), offered)).toBeUndefined();
    expect(whyTwinDiffers(found(5), free, offered)).toBeUndefined();
    expect(whyTwinDiffers(found(5), volume(5, { claimRef: undefined }), offered)).toBeUndefined();
  });

  test("a claim that is being deleted", () => {
    const twin = found(5, { claim: claim(5, leaving), volume: volume(5) });
    expect(whyTwinDiffers(twin, volume(5), offered)).toBe(`${exists} and is being deleted. Wait until it is gone`);
  });

  test.each(["pv-9", undefined])("a claim of another volume: %s", (volumeName) => {
    const spec = { storageClassName: "fast", ...(volumeName && { volumeName }) };
    expect(whyTwinDiffers(found(5, { claim: claim(5, { spec }) }), undefined, offered)).toBe(
      `${exists} and is bound to ${volumeName ?? "no volume"}, not to pv-5. If its data is not needed, delete the claim: ` +
        "kubectl -n shop delete pvc data-web-5",
    );
  });

  test("a claim of another class: the mapping has changed since", () => {
    expect(whyTwinDiffers(bound(5), volume(5), inStorageClass(offered, { fast: "rapid" }))).toBe(
      `${exists} with the storage class fast, and would become rapid. A claim's class cannot be changed: give storageClasses its ` +
        "earlier value",
    );
  });

  test("a volume of that name that is another disk", () => {
    const other = volume(5, { csi: { driver: "disk.example.com", volumeHandle: "disk-9" } });
    expect(whyTwinDiffers(found(5, { claim: claim(5), volume: other }), other, offered)).toBe(
      `${exists}, but its volume pv-5 is disk.example.com disk-9, not disk.example.com disk-5. Two different disks: find out which ` +
        "has the data before you delete either object",
    );
    expect(whyTwinDiffers(found(5), other, offered)).toBe(
      `${taken}, but it is disk.example.com disk-9, not disk.example.com disk-5. Another object has taken the name: rename or remove it`,
    );
  });

  test("a volume that waits for another claim, or for one that is gone", () => {
    expect(whyTwinDiffers(found(5), volume(5, { claimRef: { namespace: "ops", name: "data-web-5" } }), offered)).toBe(
      `${taken}, but it is reserved for the claim ops/data-web-5 (spec.claimRef)`,
    );
    expect(whyTwinDiffers(found(5), volume(5, { claimRef: { name: "x" } }), offered)).toBe(
      `${taken}, but it is reserved for the claim /x (spec.claimRef)`,
    );
    expect(whyTwinDiffers(found(5), volume(5), offered)).toBe(
      `${taken}, but it is Released: spec.claimRef.uid is that of a claim that is gone. Its data is untouched; let the claim bind ` +
        `again: kubectl patch pv pv-5 --type merge -p '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'`,
    );
  });
});

test("data of the past is used again only by a person's decision, once", () => {
  const refused =
    "ordinal 5: claim data-web-5 is left from before and holds data of the past (volumes: fresh). To start empty: " +
    "kubectl -n shop delete pvc data-web-5. To use that data: kubectl -n shop annotate --overwrite pvc data-web-5 " +
    "statefulset-cutover/keep-data=3";
  const kept = (turn: string) =>
    found(5, {
      claim: claim(5, {
        metadata: { name: "data-web-5", namespace: "shop", annotations: { "statefulset-cutover/keep-data": turn } },
      }),
    });
  expect(whyOldDataRefused(found(5), 3)).toBeUndefined();
  expect(whyOldDataRefused(bound(5), 3)).toBe(refused);
  expect(whyOldDataRefused(kept("2"), 3)).toBe(refused);
  expect(whyOldDataRefused(kept("3"), 3)).toBeUndefined();
  const inDefault = found(5, { claim: claim(5, { metadata: { name: "data-web-5" } }) });
  expect(whyOldDataRefused(inDefault, 3)).toBe(refused.replaceAll("-n shop", "-n default"));
});

test("other pods that mount the claims are told, those that have ended are not", () => {
  const pods = [
    pod("web-5", true, ["data-web-5"]),
    pod("backup-x", true, ["cache", "data-web-5"]),
    pod("backup-y", true, ["data-web-5"], "Succeeded"),
    pod("backup-z", true, ["data-web-5"], "Failed"),
    { ...pod("plain"), spec: { volumes: [{}] } },
    { apiVersion: "v1", kind: "Pod", metadata: { name: "bare" } },
  ];
  expect(whyMountedElsewhere("web", [bound(5), found(4)], pods)).toEqual([
    "ordinal 5: claim data-web-5 is also mounted by pod backup-x. Wait until that pod is gone",
  ]);
});

describe("what would replace the set", () => {
  const half = (spec: Partial<StatefulSet["spec"]> = {}): StatefulSet => halfOfSet(webSet(6, spec), release(5), "uid");
  const size = (storage: unknown) => [
    { ...template("data"), spec: { ...template("data").spec, resources: { requests: { storage } } } },
  ];

  test("nothing that may change, and no default that is spelt out", () => {
    const live = liveSet(all, 0, { spec: { podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10 } });
    expect(whyReplaced(live, half())).toEqual([]);
    expect(whyReplaced(liveSet(all, 0), half({ template: { spec: {} }, minReadySeconds: 5 }))).toEqual([]);
    const noTemplates = liveSet(all, 0);
    delete noTemplates.spec.volumeClaimTemplates;
    expect(whyReplaced(noTemplates, half({ volumeClaimTemplates: [] }))).toEqual([]);
  });

  test.each([
    ["1Gi", "1024Mi"],
    ["1536Mi", "1.5Gi"],
    ["107374182400m", "0.1Gi"],
    ["1k", "1000"],
    ["1e3", 1000],
    ["2G", "2000M"],
    [undefined, undefined],
  ])("sizes that the API server writes in another way: %s and %s", (live, wanted) => {
    // 0.1Gi is rounded up by the API server, to whole bytes or thousandths.
    const near = live === "107374182400m" ? "107374183" : live;
    expect(
      whyReplaced(
        liveSet(all, 0, { spec: { volumeClaimTemplates: size(near) } }),
        half({ volumeClaimTemplates: size(wanted) }),
      ),
    ).toEqual([]);
  });

  test.each([
    ["serviceName", { serviceName: "other" }, "web", "other"],
    ["podManagementPolicy", { podManagementPolicy: "Parallel" }, "OrderedReady", "Parallel"],
    [
      "selector",
      { selector: { matchLabels: { app: "x" } } },
      '{"matchLabels":{"app":"web"}}',
      '{"matchLabels":{"app":"x"}}',
    ],
    ["revisionHistoryLimit", { revisionHistoryLimit: 3 }, "10", "3"],
    [
      "volumeClaimTemplates",
      { volumeClaimTemplates: [template("data", "rapid")] },
      '[["data",null,["ReadWriteOnce"],1073741824]]',
      '[["data","rapid",["ReadWriteOnce"],1073741824]]',
    ],
    [
      "volumeClaimTemplates",
      { volumeClaimTemplates: size("lots") },
      '[["data",null,["ReadWriteOnce"],1073741824]]',
      '[["data",null,["ReadWriteOnce"],"lots"]]',
    ],
  ] as const)("%s", (field, change, before, after) => {
    expect(whyReplaced(liveSet(all, 0), half(change as unknown as Partial<StatefulSet["spec"]>))).toEqual([
      `spec.${field} is ${before} in the live set and would become ${after}. It cannot be changed in place: the set would be ` +
        "deleted and made again, with all its pods. Give it back its earlier value",
    ]);
  });
});
