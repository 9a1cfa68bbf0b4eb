import type { Answer, Ask } from "../../../../core/gates/ask";
import { kafka } from "../../../../core/gates/recipes/kafka";
import { recorded, unreachable } from "../recordings";
import { ended, linesOf, sceneOf, usesOf } from "../scene";
import type { GivenPod } from "../scene";

// Answers of Kafka 4.3.1 with KRaft: see recordings/README.md.
const pods: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "destination", ordinal: 2 },
];
const scene = sceneOf(pods, { set: { name: "kafka" }, step: { next: [0] } });

function answer(situation: string, asks: readonly Ask[]): Answer[] {
  return asks.map((ask) => {
    if (ask.type !== "exec") throw new Error("Kafka is asked by commands alone");
    const what = ask.command.at(-1)?.replace("--", "") ?? "";
    return recorded("kafka", situation)(`kafka ${what === "status" ? "quorum-status" : what}`);
  });
}

function why(situation: string, options = {}, given = scene): readonly string[] {
  const gate = usesOf(kafka, options).gate;
  return gate?.why(answer(situation, gate.asks(given)), given) ?? ["no gate"];
}

it("asks one broker that stays, by Kafka's tools", () => {
  const options = {
    bin: "/opt/kafka/bin/",
    bootstrapServer: "localhost:9093",
    commandConfig: "/etc/client.properties",
  };
  const to = "--bootstrap-server localhost:9093 --command-config /etc/client.properties";
  expect(linesOf(usesOf(kafka, options).gate?.asks(scene) ?? [])).toEqual([
    `source/kafka-1: /opt/kafka/bin/kafka-topics.sh ${to} --describe --under-replicated-partitions`,
    `source/kafka-1: /opt/kafka/bin/kafka-topics.sh ${to} --describe --under-min-isr-partitions`,
    `source/kafka-1: /opt/kafka/bin/kafka-topics.sh ${to} --describe --unavailable-partitions`,
    `source/kafka-1: /opt/kafka/bin/kafka-metadata-quorum.sh ${to} describe --status`,
  ]);
});

it("asks no metadata quorum where ZooKeeper has the metadata, and knows the names of Confluent's tools", () => {
  const asked = linesOf(usesOf(kafka, { kraft: false, tools: "confluent" }).gate?.asks(scene) ?? []);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toBe(
    "source/kafka-1: kafka-topics --bootstrap-server localhost:9092 --describe --under-replicated-partitions",
  );
});

it.each(["healthy", "back"])("holds for a cluster that is %s", (situation) => {
  expect(why(situation)).toEqual([]);
});

it("does not hold with a broker that has just gone, though the partitions do not show it yet", () => {
  expect(why("member-just-lost")).toEqual(["a voter of the metadata quorum does not follow its leader"]);
});

it("does not hold with a broker that is down, nor when the one that was stopped led the quorum", () => {
  const expected = [
    "3 partitions are under-replicated, such as orders-0",
    "a voter of the metadata quorum does not follow its leader",
  ];
  expect(why("member-down")).toEqual(expected);
  expect(why("controller-moved")).toEqual(expected);
  expect(why("member-down", { kraft: false })).toEqual(expected.slice(0, 1));
});

it("tells pods that are missing or not Ready, and has nobody to ask without one", () => {
  const unready = pods.map((pod) => ({ ...pod, ready: pod.ordinal !== 1 }));
  expect(why("healthy", {}, sceneOf(unready, { set: { name: "kafka" } }))).toEqual(["kafka-1 is not Ready"]);
  const none = sceneOf([], { set: { name: "kafka" } });
  expect(why("healthy", {}, none)).toEqual(["kafka-0 does not run", "kafka-1 does not run", "kafka-2 does not run"]);
});

it("tells one partition by its name, a voter that lags, a quorum without a leader, and no answer", () => {
  const gate = usesOf(kafka).gate;
  const [replicated, minIsr, unavailable, quorum] = answer("healthy", gate?.asks(scene) ?? []);
  if (replicated === undefined || minIsr === undefined || unavailable === undefined) throw new Error("recorded");
  if (quorum === undefined || !("output" in quorum)) throw new Error("recorded");
  const with4 = (last: Answer): readonly string[] | undefined =>
    gate?.why([replicated, minIsr, unavailable, last], scene);
  expect(with4(ended(quorum.output.replace(/(MaxFollowerLag: +)0/, "$11001")))).toEqual([
    "a voter of the metadata quorum is 1001 records behind, more than 1000",
  ]);
  expect(with4(ended(quorum.output.replace(/(MaxFollowerLagTimeMs: +)\d+/, "$19000")))).toEqual([
    "a voter of the metadata quorum has not caught up with its leader for 9 s",
  ]);
  expect(with4(ended(quorum.output.replace(/(LeaderId: +)2/, "$1-1")))).toEqual(["the metadata quorum has no leader"]);
  expect(with4(ended("help"))).toEqual(["kafka-1 answers something else than the state of the metadata quorum"]);
  expect(with4(unreachable)).toEqual(["kafka-1 does not answer: the connection was refused"]);
  const one = ended("\tTopic: orders\tPartition: 2\tLeader: none\tReplicas: 2,0,1\tIsr: 0,1\tElr: \n");
  expect(gate?.why([replicated, one, one, quorum], scene)).toEqual([
    "partition orders-2 is under its min.insync.replicas",
    "partition orders-2 is without a leader",
  ]);
});
