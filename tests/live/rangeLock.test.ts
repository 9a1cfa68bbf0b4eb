import { rangeLockOf } from "../../core/protections/rangeLock";
import type { KubernetesObject } from "../../core/kubernetes";
import { waitUntilLocked } from "../../live/rangeLock";
import { webSet } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const set = { namespace: "shop", name: "web", stack: "source" };
const rangeLock = rangeLockOf(set);
const ours = (object: KubernetesObject): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, managedFields: [{ manager: "pulumi-kubernetes-1a2b3c4d" }] },
});
const fenced = (): FakeCluster => new FakeCluster("uid", ours(rangeLock.policy), ours(rangeLock.binding));
const denial = {
  reason: "Forbidden",
  message: "ValidatingAdmissionPolicy 'statefulset-cutover.shop.web' denied request",
};

describe("waiting until it acts", () => {
  const soon = { limitMs: 50, pauseMs: 10 };

  test("asks for a creation without annotations until the range lock denies it", async () => {
    const cluster = fenced();
    const taken = { reason: "AlreadyExists", message: "web already exists" };
    cluster.refusals = ["none", taken, denial];
    expect(await waitUntilLocked(cluster, rangeLock, webSet(), { limitMs: 10_000, pauseMs: 1 })).toBeUndefined();
    expect(cluster.requests.filter((request) => request.startsWith("try"))).toEqual(
      Array(3).fill("try StatefulSet web"),
    );
  });

  test("goes on after a while, and says so", async () => {
    const cluster = fenced();
    cluster.refusals = [{ reason: "Forbidden", message: "exceeded quota" }];
    expect(await waitUntilLocked(cluster, rangeLock, webSet(), soon)).toBe(
      "the range lock statefulset-cutover.shop.web does not act after 0.05 s (the API server says: exceeded quota). Until it does, let " +
        "nobody scale, apply or delete the set by hand; the step itself does not depend on it",
    );
    const tries = cluster.requests.filter((request) => request.startsWith("try")).length;
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThan(8);
  });

  test("does not wait for half a range lock", async () => {
    const cluster = new FakeCluster("uid", ours(rangeLock.policy));
    expect(await waitUntilLocked(cluster, rangeLock, webSet(), soon)).toBeUndefined();
    expect(cluster.requests.filter((request) => request.startsWith("try"))).toEqual([]);
  });
});
