import type { LoadSurveyor } from "../../cli/fromCluster";
import type { RehearseFlags } from "../../cli/flags";
import { runRehearse } from "../../cli/rehearse";
import { peerOf, sides } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import { UserError } from "../../core/userError";
import { lookAtHalf } from "../../live/survey/standing";
import { surveyDestination, surveySet } from "../../live/survey/survey";
import { rehearse } from "../../rehearsal/rehearse";
import type { RehearsalReport } from "../../rehearsal/engine/report";
import { SimulatedReader } from "../live/simulatedReader";
import { World } from "../rehearsal/world";
import { fakeIo } from "./fixture";

jest.setTimeout(60_000);

const names = { source: "old", destination: "new" } as const;
const flags: RehearseFlags = { fromCluster: "old", destinationContext: "new", set: "shop/web" };
const setPath = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "shop", name: "web" } as const;

const moves = new Map<string, World>();

/**
 * A move of four ordinals that the real program has brought to an index, each `up` completed. Every way is gone once: the
 * rest are copies.
 */
async function movedTo(...indexes: readonly number[]): Promise<World> {
  const key = JSON.stringify(indexes);
  const world = moves.get(key) ?? (await moved(indexes));
  moves.set(key, world);
  return world.copy();
}

async function moved(indexes: readonly number[]): Promise<World> {
  const set = { name: "web", namespace: "shop", start: 0, replicas: 4, batch: 1, volumes: "carry" } as const;
  const isFirst = indexes.length === 0;
  const world = isFirst ? new World(set, {}, names) : await movedTo(...indexes.slice(0, -1));
  const [before = 4, index = 4] = [4, ...indexes].slice(-2);
  const first: Side = !isFirst && index < before ? "source" : "destination";
  for (const side of [first, peerOf(first)]) await up(world, side, index);
  return world;
}

async function up(world: World, side: Side, index: number): Promise<void> {
  const { succeeded, diagnostics } = await world.up(side, index);
  if (!succeeded) throw new Error(JSON.stringify(diagnostics));
}

interface Ran {
  readonly code: number;
  readonly report: RehearsalReport;
  readonly err: string;
}

/** Rehearses what both clusters have. They are only read. */
async function rehearsed(world: World, more: Partial<RehearseFlags> = {}): Promise<Ran> {
  const versions = (): number[] => sides.map((side) => world.clusters[side].changes);
  const before = versions();
  const io = fakeIo();
  const given = { ...flags, json: true, ...more };
  const code = await runRehearse(given, { ...io, cwd: "/nowhere" }, rehearse, surveyorOf(world));
  expect(versions()).toEqual(before);
  return { code, report: JSON.parse(io.out()) as RehearsalReport, err: io.err() };
}

async function refusal(world: World, more: Partial<RehearseFlags> = {}): Promise<string> {
  const error: unknown = await rehearsed(world, more).catch((e: unknown) => e);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return error.message;
}

function surveyorOf({ clusters }: World): LoadSurveyor {
  const readers = { old: new SimulatedReader(clusters.source), new: new SimulatedReader(clusters.destination) };
  const readCluster = ({ context }: { context: string }): SimulatedReader => readers[context as "old" | "new"];
  return () => Promise.resolve({ readCluster, lookAtHalf, surveySet, surveyDestination });
}

function indexes({ steps }: RehearsalReport): number[] {
  return steps.map(({ cutoverIndex }) => cutoverIndex);
}

test("in the middle: it says where the move stands, and goes on from there, down and back up", async () => {
  const { code, report, err } = await rehearsed(await movedTo(3, 2));
  expect(report.violations).toEqual([]);
  expect(code).toBe(0);
  expect(indexes(report)).toEqual([2, 1, 0, 1, 2, 3, 4]);
  expect(err).toContain(
    "The move of StatefulSet shop/web, ordinals 0 to 3, has begun: the source (context old) holds ordinals 0 to 1, turn 2; " +
      "the destination (context new) holds ordinals 2 to 3, turn 1: cutoverIndex 2.\n",
  );
  const [start, first] = report.steps;
  expect([start?.found, start?.source.operations]).toEqual([true, []]);
  expect(first?.order).toEqual(["source", "destination"]);
  expect(first?.outOfTurn?.side).toBe("destination");
  const changed = first?.source.operations.flatMap(({ type, changes }) => changes.map(({ path }) => [type, path]));
  expect(changed?.filter(([, path]) => !path?.includes("annotations"))).toEqual([
    ["kubernetes:apps/v1:StatefulSet", "spec.replicas"],
  ]);
});

test("--from, --to and --one-way count from where the move stands", async () => {
  const world = await movedTo(3, 2);
  expect(indexes((await rehearsed(world, { to: "1" })).report)).toEqual([2, 1]);
  expect(indexes((await rehearsed(world, { to: "4" })).report)).toEqual([2, 3, 4]);
  expect(indexes((await rehearsed(world, { oneWay: true })).report)).toEqual([2, 1, 0]);
  const { report } = await rehearsed(world, { from: "1", to: "2" });
  expect([indexes(report), report.violations]).toEqual([[1, 2], []]);
});

test("the source has released, and the destination has not claimed yet: the step goes on", async () => {
  const world = await movedTo(3);
  await up(world, "source", 2);
  const { report, err } = await rehearsed(world);
  expect(report.violations).toEqual([]);
  expect(indexes(report)).toEqual([3, 2, 1, 0, 1, 2, 3, 4]);
  expect(err).toContain("in the middle of the step from cutoverIndex 3 to 2.\n");
  expect(err).toContain(
    "  ordinal 2 is held by neither half, and it is the destination's turn to claim: the step goes on with the up of both " +
      "halves at cutoverIndex 2.\n",
  );
  const [start, next] = report.steps;
  expect([start?.source.replicas, start?.destination.replicas]).toEqual([2, 1]);
  expect(next?.source.operations).toEqual([]);
  expect(next?.outOfTurn).toBeUndefined();
});

test("the destination has given back, and the source has not claimed yet", async () => {
  const world = await movedTo(3, 2);
  await up(world, "destination", 3);
  const { report, err } = await rehearsed(world);
  expect(report.violations).toEqual([]);
  expect(indexes(report)).toEqual([2, 3, 2, 1, 0, 1, 2, 3, 4]);
  expect(err).toContain("it is the source's turn to claim");
});

test("a first step: before it, and all moved, and all back again", async () => {
  const nothing = await rehearsed(await movedTo());
  expect([indexes(nothing.report)[0], nothing.report.violations]).toEqual([4, []]);
  expect(nothing.err).toContain("cutoverIndex 4, nothing has moved.");
  const all = await rehearsed(await movedTo(3, 2, 1, 0));
  expect([indexes(all.report), all.report.violations]).toEqual([[0, 1, 2, 3, 4], []]);
  expect(all.err).toContain("holds no ordinal, turn 2; the destination (context new) holds ordinals 0 to 3, turn 1");
  expect(all.err).toContain("cutoverIndex 0, all ordinals have moved.");
  const back = await rehearsed(await movedTo(3, 4));
  expect([indexes(back.report)[0], back.report.violations]).toEqual([4, []]);
});

test("only one half has run: the other one's first up comes next", async () => {
  const set = { name: "web", namespace: "shop", start: 0, replicas: 4, batch: 1, volumes: "carry" } as const;
  const world = new World(set, {}, names);
  await up(world, "destination", 4);
  expect(await refusal(world)).toContain(
    "context old: has no StatefulSet shop/web, but the one in context new has no ordinal (turn 1)",
  );
  await up(world, "source", 4);
  world.clusters.destination.delete(setPath);
  world.clusters.destination.settle();
  const { report, err } = await rehearsed(world, { oneWay: true });
  expect([indexes(report), report.violations]).toEqual([[4, 3, 2, 1, 0], []]);
  expect(err).toContain(
    "the destination (context new) has had no up yet: cutoverIndex 4, the first ups are not complete.",
  );
});

test("a pod that has died stays dead: the step that would hang is refused as the real one would be", async () => {
  const world = await movedTo(3, 2);
  world.clusters.source.setPodFault("shop", "web-0", "neverReady");
  const { code, report } = await rehearsed(world);
  expect(code).toBe(1);
  expect(report.violations[0]).toContain("not Ready: pod web-0. With OrderedReady the controller removes no other pod");
});

test("a release that has not finished: its pod is still there, and nobody vouches for it", async () => {
  const world = await movedTo(3);
  world.clusters.source.setPodFault("shop", "web-2", "stuckTerminating");
  expect((await world.up("source", 2)).succeeded).toBe(false);
  const { report, err } = await rehearsed(world);
  expect(err).toContain(
    "  The source has given ordinals up whose pods are still there (it vouches for ordinals 0 to 2)",
  );
  expect(report.violations).toEqual([]);
});

describe("what the two sets say is not so, in the words of the real clusters", () => {
  const annotate = (world: World, side: Side, notes: Record<string, string | undefined>): void => {
    // Past the range lock, as an administrator who has taken it away would.
    for (const kind of ["ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"]) {
      const name = "statefulset-cutover.shop.web";
      world.clusters[side].delete({ apiVersion: "admissionregistration.k8s.io/v1", kind, name });
    }
    world.clusters[side].settle();
    world.clusters[side].edit(setPath, ({ metadata, ...rest }) => {
      const all = Object.entries({ ...metadata.annotations, ...notes }).filter(([, value]) => value !== undefined);
      return {
        ...rest,
        metadata: { ...metadata, annotations: Object.fromEntries(all) as Record<string, string> },
      };
    });
  };

  test("both contexts exchanged, in the middle and at the ends", async () => {
    for (const way of [[3, 2], [], [3, 2, 1, 0]]) {
      const text = await refusal(await movedTo(...way), { fromCluster: "new", destinationContext: "old" });
      expect(text).toContain(
        "--from-cluster and --destination-context are exchanged: the set in context new is the half of the destination",
      );
      expect(text).toContain("Exchange the two: --from-cluster old --destination-context new");
    }
  });

  test("no destination named", async () => {
    const world = await movedTo(3, 2);
    const text = await refusal(world, { destinationContext: undefined });
    expect(text).toContain(
      "--destination-context is not given, and the move of StatefulSet shop/web has begun: in context old it has ordinals 0 to 1 (turn 2)",
    );
  });

  test("a set that was copied from another cluster: both uids are real ones", async () => {
    const world = await movedTo(3, 2);
    annotate(world, "destination", { "statefulset-cutover/cluster": "0a1b" });
    const text = await refusal(world);
    expect(text).toContain("StatefulSet shop/web in context new was made in another cluster");
    expect(text).toContain(`(received "0a1b"); legal: ${world.clusters.destination.uid}, the uid of kube-system there`);
  });

  test("both hold an ordinal", async () => {
    const world = await movedTo(3, 2);
    annotate(world, "source", { "statefulset-cutover/range": "0+3" });
    world.clusters.source.edit(setPath, (live) => ({ ...live, spec: { ...(live.spec as object), replicas: 3 } }));
    expect(await refusal(world)).toContain(
      "contexts old and new: ordinal 2 may run in both clusters: both live sets allow it",
    );
  });

  test("somebody scaled one of them", async () => {
    const world = await movedTo(3, 2);
    annotate(world, "source", {});
    world.clusters.source.edit(setPath, (live) => ({ ...live, spec: { ...(live.spec as object), replicas: 1 } }));
    expect(await refusal(world)).toContain(
      "StatefulSet shop/web in context old has start 0 and replicas 1, but this program wrote another range " +
        '(annotation statefulset-cutover/range) (received "0+1"); legal: 0+2',
    );
  });

  test("a stranger's set, and one that lost its annotations", async () => {
    const world = await movedTo(3, 2);
    annotate(world, "destination", { "statefulset-cutover/turn": undefined });
    expect(await refusal(world)).toContain(
      "StatefulSet shop/web in context new carries no annotation statefulset-cutover/turn, so this program did not make it",
    );
    const other = await movedTo(3, 2);
    annotate(other, "source", { "statefulset-cutover/turn": undefined });
    expect(await refusal(other)).toContain("StatefulSet shop/web in context old carries no annotation");
  });

  test("the source's set is gone", async () => {
    const world = await movedTo(3, 2, 1, 0);
    world.clusters.source.delete(setPath);
    world.clusters.source.settle();
    expect(await refusal(world)).toContain(
      "context old: has no StatefulSet shop/web, but the one in context new has ordinals 0 to 3 (turn 1) as the half of a destination",
    );
  });

  test("the destination's set is gone", async () => {
    const world = await movedTo(3);
    annotate(world, "destination", {});
    world.clusters.destination.delete(setPath);
    world.clusters.destination.settle();
    expect(await refusal(world)).toContain("context new: has no StatefulSet shop/web, but the one in context old has");
  });
});

test("--init and a batch that is too small", async () => {
  const world = await movedTo(3, 2);
  expect(await refusal(world, { init: "web" })).toContain("--init is for a set that no project moves yet");
});
