import { Unreachable } from "../../live/client/cluster";
import { liveHalf } from "../../core/set/half";
import { lookAt, lookAtClaims } from "../../live/look";
import { claim, found, liveSet, pod, volume } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };

test.each([3, 1000])("five requests, however many replicas there are: %i", async (n) => {
  const set = liveSet({ start: 0, replicas: n }, 4);
  const pods = Array.from({ length: n }, (_, i) => pod(`web-${i}`));
  const cluster = new FakeCluster("uid", namespace, set, ...pods);
  expect(await lookAt(cluster, "shop", "web")).toEqual({
    clusterUid: "uid",
    version: "v1.36.2",
    namespaceObject: namespace,
    set,
    pods,
  });
  expect(cluster.requests).toEqual(["read Namespace kube-system", "version", "read Namespace shop", "set web", "pods"]);
});

test("an empty cluster", async () => {
  expect(await lookAt(new FakeCluster("uid"), "shop", "web")).toEqual({
    clusterUid: "uid",
    version: "v1.36.2",
    namespaceObject: undefined,
    set: undefined,
    pods: [],
  });
});

test("a cluster without identity, or that does not answer, is unreachable", async () => {
  const cluster = new FakeCluster("uid");
  cluster.remove("Namespace", undefined, "kube-system");
  const nameless = new Unreachable("The cluster has no namespace kube-system, so it has no identity.");
  await expect(lookAt(cluster, "shop", "web")).rejects.toEqual(nameless);
  cluster.failure = new Unreachable("no route");
  await expect(lookAt(cluster, "shop", "web")).rejects.toBe(cluster.failure);
});

test.each([
  ["4", 4],
  ["", 0],
  ["-1", 0],
  ["4.5", 0],
  ["1".repeat(16), 0],
])("the turn %j counts as %i", (turn, counts) => {
  const metadata = { annotations: { "statefulset-cutover/turn": turn } };
  expect(liveHalf(liveSet({ start: 2, replicas: 4 }, 0, { metadata }))).toEqual({
    range: { start: 2, replicas: 4 },
    turn: counts,
  });
});

test("a set without annotations has turn 0", () => {
  expect(liveHalf(liveSet({ start: 0, replicas: 1 }, 0, { metadata: { annotations: undefined } }))).toEqual({
    range: { start: 0, replicas: 1 },
    turn: 0,
  });
});

describe("claims", () => {
  const unbound = claim(4, { spec: {} });
  const cluster = (): FakeCluster => new FakeCluster("uid", claim(5), volume(5), unbound, claim(3));
  const seen = [
    found(5, { claim: claim(5), volume: volume(5) }),
    found(4, { claim: unbound }),
    found(3, { claim: claim(3) }),
    found(2),
  ];

  test("a few are asked for one by one", async () => {
    const fake = cluster();
    expect(await lookAtClaims(fake, "shop", "web", ["data"], [5, 4, 3, 2])).toEqual(seen);
    expect(fake.requests.sort()).toEqual([
      "claim data-web-2",
      "claim data-web-3",
      "claim data-web-4",
      "claim data-web-5",
      "volume pv-3",
      "volume pv-5",
    ]);
  });

  test.each([13, 1000])("many cost two lists: %i", async (n) => {
    const fake = cluster();
    const many = Array.from({ length: n }, (_, i) => n - 1 - i);
    expect((await lookAtClaims(fake, "shop", "web", ["data"], many)).slice(-6, -2)).toEqual(seen);
    expect(fake.requests).toEqual(["claims", "volumes"]);
  });

  test("no templates, no requests", async () => {
    const fake = cluster();
    expect(await lookAtClaims(fake, "shop", "web", [], [5, 4])).toEqual([]);
    expect(fake.requests).toEqual([]);
  });
});
