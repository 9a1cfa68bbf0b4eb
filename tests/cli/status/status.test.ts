import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../cli/main";
import type { Commands } from "../../../cli/main";
import { statusFormat } from "../../../core/status/report";
import type { StatusReport } from "../../../core/status/report";
import { rangeOf, sides } from "../../../core/ordinals";
import type { Side } from "../../../core/ordinals";
import { stackLocks } from "../../../driver/status/stackLock";
import { StatusLook } from "../../../driver/status/status";
import { SimulatedCluster } from "../../../rehearsal/cluster/simulatedCluster";
import { FakePulumi, settledAt } from "../../driver/fakePulumi";
import { FakeWorld } from "../../driver/gates/fakeWorld";
import type { World } from "../../core/protocol/protocolModel";
import { fakeIo } from "../fixture";

const world: World = { set: { start: 0, replicas: 3 }, batch: 1, mode: "none" };
const reference = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" };

/** Both halves at an index, on simulated clusters that have what their stacks say. */
class Scene {
  public readonly pulumi: FakePulumi;
  public readonly gates: FakeWorld;
  public readonly clusters: Record<Side, SimulatedCluster>;

  public constructor(source: number, destination: number, wanted: number) {
    this.pulumi = new FakePulumi(world, settledAt(world, source, destination), wanted);
    this.gates = new FakeWorld(this.pulumi);
    this.clusters = {
      source: this.cluster("source", source, 2),
      destination: this.cluster("destination", destination, 1),
    };
  }

  /** Runs `cutover status` with these options; `rounds`: what happens after each look of a watch, the last one stops it. */
  public async status(
    args: readonly string[],
    { isTTY = false, rounds = [] }: { isTTY?: boolean; rounds?: (() => void)[] } = {},
  ): Promise<{ code: number; out: string; err: string }> {
    const io = fakeIo({ isTTY, ...(isTTY ? { columns: 100, rows: 30 } : {}) }, { NO_COLOR: "1" });
    let stop: (signal: "SIGINT") => void = () => undefined;
    const listening = {
      ...io,
      cwd: this.pulumi.folder,
      onStop: (listener: typeof stop) => ((stop = listener), () => undefined),
    };
    let nowMs = Date.UTC(2026, 0, 2);
    const left = [...rounds];
    const commands: Commands = {
      ...{
        rehearse: () => Promise.reject(new Error("no")),
        walk: () => Promise.reject(new Error("no")),
        finish: () => Promise.reject(new Error("no")),
        doctor: () => Promise.reject(new Error("no")),
      },
      status: () =>
        Promise.resolve({
          pulumiIn: () => this.pulumi,
          statusOf: (options, pulumi) =>
            new StatusLook(options, pulumi, {
              connect: ({ context }) => this.clusters[context as Side],
              askGates: () => this.gates,
              now: () => new Date(nowMs),
            }),
          rest: (ms) => {
            nowMs += ms;
            left.shift()?.();
            if (left.length === 0) stop("SIGINT");
            return Promise.resolve();
          },
        }),
    };
    const code = await run(["status", ...args], listening, commands);
    return { code, out: io.out(), err: io.err() };
  }

  /** As if somebody had scaled a half, annotations and all: what an `up` writes. */
  public write(side: Side, index: number, turn: number): void {
    const { start, replicas } = rangeOf(side, world.set, index);
    this.clusters[side].edit(reference, (live) => ({
      ...live,
      metadata: { ...live.metadata, annotations: this.annotations(side, index, turn) },
      spec: { ...(live.spec as object), replicas, ordinals: { start } },
    }));
    this.clusters[side].settle();
  }

  private annotations(side: Side, index: number, turn: number): Record<string, string> {
    const { start, replicas } = rangeOf(side, world.set, index);
    const name = "statefulset-cutover";
    return { [`${name}/range`]: `${start}+${replicas}`, [`${name}/turn`]: String(turn), [`${name}/cluster`]: side };
  }

  private cluster(side: Side, index: number, turn: number): SimulatedCluster {
    const cluster = new SimulatedCluster({ name: side, uid: side });
    const { start, replicas } = rangeOf(side, world.set, index);
    const labels = { app: "web" };
    cluster.seed({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "web", namespace: "default", annotations: this.annotations(side, index, turn) },
      spec: {
        ...{ replicas, ordinals: { start }, serviceName: "web", selector: { matchLabels: labels } },
        template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "web" }] } },
      },
    });
    cluster.settle();
    return cluster;
  }
}

const scenes: Scene[] = [];
const scene = (source: number, destination: number, wanted: number): Scene => {
  const made = new Scene(source, destination, wanted);
  scenes.push(made);
  return made;
};

afterAll(() => {
  for (const { pulumi } of scenes) pulumi.remove();
});

test("in the middle of a step: the picture, what each half vouches for, and the next up", async () => {
  const middle = scene(2, 3, 1);
  const { code, out, err } = await middle.status([]);
  expect([code, err]).toEqual([0, ""]);
  expect(out.split("\n").slice(0, 4)).toEqual([
    "StatefulSet default/web, ordinals 0 to 2: cutoverIndex 2 in the source, 3 in the destination, on the way to 1",
    "",
    "  source       0  1  .",
    "  destination  .  .  .",
  ]);
  expect(out).toContain("  last up    cutoverIndex 2; it vouches for ordinals 0 to 1 (turn 2)\n");
  expect(out).toContain("  live       ordinals 0 to 1 (turn 2), 2 of 2 Ready\n");
  expect(out).toContain("offered      the volumes of 1, 2, by the source\n");
  expect(out).toContain("  - ordinal 2 runs in neither cluster: a step is unfinished\n");
  expect(out).toMatch(
    /\nnext {2}pulumi up -s destination {2}\(cutoverIndex 2\): the destination takes ordinal 2; 2 more after it\n$/,
  );
  expect(out).not.toContain("hunter2");
});

test("it changes nothing, and runs no up", async () => {
  const still = scene(3, 3, 2);
  const before = sides.map((side) => still.clusters[side].changes);
  await still.status([]);
  expect(sides.map((side) => still.clusters[side].changes)).toEqual(before);
  expect(still.pulumi.ups).toEqual([]);
  const verbs = new Set(still.pulumi.commands.map((command) => command.split(" ").slice(0, 2).join(" ")));
  expect([...verbs].sort()).toEqual(["config --json", "stack output", "whoami --verbose"]);
});

test("--json is one document with the keys that are documented", async () => {
  const { code, out } = await scene(2, 2, 1).status(["--json"]);
  const report = JSON.parse(out) as StatusReport;
  expect(code).toBe(0);
  expect(Object.keys(report)).toEqual(
    "format at good set ended batch ordinals halves offered gates problems warnings next".split(" "),
  );
  expect(report).toMatchObject({
    format: statusFormat,
    good: true,
    ordinals: [{ home: "source" }, { home: "source" }, { home: "destination", destination: { state: "ready" } }],
    next: { up: { command: "pulumi up -s source", cutoverIndex: 1 } },
  });
});

test("an ordinal in both clusters is shouted, and the exit code is 1", async () => {
  const twice = scene(2, 2, 2);
  twice.write("source", 3, 2);
  const { code, out } = await twice.status([]);
  expect(code).toBe(1);
  expect(out).toContain("  source       0  1  2!\n  destination  .  .  2!\n  ! in BOTH clusters\n");
  expect(out).toContain("BOTH CLUSTERS: ordinal 2 may run twice");
});

test("a cluster that does not answer does not hide the other", async () => {
  const half = scene(2, 2, 2);
  half.clusters.source.unreachable = true;
  const { code, out } = await half.status([]);
  expect(code).toBe(1);
  expect(out).toContain("  source       0? 1? .\n  destination  .  .  2\n");
  expect(out).toContain("the source's cluster (context source) is not seen");
});

test("gates are asked once; one that does not hold is exit code 3", async () => {
  const gated = scene(3, 3, 2);
  for (const side of sides) gated.pulumi.config[side]["web:gates"] = '[{ "ready": {} }]';
  expect((await gated.status([])).out).toContain("gate         gates[0] ready: holds\n");
  gated.gates.unready.add("web-1");
  const { code, out } = await gated.status([]);
  expect(code).toBe(3);
  expect(out).toMatch(/gates\[0\] ready: .*web-1/);
});

test("a stack that is not there is a problem, and bad options are bad input", async () => {
  const alone = scene(3, 3, 3);
  const { code, out } = await alone.status(["--destination", "nowhere"]);
  expect([code, out.includes("stack nowhere cannot be read")]).toEqual([1, true]);
  expect(await alone.status(["--source", "a b"])).toMatchObject({ code: 2, out: "" });
});

test("--watch without a terminal: a line for each change, and no other", async () => {
  const watched = scene(3, 3, 2);
  const { code, out } = await watched.status(["--watch"], {
    rounds: [
      () => undefined,
      () => {
        watched.write("source", 2, 2);
      },
      () => undefined,
    ],
  });
  const lines = out.split("\n");
  expect(code).toBe(0);
  expect(lines.filter((line) => line.includes("source's set"))).toEqual([
    "2026-01-02T00:00:00.000Z source's set: 0-2 (3), turn 2",
    "2026-01-02T00:00:04.000Z source's set: 0-1 (2), turn 2",
  ]);
  expect(lines.filter((line) => line.includes(" ordinal 2:"))).toEqual([
    "2026-01-02T00:00:00.000Z ordinal 2: source Ready",
    "2026-01-02T00:00:04.000Z ordinal 2: in no cluster",
  ]);
  expect(lines.filter((line) => line.includes("00:02.000Z"))).toEqual([]);
});

test("--watch on a terminal draws the same again over itself, and leaves the terminal as it was", async () => {
  const { out } = await scene(3, 3, 2).status(["--watch"], { isTTY: true, rounds: [() => undefined, () => undefined] });
  expect(out.split("\u001b[H").length - 1).toBe(2);
  expect(out).toContain("  source       0  1  2\u001b[K\n");
  expect(out.endsWith("\u001b[?7h\u001b[?25h")).toBe(true);
});

test("--watch --json: a document a line, only where something has changed", async () => {
  const watched = scene(3, 3, 2);
  const rounds = [
    () => undefined,
    () => {
      watched.write("source", 2, 2);
    },
    () => undefined,
  ];
  const { out } = await watched.status(["--watch", "--json"], { rounds });
  const ready = out
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as StatusReport).halves.source.cluster?.set?.ready);
  expect(ready).toEqual([3, 2]);
});

test("the lock of a stack in a backend on this disk is told with its owner, elsewhere it is not known", async () => {
  const root = mkdtempSync(join(tmpdir(), "cutover-lock-"));
  const folder = join(root, ".pulumi", "locks", "organization", "web", "source");
  mkdirSync(folder, { recursive: true });
  const owner = { pid: 7, username: "me", hostname: "here", timestamp: "2026-01-02T03:04:05Z" };
  writeFileSync(join(folder, "1.json"), JSON.stringify(owner));
  const backend = (url: string) => ({
    run: () => Promise.resolve({ code: 0, stdout: JSON.stringify({ url }), output: "" }),
    stop: () => undefined,
  });
  const here = await stackLocks("/", "web", backend(`file://${root}`));
  const by = "me@here (process 7) since 2026-01-02T03:04:05Z";
  expect([await here("source"), await here("destination")]).toEqual([{ state: "locked", by }, { state: "free" }]);
  const cloud = await stackLocks("/", "web", backend("https://api.pulumi.com"));
  expect(await cloud("source")).toEqual({ state: "unknown" });
  rmSync(root, { recursive: true });
});
