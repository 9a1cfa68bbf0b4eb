import type { KubernetesObject } from "../../core/kubernetes";
import { decide } from "../../core/protocol/protocol";
import type { Situation } from "../../core/protocol/protocol";
import { renderProblem } from "../../core/userError";
import { inventoryOf } from "../../core/volumes/volume";
import { Unreachable } from "../../live/client/cluster";
import { askPeer } from "../../live/guard";
import type { GuardedSet } from "../../live/guard";
import type { PeerWatch } from "../../live/peer";
import { attachment, claim, found, liveSet, outputs, pod, volume } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const own = outputs("destination", 6, 1);
const peer = outputs("source", 5, 2);
const situation: Situation = {
  side: "destination",
  set: { start: 0, replicas: 6 },
  cutoverIndex: 5,
  batch: 1,
  own,
  peer,
  live: { range: own.held, turn: 1 },
};
const inventory = inventoryOf([found(5, { claim: claim(5), volume: volume(5) })]);
const claimed: GuardedSet = {
  decision: decide(situation),
  namespace: "shop",
  name: "web",
  templates: ["data"],
  volumes: "carry",
  decidedOn: situation.live,
  newOrdinals: [],
  inventory,
  known: inventory,
  pods: [],
  leaving: [],
  fenced: [],
  peer: undefined,
};

/** The source as its release of 5 left it, and how the destination looks at it. */
function scene(change: Parameters<typeof liveSet>[2] = {}, ...objects: KubernetesObject[]) {
  const set = liveSet({ start: 0, replicas: 5 }, 2, change);
  const cluster = new FakeCluster("uid-of-source", set, pod("web-4"), claim(5), volume(5), ...objects);
  const stacks = { source: "blue", destination: "green" };
  const record = peer;
  const watch: PeerWatch = { cluster, context: "east", ownClusterUid: "uid-of-destination", record, situation, stacks };
  const said = async (what: Partial<GuardedSet> = {}): Promise<string[]> =>
    (await askPeer({ ...claimed, ...what, peer: watch })).problems.map(renderProblem);
  return { cluster, watch, said };
}

test("a peer that has let go says nothing; the set is read before its pods, and they before its volumes", async () => {
  const { cluster, said } = scene();
  expect(await said()).toEqual([]);
  expect(cluster.requests).toEqual([
    ...["read Namespace kube-system", "set web", "pods"],
    ...["claim data-web-5", "attachments", "volume pv-5"],
  ]);
});

test("nothing is asked where nothing is claimed, and volumes are not where none are shared", async () => {
  const { cluster, said } = scene();
  expect(await said({ decision: { ...claimed.decision, claims: [] } })).toEqual([]);
  expect(cluster.requests).toEqual([]);
  expect(await said({ newOrdinals: [5] })).toEqual([]);
  expect(cluster.requests).toEqual(["read Namespace kube-system", "set web", "pods"]);
});

const goFirst = "Run pulumi up -s blue with cutoverIndex 5 first, then this again";

test.each<[string, Parameters<typeof scene>, string[]]>([
  [
    "its live spec allows the ordinal: someone scaled it",
    [{ spec: { replicas: 6 } }],
    [`cutoverIndex 5: ordinal 5 is live in the source now. ${goFirst}`],
  ],
  [
    "its live turn is not the one of its outputs: it was restored",
    [{ metadata: { annotations: { "statefulset-cutover/turn": "0" } } }],
    [`cutoverIndex 5: the right to claim 5 is the source's: its live turn is 0, the destination has 1. ${goFirst}`],
  ],
  [
    "its controller has not seen the last change",
    [{ metadata: { generation: 5 } }],
    [
      "cutoverIndex 5: the last change of the source's set has not been seen by its controller yet: it may still make pods. Run " +
        "this again once it has (status.observedGeneration)",
    ],
  ],
  [
    "its set is on its way out",
    [{ metadata: { deletionTimestamp: "now" } }],
    [`cutoverIndex 5: the set of the source is being deleted, and its turn would go with it. ${goFirst}`],
  ],
  [
    "the pod is there: terminating, or made by hand",
    [{}, pod("web-5", false)],
    [`cutoverIndex 5: ordinal 5 is live in the source now. ${goFirst}`],
  ],
  [
    "another pod mounts the claim",
    [{}, pod("backup", true, ["data-web-5"]), pod("done", true, ["data-web-5"], "Succeeded")],
    [
      "cutoverIndex 5: in the source, ordinal 5: claim data-web-5 is also mounted by pod backup. Wait until that pod is gone",
    ],
  ],
  [
    "the volume is attached to a node",
    [{}, attachment("pv-5", "node-1"), attachment("pv-4", "node-2")],
    [
      "cutoverIndex 5: in the source, ordinal 5: volume pv-5 of claim data-web-5 is still attached to node node-1. Run this again " +
        "once it is detached: kubectl get volumeattachments",
    ],
  ],
  [
    "the claim has another disk by now",
    [{}, volume(5, { csi: { driver: "disk.example.com", volumeHandle: "restored" } })],
    [
      "cutoverIndex 5: in the source, ordinal 5: volume pv-5 of claim data-web-5 is disk.example.com restored, but the ordinal " +
        "would start on disk.example.com disk-5: its data may be on the other one. Find out which has it",
    ],
  ],
])("%s", async (_, [change, ...objects], problems) => {
  const { said } = scene(change, ...objects);
  expect(await said()).toEqual(problems);
});

test("a peer without a set has handed nothing over", async () => {
  const { cluster, said } = scene();
  cluster.remove("StatefulSet", "shop", "web");
  expect(await said()).toEqual([`cutoverIndex 5: the source has no set, so it has handed nothing over. ${goFirst}`]);
});

test("where both sets are gone, neither can wait for the other", async () => {
  const { cluster, watch } = scene();
  cluster.remove("StatefulSet", "shop", "web");
  const lost: Situation = { ...situation, own: outputs("destination", 5, 1), live: undefined };
  const told = await askPeer({ ...claimed, decision: decide(lost), peer: { ...watch, situation: lost } });
  expect(told.problems.map(renderProblem)).toEqual([
    "cutoverIndex 5: the sets of both halves are gone, and each waits to see the other's. Make sure that no ordinal runs, then " +
      "remove peerContext until both are there again: outputs alone decide then",
  ]);
});

test("a claim that was cleaned away in the peer's cluster speaks against nothing", async () => {
  const { cluster, said } = scene();
  cluster.remove("PersistentVolumeClaim", "shop", "data-web-5");
  expect(await said()).toEqual([]);
});

test.each([
  ["uid-of-destination", "leads to the cluster of this half itself"],
  ["uid-of-another", "leads to another cluster than the source's last up (uid of kube-system)"],
])("a context that leads to %s", async (uid, what) => {
  const { watch } = scene();
  const cluster = new FakeCluster(uid);
  expect(await askPeer({ ...claimed, peer: { ...watch, cluster } })).toEqual({
    problems: [
      {
        where: "peerContext east:",
        what,
        received: uid,
        legal: "uid-of-source",
        todo: "Name a context that leads to the cluster of the source, or remove peerContext",
      },
    ],
    outOfTurn: false,
  });
  expect(cluster.requests).toEqual(["read Namespace kube-system", "set web"]);
});

test("one that does not answer, or has no identity", async () => {
  const { cluster, watch } = scene();
  cluster.remove("Namespace", undefined, "kube-system");
  await expect(askPeer({ ...claimed, peer: watch })).rejects.toThrow("has no namespace kube-system");
  cluster.failure = new Unreachable("no route");
  await expect(askPeer({ ...claimed, peer: watch })).rejects.toThrow(new Unreachable("no route"));
});
