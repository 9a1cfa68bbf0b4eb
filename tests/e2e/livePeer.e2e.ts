/**
 * Other hands and old backups, between the two ups of a step: each with the peer looked at and without. What is gone but
 * perhaps not stopped is refused in both. The range lock, which would keep other hands off, is down. docs/protections.md has the table.
 */
import { join } from "node:path";
import { sides } from "../../core/ordinals";
import type { PlaygroundApi, KubeObject } from "../../dev/playground/api";
import { createNodes } from "../../dev/playground/nodes";
import { attach, attachForPod, detach } from "../../dev/playground/storage";
import { until, useGround } from "./ground";
import { expectNothingLost, expectWholeSet, Scenario } from "./harness";
import type { Side } from "./project";
import { describeInWhole, tell } from "./tools";

const peers = { source: "destination", destination: "source" } as const;

/** A pod beside the set that mounts one of its claims. */
function backupJob(claimName: string): KubeObject {
  return {
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "backup" } },
    spec: {
      containers: [{ name: "backup", image: "example.com/backup:1" }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
    },
  };
}

/** Who would undo a release: each writes the set, or its scale, as the real one does. */
const hands: readonly {
  readonly hand: string;
  readonly write: (client: PlaygroundApi, set: string) => Promise<unknown>;
}[] = [
  { hand: "kubectl scale", write: (client, set) => client.patch(`${set}/scale`, { spec: { replicas: 3 } }) },
  {
    hand: "an HPA",
    write: async (client, set) => {
      const scale = await client.get(`${set}/scale`);
      return client.text("PUT", `${set}/scale`, { ...scale, spec: { replicas: 3 } });
    },
  },
  {
    // The three-way merge of Helm 3: the chart's `replicas`, since it is not what the cluster has.
    hand: "helm upgrade",
    write: (client, set) => client.patch(`${set}?fieldManager=helm`, { spec: { replicas: 3 } }, "strategic"),
  },
];

const flat = (text: string): string => text.replace(/\s+/g, " ");

for (const looks of [false, true]) {
  describeInWhole(looks ? "with peerContext" : "without a look at the peer", () => {
    const ground = useGround();
    const namespace = looks ? "looks" : "blind";
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    let scenario: Scenario;

    beforeAll(async () => {
      scenario = await Scenario.begin(ground(), { namespace, config: { rangeLock: false } });
      if (!looks) return;
      for (const side of sides) {
        await scenario.project.must("config", "set", "peerContext", peers[side], "-s", side);
      }
    });

    const whole = async (cutoverIndex: number): Promise<void> => {
      const at = (side: Side): number[] =>
        [0, 1, 2].filter((ordinal) => ordinal < cutoverIndex === (side === "source"));
      expect(await scenario.whereabouts()).toEqual({ source: at("source"), destination: at("destination") });
    };
    const stepTo = async (cutoverIndex: number): Promise<void> => {
      await scenario.step(cutoverIndex);
      await whole(cutoverIndex);
    };
    const scale = async (side: Side, replicas: number): Promise<void> => {
      const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/web/scale`;
      await ground().client(side).patch(path, { spec: { replicas } });
      await until("scaled", async () => (await scenario.ordinals(side)).length === replicas);
    };
    const exported = async (side: Side, name: string): Promise<string> => {
      const file = join(scenario.project.root, `${name}.json`);
      await scenario.project.must("stack", "export", "--file", file, "-s", side);
      return file;
    };
    const restore = (side: Side, file: string): Promise<unknown> =>
      scenario.project.must("stack", "import", "--file", file, "-s", side);
    const deletePod = async (name: string): Promise<void> => {
      const client = ground().client("source");
      await client.delete(`${pods}/${name}`);
      await until("gone", async () => (await client.find(`${pods}/${name}`)) === undefined);
    };

    /** The destination's up at 2: what it was refused with, if it was, and how many ordinals lived twice by then. */
    const claim = async (): Promise<{ readonly said: string | undefined; readonly duplicates: number }> => {
      const before = scenario.observed().overlaps.length;
      const { code, output } = await scenario.up("destination", 2);
      const duplicates = scenario.observed().overlaps.length - before;
      tell(`  ${code === 0 ? "went through" : "was refused"}, ordinals that live twice: ${duplicates}`);
      return { said: code === 0 ? undefined : flat(output), duplicates };
    };
    const refusedWith = async (words: string): Promise<void> => {
      const { said, duplicates } = await claim();
      expect(duplicates).toBe(0);
      expect(said).toContain(words);
    };

    test.each(hands)("$hand on the source, between the two ups", async ({ write }) => {
      await scenario.mustUp("source", 2);
      await write(ground().client("source"), `/apis/apps/v1/namespaces/${namespace}/statefulsets/web`);
      await until("scaled", async () => (await scenario.ordinals("source")).length === 3);
      if (looks) {
        await refusedWith("ordinal 2 is live in the source now");
        // What it says leads out.
        expect(await scenario.followAdvice("destination", 2)).toEqual([
          "Run pulumi up -s source with cutoverIndex 2 first, then this again",
        ]);
      } else {
        expect(await claim()).toEqual({ said: undefined, duplicates: 1 });
        await scale("source", 2);
      }
      await whole(2);
      await stepTo(3);
    });

    test("a backup job, an attached volume and a cluster that does not answer, between the two ups", async () => {
      const client = ground().client("source");
      const attachment = { node: "source-node-1", persistentVolume: `disk-${namespace}-data-web-2` };
      await client.create(pods, backupJob("data-web-2"));
      const refused = await scenario.up("source", 2);
      expect(refused.code).not.toBe(0);
      expect(flat(refused.output)).toContain("claim data-web-2 is also mounted by pod backup");
      await deletePod("backup");
      await scenario.mustUp("source", 2);
      await client.create(pods, backupJob("data-web-2"));
      await attach(client, attachment);
      if (looks) await refusedWith("in the source, ordinal 2: claim data-web-2 is also mounted by pod backup");
      else expect(await claim()).toEqual({ said: undefined, duplicates: 0 });
      await deletePod("backup");
      if (looks) await refusedWith("is still attached to node source-node-1");
      await detach(client, attachment);
      if (looks) {
        await ground().without("source", "kube-apiserver", async () => {
          const preview = await scenario.project.preview("destination");
          expect(preview.code).toBe(0);
          expect(flat(preview.output)).toContain("the peer cannot be looked at through peerContext");
          await refusedWith("does not answer");
        });
        expect(await claim()).toEqual({ said: undefined, duplicates: 0 });
      }
      await whole(2);
      await stepTo(3);
    });

    test("a half whose state is restored from a backup", async () => {
      const larger = await exported("source", "larger");
      await scenario.mustUp("source", 2);
      const smaller = await exported("source", "smaller");
      const sameAge = await exported("destination", "same-age");
      await scenario.mustUp("destination", 2);

      await restore("source", larger);
      const forward = await scenario.up("destination", 1);
      expect([forward.code === 0, flat(forward.output)]).toEqual([
        false,
        expect.stringContaining("is still held by the source"),
      ]);
      const back = await scenario.up("source", 3);
      expect([back.code === 0, flat(back.output)]).toEqual([
        false,
        expect.stringContaining("ordinal 2 is still held by the destination"),
      ]);
      await scenario.mustUp("source", 2);
      await stepTo(3);

      // Smaller: the source's outputs say that it let go of 2. Its turn is of that time, too, and tells.
      await restore("source", smaller);
      await refusedWith("the right to claim 2 is the source's");

      // Where the destination is set back as well, its state and its annotation, turns cannot tell.
      await restore("destination", sameAge);
      const { turn } = await scenario.project.outputs("destination");
      const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/web`;
      const annotations = { "statefulset-cutover/turn": String(turn) };
      await ground().client("destination").patch(path, { metadata: { annotations } });
      if (looks) await refusedWith("ordinal 2 is live in the source now");
      else expect(await claim()).toEqual({ said: undefined, duplicates: 1 });
      await scenario.settle(["source", "destination"], 2);
      await whole(2);
      if (looks) expectNothingLost(scenario);
    });
  });
}

describeInWhole("gone is not stopped", () => {
  const ground = useGround();
  let scenario: Scenario;
  const namespace = "gone";
  const pod = `/api/v1/namespaces/${namespace}/pods/web-2`;

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace });
  });

  interface Placed extends KubeObject {
    readonly spec: { readonly nodeName: string };
    readonly status: { readonly phase: string };
  }
  const nodeOf = async (): Promise<string> => (await ground().client("source").get<Placed>(pod)).spec.nodeName;
  const setReady = async (node: string, ready: boolean): Promise<void> => {
    interface Conditions extends KubeObject {
      readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
    }
    const client = ground().client("source");
    const path = `/api/v1/nodes/${node}`;
    await client.patch(path, { metadata: { annotations: { "playground/stuck": ready ? null : "unready" } } });
    await until(`ready ${ready}`, async () => {
      const { conditions } = (await client.get<Conditions>(path)).status;
      return conditions.some(({ type, status }) => type === "Ready" && status === (ready ? "True" : "False"));
    });
  };
  test("a node that is not Ready: refused before anything is written", async () => {
    const node = await nodeOf();
    await setReady(node, false);
    const before = (await scenario.live("source")).metadata.generation;
    const { code, output } = await scenario.up("source", 2);
    expect(code).not.toBe(0);
    expect(flat(output)).toContain(`nobody can vouch that pod web-2 stops: its node ${node} is not Ready (False)`);
    expect((await scenario.live("source")).metadata.generation).toBe(before);
    await setReady(node, true);
    scenario.project.cutoverIndex = 3;
  });

  test("deleted by force in the middle of its release, and its node with it: nobody claims it until a person vouches", async () => {
    const client = ground().client("source");
    const { uid } = (await client.get(pod)).metadata;
    const node = await nodeOf();
    await client.patch(pod, { metadata: { annotations: { "playground/stuck": "terminating" } } });
    const up = scenario.up("source", 2);
    await until("leaving", async () => (await client.get(pod)).metadata.deletionTimestamp !== undefined, 120_000);
    await client.delete(`/api/v1/nodes/${node}`);
    await client.delete(pod, { gracePeriodSeconds: 0 });
    const { code, output } = await up;
    expect(code).not.toBe(0);
    expect(flat(output)).toContain(`pod web-2 stops: its node ${node} does not exist any more`);
    // The pod object is gone, and without the proof the destination would start it here and now.
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1], destination: [] });
    const claims = await scenario.up("destination", 2);
    expect(claims.code).not.toBe(0);
    expect(flat(claims.output)).toContain("ordinal 2 is still held by the source");
    // Again, in a process that knows nothing of the first: what was noted in the write still counts.
    const again = await scenario.up("source", 2);
    expect(again.code).not.toBe(0);
    const advice = /pulumi config set --path '(fenced\[0\])' (\S+) on this stack/.exec(flat(again.output));
    expect(advice?.[2]).toBe(uid);
    await scenario.project.must("config", "set", "--path", "fenced[0]", String(uid), "-s", "source");
    const vouched = await scenario.mustUp("source", 2);
    expect(flat(vouched.output)).toContain("counts as stopped because fenced says so");
    const { fenced } = await scenario.project.outputs("source");
    expect(fenced).toEqual([{ pod: "web-2", uid, node }]);
    await scenario.mustUp("destination", 2);
    await expectWholeSet(scenario, 2);
    await scenario.project.must("config", "rm", "fenced", "-s", "source");
    await createNodes(client, "source", 1);
    await scenario.step(3);
    await expectWholeSet(scenario, 3);
  });

  test("deleted by force before, and made again on another node: its volume is attached to the first one still", async () => {
    const client = ground().client("source");
    const first = await nodeOf();
    await attachForPod(client, namespace, "web-2");
    const unschedulable = async (value: boolean): Promise<void> => {
      await client.patch(`/api/v1/nodes/${first}`, { spec: { unschedulable: value } });
    };
    await unschedulable(true);
    await client.delete(pod, { gracePeriodSeconds: 0 });
    await until("made again, elsewhere", async () => {
      const { spec, status } = (await client.find<Placed>(pod)) ?? {};
      return ![undefined, first].includes(spec?.nodeName) && status?.phase === "Running";
    });
    const { code, output } = await scenario.up("source", 2);
    expect(code).not.toBe(0);
    expect(flat(output)).toContain(`is still attached to node ${first} (VolumeAttachment)`);
    await unschedulable(false);
    await detach(client, { node: first, persistentVolume: `disk-${namespace}-data-web-2` });
    scenario.project.cutoverIndex = 3;
  });

  test("a volume that is detached a moment after its pod has gone is waited for", async () => {
    const client = ground().client("source");
    const [attachment] = await attachForPod(client, namespace, "web-2");
    if (attachment === undefined) throw new Error("nothing was attached");
    const up = scenario.up("source", 2);
    await until("gone", async () => !(await scenario.ordinals("source")).includes(2), 120_000);
    const goneMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await detach(client, attachment);
    expect((await up).code).toBe(0);
    expect(Date.now() - goneMs).toBeGreaterThan(4_000);
    expect(await scenario.ordinals("source")).toEqual([0, 1]);
    expectNothingLost(scenario);
  });
});
