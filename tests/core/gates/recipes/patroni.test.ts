import type { Answer } from "../../../../core/gates/ask";
import type { Deed } from "../../../../core/gates/kind";
import { patroni } from "../../../../core/gates/recipes/patroni";
import { recorded, unreachable } from "../recordings";
import { actionSceneOf, ended, linesOf, sceneOf, usesOf } from "../scene";
import type { GivenPod } from "../scene";

// Answers of Patroni 3.0.2: see recordings/README.md. The leader is db-0, then db-1 and db-2 by switchovers, then db-0 again.
const pods: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "destination", ordinal: 2 },
];
const about = { set: { name: "db" } };
const list = (situation: string): Answer => recorded("patroni", situation)("db list");

function why(answers: readonly Answer[], options = {}, given: readonly GivenPod[] = pods): readonly string[] {
  return usesOf(patroni, options).gate?.why(answers, sceneOf(given, about)) ?? ["no gate"];
}

const alike = (situation: string): readonly string[] => why([list(situation), list(situation), list(situation)]);

function next(answer: Answer, ordinal: number, step = {}, deeds: readonly Deed[] = []): unknown {
  const scene = actionSceneOf(pods, { ...about, ordinal, step });
  const found = usesOf(patroni).before?.next([answer, answer, answer], scene, deeds);
  return found !== undefined && "asks" in found ? { does: found.does, asks: linesOf(found.asks) } : found;
}

/** A row of `patronictl list`, as 3.1 and later have it: replicas stream. */
function row(name: string, role: string, more: object = {}): object {
  const lag = role === "Leader" ? {} : { "Lag in MB": 0 };
  return {
    Cluster: "shop",
    Member: name,
    Role: role,
    State: role === "Leader" ? "running" : "streaming",
    TL: 1,
    ...lag,
    ...more,
  };
}

it("asks patronictl in each pod", () => {
  const options = { container: "postgres", config: "/home/postgres/postgres.yml", cluster: "shop" };
  expect(linesOf(usesOf(patroni, options).gate?.asks(sceneOf(pods, about)) ?? [])).toEqual([
    "source/db-0/postgres: patronictl --config-file=/home/postgres/postgres.yml list shop --format=json",
    "source/db-1/postgres: patronictl --config-file=/home/postgres/postgres.yml list shop --format=json",
    "destination/db-2/postgres: patronictl --config-file=/home/postgres/postgres.yml list shop --format=json",
  ]);
  expect(linesOf(usesOf(patroni).gate?.asks(sceneOf(pods, about)) ?? [])[0]).toBe(
    "source/db-0: patronictl list --format=json",
  );
});

it.each(["healthy", "after-switchover", "back"])("holds for a cluster that is %s", (situation) => {
  expect(alike(situation)).toEqual([]);
});

it.each<[string, string[]]>([
  ["creating", ["replica db-1 is creating replica", "replica db-2 is creating replica"]],
  ["switchover-at-once", ["replica db-0 is stopped", "replica db-2 is not on the leader's timeline 2"]],
  [
    "replica-gone",
    ["db-0 knows 2 members instead of 3", "db-1 knows 2 members instead of 3", "db-2 knows 2 members instead of 3"],
  ],
  [
    "new-leader",
    ["db-0 knows 2 members instead of 3", "db-1 knows 2 members instead of 3", "db-2 knows 2 members instead of 3"],
  ],
])("does not hold in the situation %s", (situation, expected) => {
  expect(alike(situation)).toEqual(expected);
});

it("does not trust the list alone, in which a member that died is as it was until its ttl is over", () => {
  expect(alike("replica-down")).toEqual([]);
  const down = pods.map((pod) => (pod.ordinal === 0 ? { ...pod, ready: false } : pod));
  const stale = list("replica-down");
  expect(why([unreachable, stale, stale], {}, down)).toEqual([
    "db-0 is not Ready",
    "db-0 does not answer: the connection was refused",
  ]);
  expect(why([stale, stale], {}, pods.slice(1))).toEqual(["db-0 does not run"]);
});

it("tells members that do not agree on the leader, and replicas that are behind or nobody knows how far", () => {
  expect(why([list("healthy"), list("after-switchover"), list("healthy")])).toContain(
    "the members do not agree on the leader (db-0, db-1)",
  );
  const late = ended(
    JSON.stringify([
      row("db-0", "Leader"),
      row("db-1", "Replica", { "Lag in MB": 17 }),
      row("db-2", "Replica", { "Lag in MB": "unknown" }),
    ]),
  );
  expect(why([late, late, late])).toEqual([
    "replica db-1 is 17 MB behind, more than 1",
    "nobody knows how far replica db-2 is behind",
  ]);
  expect(why([late, late, late], { lag: 17 })).toEqual(["nobody knows how far replica db-2 is behind"]);
  const headless = ended(JSON.stringify(["db-0", "db-1", "db-2"].map((name) => row(name, "Replica"))));
  expect(why([headless, headless, headless]).slice(0, 1)).toEqual(["db-0 knows no leader"]);
});

it("knows the words of later versions, and the leader of a standby cluster", () => {
  const rows = [row("db-0", "Standby Leader", { State: "streaming" }), row("db-1", "Replica"), row("db-2", "Replica")];
  const answer = ended(JSON.stringify(rows));
  expect(why([answer, answer, answer])).toEqual([]);
  const starting = ended(JSON.stringify([row("db-0", "Leader", { State: "starting" }), ...rows.slice(1)]));
  expect(why([starting, starting, starting])).toEqual(["the leader db-0 is starting"]);
});

it("switches a leader that leaves over, to a replica that has moved already", () => {
  expect(next(list("healthy"), 0, { next: [1] })).toEqual({
    does: "db-0 is leader: hands over to db-2",
    asks: ["source/db-0: patronictl switchover --leader=db-0 --candidate=db-2 --force"],
  });
});

it("switches over to a synchronous replica where there are any, and to none that must not lead", () => {
  const rows = [row("db-0", "Leader"), row("db-1", "Sync Standby"), row("db-2", "Replica")];
  expect(next(ended(JSON.stringify(rows)), 0)).toHaveProperty("does", "db-0 is leader: hands over to db-1");
  const barred = [
    row("db-0", "Leader"),
    row("db-1", "Replica"),
    row("db-2", "Replica", { Tags: { nofailover: true } }),
  ];
  expect(next(ended(JSON.stringify(barred)), 0, { next: [1] })).toHaveProperty(
    "does",
    "db-0 is leader: hands over to db-1",
  );
  const all = barred.map((each) => ({ ...each, Tags: { nofailover: true } }));
  expect(next(ended(JSON.stringify(all)), 0)).toEqual({
    refuses: "db-0 is leader, and nobody could take over",
    todo: "Give it another member, and run the same again",
  });
});

it("is done as soon as all know another leader", () => {
  expect(next(list("switchover-at-once"), 0)).toEqual({ done: "db-0 is no leader" });
  const scene = actionSceneOf(pods, { ...about, ordinal: 0 });
  const views = [list("after-switchover"), list("after-switchover"), list("healthy")];
  expect(usesOf(patroni).before?.next(views, scene, [])).toEqual({
    waits: "the members do not agree on the leader (db-1, db-0)",
  });
});

it("waits for replicas that are not there yet", () => {
  expect(next(list("creating"), 0)).toEqual({
    waits:
      "db-0 is leader, and nobody that stays can take over: replica db-1 is creating replica; replica db-2 is creating replica",
  });
});

it("says what patronictl said to a switchover that failed", () => {
  const deed = { says: "", agoMs: 500, answers: [recorded("patroni", "switchover")("db switchover-wrong-candidate")] };
  expect(next(list("healthy"), 0, {}, [deed])).toEqual({
    waits: "db-0 is still leader: exit code 1: Error: Member db-9 does not exist in cluster shop",
  });
});
