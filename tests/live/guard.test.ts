import { halfOfSet } from "../../core/set/half";
import type { KubernetesObject, PersistentVolume } from "../../core/kubernetes";
import { leavingNote } from "../../core/protections/leaving";
import type { LeavingPod } from "../../core/protections/leaving";
import { ordinalsOf } from "../../core/ordinals";
import { decide } from "../../core/protocol/protocol";
import type { Decision } from "../../core/protocol/protocol";
import { UserError } from "../../core/userError";
import { inventoryOf, offeredVolume } from "../../core/volumes/volume";
import type { Inventory } from "../../core/volumes/volume";
import { NotAllowed } from "../../live/client/cluster";
import { Departures } from "../../live/departures";
import { beforeWrite, prove } from "../../live/guard";
import type { GuardedSet } from "../../live/guard";
import type { PeerWatch } from "../../live/peer";
import {
  attachment,
  claim,
  claimStep,
  decision,
  found,
  giveBack,
  liveSet,
  node,
  outputs,
  pod,
  reclaim,
  release,
  volume,
  webSet,
} from "../core/builders";
import { FakeCluster } from "./fakeCluster";
import { readVolume } from "../../live/client/objects";

const ordinals = [0, 1, 2, 3, 4, 5];
const inventory = inventoryOf(ordinals.map((n) => found(n, { claim: claim(n), volume: volume(n) })));
const guarded = (decided: Decision, change: Partial<GuardedSet> = {}): GuardedSet => ({
  decision: decided,
  namespace: "shop",
  name: "web",
  templates: ["data"],
  volumes: "carry",
  decidedOn: undefined,
  newOrdinals: [],
  inventory,
  known: change.known ?? inventory,
  pods: [],
  leaving: [],
  fenced: [],
  peer: undefined,
  ...change,
});
const volumesOf = (...which: number[]): KubernetesObject[] => which.flatMap((n) => [claim(n), volume(n)]);
const refusal = (...reasons: string[]): UserError =>
  new UserError(reasons.map((what) => ({ where: "before the write:", what })));

/** Pods that left `node-1`. */
const leaving = (...which: readonly number[]): LeavingPod[] =>
  which.map((n) => ({ ordinal: n, name: `web-${n}`, id: `uid-of-web-${n}`, node: "node-1" }));

/** A cluster whose set is as before a decision, and what the decision was made on. */
function before(decided: Decision, start: number, replicas: number, turn: number, ...objects: KubernetesObject[]) {
  const cluster = new FakeCluster("uid", liveSet({ start, replicas }, turn), ...objects);
  const set = guarded(decided, { decidedOn: { range: { start, replicas }, turn } });
  return { cluster, set, write: () => beforeWrite(cluster, set, halfOfSet(webSet(), decided, "uid")) };
}

/** A pod as its kubelet leaves it. */
const lastObject = (name: string) => ({
  ...{ apiVersion: "v1", kind: "Pod", spec: { nodeName: "node-1", containers: [{ name: "web" }] } },
  metadata: { name, namespace: "shop", uid: `uid-of-${name}`, deletionTimestamp: "now" },
  status: { phase: "Succeeded", containerStatuses: [{ name: "web", state: { terminated: {} } }] },
});

/** A watch in which every pod was seen to stop. */
const allStopped = Object.assign(new Departures(), { hasStopped: () => true });

describe("before the write", () => {
  const changed = refusal("StatefulSet shop/web was changed by someone else while this ran. Run pulumi up again");

  test.each([
    [0, 5, 0],
    [1, 6, 0],
    [0, 6, 3],
  ])("a set that was changed since it was decided on stops it: %i+%i, turn %i", async (start, replicas, turn) => {
    const { cluster, write } = before(release(5), 0, 6, 0, ...volumesOf(5));
    cluster.put(liveSet({ start, replicas }, turn));
    await expect(write()).rejects.toEqual(changed);
    expect(cluster.requests).toEqual(["set web"]);
  });

  test("so does one that came or went", async () => {
    const { cluster, set, write } = before(release(5), 0, 6, 0);
    await expect(beforeWrite(cluster, { ...set, decidedOn: undefined }, webSet())).rejects.toEqual(changed);
    cluster.remove("StatefulSet", "shop", "web");
    await expect(write()).rejects.toEqual(changed);
  });

  test("so does a running set whose template was edited since it was compared", async () => {
    const metadata = { annotations: {}, uid: "u", generation: 4 };
    const cluster = new FakeCluster("uid", liveSet({ start: 0, replicas: 6 }, 0, { metadata }));
    const first = decision("source", 6, { live: { range: { start: 0, replicas: 6 }, turn: 0 } });
    const write = (uid: string, revision: string) =>
      beforeWrite(
        cluster,
        guarded(first, { decidedOn: { range: { start: 0, replicas: 6 }, turn: 0 }, adopted: { uid, revision } }),
        webSet(),
      );
    await write("u", "4");
    await expect(write("u", "3")).rejects.toEqual(changed);
    await expect(write("v", "4")).rejects.toEqual(changed);
  });

  test("so does one on its way out: its turn would go with it", async () => {
    const { cluster, write } = before(release(5), 0, 6, 0);
    const metadata = { deletionTimestamp: "now", annotations: { "statefulset-cutover/turn": "0" } };
    cluster.put(liveSet({ start: 0, replicas: 6 }, 0, { metadata }));
    await expect(write()).rejects.toEqual(
      refusal("StatefulSet shop/web is being deleted. Wait until it is gone, then run pulumi up again"),
    );
  });

  describe("of a new set", () => {
    const first = decision("destination", 6);
    const wanted = halfOfSet(webSet(), first, "uid");

    test("the API server must keep ordinals", async () => {
      const cluster = new FakeCluster("uid");
      await beforeWrite(cluster, guarded(first), wanted);
      expect(cluster.requests).toEqual(["set web", "dry run web"]);
      cluster.dropsOrdinals = true;
      cluster.serverVersion = "v1.26.1";
      await expect(beforeWrite(cluster, guarded(first), wanted)).rejects.toEqual(
        refusal(
          "the API server drops spec.ordinals (it is v1.26.1), so ordinals would start at 0 here too: two pods with one identity. " +
            "This cluster needs Kubernetes 1.28 or later",
        ),
      );
    });

    test("a source from 0 is not asked, and has no claims yet", async () => {
      const cluster = new FakeCluster("uid");
      cluster.dropsOrdinals = true;
      const source = decision("source", 6, { peer: outputs("destination", 6, 1) });
      await beforeWrite(cluster, guarded(source, { newOrdinals: ordinals }), halfOfSet(webSet(), source, "uid"));
      expect(cluster.requests).toEqual(["set web"]);
    });
  });

  describe("of a release", () => {
    test("the pods that leave are watched, from before anything else is looked at; not where nothing is written", async () => {
      const { cluster, set } = before(release(5), 0, 6, 0, ...volumesOf(5), pod("web-5"));
      const watched = { ...set, leaving: leaving(5) };
      const wanted = halfOfSet(webSet(), release(5), "uid");
      await expect(beforeWrite(cluster, { ...watched, decidedOn: undefined }, wanted)).rejects.toEqual(changed);
      expect(cluster.watches.size).toBe(0);
      cluster.requests.length = 0;
      (await beforeWrite(cluster, watched, wanted)).end();
      expect(cluster.requests.slice(0, 2)).toEqual(["watch pod web-5", "set web"]);
      expect(cluster.watches.size).toBe(0);
    });

    test("an account that may not watch is no reason to refuse", async () => {
      const { cluster, set } = before(release(5), 0, 6, 0, ...volumesOf(5), pod("web-5"));
      cluster.watchDeleted = () => Promise.reject(new NotAllowed("no"));
      const departures = await beforeWrite(
        cluster,
        { ...set, leaving: leaving(5) },
        halfOfSet(webSet(), release(5), "uid"),
      );
      expect(leaving(5).some((pod) => departures.hasStopped(pod))).toBe(false);
    });

    test("the volumes that leave become Retain", async () => {
      const { cluster, write } = before(release(5), 0, 6, 0, ...volumesOf(4, 5));
      await write();
      expect(cluster.requests).toEqual([
        "set web",
        "pod names",
        "claim data-web-5",
        "volume pv-5",
        "retain pv-5 Delete",
        "volume pv-5",
      ]);
      const policyOf = async (name: string) => (await readVolume(cluster, name))?.spec.persistentVolumeReclaimPolicy;
      expect([await policyOf("pv-4"), await policyOf("pv-5")]).toEqual(["Delete", "Retain"]);
    });

    test("also with fresh volumes, and on the destination", async () => {
      const { cluster, set } = before(giveBack(5), 4, 2, 1, ...volumesOf(4));
      await beforeWrite(cluster, { ...set, volumes: "fresh" }, halfOfSet(webSet(), giveBack(5), "uid"));
      expect(cluster.requests).toContain("retain pv-4 Delete");
    });

    test("what is Retain already, or has no volume, needs nothing", async () => {
      const kept = before(release(5), 0, 6, 0, claim(5), volume(5, { persistentVolumeReclaimPolicy: "Retain" }));
      await kept.write();
      const none = before(release(5), 0, 6, 0);
      await none.write();
      expect([...kept.cluster.requests, ...none.cluster.requests].filter((r) => r.startsWith("retain"))).toEqual([]);
    });

    test("a pod that was made again since stops it: its node would not be asked", async () => {
      const { cluster, set } = before(release(5), 0, 6, 0, ...volumesOf(5), pod("web-5"));
      const wanted = halfOfSet(webSet(), release(5), "uid");
      await beforeWrite(cluster, { ...set, leaving: leaving(5) }, wanted);
      cluster.put({ ...pod("web-5"), metadata: { name: "web-5", namespace: "shop", uid: "another" } });
      cluster.requests.length = 0;
      await expect(beforeWrite(cluster, { ...set, leaving: leaving(5) }, wanted)).rejects.toEqual(
        refusal("pod web-5 was made again, or got a node, while this ran. Run pulumi up again"),
      );
      expect(cluster.requests).not.toContain("retain pv-5 Delete");
    });

    test("a volume that does not become Retain stops it", async () => {
      const { cluster, write } = before(release(5), 0, 6, 0, ...volumesOf(5));
      cluster.refusesRetain = true;
      await expect(write()).rejects.toEqual(
        refusal("ordinal 5: PersistentVolume pv-5 of claim data-web-5 could not be made Retain"),
      );
    });
  });

  describe("of a claim", () => {
    test.each([
      ["the destination", () => before(claimStep(5), 6, 0, 1, ...volumesOf(5))],
      ["the source, back again", () => before(reclaim(6), 0, 5, 2, ...volumesOf(5))],
    ])("the volume must be there: %s", async (_, scene) => {
      const { cluster, write } = scene();
      await write();
      expect(cluster.requests).toEqual(["set web", "pod names", "claim data-web-5", "volume pv-5"]);
      cluster.remove("PersistentVolumeClaim", "shop", "data-web-5");
      await expect(write()).rejects.toEqual(
        refusal("ordinal 5: claim data-web-5 does not exist, so the controller would make it, empty"),
      );
      const elsewhere: PersistentVolume = volume(5, { csi: { driver: "disk.example.com", volumeHandle: "empty" } });
      cluster.put(claim(5), elsewhere);
      await expect(write()).rejects.toEqual(
        refusal(
          "ordinal 5: claim data-web-5 is bound to disk.example.com empty, but its data is on disk.example.com disk-5",
        ),
      );
    });

    test.each([
      ["a claim", () => before(claimStep(5), 6, 0, 1, ...volumesOf(5), pod("backup", true, ["data-web-5"]))],
      ["a release", () => before(release(5), 0, 6, 0, ...volumesOf(5), pod("backup", true, ["data-web-5"]))],
    ])("another pod that mounts the claim stops %s", async (_, scene) => {
      const { cluster, write } = scene();
      await expect(write()).rejects.toEqual(
        refusal("ordinal 5: claim data-web-5 is also mounted by pod backup. Wait until that pod is gone"),
      );
      cluster.put(pod("backup", true, ["data-web-5"], "Succeeded"));
      await write();
    });

    test("the live peer is asked last, and stops it", async () => {
      const { cluster, set } = before(claimStep(5), 6, 0, 1, ...volumesOf(5));
      const source = new FakeCluster("uid-of-source", liveSet({ start: 0, replicas: 5 }, 2), ...volumesOf(5));
      const log: string[] = [];
      cluster.onRequest = (request) => log.push(`own ${request}`);
      source.onRequest = (request) => log.push(`peer ${request}`);
      const peer: PeerWatch = {
        cluster: source,
        context: "east",
        ownClusterUid: "uid",
        record: outputs("source", 5, 2),
        situation: {
          ...{ side: "destination", set: { start: 0, replicas: 6 }, cutoverIndex: 5, batch: 1 },
          ...{ own: outputs("destination", 6, 1), peer: outputs("source", 5, 2), live: set.decidedOn },
        },
        stacks: { source: "source", destination: "destination" },
      };
      const wanted = halfOfSet(webSet(), claimStep(5), "uid");
      await beforeWrite(cluster, { ...set, peer }, wanted);
      expect(log.findIndex((request) => request.startsWith("peer"))).toBe(4);
      expect(log.slice(4).every((request) => request.startsWith("peer"))).toBe(true);
      source.put(pod("web-5"));
      await expect(beforeWrite(cluster, { ...set, peer }, wanted)).rejects.toThrow(
        "ordinal 5 is live in the source now",
      );
      // With fresh volumes the claims of the two clusters have nothing to do with each other.
      source.remove("Pod", "shop", "web-5");
      source.put(pod("backup", true, ["data-web-5"]));
      await expect(beforeWrite(cluster, { ...set, peer }, wanted)).rejects.toThrow("mounted by pod backup");
      cluster.remove("PersistentVolumeClaim", "shop", "data-web-5");
      await beforeWrite(cluster, { ...set, peer, volumes: "fresh" }, wanted);
    });

    test("an ordinal that is new has none, and a set without templates neither", async () => {
      const { cluster, set } = before(claimStep(5), 6, 0, 1);
      const wanted = halfOfSet(webSet(), claimStep(5), "uid");
      await beforeWrite(cluster, { ...set, newOrdinals: [5] }, wanted);
      await beforeWrite(cluster, { ...set, templates: [] }, wanted);
      expect(cluster.requests).toEqual(["set web", "set web", "pod names"]);
    });

    test("with fresh volumes: none, or one that a person vouches for; the own earlier run's is fine", async () => {
      const { cluster, set } = before(claimStep(5), 6, 0, 1);
      const fresh: GuardedSet = { ...set, volumes: "fresh", inventory: {} };
      const wanted = halfOfSet(webSet(), claimStep(5), "uid");
      await beforeWrite(cluster, fresh, wanted);
      cluster.put(claim(5));
      await expect(beforeWrite(cluster, fresh, wanted)).rejects.toThrow(
        "is left from before and holds data of the past",
      );
      // Killed after its write: the claim that the controller made then is no leftover.
      const again: GuardedSet = { ...fresh, decidedOn: { range: { start: 5, replicas: 1 }, turn: 1 } };
      cluster.put(liveSet({ start: 5, replicas: 1 }, 1));
      await beforeWrite(cluster, again, wanted);
    });
  });

  test.each([20, 1000])("costs the same for every N: %i", async (n) => {
    const whole = { start: 0, replicas: n };
    const own = outputs("source", n, 0, { set: { ...outputs("source", 6, 0).set, replicas: n }, held: whole });
    const peer = outputs("destination", n, 1, { held: { start: n, replicas: 0 }, set: own.set });
    const step = decide({
      side: "source",
      set: whole,
      cutoverIndex: n - 1,
      batch: 1,
      own,
      peer,
      live: { range: whole, turn: 0 },
    });
    const { cluster, write } = before(step, 0, n, 0, ...volumesOf(...ordinalsOf(whole)));
    await write();
    expect(cluster.requests).toHaveLength(6);
  });
});

describe("the proof", () => {
  /** A cluster as a completed step leaves it. */
  function after(decided: Decision, change: Parameters<typeof liveSet>[2] = {}, ...objects: KubernetesObject[]) {
    const pods = ordinalsOf(decided.range).map((n) => pod(`web-${n}`));
    const set = liveSet(decided.range, decided.turn, change);
    const noted = leavingNote("web", decided, leaving(...decided.releases), undefined);
    const left: Record<string, string> = noted === undefined ? {} : { "statefulset-cutover/leaving": noted };
    return new FakeCluster(
      "uid",
      { ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...left } } },
      node("node-1"),
      ...pods,
      ...volumesOf(...ordinals),
      ...objects,
    );
  }
  const offered = (...which: number[]) =>
    Object.fromEntries(which.map((n) => [n, { data: offeredVolume(claim(n), volume(n)) }]));
  const notProven = (what: string): UserError =>
    new UserError([
      {
        where: "StatefulSet shop/web",
        what,
        todo: "Nothing is vouched for. Run pulumi up --refresh on this stack at the same cutoverIndex",
      },
    ]);

  test("the source vouches for its range, offers what is near the cut, and takes the inventory once", async () => {
    const cluster = after(release(5));
    expect(await prove(cluster, guarded(release(5), { known: {} }), allStopped)).toEqual({
      held: { start: 0, replicas: 5 },
      offer: offered(3, 4, 5),
      // Ordinal 5 has left, but its claim is here still.
      inventory,
    });
  });

  test("the destination vouches for its range only", async () => {
    const cluster = after(claimStep(5));
    expect(await prove(cluster, guarded(claimStep(5), { known: {} }))).toEqual({
      held: { start: 5, replicas: 1 },
      offer: {},
      inventory: {},
    });
    expect(cluster.requests).toEqual(["set web", "pod names"]);
  });

  test("fresh volumes are not offered, and what was known of others is kept", async () => {
    const known: Inventory = { 5: inventory[5] ?? {} };
    const cluster = after(release(5));
    const proof = await prove(cluster, guarded(release(5), { volumes: "fresh", known }), allStopped);
    expect(proof).toEqual({ held: { start: 0, replicas: 5 }, offer: {}, inventory: known });
    // Whether it has stopped is asked all the same.
    const stopped = ["claim data-web-5", "volume pv-5", "attachments"];
    expect(cluster.requests).toEqual(["set web", "pod names", ...stopped]);
  });

  test("a set without claim templates", async () => {
    const cluster = after(release(5));
    const proof = await prove(cluster, guarded(release(5), { templates: [], known: {} }), allStopped);
    expect(proof).toEqual({ held: { start: 0, replicas: 5 }, offer: {}, inventory: {} });
    expect(cluster.requests).toEqual(["set web", "pod names"]);
  });

  test("a pod that is gone, while its node cannot speak for it, is not vouched for; a person can", async () => {
    const cluster = after(release(5));
    cluster.remove("Node", undefined, "node-1");
    const told = prove(cluster, guarded(release(5), { known: {} }));
    await expect(told).rejects.toThrow(
      "nobody can vouch that pod web-5 stops: its node node-1 does not exist any more",
    );
    await expect(told).rejects.toThrow("pulumi config set --path 'fenced[0]' uid-of-web-5");
    const { held } = await prove(cluster, guarded(release(5), { fenced: ["uid-of-web-5"], known: {} }), allStopped);
    expect(held).toEqual({ start: 0, replicas: 5 });
  });

  test("a pod that was seen to stop is, whatever has become of its node; the watch ends", async () => {
    const cluster = after(release(5), {}, lastObject("web-5"));
    cluster.remove("Node", undefined, "node-1");
    const departures = await Departures.of(cluster, "shop", leaving(5));
    cluster.remove("Pod", "shop", "web-5");
    expect((await prove(cluster, guarded(release(5)), departures)).held).toEqual({ start: 0, replicas: 5 });
    expect(cluster.watches.size).toBe(0);
  });

  test("a pod that was seen to go as it was, by force, has its node speak for it", async () => {
    const running = lastObject("web-5");
    const containerStatuses = [{ name: "web", state: { running: {} } }];
    const cluster = after(release(5), {}, { ...running, status: { phase: "Running", containerStatuses } });
    cluster.silentMs.set("node-1", 5_000);
    const departures = await Departures.of(cluster, "shop", leaving(5));
    cluster.remove("Pod", "shop", "web-5");
    await expect(prove(cluster, guarded(release(5)), departures)).rejects.toThrow(
      "nobody saw it stop, and its node node-1",
    );
  });

  test("nor is one that the live set has no note of", async () => {
    const cluster = after(release(5), {});
    cluster.put(liveSet(release(5).range, release(5).turn));
    await expect(prove(cluster, guarded(release(5), { known: {} }))).rejects.toThrow(
      "it had gone before this up could see",
    );
  });

  test("nor is one whose volume stays attached", async () => {
    const cluster = after(release(5), {}, attachment("pv-5", "node-1"));
    const once = { everyMs: 1_000, limitMs: 0 };
    await expect(prove(cluster, guarded(release(5), { known: {} }), undefined, once)).rejects.toThrow(
      "still attached to node node-1",
    );
  });

  test("several templates", async () => {
    const logs = (n: number) => [
      claim(n, { metadata: { name: `logs-web-${n}`, namespace: "shop" }, spec: { volumeName: `logs-${n}` } }),
      { ...volume(n), metadata: { name: `logs-${n}` } },
    ];
    const cluster = after(release(5), {}, ...logs(4), ...logs(5));
    const { offer, inventory: where } = await prove(
      cluster,
      guarded(release(5), { templates: ["data", "logs"], known: inventory }),
    );
    expect(Object.keys(offer[4] ?? {})).toEqual(["data", "logs"]);
    expect(Object.keys(offer[5] ?? {})).toEqual(["data", "logs"]);
    expect(Object.keys(where[4] ?? {})).toEqual(["data", "logs"]);
    expect(Object.keys(where[3] ?? {})).toEqual(["data"]);
  });

  test("while an ordinal lives here its data is where its claim is; once it has left it is where it was", async () => {
    const restored = (n: number) => volume(n, { csi: { driver: "disk.example.com", volumeHandle: `restored-${n}` } });
    const cluster = after(release(5)).put(restored(4), restored(5));
    const { inventory: where } = await prove(cluster, guarded(release(5), { known: inventory }), allStopped);
    expect(where[4]).toEqual({ data: { driver: "disk.example.com", volumeHandle: "restored-4" } });
    expect(where[5]).toEqual(inventory[5]);
  });

  test.each([
    [{ spec: { replicas: 4 } }, "has the ordinals 0+4 instead of 0+5"],
    [{ spec: { ordinals: { start: 1 } } }, "has the ordinals 1+5 instead of 0+5"],
    [{ metadata: { annotations: {} } }, "carries the range none, and it carries the turn none instead of 2"],
    [{ metadata: { generation: 5 } }, "has not been seen by its controller yet"],
  ])("a live set that is not what was asked: %j", async (change, what) => {
    await expect(prove(after(release(5), change), guarded(release(5), { known: {} }), allStopped)).rejects.toEqual(
      notProven(what),
    );
  });

  test("no set, and pods that stayed: also above the set, where N has fallen", async () => {
    const gone = after(release(5));
    gone.remove("StatefulSet", "shop", "web");
    await expect(prove(gone, guarded(release(5), { known: {} }), allStopped)).rejects.toEqual(
      notProven("does not exist"),
    );
    const stays = after(release(5), {}, pod("web-5", false), pod("web-9"));
    await expect(prove(stays, guarded(release(5), { known: {} }), allStopped)).rejects.toEqual(
      notProven("still has a pod of ordinal 5, 9"),
    );
  });

  test.each([20, 1000])("costs the same for every N: %i", async (n) => {
    const whole = { start: 0, replicas: n };
    const live = { range: whole, turn: 0 };
    const own = outputs("source", n, 0, { set: { ...outputs("source", 6, 0).set, replicas: n }, held: whole });
    const peer = outputs("destination", n, 1, { held: { start: n, replicas: 0 }, set: own.set });
    const stays = decide({ side: "source", set: whole, cutoverIndex: n, batch: 1, own, peer, live });
    const cluster = new FakeCluster("uid", liveSet(whole, 0), ...volumesOf(...ordinalsOf(whole)));
    const first = await prove(cluster, guarded(stays, { known: {} }));
    expect(cluster.requests).toEqual([
      "set web",
      "pod names",
      "claims",
      "volumes",
      `claim data-web-${n - 2}`,
      `claim data-web-${n - 1}`,
      `volume pv-${n - 2}`,
      `volume pv-${n - 1}`,
    ]);
    expect(Object.keys(first.inventory)).toHaveLength(n);
    cluster.requests.length = 0;
    expect(await prove(cluster, guarded(stays, { known: first.inventory }))).toEqual(first);
    expect(cluster.requests).toHaveLength(6);
  });
});
