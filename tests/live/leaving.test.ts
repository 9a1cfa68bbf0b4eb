import * as doubts from "../../core/protections/doubts";
import { formatLeaving, unvouched } from "../../core/protections/leaving";
import type { Doubt, LeavingPod } from "../../core/protections/leaving";
import { lookAround, stopPatience, waitUntilStopped } from "../../live/leaving";
import { attachment, claim, found, node, volume } from "../core/builders";
import { FakeCluster } from "./fakeCluster";

const web = (ordinal: number, on: string | undefined = "node-1", id = `uid-of-web-${ordinal}`): LeavingPod => ({
  ...{ ordinal, name: `web-${ordinal}`, id, node: on },
});
const claims = [found(5, { claim: claim(5), volume: volume(5) })];
/** As an `up` does it before the write, and after. */
async function doubtsBefore(cluster: FakeCluster, pods: LeavingPod[], fenced: string[]): Promise<Doubt[]> {
  const asked = unvouched(pods, fenced);
  return doubts.doubtsBefore(asked, await lookAround(cluster, asked, claims), claims, live);
}
const live = { range: { start: 0, replicas: 6 }, turn: 0 };

describe("before a release", () => {
  test("two requests for each node, whatever runs there", async () => {
    const cluster = new FakeCluster("uid", node("node-1"), node("node-2"));
    expect(await doubtsBefore(cluster, [web(3), web(4, "node-2"), web(5)], [])).toEqual([]);
    expect(cluster.requests).toEqual(["node node-1", "lease node-1", "node node-2", "lease node-2", "attachments"]);
  });

  test("a node that is gone, not Ready or silent; one that nobody knows", async () => {
    const cluster = new FakeCluster("uid", node("node-2", "Unknown"), node("node-3"));
    cluster.silentMs.set("node-3", 60_000);
    const pods = [web(2), web(3, "node-2"), web(4, "node-3"), { ...web(5), node: undefined, id: "web-5@0" }];
    expect((await doubtsBefore(cluster, pods, [])).map(({ why }) => why)).toEqual([
      "its node node-1 does not exist any more",
      "its node node-2 is not Ready (Unknown)",
      "its node node-3 has not renewed its lease for 60 s",
      "it is not there although the set allows it. Wait until the controller has made it again, then run this again",
    ]);
    expect(await doubtsBefore(cluster, pods, ["uid-of-web-2", "uid-of-web-3", "uid-of-web-4", "web-5@0"])).toEqual([]);
  });

  test("a pod that never got a node never ran", async () => {
    const cluster = new FakeCluster("uid");
    expect(await doubtsBefore(cluster, [{ ...web(5), node: undefined }], [])).toEqual([]);
    expect(cluster.requests).toEqual(["attachments"]);
  });

  test("a volume that is attached to another node as well: an earlier pod may run there", async () => {
    const cluster = new FakeCluster("uid", node("node-1"), attachment("pv-5", "node-1"));
    expect(await doubtsBefore(cluster, [web(5)], [])).toEqual([]);
    cluster.put(attachment("pv-5", "node-2"));
    expect(await doubtsBefore(cluster, [web(5)], [])).toEqual([
      { pod: web(5), why: "its volume pv-5 is still attached to node node-2 (VolumeAttachment)" },
    ]);
  });
});

describe("after it", () => {
  const inUse = node("node-1", "True", ["kubernetes.io/csi/disk.example.com^disk-5"]);
  const none = { stopped: [], unseen: [], graceSeconds: 30 };
  const quick = { everyMs: 10_000, limitMs: 20_000 };

  test("nothing is asked where nothing leaves, or a person vouches", async () => {
    const cluster = new FakeCluster("uid");
    expect(await waitUntilStopped(cluster, none, claims)).toEqual([]);
    expect(cluster.requests).toEqual([]);
  });

  describe("of a pod that its kubelet has stopped", () => {
    const stopped = { ...none, stopped: [web(5)] };

    test("only the attachment is waited for: one request", async () => {
      const cluster = new FakeCluster("uid", node("node-1", "Unknown"));
      expect(await waitUntilStopped(cluster, stopped, claims)).toEqual([]);
      expect(cluster.requests).toEqual(["attachments"]);
      expect(cluster.waitedMs).toBe(0);
    });

    test("and nothing where it has no volume", async () => {
      const cluster = new FakeCluster("uid");
      expect(await waitUntilStopped(cluster, stopped, [found(5)])).toEqual([]);
      expect(cluster.requests).toEqual([]);
    });

    test("a volume that stays attached", async () => {
      const cluster = new FakeCluster("uid", attachment("pv-5", "node-1"));
      expect(await waitUntilStopped(cluster, stopped, claims, quick)).toEqual([
        { pod: web(5), why: "its volume pv-5 is still attached to node node-1 (VolumeAttachment)" },
      ]);
    });
  });

  describe("of a pod that nobody saw stop", () => {
    const unseen = { ...none, unseen: [web(5)] };

    test("waits until its node has been heard of after its grace period and 10 s", async () => {
      const cluster = new FakeCluster("uid", node("node-1"));
      const told: string[] = [];
      const tell = (words: string): unknown => told.push(words);
      expect(await waitUntilStopped(cluster, unseen, claims, { ...stopPatience, tell })).toEqual([]);
      expect(told).toEqual([
        "nobody saw web-5 stop (deleted by force, or the up that gave it up was interrupted): waits until its node is heard of 40 s " +
          "from now, when it must have stopped it, which takes 50 s or so",
      ]);
      // A renewal that was there after 40 s says nothing; the next one does.
      expect(cluster.waitedMs).toBe(50_000);
      const patient = new FakeCluster("uid", node("node-1"));
      expect(await waitUntilStopped(patient, { ...unseen, graceSeconds: 300 }, claims)).toEqual([]);
      expect(patient.waitedMs).toBe(320_000);
    });

    test("a node that was cut off a moment ago, and looks alive, is not heard of again", async () => {
      const cluster = new FakeCluster("uid", node("node-1"));
      cluster.silentMs.set("node-1", 5_000);
      expect(await waitUntilStopped(cluster, unseen, claims)).toEqual([
        {
          pod: web(5),
          why: "nobody saw it stop, and its node node-1 has not been heard of 40 s after it went, when it must have",
        },
      ]);
      expect(cluster.waitedMs).toBe(160_000);
    });

    test("a node without a lease counts by its condition, once its cluster must have noticed", async () => {
      const cluster = new FakeCluster("uid", node("node-1"));
      cluster.lease = () => Promise.resolve(undefined);
      expect(await waitUntilStopped(cluster, unseen, claims)).toEqual([]);
      expect(cluster.waitedMs).toBe(100_000);
    });

    test("waits until the volume is in use no more, and attached no more", async () => {
      const cluster = new FakeCluster("uid", inUse, attachment("pv-5", "node-1"));
      let looks = 0;
      cluster.onRequest = (request) => {
        if (request !== "node node-1") return;
        looks += 1;
        if (looks === 60) cluster.put(node("node-1"));
        if (looks === 70) cluster.remove("VolumeAttachment", undefined, "csi-pv-5-node-1");
      };
      expect(await waitUntilStopped(cluster, unseen, claims)).toEqual([]);
      expect(looks).toBe(70);
    });

    test("but not for ever", async () => {
      const cluster = new FakeCluster("uid", inUse, attachment("pv-5", "node-2"));
      expect(await waitUntilStopped(cluster, unseen, claims, quick)).toEqual([
        { pod: web(5), why: "its volume pv-5 is still attached to node node-2 (VolumeAttachment)" },
        { pod: web(5), why: "its node node-1 still has the volume pv-5 in use (status.volumesInUse)" },
      ]);
      expect(cluster.waitedMs).toBe(60_000);
    });

    test("a node that fell silent is told at once: nothing gets better by waiting", async () => {
      const cluster = new FakeCluster("uid", node("node-1", "False"), attachment("pv-5", "node-1"));
      const told = await waitUntilStopped(cluster, unseen, claims);
      expect(told).toEqual([{ pod: web(5), why: "its node node-1 is not Ready (False)" }]);
      expect(cluster.requests).toHaveLength(3);
    });

    test("one that never got a node never ran", async () => {
      const cluster = new FakeCluster("uid");
      const pending = { ...none, unseen: [{ ...web(5), node: undefined }] };
      expect(await waitUntilStopped(cluster, pending, [found(5)])).toEqual([]);
      expect(cluster.waitedMs).toBe(0);
    });
  });

  test("a note of thousands of pods is short enough for an annotation", () => {
    const pods = Array.from({ length: 1_000 }, (_, n) => web(n, "a-node-with-a-rather-long-name.example.internal"));
    expect(formatLeaving(pods).length).toBeLessThan(256 * 1_024);
  });
});
