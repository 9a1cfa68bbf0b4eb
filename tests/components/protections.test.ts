import type { KubernetesObject } from "../../core/kubernetes";
import { offerOf } from "../../core/volumes/volume";
import { Unreachable } from "../../live/client/cluster";
import { liveSet, node, outputs } from "../core/builders";
import { FakeCluster } from "../live/fakeCluster";
import { inventory, look, marked, running, setType, storage, up, volumes } from "./halfRun";
import type { Scene } from "./halfRun";
import type { Recorded } from "./recorder";

jest.setTimeout(60_000);

const warningsOf = ({ log }: Recorded): string[] => log.filter((line) => line.startsWith("warning"));

describe("the live peer", () => {
  const offer = offerOf([look(4), look(5)]);
  const scene = { own: outputs("destination", 6, 1), peer: outputs("source", 5, 2, { offer, inventory }) };
  const empty = liveSet({ start: 6, replicas: 0 }, 1);
  const sourceSet = (n: number, turn: number) => liveSet({ start: 0, replicas: n }, turn);

  /** The destination claims 5 while the source looks like this. */
  async function claims(source: FakeCluster, change: Scene = {}) {
    const cluster = new FakeCluster("uid-of-destination", marked, empty, ...storage, ...volumes(5));
    const run = await up("destination", 5, cluster, {
      ...scene,
      ...change,
      args: {
        peerConnection: { context: "east" },
        connect: ({ context }) => (context === "east" ? source : cluster),
        ...change.args,
      },
    });
    return { run, written: run.resources.some(({ type }) => type === setType) };
  }
  const goFirst = "Run pulumi up -s source with cutoverIndex 5 first, then this again";

  test("has let go: looked at when the up is planned, and again before the write", async () => {
    const source = new FakeCluster("uid-of-source", sourceSet(5, 2), ...volumes(5));
    const { run } = await claims(source);
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ held: { start: 5, replicas: 1 } });
    expect(source.requests.filter((request) => request === "set web")).toHaveLength(2);
    expect(source.requests).toHaveLength(12);
  });

  test("was scaled by hand since: refused before anything is declared; a preview says so and shows the step", async () => {
    const source = new FakeCluster("uid-of-source", sourceSet(6, 2), ...volumes(5));
    const { run, written } = await claims(source);
    expect(run.errors).toEqual([`cutoverIndex 5: ordinal 5 is live in the source now. ${goFirst}`]);
    expect(written).toBe(false);
    const preview = await claims(source, { preview: true });
    expect(preview.run.errors).toEqual([]);
    expect(warningsOf(preview.run)).toEqual([
      `warning: not this half's turn yet: cutoverIndex 5: ordinal 5 is live in the source now. ${goFirst}`,
    ]);
    expect(preview.written).toBe(true);
  });

  test("is scaled while the up runs: its guard stops the write", async () => {
    const source = new FakeCluster("uid-of-source", sourceSet(5, 2), ...volumes(5));
    source.onRequest = (request) => {
      if (request === "volume pv-5") source.put(sourceSet(6, 2));
    };
    const { run } = await claims(source);
    expect(run.errors.join()).toContain("ordinal 5 is live in the source now");
    expect(run.outputs.held).toBeUndefined();
  });

  test("cannot be reached: an up that claims is refused, a preview warns", async () => {
    const source = new FakeCluster("uid-of-source");
    source.failure = new Unreachable("no route");
    expect((await claims(source)).run.errors).toEqual(["no route"]);
    const { run } = await claims(source, { preview: true });
    expect(run.errors).toEqual([]);
    expect(warningsOf(run)).toEqual([
      "warning: the peer cannot be looked at through peerContext, and an up that claims would be refused (no route)",
    ]);
  });

  test("another cluster than the peer's is refused, in a preview too", async () => {
    for (const preview of [true, false]) {
      const { run, written } = await claims(new FakeCluster("uid-of-another"), { preview });
      expect(run.errors.join()).toContain("peerContext east: leads to another cluster than the source's last up");
      expect(written).toBe(false);
    }
  });

  test("does not take the place of its outputs: only a completed up vouches for what has stopped", async () => {
    const source = new FakeCluster("uid-of-source", sourceSet(5, 2), ...volumes(5));
    const { run } = await claims(source, { peer: outputs("source", 6, 0, { offer, inventory }) });
    expect(run.errors).toEqual([`cutoverIndex 5: ordinal 5 is still held by the source. ${goFirst}`]);
    expect(source.requests).toEqual([]);
  });

  test("is not asked by an up that claims nothing", async () => {
    const cluster = new FakeCluster("uid-of-source", marked, sourceSet(6, 0), ...running(5), ...volumes(4, 5));
    const destination = new FakeCluster("uid-of-destination");
    const run = await up("source", 5, cluster, {
      ...{ own: outputs("source", 6, 0, { inventory }), peer: outputs("destination", 6, 1) },
      args: {
        peerConnection: { context: "west" },
        connect: ({ context }) => (context === "west" ? destination : cluster),
      },
    });
    expect(run.errors).toEqual([]);
    expect(destination.requests).toEqual([]);
  });
});

describe("gone is not stopped", () => {
  const scene = { own: outputs("source", 6, 0, { inventory }), peer: outputs("destination", 6, 1) };
  const source = (...objects: KubernetesObject[]): FakeCluster => {
    const set = liveSet({ start: 0, replicas: 6 }, 0, { spec: { podManagementPolicy: "OrderedReady" } });
    return new FakeCluster("uid-of-source", marked, set, ...volumes(0, 1, 2, 3, 4, 5), ...objects);
  };
  const noted = (cluster: FakeCluster): string | undefined =>
    cluster.objects.get("StatefulSet shop/web")?.metadata.annotations?.["statefulset-cutover/leaving"];
  const way =
    ". A pod may be gone while its containers run on. Run this again once that has changed; if it will not, and you have made " +
    "sure that it runs nowhere (its machine is off), vouch for it: pulumi config set --path 'fenced[0]' uid-of-web-5 on this " +
    "stack, then run this again";

  test("what leaves is noted in the write that gives it up", async () => {
    const cluster = source(...running(5));
    const run = await up("source", 5, cluster, scene);
    expect(run.errors).toEqual([]);
    expect(noted(cluster)).toBe("5/uid-of-web-5/node-1");
    // Again, with the outputs of before: as after a crash between write and proof.
    const again = await up("source", 5, cluster, scene);
    expect(again.errors).toEqual([]);
    expect(noted(cluster)).toBe("5/uid-of-web-5/node-1");
    // And once it is vouched for, nothing changes the note any more.
    await up("source", 5, cluster, { ...scene, own: outputs("source", 5, 2, { inventory }) });
    expect(noted(cluster)).toBe("5/uid-of-web-5/node-1");
  });

  test("a node that cannot speak for its pod: refused before anything is declared, in a preview too", async () => {
    for (const preview of [false, true]) {
      const cluster = source(...running(5), node("node-1", "Unknown"));
      const run = await up("source", 5, cluster, { ...scene, preview });
      expect(run.errors).toEqual([
        `StatefulSet shop/web: ordinal 5: nobody can vouch that pod web-5 stops: its node node-1 is not Ready (Unknown)${way}`,
      ]);
      expect(run.resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
    }
  });

  test("a node that is gone after the write: not vouched for, nor after a crash; a person can, and that is recorded", async () => {
    const cluster = source(...running(5));
    cluster.onRequest = (request) => {
      if (request.startsWith("retain")) cluster.remove("Node", undefined, "node-1");
    };
    const refused = `StatefulSet shop/web: ordinal 5: nobody can vouch that pod web-5 stops: its node node-1 does not exist any more${way}`;
    const first = await up("source", 5, cluster, scene);
    expect(first.errors.join()).toContain(refused);
    expect(first.outputs.held).toBeUndefined();
    const again = await up("source", 5, cluster, scene);
    expect(again.errors.join()).toContain(refused);
    const vouched = await up("source", 5, cluster, { ...scene, args: { fenced: ["uid-of-web-5", "old"] } });
    expect(vouched.errors).toEqual([]);
    expect(vouched.outputs).toMatchObject({
      held: { start: 0, replicas: 5 },
      fenced: [{ pod: "web-5", uid: "uid-of-web-5", node: "node-1" }],
    });
    expect(vouched.log).toEqual([
      "warning: pod web-5 (uid-of-web-5), on node node-1, counts as stopped because fenced says so: nothing else vouches for it",
      "warning: fenced names old, and no pod of that uid leaves now: remove it once its step is over",
    ]);
    // What was vouched for by a person stays in the outputs.
    const later = await up("source", 5, cluster, {
      ...scene,
      own: outputs("source", 5, 2, { inventory, fenced: [{ pod: "web-5", uid: "uid-of-web-5" }] }),
    });
    expect(later.outputs.fenced).toEqual([{ pod: "web-5", uid: "uid-of-web-5" }]);
  });

  test("a pod that is not there although the set allows it: wait for it, or vouch for it, this one time", async () => {
    const cluster = source(node("node-1"));
    const words =
      "StatefulSet shop/web: ordinal 5: nobody can vouch that pod web-5 stops: it is not there although the set allows it. Wait " +
      "until the controller has made it again, then run this again. A pod may be gone while its containers run on. If you have " +
      "made sure that it runs nowhere (its machine is off), vouch for it: pulumi config set --path 'fenced[0]' web-5@0 on this " +
      "stack, then run this again";
    expect((await up("source", 5, cluster, scene)).errors).toEqual([words]);
    const vouched = await up("source", 5, cluster, { ...scene, args: { fenced: ["web-5@0"] } });
    expect(vouched.errors).toEqual([]);
    expect(noted(cluster)).toBe("5/web-5@0/");
    // A crash after that write: the same word still holds, although the turn has risen.
    expect((await up("source", 5, cluster, { ...scene, args: { fenced: ["web-5@0"] } })).errors).toEqual([]);
  });

  test("one that comes back in time", async () => {
    const cluster = source(node("node-1"));
    await up("source", 5, cluster, scene);
    cluster.put(...running(5));
    expect((await up("source", 5, cluster, scene)).errors).toEqual([]);
  });
});
