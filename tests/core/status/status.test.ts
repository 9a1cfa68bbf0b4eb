import { annotations } from "../../../core/kubernetes";
import type { Pod, StatefulSet } from "../../../core/kubernetes";
import type { OrdinalRange, Side } from "../../../core/ordinals";
import { ordinalsOf } from "../../../core/ordinals";
import type { HalfOutputs } from "../../../core/contract/record";
import type { ClusterSeen, Seen, StackSeen, Unseen } from "../../../core/status/seen";
import type { StatusReport } from "../../../core/status/report";
import { statusOf } from "../../../core/status/status";
import { liveSet, outputs, pod } from "../builders";

const identity = outputs("source", 6, 0).set;

function stack(
  side: Side,
  wanted: number,
  record: HalfOutputs | undefined,
  change: Partial<StackSeen> = {},
): StackSeen {
  const peerStack = side === "source" ? "destination" : "source";
  const config = { wanted, batch: 1, peerStack, adopt: false, set: identity };
  return { stack: side, config, record, lock: { state: "free" }, problems: [], ...change };
}

function cluster(side: Side, set: StatefulSet | undefined, pods: readonly Pod[]): ClusterSeen {
  return { context: side, clusterUid: `uid-of-${side}`, set, pods, rangeLock: "unknown" };
}

/** A cluster whose set has all its pods, Ready. */
function running(side: Side, range: OrdinalRange, turn: number): ClusterSeen {
  return cluster(
    side,
    liveSet(range, turn),
    ordinalsOf(range).map((ordinal) => pod(`web-${ordinal}`)),
  );
}

const low = (replicas: number): OrdinalRange => ({ start: 0, replicas });
const high = (start: number): OrdinalRange => ({ start, replicas: 6 - start });

/** Both halves at 4, and 3 is wanted. */
function at(change: {
  wanted?: number;
  stacks?: Partial<Record<Side, StackSeen>>;
  clusters?: Partial<Record<Side, ClusterSeen | Unseen | undefined>>;
}): StatusReport {
  const wanted = change.wanted ?? 3;
  const seen: Seen = {
    at: "2026-01-02T03:04:05.000Z",
    stacks: {
      source: stack("source", wanted, outputs("source", 4, 4)),
      destination: stack("destination", wanted, outputs("destination", 4, 3)),
      ...change.stacks,
    },
    clusters: {
      source: running("source", low(4), 4),
      destination: running("destination", high(4), 3),
      ...change.clusters,
    },
    offered: [5, 4, 3, 2],
    gates: [],
  };
  const report = statusOf(seen);
  if (report === undefined) throw new Error("no report");
  return report;
}

const homes = ({ ordinals }: StatusReport): string[] => ordinals.map(({ home }) => home);
const what = (problems: StatusReport["problems"]): string =>
  problems.map((each) => `${each.where} ${each.what}`).join("\n");

test("between two steps: every ordinal has a home, and the next up is that of the half that gives up", () => {
  const report = at({});
  expect([report.good, report.problems, report.warnings]).toEqual([true, [], []]);
  expect(homes(report)).toEqual([...Array<string>(4).fill("source"), "destination", "destination"]);
  expect(report.ordinals[3]).toEqual({ ordinal: 3, home: "source", source: { state: "ready", node: "node-1" } });
  expect(report.offered).toEqual([2, 3, 4, 5]);
  expect(report.next).toMatchObject({
    up: { side: "source", cutoverIndex: 3, command: "pulumi up -s source", releases: [3], claims: [] },
    left: 2,
  });
});

test("before the first up nothing is missed, and the destination comes first", () => {
  const stacks = { source: stack("source", 6, undefined), destination: stack("destination", 6, undefined) };
  const clusters = { source: cluster("source", undefined, []), destination: cluster("destination", undefined, []) };
  const report = at({ stacks, clusters });
  expect([report.good, report.warnings]).toEqual([true, []]);
  expect(new Set(homes(report))).toEqual(new Set(["neither"]));
  expect(report.next.up).toMatchObject({ side: "destination", cutoverIndex: 6 });
});

test("in the middle of a step: the gap is a warning, and the destination's up comes next", () => {
  const stacks = { source: stack("source", 3, outputs("source", 3, 5)) };
  const report = at({ stacks, clusters: { source: running("source", low(3), 5) } });
  expect(report.ordinals[3]).toEqual({ ordinal: 3, home: "neither" });
  expect(report.good).toBe(true);
  expect(what(report.warnings)).toBe("ordinal 3 runs in neither cluster: a step is unfinished");
  expect(report.next.up).toMatchObject({ side: "destination", cutoverIndex: 3, claims: [3] });
});

test("a pod that terminates is leaving, and its half still has it", () => {
  const going: Pod = { ...pod("web-3"), metadata: { name: "web-3", deletionTimestamp: "2026-01-02T03:04:00Z" } };
  const source = running("source", low(3), 5);
  const report = at({ clusters: { source: { ...source, pods: [...source.pods, going] } } });
  expect(report.ordinals[3]).toMatchObject({ home: "source", source: { state: "leaving" } });
  expect(report.problems).toEqual([]);
  expect(what(report.warnings)).toContain("another up has written since, and runs or was killed");
});

test("an up that was killed after its write comes first, and is told", () => {
  const report = at({ wanted: 4, clusters: { source: running("source", low(3), 5) } });
  expect(what(report.warnings)).toContain(
    "has ordinals 0 to 2 (turn 5), and the last completed up of stack source vouches for ordinals 0 to 3 (turn 4)",
  );
  expect(report.next.up).toMatchObject({ side: "source", cutoverIndex: 3 });
});

test.each([
  ["a pod in each cluster", cluster("destination", liveSet(high(3), 3), [pod("web-3"), pod("web-4"), pod("web-5")])],
  [
    "a pod here, and the set there allows one",
    cluster("destination", liveSet(high(3), 3), [pod("web-4"), pod("web-5")]),
  ],
])("an ordinal in both clusters is shouted: %s", (_, destination) => {
  const report = at({ clusters: { destination } });
  expect(report.ordinals[3]?.home).toBe("both");
  expect(report.good).toBe(false);
  expect(what(report.problems)).toMatch(/^BOTH CLUSTERS: ordinal 3 may run twice/);
});

test("a set that somebody scaled contradicts what its stack vouches for", () => {
  const set = liveSet(low(4), 4);
  const scaled = { ...set, spec: { ...set.spec, replicas: 3 } };
  const report = at({ clusters: { source: cluster("source", scaled, [pod("web-0"), pod("web-1"), pod("web-2")]) } });
  expect(what(report.problems)).toContain(`this program wrote another range (annotation ${annotations.range})`);
});

test("a turn that was set back, and a set that is gone, are problems", () => {
  expect(what(at({ clusters: { source: running("source", low(4), 2) } }).problems)).toContain(
    "carries turn 2, but the last completed up wrote 4",
  );
  expect(what(at({ clusters: { source: cluster("source", undefined, []) } }).problems)).toContain(
    "has no StatefulSet shop/web, but stack source vouches for ordinals 0 to 3 of it there",
  );
});

test("N that is changed in the middle of a move is drift, as an up would say", () => {
  const config = { wanted: 4, batch: 1, peerStack: "destination", adopt: false, set: { ...identity, replicas: 7 } };
  const report = at({ wanted: 4, stacks: { source: stack("source", 4, outputs("source", 4, 4), { config }) } });
  expect(what(report.problems)).toContain("stack source: manifests: spec.replicas differs");
});

test("a cluster that is not seen is a problem; what its stack vouches for is not known to run, and the rest is shown", () => {
  const unseen = { context: "source", unreachable: "it does not answer" };
  const report = at({ clusters: { source: unseen } });
  expect(homes(report)).toEqual([...Array<string>(4).fill("unknown"), "destination", "destination"]);
  expect(what(report.problems)).toBe("the source's cluster (context source) is not seen: it does not answer");
  expect(report.next.up).toMatchObject({ side: "source", cutoverIndex: 3 });
});

test("another cluster than that of the last up is not taken for the half's own", () => {
  const other = { ...running("source", low(6), 4), clusterUid: "uid-of-destination" };
  const report = at({ clusters: { source: other } });
  expect(homes(report)).not.toContain("both");
  expect(what(report.problems)).toContain("it is another cluster than that of this half's last up");
});

test("a range lock that is gone is a problem, one that may not be looked at is not", () => {
  const stacks = { source: stack("source", 4, outputs("source", 4, 4, { rangeLock: true })) };
  const source = running("source", low(4), 4);
  expect(what(at({ stacks, clusters: { source: { ...source, rangeLock: "absent" } } }).problems)).toContain(
    "no range lock",
  );
  expect(at({ wanted: 4, stacks, clusters: { source } }).good).toBe(true);
});

test("a move that has ended needs no source", () => {
  const config = { wanted: 0, batch: 1, peerStack: "none", adopt: false, set: identity };
  const stacks = {
    source: stack("source", 0, undefined, { config: undefined }),
    destination: stack("destination", 0, outputs("destination", 0, 9), { config }),
  };
  const report = at({ stacks, clusters: { source: undefined, destination: running("destination", high(0), 9) } });
  expect([report.ended, report.good]).toEqual([true, true]);
  expect(new Set(homes(report))).toEqual(new Set(["destination"]));
  expect(report.next.up).toBeUndefined();
});

test("stacks that want different indexes have no next up", () => {
  const report = at({ stacks: { destination: stack("destination", 4, outputs("destination", 4, 3)) } });
  expect(what(report.problems)).toBe("cutoverIndex is 3 in stack source and 4 in stack destination");
  expect(report.next.up).toBeUndefined();
});

test("nobody knows the set where no config can be read", () => {
  const blind = { config: undefined };
  const stacks = {
    source: stack("source", 3, undefined, blind),
    destination: stack("destination", 3, undefined, blind),
  };
  const clusters = { source: undefined, destination: undefined };
  expect(statusOf({ at: "", stacks, clusters, offered: undefined, gates: [] })).toBeUndefined();
});
