import type { Answer, ExecAsk } from "../ask";
import { whyFailed } from "../ask";
import type { Kind } from "../kind";
import type { Scene, SetPod } from "../scene";
import { askedPods, readCli, whyNotThere } from "./members";

/** Each tool starts a JVM. */
const usualLimitMs = 60_000;

/** A voter fetches every half second, and calls an election where it cannot for 2 s (`controller.quorum.fetch.timeout.ms`). */
const latestMs = 5_000;

/**
 * `kafka`, a gate: no partition is under-replicated, under its `min.insync.replicas` or without a leader, and, with KRaft, the
 * metadata quorum has a leader and voters that follow it. Asked of one broker, by Kafka's own tools
 * (https://kafka.apache.org/documentation/#basic_ops, KIP-836).
 *
 * A broker that is stopped hands its partitions over by itself (`controlled.shutdown.enable`), so no action is needed; leaders come
 * back to it by `auto.leader.rebalance.enable`.
 */
export const kafka: Kind = (options) => {
  const cli = readCli(options, undefined, usualLimitMs);
  const server = options.text("bootstrapServer", "host:port of a broker, as its pod reaches it") ?? "localhost:9092";
  const config = options.text("commandConfig", "the path of a client's properties in the container");
  const folder = options.text("bin", "the folder of Kafka's tools in the container, such as /opt/kafka/bin");
  const suffix = options.choice("tools", ["apache", "confluent"]) === "confluent" ? "" : ".sh";
  const kraft = options.boolean("kraft") ?? true;
  const lag = options.number("lag", 0, 1_000_000_000) ?? 1_000;
  const tool = (name: string): string[] => [
    `${folder === undefined ? "" : `${folder.replace(/\/$/, "")}/`}${name}${suffix}`,
    "--bootstrap-server",
    server,
    ...(config === undefined ? [] : ["--command-config", config]),
  ];
  const looks = [
    ...partitionLooks.map(([flagName]) => [...tool("kafka-topics"), "--describe", `--${flagName}`]),
    ...(kraft ? [[...tool("kafka-metadata-quorum"), "describe", "--status"]] : []),
  ];
  return {
    gate: {
      asks: (scene): ExecAsk[] => {
        const pod = askedOf(scene);
        return pod === undefined ? [] : looks.map((command) => cli(pod, command));
      },
      why: (answers, scene) => {
        const there = whyNotThere(scene);
        const pod = askedOf(scene);
        if (pod === undefined) return there;
        const quorum = answers[partitionLooks.length];
        return [
          ...there,
          ...partitionLooks.flatMap(([, what], index) => whyPartitions(pod, answers[index], what)),
          ...(kraft ? whyNoQuorum(pod, quorum, lag) : []),
        ];
      },
    },
  };
};

/** What the partitions are asked by, and what those that are listed are. */
const partitionLooks = [
  ["under-replicated-partitions", "under-replicated"],
  ["under-min-isr-partitions", "under its min.insync.replicas"],
  ["unavailable-partitions", "without a leader"],
] as const;

/** The one that is asked for all: a Ready one, if it can be one that does not leave next. */
function askedOf(scene: Scene): SetPod | undefined {
  const ready = askedPods(scene).filter((pod) => pod.ready);
  return ready.find(({ ordinal }) => !scene.step.next.includes(ordinal)) ?? ready[0];
}

function whyPartitions({ name }: SetPod, answer: Answer | undefined, what: string): string[] {
  const failed = whyFailed(answer ?? { trouble: "it was not asked" });
  if (failed !== undefined || answer === undefined || "trouble" in answer)
    return [`${name} does not answer: ${failed ?? ""}`];
  const partitions = [...answer.output.matchAll(/^\s*Topic: (\S+)\s+Partition: (\d+)\s/gm)].map(
    ([, topic = "", partition = ""]) => `${topic}-${partition}`,
  );
  const [first] = partitions;
  if (first === undefined) return [];
  return [
    partitions.length === 1
      ? `partition ${first} is ${what}`
      : `${partitions.length} partitions are ${what}, such as ${first}`,
  ];
}

function whyNoQuorum({ name }: SetPod, answer: Answer | undefined, lag: number): string[] {
  const failed = whyFailed(answer ?? { trouble: "it was not asked" });
  if (failed !== undefined || answer === undefined || "trouble" in answer)
    return [`${name} does not answer: ${failed ?? ""}`];
  const fields = new Map(
    [...answer.output.matchAll(/^(\w+):\s+(.*)$/gm)].map(([, field = "", value = ""]) => [field, value.trim()]),
  );
  const [leader, behind, late] = ["LeaderId", "MaxFollowerLag", "MaxFollowerLagTimeMs"].map((field) =>
    Number(fields.get(field) ?? NaN),
  );
  if (leader === undefined || behind === undefined || late === undefined || Number.isNaN(leader + behind + late))
    return [`${name} answers something else than the state of the metadata quorum`];
  if (leader < 0) return ["the metadata quorum has no leader"];
  // One that has not fetched from this leader at all counts as -1; one that has, and fetches no more, as the time since.
  if (late < 0) return ["a voter of the metadata quorum does not follow its leader"];
  if (late > latestMs) {
    return [`a voter of the metadata quorum has not caught up with its leader for ${Math.round(late / 1_000)} s`];
  }
  return behind > lag ? [`a voter of the metadata quorum is ${behind} records behind, more than ${lag}`] : [];
}
