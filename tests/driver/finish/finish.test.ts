import { annotations } from "../../../core/kubernetes";
import type { PersistentVolume, StatefulSet } from "../../../core/kubernetes";
import type { Side } from "../../../core/ordinals";
import { UserError } from "../../../core/userError";
import { finish } from "../../../driver/finish/finish";
import type { FinishListener, FinishOptions, FinishPlan, FinishReport } from "../../../driver/finish/finish";
import { attachment, claim, liveSet, outputs, pod, volume } from "../../core/builders";
import { FinishWorld, Killed } from "./finishWorld";

let world: FinishWorld;
const made: FinishWorld[] = [];

function given(holder: Side): FinishWorld {
  world = new FinishWorld(holder);
  made.push(world);
  return world;
}

afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

function finished(
  more: Partial<FinishOptions> = {},
  confirm: (plan: FinishPlan) => boolean = () => true,
  listener: FinishListener = {},
  interrupted: () => boolean = () => false,
): Promise<FinishReport> {
  const ports = { pulumi: world, open: world.open, confirm: (plan: FinishPlan) => Promise.resolve(confirm(plan)) };
  return finish({ ...world.options, ...more }, ports, listener, interrupted);
}

async function refusal(more: Partial<FinishOptions> = {}): Promise<string> {
  const error = await finished(more).catch((thrown: unknown) => thrown);
  expect(world.changes).toEqual([]);
  return error instanceof UserError ? error.message : `not refused: ${JSON.stringify(error)}`;
}

describe.each(["destination", "source"] as const)("the %s holds all", (holder) => {
  const other = holder === "source" ? "destination" : "source";
  const kept = [
    ...["Namespace shop", "PersistentVolume pv-0 Delete", "PersistentVolume pv-1 Delete"],
    ...["PersistentVolumeClaim data-web-0", "PersistentVolumeClaim data-web-1", "Pod web-0", "Pod web-1"],
    "StatefulSet web",
  ];
  const left = [
    ...["Namespace shop", "PersistentVolume pv-0 Retain", "PersistentVolume pv-1 Retain"],
    ...["PersistentVolumeClaim data-web-0", "PersistentVolumeClaim data-web-1"],
  ];
  const changes = [
    ...[`config set peerStack none -s ${holder}`, `up -s ${holder}`, `destroy -s ${other}`],
    ...[`${holder}: pv-0 Delete`, `${holder}: pv-1 Delete`, `stack rm ${other}`],
  ];

  test("every stage, in order", async () => {
    given(holder);
    const report = await finished();
    expect(report).toMatchObject({ outcome: "finished", holder, problems: [] });
    expect(report.stages.map(({ stage }) => stage)).toEqual(["end", "destroy", "policies", "removeStack"]);
    expect(world.changes).toEqual(changes);
    expect(world.objects(holder)).toEqual(kept);
    expect(world.objects(other)).toEqual(left);
    expect(report.stays).toEqual([
      `in the ${holder}: the set with ordinals 0 to 1; keep cutoverIndex ${holder === "source" ? 2 : 0} and peerStack none in the config of stack ${holder}`,
      `in the ${other}: the namespace shop, and what others have in it`,
      `in the ${other}: 2 claims of the set with their PersistentVolumes, for the same disks`,
    ]);
    const again = await finished({ removeClaims: true });
    expect([again.outcome, again.planned, world.changes.length]).toEqual(["finished", [], changes.length]);
  });

  test("with --remove-claims claims and volumes go, and no disk that is not in use here", async () => {
    given(holder);
    const told: string[] = [];
    await finished({ removeClaims: true }, () => true, { progress: (what) => told.push(what) });
    expect(world.changes).toEqual([
      ...changes.slice(0, 2),
      ...[0, 1].flatMap((o) => [`${other}: -data-web-${o}`, `${other}: -pv-${o}`]),
      ...changes.slice(2),
    ]);
    expect(world.objects(other)).toEqual(["Namespace shop"]);
    expect(told[0]).toBe("PersistentVolumeClaim shop/data-web-0 and PersistentVolume pv-0: gone");
  });

  test.each([true, false])("killed at every moment it goes on (claims removed: %s)", async (removeClaims) => {
    given(holder);
    await finished({ removeClaims });
    const [all, end] = [world.changes.length, { here: world.objects(holder), there: world.objects(other) }];
    expect(all).toBe(removeClaims ? 10 : 6);
    for (let at = 0; at < all; at++) {
      for (const when of ["before", "after"] as const) {
        given(holder).kill = { at, when };
        await expect(finished({ removeClaims })).rejects.toBeInstanceOf(Killed);
        world.kill = undefined;
        const again = await finished({ removeClaims });
        expect([at, when, again.outcome]).toEqual([at, when, "finished"]);
        expect({ here: world.objects(holder), there: world.objects(other) }).toEqual(end);
        expect([world.stacks[other], world.stacks[holder]?.config["web:peerStack"]]).toEqual([undefined, "none"]);
      }
    }
  });
});

test("a dry run and a no do nothing", async () => {
  given("destination");
  const plans: FinishPlan[] = [];
  expect(await finished({ dryRun: true }, () => true, { planned: (plan) => plans.push(plan) })).toMatchObject({
    outcome: "planned",
  });
  expect((await finished({}, () => false)).outcome).toBe("declined");
  expect(world.changes).toEqual([]);
  expect(plans[0]?.stages.map(({ words }) => words)).toEqual([
    "pulumi config set peerStack none -s destination, and pulumi up -s destination: the destination is a StatefulSet of its own from then on, without a range lock",
    "pulumi destroy -s source: the empty set, what belongs to it, and its range lock; the namespace stays",
    "give 2 PersistentVolumes in the destination the earlier reclaim policy back: Delete",
    "pulumi stack rm source: the stack with nothing in it, and Pulumi.source.yaml",
  ]);
});

test("a stage that fails stops it, also a lock; the same again goes on", async () => {
  given("destination");
  world.sayInstead = (command) => (command.startsWith("destroy") ? "error: no\n" : undefined);
  expect(await finished()).toMatchObject({
    outcome: "stopped",
    problems: [{ where: "pulumi destroy -s source", what: "failed" }],
  });
  world.sayInstead = (command) =>
    command.startsWith("destroy") ? "error: the stack is currently locked by 1 lock(s)\n" : undefined;
  const { problems } = await finished();
  expect(problems[0]?.todo).toContain("pulumi cancel -s source, then the same again");
  world.sayInstead = () => undefined;
  expect((await finished()).outcome).toBe("finished");
});

test("interrupted: no further stage is begun", async () => {
  given("destination");
  let stop = false;
  const report = await finished(
    {},
    () => true,
    { ended: () => (stop = true) },
    () => stop,
  );
  expect(report.stages).toHaveLength(1);
  expect(report).toMatchObject({ outcome: "stopped", problems: [{ what: "was interrupted" }] });
});

test("a pod that comes up after the question: nothing is taken away", async () => {
  given("destination");
  const report = await finished({}, () => {
    world.clusters.source.put(pod("web-1"));
    return true;
  });
  expect(report).toMatchObject({ outcome: "stopped", problems: [{ what: "still has pod web-1" }] });
  expect(world.changes).toEqual([]);
});

test("a range lock that stays is told", async () => {
  given("destination");
  const lock = [...world.clusters.source.objects.values()].filter(({ kind }) => kind.startsWith("Validating"));
  const destroy = world.run.bind(world);
  world.run = async (args, onOutput) => {
    const ended = await destroy(args, onOutput);
    if (args[0] === "destroy") world.clusters.source.put(...lock);
    return ended;
  };
  const { problems } = await finished();
  expect(problems.map(({ where, what }) => `${where} ${what}`)).toEqual([
    "ValidatingAdmissionPolicy statefulset-cutover.shop.web in the source is still there",
    "ValidatingAdmissionPolicyBinding statefulset-cutover.shop.web in the source is still there",
  ]);
});

describe("refused, and nothing is done", () => {
  const setOf = (side: Side): StatefulSet =>
    world.clusters[side].objects.get("StatefulSet shop/web") as unknown as StatefulSet;

  test("in the middle of a move", async () => {
    given("destination");
    for (const side of ["source", "destination"] as const) {
      const own = { ...world.stacks[side]?.outputs, cutoverIndex: 1 };
      Object.assign(world.stacks[side] ?? {}, {
        outputs: { ...own, held: { start: side === "source" ? 0 : 1, replicas: 1 } },
      });
    }
    expect(await refusal()).toBe(
      "the move is not at an end: the source holds ordinal 0 at cutoverIndex 1, the destination holds ordinal 1 at cutoverIndex 1. " +
        "Walk to one first: cutover walk --to 0 (all in the destination), or cutover walk --to 2 to call it off",
    );
  });

  test("another number in the config", async () => {
    given("destination");
    Object.assign(world.stacks.source?.config ?? {}, { "web:cutoverIndex": "1" });
    expect(await refusal()).toMatch(/^stack source: cutoverIndex is another one than both halves stand at/);
  });

  test("the half that goes has ended the move itself", async () => {
    given("destination");
    Object.assign(world.stacks.source?.config ?? {}, { "web:peerStack": "none" });
    expect(await refusal()).toBe(
      "stack source: peerStack is none, but the destination holds all: this half is to go. Run: pulumi config rm peerStack -s source",
    );
  });

  test("a pod still runs there", async () => {
    given("destination").clusters.source.put(pod("web-1"));
    expect(await refusal()).toMatch(/^StatefulSet shop\/web in the source still has pod web-1/);
  });

  test("somebody scaled the empty half, or took its turn", async () => {
    given("destination").clusters.source.put(liveSet({ start: 0, replicas: 1 }, 4));
    expect(await refusal()).toMatch(/in the source has ordinal 0: somebody scaled it. Run: pulumi up -s source/);
    given("destination").clusters.source.put(liveSet({ start: 0, replicas: 0 }, 2));
    expect(await refusal()).toMatch(/in the source carries turn 2 and range 0\+0, but the last completed up wrote 4/);
    given("destination").clusters.destination.put(liveSet({ start: 0, replicas: 2 }, 4));
    expect(await refusal()).toMatch(/in the source has turn 4, which is not above that of the destination/);
  });

  test("the half that stays is not whole, or not Ready, or not settled", async () => {
    given("destination").clusters.destination.put(pod("web-1", false));
    expect(await refusal()).toMatch(/in the destination is not Ready: pod web-1/);
    given("destination").clusters.destination.put(liveSet({ start: 1, replicas: 1 }, 3));
    expect(await refusal()).toMatch(/in the destination has ordinal 1, and not ordinals 0 to 1: somebody scaled it/);
    given("destination");
    world.clusters.destination.put({ ...setOf("destination"), status: { observedGeneration: 3 } });
    expect(await refusal()).toMatch(/has a change that its controller has not seen yet/);
    given("destination").clusters.destination.remove("StatefulSet", "shop", "web");
    expect(await refusal()).toMatch(/in the destination does not exist. Run: pulumi up -s destination/);
  });

  test("another cluster", async () => {
    given("destination");
    Object.assign(world.clusters, { source: world.clusters.destination });
    const said = await refusal();
    expect(said).toContain("stack source: kubernetes:context leads to another cluster than the source's last up");
    expect(said).toContain("stack source: kubernetes:context leads to the cluster of the destination");
  });

  test("no stack at all", async () => {
    given("destination");
    Object.assign(world.stacks, { source: undefined, destination: undefined });
    expect(await refusal()).toContain("stack source does not exist. Name the stacks with --source and --destination");
  });

  test("outputs are checked as everywhere", async () => {
    given("destination");
    Object.assign(world.stacks.source ?? {}, { outputs: { ...outputs("source", 0, 4), turn: "four" } });
    expect(await refusal()).toMatch(/^stack source: output turn cannot be used/);
  });

  test.each<[string, (there: FinishWorld) => void, RegExp]>([
    [
      "a volume that is not Retain",
      ({ clusters }) => void clusters.source.put(volume(1)),
      /claim shop\/data-web-1 in the source is not removed: volume pv-1 is Delete/,
    ],
    [
      "another disk",
      ({ clusters }) =>
        void clusters.source.put(
          volume(1, {
            persistentVolumeReclaimPolicy: "Retain",
            csi: { driver: "disk.example.com", volumeHandle: "x" },
          }),
        ),
      /data-web-1 .* its disk disk.example.com x is not the one in use by the half that stays \(disk.example.com disk-1\)/,
    ],
    [
      "a claim without a volume",
      ({ clusters }) => void clusters.source.put(claim(1, { spec: {}, status: { phase: "Pending" } })),
      /data-web-1 .* it has no volume \(Pending\)/,
    ],
    [
      "a disk that nobody uses here",
      ({ clusters }) => {
        clusters.destination.remove("PersistentVolumeClaim", "shop", "data-web-1");
      },
      /data-web-1 .* is not in use by the half that stays/,
    ],
    [
      "a backup that mounts it",
      ({ clusters }) => void clusters.source.put(pod("backup", true, ["data-web-0"])),
      /claim data-web-0 is also mounted by pod backup/,
    ],
    [
      "a volume that is still attached",
      ({ clusters }) => void clusters.source.put(attachment("pv-0", "node-1")),
      /volume pv-0 is still attached to node node-1/,
    ],
  ])("--remove-claims: %s", async (_, change, message) => {
    change(given("destination"));
    expect(await refusal({ removeClaims: true })).toMatch(message);
    // Without it, none of that matters.
    expect((await finished()).outcome).toBe("finished");
  });
});

test("a policy that somebody has set since stays", async () => {
  given("destination");
  const noted = { ...volume(0).metadata, annotations: { [annotations.reclaimPolicy]: "Delete" } };
  world.clusters.destination.put({ ...volume(0, { persistentVolumeReclaimPolicy: "Recycle" }), metadata: noted });
  await finished();
  const stored = world.clusters.destination.objects.get("PersistentVolume /pv-0") as unknown as PersistentVolume;
  expect(stored.spec.persistentVolumeReclaimPolicy).toBe("Recycle");
});
