import type { Answer, Ask } from "../../../../core/gates/ask";
import type { Deed } from "../../../../core/gates/kind";
import { rabbitmq } from "../../../../core/gates/recipes/rabbitmq";
import { recorded, unreachable } from "../recordings";
import { actionSceneOf, ended, linesOf, sceneOf, usesOf } from "../scene";
import type { GivenPod } from "../scene";

// Answers of RabbitMQ 3.10.8 with a quorum queue of three members: see recordings/README.md.
const pods: readonly GivenPod[] = [
  { side: "source", ordinal: 0 },
  { side: "source", ordinal: 1 },
  { side: "source", ordinal: 2 },
];
const about = { set: { name: "rabbitmq" } };

function answer(situation: string, asks: readonly Ask[], gone: readonly string[] = []): Answer[] {
  return asks.map((ask) => {
    if (ask.type !== "exec") throw new Error("RabbitMQ is asked by commands alone");
    const what = ask.command.includes("cluster_status") ? "cluster_status" : "quorum_critical";
    return gone.includes(ask.pod) ? unreachable : recorded("rabbitmq", situation)(`${ask.pod} ${what}`);
  });
}

function why(situation: string, gone: readonly string[] = []): readonly string[] {
  const gate = usesOf(rabbitmq).gate;
  const scene = sceneOf(pods, about);
  return gate?.why(answer(situation, gate.asks(scene), gone), scene) ?? ["no gate"];
}

function next(situation: string, ordinal: number, deeds: readonly Deed[] = []): unknown {
  const before = usesOf(rabbitmq).before;
  const scene = actionSceneOf(pods, { ...about, ordinal });
  const found = before?.next(answer(situation, before.asks(scene)), scene, deeds);
  return found !== undefined && "asks" in found ? { does: found.does, asks: linesOf(found.asks) } : found;
}

it("asks each node for the cluster, and whether a queue needs it", () => {
  const asks = usesOf(rabbitmq, { container: "rabbitmq" }).gate?.asks(sceneOf(pods.slice(1, 2), about)) ?? [];
  expect(linesOf(asks)).toEqual([
    "source/rabbitmq-1/rabbitmq: rabbitmq-diagnostics --quiet cluster_status --formatter=json",
    "source/rabbitmq-1/rabbitmq: rabbitmq-diagnostics --quiet check_if_node_is_quorum_critical",
  ]);
});

it.each(["healthy", "back"])("holds for a cluster that is %s", (situation) => {
  expect(why(situation)).toEqual([]);
});

it("does not hold while an alarm is raised", () => {
  expect(why("alarm", ["rabbitmq-2"])).toEqual([
    "rabbitmq-2 does not answer: the connection was refused",
    "there is memory alarm on rabbit0@localhost",
  ]);
});

it("does not hold with a node under maintenance, whose queues make the others critical", () => {
  expect(why("drained")).toEqual([
    "rabbit1@localhost is under maintenance (rabbitmq-upgrade revive ends it)",
    "rabbitmq-0 is quorum critical: queue 'orders' in vhost '/' would lose quorum if node rabbit0@localhost is stopped",
    "rabbitmq-2 is quorum critical: queue 'orders' in vhost '/' would lose quorum if node rabbit2@localhost is stopped",
  ]);
});

it("does not hold with a node that is down", () => {
  expect(why("member-down")).toEqual([
    expect.stringContaining("rabbitmq-1 does not answer: exit code 69: Error: unable to perform an operation on node"),
    "rabbit1@localhost does not run, says rabbitmq-0",
    "rabbit1@localhost does not run, says rabbitmq-2",
    "rabbitmq-0 is quorum critical: queue 'orders' in vhost '/' would lose quorum if node rabbit0@localhost is stopped",
    "rabbitmq-2 is quorum critical: queue 'orders' in vhost '/' would lose quorum if node rabbit2@localhost is stopped",
  ]);
});

it("tells a partition, and a cluster that is smaller than the set", () => {
  const gate = usesOf(rabbitmq).gate;
  const scene = sceneOf(pods, about);
  const healthy = answer("healthy", gate?.asks(scene) ?? []);
  const edited = (from: string, to: string): readonly string[] | undefined =>
    gate?.why(
      healthy.map((each, index) =>
        index === 0 && "output" in each ? { ...each, output: each.output.replace(from, to) } : each,
      ),
      scene,
    );
  expect(edited('"partitions":{}', '"partitions":{"rabbit0@localhost":["rabbit1@localhost"]}')).toEqual([
    "rabbitmq-0 sees a network partition",
  ]);
  expect(edited('"rabbit2@localhost"],"feature_flags"', '"rabbit1@localhost"],"feature_flags"')).toEqual([]);
  expect(edited('"disk_nodes":["rabbit0@localhost",', '"disk_nodes":[')).toEqual([
    "rabbitmq-0 knows 2 nodes instead of 3",
  ]);
});

it("drains a node that leaves, when no queue needs it", () => {
  expect(next("healthy", 1)).toEqual({
    does: "rabbitmq-1 is drained",
    asks: ["source/rabbitmq-1: rabbitmq-upgrade --quiet drain"],
  });
});

it("waits as long as a queue would lose its majority", () => {
  expect(next("member-down", 2)).toEqual({
    waits:
      "rabbitmq-2 is quorum critical: queue 'orders' in vhost '/' would lose quorum if node rabbit2@localhost is stopped",
  });
});

it("waits where the check itself cannot be made", () => {
  const before = usesOf(rabbitmq).before;
  expect(before?.next([unreachable], actionSceneOf(pods, { ...about, ordinal: 1 }), [])).toEqual({
    waits: "rabbitmq-1 does not answer: the connection was refused",
  });
});

it("is done when the node is drained, by itself or earlier", () => {
  const drained = { says: "", agoMs: 100, answers: [recorded("rabbitmq", "drain")("rabbitmq-1 drain")] };
  expect(next("healthy", 1, [drained])).toEqual({ done: "rabbitmq-1 is drained" });
  expect(next("drained", 1)).toEqual({ done: "rabbitmq-1 is drained" });
});

it("refuses to go on where the drain failed", () => {
  const deed = { says: "", agoMs: 100, answers: [ended("", 70, "Error: timeout")] };
  expect(next("healthy", 1, [deed])).toEqual({
    refuses: "rabbitmq-1 could not be drained: exit code 70: Error: timeout",
    todo: "See why, end it with rabbitmq-upgrade revive in the pod if it is to stay, and run the same again",
  });
});
