import type { Answer } from "../../../../core/gates/ask";
import { cockroachdb } from "../../../../core/gates/recipes/cockroachdb";
import { unreachable } from "../recordings";
import { actionSceneOf, ended, linesOf, problemsOf, sceneOf, usesOf } from "../scene";
import type { GivenPod } from "../scene";

// Written from the documentation of `cockroach node status` and the columns in CockroachDB's pkg/cli/node.go (v23 to v25), not
// recorded: Debian has no CockroachDB.
const columns = [
  ...["id", "address", "sql_address", "build", "started_at", "updated_at", "locality", "is_available", "is_live"],
  ...["replicas_leaders", "replicas_leaseholders", "ranges", "ranges_unavailable", "ranges_underreplicated"],
  ...["gossiped_replicas", "is_decommissioning", "membership", "is_draining"],
];

const pods: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "destination", ordinal: 2 },
];
const about = { set: { name: "roach" } };
const insecure = { insecure: true };

function nodes(...changes: readonly Readonly<Record<string, string>>[]): Answer {
  const rows = [0, 1, 2].map((ordinal) => {
    const address = `roach-${ordinal}.roach.shop.svc.cluster.local:26257`;
    const node: Record<string, string> = {
      ...{ id: String(ordinal + 1), address, sql_address: address, build: "v25.1.0" },
      ...{ started_at: "2026-11-28 08:00:00.1 +0000 UTC", updated_at: "2026-11-28 09:00:00.1 +0000 UTC" },
      ...{ locality: '"region=eu,zone=a"', is_available: "true", is_live: "true" },
      ...{ replicas_leaders: "17", replicas_leaseholders: "17", ranges: "51" },
      ...{ ranges_unavailable: "0", ranges_underreplicated: "0", gossiped_replicas: "51" },
      ...{ is_decommissioning: "false", membership: "active", is_draining: "false", ...changes[ordinal] },
    };
    return columns.map((column) => node[column] ?? "").join(",");
  });
  return ended([columns.join(","), ...rows, ""].join("\n"));
}

const why = (answer: Answer, options = {}): readonly string[] =>
  usesOf(cockroachdb, { ...insecure, ...options }).gate?.why([answer, answer, answer], sceneOf(pods, about)) ?? [
    "no gate",
  ];

it("asks each node, with the certificates in its container", () => {
  const asked = linesOf(usesOf(cockroachdb, { certsDir: "/certs" }).gate?.asks(sceneOf(pods, about)) ?? []);
  expect(asked[2]).toBe(
    "destination/roach-2: /cockroach/cockroach node status --ranges --decommission --format=csv --certs-dir=/certs --host=localhost:26257",
  );
});

it("has to know whether there are certificates", () => {
  const legal = "legal: the folder of client certificates in the container, or insecure: true. Change it";
  expect(problemsOf(cockroachdb, {})).toEqual([`entry.certsDir is missing; ${legal}`]);
  expect(problemsOf(cockroachdb, { certsDir: "/c", insecure: true })).toEqual([
    `entry.certsDir stands beside insecure: true; ${legal}`,
  ]);
});

it("holds where every node is live and no range lacks a replica", () => {
  expect(why(nodes())).toEqual([]);
});

it.each<[string, Record<string, string>, string]>([
  ["that is not live", { is_live: "false" }, "is not live"],
  ["that is not available", { is_available: "false" }, "is not available"],
  ["that drains", { is_draining: "true" }, "drains"],
  ["that is decommissioned", { is_decommissioning: "true" }, "is decommissioned"],
  ["with unavailable ranges", { ranges_unavailable: "2" }, "has 2 unavailable ranges"],
  ["with under-replicated ranges", { ranges_underreplicated: "5" }, "has 5 under-replicated ranges"],
  [
    "whose ranges nobody knows",
    { ranges_unavailable: "", ranges_underreplicated: "NULL" },
    "has an unknown number of unavailable ranges",
  ],
])("does not hold with a node %s", (_, change, says) => {
  expect(why(nodes({}, change))[0]).toBe(`node 2 (roach-1.roach.shop.svc.cluster.local:26257) ${says}`);
});

it("tells a node that is missing or silent, and an answer that is none", () => {
  expect(why(nodes(), { members: 4 })).toContain("roach-0 knows 3 nodes instead of 4");
  expect(why(unreachable)).toContain("roach-1 does not answer: the connection was refused");
  expect(why(ended("id\taddress\n1\tx\n"))).toContain("roach-1 answers something else than was asked");
});

it("drains a node that leaves, once, and gives it time", () => {
  const before = usesOf(cockroachdb, insecure).before;
  const scene = actionSceneOf(pods, { ...about, ordinal: 1 });
  expect(linesOf(before?.asks(scene) ?? [])).toHaveLength(1);
  const does = before?.next([nodes()], scene, []);
  expect(does).toMatchObject({ does: "roach-1 is drained", asks: [{ timeLimitMs: 600_000 }] });
  expect(does !== undefined && "asks" in does ? linesOf(does.asks) : []).toEqual([
    "source/roach-1: /cockroach/cockroach node drain --self --insecure --host=localhost:26257",
  ]);
  const deed = (answer: Answer): { says: string; agoMs: number; answers: Answer[] } => ({
    ...{ says: "", agoMs: 100, answers: [answer] },
  });
  expect(before?.next([unreachable], scene, [deed(ended("drain ok\n"))])).toEqual({ done: "roach-1 is drained" });
  expect(before?.next([nodes()], scene, [deed(ended("", 1, "ERROR: drain timeout"))])).toMatchObject({
    refuses: "roach-1 could not be drained: exit code 1: ERROR: drain timeout",
  });
});

it("waits for a node that does not answer, and has nothing to do for one that does not run", () => {
  const before = usesOf(cockroachdb, insecure).before;
  expect(before?.next([unreachable], actionSceneOf(pods, { ...about, ordinal: 1 }), [])).toEqual({
    waits: "roach-1 does not answer: the connection was refused",
  });
  expect(before?.next([], actionSceneOf([], { ...about, ordinal: 1 }), [])).toEqual({ done: "roach-1 does not run" });
});
