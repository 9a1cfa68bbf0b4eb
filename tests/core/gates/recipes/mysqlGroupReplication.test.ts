import type { Answer } from "../../../../core/gates/ask";
import type { Deed } from "../../../../core/gates/kind";
import { mysqlGroupReplication } from "../../../../core/gates/recipes/mysqlGroupReplication";
import { unreachable } from "../recordings";
import { actionSceneOf, ended, linesOf, sceneOf, usesOf } from "../scene";
import type { GivenPod } from "../scene";

// Written from MySQL's reference manual (8.4: The replication_group_members Table; Changing the Primary), not recorded: Debian has
// no MySQL server.
const pods: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "destination", ordinal: 2 },
];
const about = { set: { name: "mysql" } };
const ids = [0, 1, 2].map((ordinal) => `d391e9ee-2691-11ec-bf61-00059a3c7a0${ordinal}`);

/** What one member sees: state and role of each. */
function view(self: number, ...members: readonly string[]): Answer {
  const rows = members.map((member, ordinal) =>
    [ids[self], ids[ordinal], `mysql-${ordinal}.mysql`, ...member.split(" ")].join("\t"),
  );
  return ended(`${rows.join("\n")}\n`);
}

const alike = (...members: readonly string[]): Answer[] => [0, 1, 2].map((self) => view(self, ...members));
const healthy = alike("ONLINE SECONDARY", "ONLINE PRIMARY", "ONLINE SECONDARY");

const why = (answers: readonly Answer[]): readonly string[] =>
  usesOf(mysqlGroupReplication).gate?.why(answers, sceneOf(pods, about)) ?? ["no gate"];

function next(answers: readonly Answer[], ordinal: number, step = {}, deeds: readonly Deed[] = []): unknown {
  const scene = actionSceneOf(pods, { ...about, ordinal, step });
  const found = usesOf(mysqlGroupReplication).before?.next(answers, scene, deeds);
  return found !== undefined && "asks" in found ? { does: found.does, asks: linesOf(found.asks) } : found;
}

it("asks each member whom it sees; the password comes by stdin", () => {
  const options = { user: "monitor", auth: { config: "mysql:password" } };
  expect(linesOf(usesOf(mysqlGroupReplication, options).gate?.asks(sceneOf(pods, about)) ?? [])[0]).toBe(
    'source/mysql-0: sh -c IFS= read -r MYSQL_PWD && export MYSQL_PWD && exec "$@" sh ' +
      "mysql --user=monitor --connect-timeout=5 --batch --skip-column-names " +
      "--execute=SELECT @@server_uuid, MEMBER_ID, MEMBER_HOST, MEMBER_STATE, MEMBER_ROLE " +
      "FROM performance_schema.replication_group_members",
  );
});

it("holds where all are ONLINE and agree on the primary, or all are primary", () => {
  expect(why(healthy)).toEqual([]);
  expect(why(alike("ONLINE PRIMARY", "ONLINE PRIMARY", "ONLINE PRIMARY"))).toEqual([]);
});

it.each<[string, Answer[], string[]]>([
  [
    "a member that recovers",
    alike("RECOVERING SECONDARY", "ONLINE PRIMARY", "ONLINE SECONDARY"),
    [
      "mysql-0 sees mysql-0.mysql as RECOVERING",
      "mysql-1 sees mysql-0.mysql as RECOVERING",
      "mysql-2 sees mysql-0.mysql as RECOVERING",
    ],
  ],
  [
    "a member that is out",
    [unreachable, view(1, "UNREACHABLE SECONDARY", "ONLINE PRIMARY", "ONLINE SECONDARY"), healthy[2] ?? unreachable],
    ["mysql-0 does not answer: the connection was refused", "mysql-1 sees mysql-0.mysql as UNREACHABLE"],
  ],
  [
    "a member whose plugin is not started",
    [ended(`${ids[0] ?? ""}\t\t\tOFFLINE\t\n`), ...healthy.slice(1)],
    ["mysql-0 knows 1 members instead of 3", "mysql-0 sees itself as OFFLINE", "mysql-0 knows no primary"],
  ],
  [
    "two primaries",
    [view(0, "ONLINE PRIMARY", "ONLINE SECONDARY", "ONLINE SECONDARY"), ...healthy.slice(1)],
    ["the members do not agree on the primary"],
  ],
  ["an answer that is none", [ended("\n"), ...healthy.slice(1)], ["mysql-0 answers something else than was asked"]],
])("does not hold with %s", (_, answers, expected) => {
  expect(why(answers)).toEqual(expected);
});

it("hands a primary that leaves over to a member that has moved already", () => {
  expect(next(healthy, 1, { next: [0] })).toEqual({
    does: "mysql-1 is primary: hands over to mysql-2",
    asks: [
      "source/mysql-1: mysql --connect-timeout=5 --batch --skip-column-names " +
        `--execute=SELECT group_replication_set_as_primary('${ids[2] ?? ""}')`,
    ],
  });
});

it("has nothing to do for a secondary, nor where each is primary", () => {
  expect(next(healthy, 0)).toEqual({ done: "mysql-0 is no primary" });
  expect(next(alike("ONLINE PRIMARY", "ONLINE PRIMARY", "ONLINE PRIMARY"), 0)).toEqual({
    done: "each member of mysql is primary",
  });
});

it("waits for whoever could take over, and for all to know", () => {
  expect(next(alike("RECOVERING SECONDARY", "ONLINE PRIMARY", "ERROR "), 1)).toEqual({
    waits: "mysql-1 is primary, and nobody that stays can take over: mysql-0 is not ONLINE; mysql-2 is not ONLINE",
  });
  const half = [...healthy.slice(0, 2), view(2, "ONLINE PRIMARY", "ONLINE SECONDARY", "ONLINE SECONDARY")];
  expect(next(half, 0)).toEqual({ waits: "the members do not agree on the primary" });
});

it("says what the server said to a hand-over that failed", () => {
  const error = "ERROR 3910 (HY000): The function 'group_replication_set_as_primary' failed. There is a slave channel";
  expect(next(healthy, 1, {}, [{ says: "", agoMs: 100, answers: [ended("", 1, error)] }])).toEqual({
    waits: `mysql-1 is still primary: exit code 1: ${error}`,
  });
});
