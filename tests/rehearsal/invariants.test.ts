import type { PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet } from "../../core/kubernetes";
import {
  allRunning,
  atMostOne,
  heldIsTrue,
  nothingDeleted,
  nothingRestarted,
  oneStep,
  oneWrite,
  secretsStaySecret,
} from "../../rehearsal/invariants";
import { volumesIntact } from "../../rehearsal/volumeInvariants";
import type { MovedSet, Snapshot } from "../../rehearsal/invariants";
import type { Ledger } from "../../rehearsal/volumeInvariants";

const set: MovedSet = { name: "web", namespace: "shop", start: 0, replicas: 3, batch: 1, volumes: "carry" };

function statefulSet(start: number, replicas: number, templates: readonly string[] = ["data"]): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      replicas,
      ...(start === 0 ? {} : { ordinals: { start } }),
      serviceName: "web",
      selector: {},
      template: { spec: {} },
      volumeClaimTemplates: templates.map((name) => ({ metadata: { name }, spec: {} })),
    },
  };
}

function pod(ordinal: number, ready = true): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `web-${ordinal}`, namespace: "shop" },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

interface Disk {
  readonly ordinal: number;
  readonly handle: string;
  readonly policy?: string;
}

/** A cluster with a set, pods and a bound claim for each disk. */
function cluster(set: StatefulSet | undefined, pods: readonly number[], disks: readonly Disk[] = []): Snapshot {
  const claims = disks.map(({ ordinal, handle }): PersistentVolumeClaim => {
    const metadata = { name: `data-web-${ordinal}`, namespace: "shop" };
    return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: { volumeName: `pv-${handle}` } };
  });
  const volumes = disks.map(({ handle, policy = "Delete" }): PersistentVolume => {
    const csi = { driver: "disk", volumeHandle: handle };
    const spec = { csi, persistentVolumeReclaimPolicy: policy };
    return { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: `pv-${handle}` }, spec };
  });
  return { ...(set === undefined ? {} : { set }), pods: pods.map((ordinal) => pod(ordinal)), claims, volumes };
}

const nothing = cluster(undefined, []);

describe("at most one", () => {
  test("a half-moved set is well, also while an ordinal is between the clusters", () => {
    expect(
      atMostOne(set, { source: cluster(statefulSet(0, 2), [0, 1]), destination: cluster(statefulSet(2, 1), [2]) }),
    ).toEqual([]);
    expect(
      atMostOne(set, { source: cluster(statefulSet(0, 2), [0, 1]), destination: cluster(statefulSet(3, 0), []) }),
    ).toEqual([]);
  });

  test.each([
    [
      "a pod in both",
      cluster(statefulSet(0, 2), [0, 1, 2]),
      cluster(statefulSet(2, 1), [2]),
      "source: a pod, destination: a pod",
    ],
    [
      "a pod here, a live spec there",
      cluster(statefulSet(0, 2), [0, 1, 2]),
      cluster(statefulSet(2, 1), []),
      "source: a pod, destination: its live spec allows it",
    ],
    [
      "a live spec in both",
      cluster(statefulSet(0, 3), []),
      cluster(statefulSet(2, 1), []),
      "source: its live spec allows it, destination: its live spec allows it",
    ],
  ])("%s", (_, source, destination, where) => {
    expect(atMostOne(set, { source, destination })).toEqual([
      `at most one: ordinal 2 lives in both clusters (${where})`,
    ]);
  });

  test("a terminating pod still lives, other namespaces and other pods do not count", () => {
    const elsewhere = { ...pod(2), metadata: { name: "web-2", namespace: "other" } };
    const other = { ...pod(2), metadata: { name: "web-2-x", namespace: "shop" } };
    const terminating = { ...pod(2), metadata: { ...pod(2).metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const destination = cluster(statefulSet(2, 1), [2]);
    const source = { ...nothing, pods: [elsewhere, other] };
    expect(atMostOne(set, { source, destination })).toEqual([]);
    expect(atMostOne(set, { source: { ...nothing, pods: [terminating] }, destination })).toHaveLength(1);
  });
});

describe("one write", () => {
  function generation(count: number, written: StatefulSet): StatefulSet {
    return { ...written, metadata: { ...written.metadata, generation: count } };
  }

  test("a step is one write, and changes of status do not count", () => {
    const [before, after] = [generation(4, statefulSet(2, 1)), generation(5, statefulSet(1, 2))];
    expect(oneWrite(set, "destination", [before, after, { ...after, status: {} }])).toEqual([]);
    expect(oneWrite(set, "destination", [before])).toEqual([]);
    expect(oneWrite(set, "destination", [undefined, generation(1, statefulSet(3, 0))])).toEqual([]);
    expect(oneWrite(set, "source", [undefined, generation(1, statefulSet(0, 3))])).toEqual([]);
  });

  test("start and replicas in two writes, whether the state between was seen or not", () => {
    const [before, between, after] = [
      generation(4, statefulSet(2, 1)),
      generation(5, statefulSet(1, 1)),
      generation(6, statefulSet(1, 2)),
    ];
    expect(oneWrite(set, "destination", [before, between, after])).toEqual([
      "one write: the destination's set was written 2 times in one up",
      "one write: the destination's range 1+1 is that of no cutover index",
    ]);
    expect(oneWrite(set, "destination", [before, after])).toEqual([
      "one write: the destination's set was written 2 times in one up",
    ]);
  });

  test("a destination created with replicas", () => {
    expect(oneWrite(set, "destination", [undefined, generation(1, statefulSet(2, 1))])).toEqual([
      "one write: the destination's set was created with 1 replicas instead of 0",
    ]);
  });
});

describe("one step at a time", () => {
  test("one ordinal given up or claimed", () => {
    const write = { side: "source", before: statefulSet(0, 3), after: statefulSet(0, 2) } as const;
    expect(oneStep(set, write, cluster(statefulSet(3, 0), []))).toEqual([]);
    const claim = { side: "destination", before: statefulSet(3, 0), after: statefulSet(2, 1) } as const;
    expect(oneStep(set, claim, cluster(statefulSet(0, 2), [0, 1]))).toEqual([]);
    expect(oneStep(set, { side: "source", before: undefined, after: statefulSet(0, 3) }, nothing)).toEqual([]);
  });

  test("more than a batch", () => {
    const write = { side: "source", before: statefulSet(0, 3), after: statefulSet(0, 1) } as const;
    expect(oneStep(set, write, cluster(statefulSet(3, 0), []))).toEqual([
      "one step at a time: the source gave up 2 ordinals at once, and batch is 1",
    ]);
    expect(oneStep({ ...set, batch: 2 }, write, cluster(statefulSet(3, 0), []))).toEqual([]);
    const claim = { side: "destination", before: statefulSet(3, 0), after: statefulSet(1, 2) } as const;
    expect(oneStep(set, claim, cluster(statefulSet(0, 1), []))).toEqual([
      "one step at a time: the destination claimed 2 ordinals at once, and batch is 1",
    ]);
  });

  test("a release while there is a gap", () => {
    const write = { side: "source", before: statefulSet(0, 2), after: statefulSet(0, 1) } as const;
    expect(oneStep(set, write, cluster(statefulSet(3, 0), []))).toEqual([
      "one step at a time: the source gave up 1 while neither half held 2",
    ]);
  });

  test("a set that is deleted gives up all it had", () => {
    const write = { side: "source", before: statefulSet(0, 3), after: undefined } as const;
    expect(oneStep(set, write, cluster(statefulSet(3, 0), []))).toEqual([
      "one step at a time: the source gave up 3 ordinals at once, and batch is 1",
    ]);
  });
});

describe("no volume lost, empty or shared", () => {
  const disks = [0, 1, 2].map((ordinal) => ({ ordinal, handle: `d${ordinal}` }));
  const start = { source: cluster(statefulSet(0, 3), [0, 1, 2], disks), destination: nothing };
  const { ledger, violations } = volumesIntact(set, start, new Map());

  test("what every ordinal has is remembered", () => {
    expect(violations).toEqual([]);
    expect([...ledger]).toEqual(
      disks.map(({ ordinal, handle }) => [`data-web-${ordinal}`, { handle: `disk/${handle}`, ordinal }]),
    );
  });

  function after(source: Snapshot, destination: Snapshot, known: Ledger = ledger): readonly string[] {
    return volumesIntact(set, { source, destination }, known).violations;
  }

  const left = [...disks.slice(0, 2), { ordinal: 2, handle: "d2", policy: "Retain" }];
  const source = cluster(statefulSet(0, 2), [0, 1], left);

  test("an ordinal that comes up with its own volume is well", () => {
    expect(after(source, cluster(statefulSet(2, 1), [2], [{ ordinal: 2, handle: "d2", policy: "Retain" }]))).toEqual(
      [],
    );
  });

  test("an ordinal that comes up with another volume", () => {
    expect(after(source, cluster(statefulSet(2, 1), [2], [{ ordinal: 2, handle: "new" }]))).toEqual([
      "volume empty: data-web-2 in the destination is on disk/new, but its data is on disk/d2",
    ]);
  });

  test("fresh volumes are each cluster's own, and stay the same there", () => {
    const fresh = { ...set, volumes: "fresh" } as const;
    const first = volumesIntact(fresh, start, new Map());
    const destination = cluster(statefulSet(2, 1), [2], [{ ordinal: 2, handle: "new" }]);
    const second = volumesIntact(fresh, { source, destination }, first.ledger);
    expect(second.violations).toEqual([]);
    const again = cluster(statefulSet(2, 1), [2], [{ ordinal: 2, handle: "newer" }]);
    expect(volumesIntact(fresh, { source, destination: again }, second.ledger).violations).toEqual([
      "volume empty: data-web-2 in the destination is on disk/newer, but its data is on disk/new",
      "volume lost: no cluster has a PersistentVolume for disk/new of data-web-2 (destination) any more",
    ]);
  });

  test("two ordinals on one volume", () => {
    const shared = {
      source: cluster(statefulSet(0, 2), [0, 1], [disks[0], { ordinal: 1, handle: "d0" }] as Disk[]),
      destination: nothing,
    };
    expect(volumesIntact(set, shared, new Map()).violations).toEqual([
      "volume shared: data-web-1 in the source is on disk/d0, which is data-web-0's",
    ]);
  });

  test("a volume that is gone", () => {
    expect(after(cluster(statefulSet(0, 2), [0, 1], disks.slice(0, 2)), nothing)).toEqual([
      "volume lost: no cluster has a PersistentVolume for disk/d2 of data-web-2 any more",
    ]);
  });

  test("an ordinal that left a volume behind that is not Retain", () => {
    expect(after(cluster(statefulSet(0, 2), [0, 1], disks), nothing)).toEqual([
      "volume not retained: pv-d2 of ordinal 2, which the source has given up, is Delete",
    ]);
  });

  test("the program deletes or replaces nothing that holds data", () => {
    const operation = (op: "delete" | "replace" | "retain" | "update", type: string) => ({
      op,
      type,
      name: "x",
      changes: [],
    });
    expect(
      nothingDeleted("source", [
        operation("delete", "kubernetes:core/v1:PersistentVolume"),
        operation("replace", "kubernetes:apps/v1:StatefulSet"),
        operation("delete", "kubernetes:core/v1:ConfigMap"),
        operation("retain", "kubernetes:core/v1:PersistentVolumeClaim"),
        operation("update", "kubernetes:core/v1:Namespace"),
      ]),
    ).toEqual([
      "nothing deleted: up on the source would delete kubernetes:core/v1:PersistentVolume x",
      "nothing deleted: up on the source would replace kubernetes:apps/v1:StatefulSet x",
    ]);
  });
});

test("a pod that neither came nor went is the same one", () => {
  const withUids = (...uids: readonly string[]): Snapshot => ({
    ...cluster(statefulSet(0, 3), []),
    pods: uids.map((uid, ordinal) => ({ ...pod(ordinal), metadata: { ...pod(ordinal).metadata, uid } })),
  });
  const nothing = withUids();
  const before = { source: withUids("a", "b"), destination: nothing };
  expect(nothingRestarted(set, before, { source: withUids("a", "b", "c"), destination: nothing })).toEqual([]);
  expect(nothingRestarted(set, before, { source: withUids("a"), destination: withUids("d", "e") })).toEqual([]);
  expect(nothingRestarted(set, before, { source: withUids("a", "z"), destination: nothing })).toEqual([
    "nothing restarted: the pod of ordinal 1 in the source was made again",
  ]);
});

test("held covers the live spec and every pod", () => {
  const live = { set: statefulSet(0, 2), pods: [0, 1, 2] };
  expect(heldIsTrue("source", { held: { start: 0, replicas: 3 } }, live)).toEqual([]);
  expect(heldIsTrue("source", { held: { start: 0, replicas: 1 } }, live)).toEqual([
    "told from what is: the source says that it holds 0+1, but 1, 2 live there too",
  ]);
  expect(heldIsTrue("source", {}, live)).toEqual([
    "told from what is: the source has no output held after a completed up",
  ]);
});

test("after both up every ordinal is ready somewhere", () => {
  expect(allRunning(set, { source: new Set([0]), destination: new Set() })).toEqual([
    "nothing lost: ordinal 1 is ready in neither cluster after both up",
    "nothing lost: ordinal 2 is ready in neither cluster after both up",
  ]);
  expect(allRunning(set, { source: new Set([0, 2]), destination: new Set([1]) })).toEqual([]);
});

test("secrets are found wherever they are, and never repeated", () => {
  const secrets = ["hunter2hunter2", 'with "quotes"', "short"];
  expect(secretsStaySecret({ a: [{ b: "x hunter2hunter2 y" }] }, secrets, "an output of the source")).toEqual([
    "secrets stay secret: an output of the source shows a secret of 14 characters",
  ]);
  expect(secretsStaySecret(['with "quotes"'], secrets, "it")).toHaveLength(1);
  expect(secretsStaySecret({ a: "[secret]", b: "short" }, secrets, "it")).toEqual([]);
});
