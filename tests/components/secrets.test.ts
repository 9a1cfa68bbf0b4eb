import type { KubernetesObject } from "../../core/kubernetes";
import { liveSet, outputs } from "../core/builders";
import { FakeCluster } from "../live/fakeCluster";
import { headless, inventory, running, up, volumes, workload } from "./halfRun";

jest.setTimeout(60_000);

const secret = (password: string, metadata: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "db", namespace: "shop", ...metadata },
  data: { password: Buffer.from(password).toString("base64") },
});
const namespace: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
const rendered = { ...workload(), belongings: [headless, secret("rendered-anew")] };
const peer = outputs("destination", 6, 1);
const own = outputs("source", 6, 0, { inventory });
const values = /cmVuZGVyZWQ|rendered-anew|hunter2|aHVudGVyMg/;

const cluster = (set: KubernetesObject, metadata: object = {}): FakeCluster =>
  new FakeCluster("uid-of-source", namespace, set, ...running(5), ...volumes(0, 1, 2, 3, 4, 5), {
    ...secret("hunter2", metadata),
  });
const ours = liveSet({ start: 0, replicas: 6 }, 0, { spec: { podManagementPolicy: "OrderedReady" } });

test("a Secret that a chart has rendered anew is not taken over, and what it says leads out", async () => {
  const set = liveSet({ start: 0, replicas: 6 }, 0, {
    spec: { podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10 },
    metadata: { annotations: {} },
  });
  const found = cluster(set, { managedFields: [{ manager: "helm" }] });
  const args = { adopt: true, workload: rendered };
  for (const preview of [true, false]) {
    const refused = await up("source", 6, found, { peer, args, preview });
    expect(refused.errors).toHaveLength(1);
    expect(refused.errors.join()).toContain(
      "Secret shop/db has other values of password in the manifests than in what runs",
    );
    expect(refused.errors.join()).toContain("carrySecrets: [db] in Pulumi.yaml, for both halves");
    expect(refused.errors.join()).not.toMatch(values);
    expect(refused.resources.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
  }
  // As readWorkload has it then: without the Secret of the manifests.
  const carried = await up("source", 6, found, {
    peer,
    args: { adopt: true, workload: workload(), carrySecrets: ["db"] },
  });
  expect(carried.errors).toEqual([]);
  expect(carried.outputs.carried).toMatchObject({ value: { Secret: { db: { data: secret("hunter2").data } } } });
});

test("in the middle of a move: a step is refused, and an up that changes nothing else warns", async () => {
  const step = await up("source", 5, cluster(ours), { own, peer, args: { workload: rendered } });
  expect(step.errors.join()).toContain(
    "a change of cutoverIndex changes nothing else. If a chart has rendered new random ones, give the manifests back what runs",
  );
  expect(step.errors.join()).toContain("(this half: 6, the peer: 6)");
  const preview = await up("source", 6, cluster(ours), { own, peer, preview: true, args: { workload: rendered } });
  expect(preview.errors).toEqual([]);
  expect(preview.log).toContainEqual(
    expect.stringMatching(/^warning: Secret shop\/db has other values of password .* and this up writes them/),
  );
  expect([...step.errors, ...preview.log].join()).not.toMatch(values);
  const same = { ...workload(), belongings: [headless, secret("hunter2")] };
  const made = cluster(ours, { managedFields: [{ manager: "pulumi-kubernetes-1" }] });
  const quiet = await up("source", 5, made, { own, peer, args: { workload: same } });
  expect([quiet.errors, quiet.log.filter((line) => line.includes("Secret"))]).toEqual([[], []]);
});

test("a first up that was killed does not write other values when it is run again", async () => {
  const made = { managedFields: [{ manager: "pulumi-kubernetes-1" }] };
  const again = await up("source", 6, cluster(ours, made), { peer, args: { workload: rendered } });
  expect(again.errors.join()).toContain("Give the manifests the values that they had when this was begun");
});

test("the destination does not declare from the manifests what the source carries", async () => {
  const offering = outputs("source", 6, 0, { inventory, carried: { Secret: { db: secret("hunter2") } } });
  const run = await up("destination", 6, new FakeCluster("uid-of-destination", namespace), {
    own: outputs("destination", 6, 1),
    peer: offering,
    args: { workload: rendered },
  });
  expect(run.errors.join()).toContain(
    "carrySecrets does not name Secret db, which the source carries: the manifests may give it other values here. Give both " +
      "stacks the same carrySecrets: write it into Pulumi.yaml",
  );
});

test("what leaveOut takes away from a half that runs is refused, and said of one that does not", async () => {
  const leftOut = [{ apiVersion: "v1", kind: "Service", name: "web", reason: "leaveOut" }] as const;
  const without = { ...workload(), belongings: [], leftOut };
  const declared = "Service web";
  const refused = await up("source", 6, cluster(ours), {
    own: { ...own, declared },
    peer,
    args: { workload: without },
  });
  expect(refused.errors).toEqual([
    "leaveOut names Service web, which the last up of this half declared: Pulumi would delete it from the cluster. Take it out of " +
      "leaveOut. To have it deleted, remove it from the manifests",
  ]);
  expect((await up("source", 6, cluster(ours), { own, peer, args: { workload: without } })).errors).toEqual([]);
  const empty = await up("destination", 6, new FakeCluster("uid-of-destination", namespace), {
    own: outputs("destination", 6, 1, { declared }),
    peer: own,
    preview: true,
    args: { workload: without },
  });
  expect(empty.log).toContain(
    "warning: Service web was declared by the last up of this half, and is not any more: this up deletes it",
  );
});

test("what was left out is said when a half begins, and not again", async () => {
  const noted = { ...workload(), notes: ["left out: Job a"] };
  const first = await up("destination", 6, new FakeCluster("uid-of-destination"), { args: { workload: noted } });
  expect(first.log).toContain("info: left out: Job a");
  const later = await up("source", 5, cluster(ours), { own, peer, args: { workload: noted } });
  expect([later.errors, later.log.filter((line) => line.includes("left out"))]).toEqual([[], []]);
});
