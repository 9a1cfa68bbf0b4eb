import type { Answer } from "../../../../core/gates/ask";
import { zookeeper } from "../../../../core/gates/recipes/zookeeper";
import { recorded } from "../recordings";
import { ended, linesOf, problemsOf, sceneOf, usesOf } from "../scene";

// Answers of ZooKeeper 3.8.0: see recordings/README.md.
const scene = sceneOf(
  [
    { side: "source", ordinal: 0 },
    { side: "source", ordinal: 1 },
    { side: "destination", ordinal: 2 },
  ],
  { set: { name: "zookeeper" } },
);

const why = (answers: readonly Answer[], options = {}): readonly string[] =>
  usesOf(zookeeper, options).gate?.why(answers, scene) ?? ["no gate"];

const mntr = (situation: string, ordinals: readonly number[] = [0, 1, 2]): Answer[] =>
  [0, 1, 2].map((ordinal) =>
    ordinals.includes(ordinal)
      ? recorded("zookeeper", situation)(`zookeeper-${ordinal} mntr`)
      : { trouble: "no such pod" },
  );

it("asks every pod for mntr over its client port, by bash", () => {
  const asked = linesOf(usesOf(zookeeper, { container: "zk", port: 2182 }).gate?.asks(scene) ?? []);
  expect(asked).toEqual([
    'source/zookeeper-0/zk: bash -c exec 3<>"/dev/tcp/127.0.0.1/$1" && printf mntr >&3 && cat <&3 bash 2182',
    'source/zookeeper-1/zk: bash -c exec 3<>"/dev/tcp/127.0.0.1/$1" && printf mntr >&3 && cat <&3 bash 2182',
    'destination/zookeeper-2/zk: bash -c exec 3<>"/dev/tcp/127.0.0.1/$1" && printf mntr >&3 && cat <&3 bash 2182',
  ]);
});

it("asks the AdminServer where its port is named, and reads the same there", () => {
  const asked = linesOf(usesOf(zookeeper, { adminPort: 8080 }).gate?.asks(scene) ?? []);
  expect(asked[2]).toBe("GET destination/pods/http:zookeeper-2:8080/commands/monitor");
  const monitor = [0, 1, 2].map((ordinal) => recorded("zookeeper", "healthy")(`zookeeper-${ordinal} monitor`));
  expect(why(monitor, { adminPort: 8080 })).toEqual([]);
  expect(why([...monitor.slice(0, 2), ended("Not Found", 404)], { adminPort: 8080 })[0]).toBe(
    "zookeeper-2 does not answer: exit code 404: Not Found",
  );
});

it("holds for an ensemble in sync", () => {
  expect(why(mntr("healthy"))).toEqual([]);
});

it.each<[string, Answer[], string[]]>([
  [
    "a follower that is down",
    mntr("follower-down", [1, 2]),
    ["zookeeper-0 does not answer: no such pod", "zookeeper-2 leads, and 1 of 2 followers are in sync with it"],
  ],
  [
    "a server that does not listen yet",
    mntr("joining"),
    ["zookeeper-0 does not answer: exit code 1: bash: line 1: /dev/tcp/127.0.0.1/2181: Connection refused"],
  ],
  [
    "a leader that has just gone",
    mntr("leader-just-lost", [0, 1]),
    ["zookeeper-0 serves no requests: it has no leader", "zookeeper-2 does not answer: no such pod", "no member leads"],
  ],
  [
    "a new leader, while the old one is away",
    mntr("new-leader", [0, 1]),
    ["zookeeper-2 does not answer: no such pod", "zookeeper-0 leads, and 1 of 2 followers are in sync with it"],
  ],
  [
    "a quorum that is lost",
    mntr("quorum-lost", [1]),
    [
      "zookeeper-0 does not answer: no such pod",
      "zookeeper-1 serves no requests: it has no leader",
      "zookeeper-2 does not answer: no such pod",
      "no member leads",
    ],
  ],
])("does not hold with %s", (_, answers, expected) => {
  expect(why(answers)).toEqual(expected);
});

it("says which setting is missing where mntr is not allowed", () => {
  const [first, ...others] = mntr("healthy");
  expect(first).toBeDefined();
  expect(why([recorded("zookeeper", "not-whitelisted")("zookeeper-0 stat"), ...others])).toEqual([
    "zookeeper-0 does not answer: mntr is not in 4lw.commands.whitelist (set it, or name the AdminServer's adminPort)",
  ]);
});

it("tells requests that wait, two leaders, and a server that stands alone", () => {
  const edited = (ordinal: number, from: RegExp, to: string): Answer[] =>
    mntr("healthy").map((answer, index) =>
      index === ordinal && "output" in answer ? { ...answer, output: answer.output.replace(from, to) } : answer,
    );
  expect(why(edited(1, /(zk_outstanding_requests\t)0/, "$111"))).toEqual([
    "11 requests wait at zookeeper-1, more than 10",
  ]);
  expect(why(edited(1, /(zk_outstanding_requests\t)0/, "$111"), { outstanding: 11 })).toEqual([]);
  expect(why(edited(0, /(zk_server_state\t)follower/, "$1leader"))).toEqual(["zookeeper-0 and zookeeper-2 both lead"]);
  expect(why(edited(0, /(zk_server_state\t)follower/, "$1standalone"))).toEqual([
    "zookeeper-0 is standalone, no member of an ensemble",
  ]);
});

it("takes one of two ports", () => {
  expect(problemsOf(zookeeper, { port: 2181, adminPort: 8080 })).toEqual([
    "entry.adminPort stands beside port; legal: one of the two. Change it",
  ]);
});

it("is no action: ZooKeeper cannot hand its leader over", () => {
  expect(Object.keys(usesOf(zookeeper))).toEqual(["gate"]);
});
