import type { Answer } from "../../../../core/gates/ask";
import { galera } from "../../../../core/gates/recipes/galera";
import { recorded, unreachable } from "../recordings";
import { ended, linesOf, sceneOf, usesOf } from "../scene";

// Answers of MariaDB 10.11 with Galera 26.4: see recordings/README.md.
const scene = sceneOf(
  [
    { side: "source", ordinal: 0 },
    { side: "source", ordinal: 1 },
    { side: "destination", ordinal: 2 },
  ],
  { set: { name: "galera" } },
);

const status = (situation: string, ordinals: readonly number[] = [0, 1, 2]): Answer[] =>
  [0, 1, 2].map((ordinal) =>
    ordinals.includes(ordinal) ? recorded("galera", situation)(`galera-${ordinal} status`) : unreachable,
  );

const why = (answers: readonly Answer[], options = {}): readonly string[] =>
  usesOf(galera, options).gate?.why(answers, scene) ?? ["no gate"];

it("asks each server for its status; the password comes by stdin and is in no argument", () => {
  const options = { user: "monitor", auth: { secret: "galera", key: "password" }, client: "mysql", socket: "/s" };
  const [first] = linesOf(usesOf(galera, options).gate?.asks(scene) ?? []);
  expect(first).toBe(
    'source/galera-0: sh -c IFS= read -r MYSQL_PWD && export MYSQL_PWD && exec "$@" sh ' +
      "mysql --user=monitor --socket=/s --connect-timeout=5 --batch --skip-column-names " +
      "--execute=SHOW GLOBAL STATUS LIKE 'wsrep\\_%'",
  );
  expect(linesOf(usesOf(galera).gate?.asks(scene) ?? [])[2]).toBe(
    "destination/galera-2: mariadb --connect-timeout=5 --batch --skip-column-names --execute=SHOW GLOBAL STATUS LIKE 'wsrep\\_%'",
  );
});

it("does not ask a pod on its way out, and misses it", () => {
  const leaves = sceneOf(
    [
      { side: "source", ordinal: 0 },
      { side: "source", ordinal: 1 },
      { side: "source", ordinal: 2, terminating: true },
    ],
    { set: { name: "galera" } },
  );
  const gate = usesOf(galera).gate;
  expect(gate?.asks(leaves)).toHaveLength(2);
  expect(gate?.why(status("healthy").slice(0, 2), leaves)).toEqual(["galera-2 does not run"]);
});

it("holds for a cluster whose members are all Synced", () => {
  expect(why(status("healthy"))).toEqual([]);
});

it.each<[string, Answer[], string[]]>([
  [
    "a member that has gone, before the others have noticed",
    status("member-just-lost", [0, 1]),
    ["galera-2 does not answer: the connection was refused"],
  ],
  [
    "a member that is down",
    status("member-down"),
    [
      "galera-2 does not answer: exit code 1: ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/2.sock' (111)",
      "galera-0: wsrep_cluster_size is 2 instead of 3",
      "galera-1: wsrep_cluster_size is 2 instead of 3",
    ],
  ],
  [
    "a member that gives its data to one that joins",
    status("joining"),
    [
      expect.stringContaining("galera-2 does not answer: exit code 1: ERROR 2002") as string,
      "galera-0: wsrep_local_state_comment is Donor/Desynced instead of Synced",
    ],
  ],
  [
    "a member that was taken out of step",
    status("desynced"),
    ["galera-1: wsrep_local_state_comment is Donor/Desynced instead of Synced"],
  ],
  [
    "a member that has lost the majority",
    status("non-primary", [0]),
    [
      "galera-1 does not answer: the connection was refused",
      "galera-2 does not answer: the connection was refused",
      "galera-0: wsrep_cluster_status is non-Primary instead of Primary",
      "galera-0: wsrep_ready is OFF instead of ON",
      "galera-0: wsrep_local_state_comment is Initialized instead of Synced",
      "galera-0: wsrep_cluster_size is 1 instead of 3",
    ],
  ],
])("does not hold with %s", (_, answers, expected) => {
  expect(why(answers)).toEqual(expected);
});

it("tells members of two clusters, and a server without Galera", () => {
  const [first, ...others] = status("healthy");
  if (first === undefined || !("output" in first)) throw new Error("it was recorded");
  const other = first.output.replace(/(wsrep_cluster_state_uuid\t)\S+/, "$100000000-0000-0000-0000-000000000000");
  expect(why([ended(other), ...others])).toEqual(["the members are in different clusters (wsrep_cluster_state_uuid)"]);
  expect(why([ended(""), ...others])).toEqual(["galera-0 answers something else than was asked"]);
});

it("counts members that are elsewhere, such as an arbitrator, where the config says so", () => {
  expect(why(status("healthy"), { members: 4 })).toEqual(
    [0, 1, 2].map((ordinal) => `galera-${ordinal}: wsrep_cluster_size is 3 instead of 4`),
  );
});
