import { at, field, listAt, textOr } from "../../json";
import type { Answer, ExecAsk } from "../ask";
import { lastLine, whyFailed } from "../ask";
import type { Kind, Next } from "../kind";
import type { ActionScene, Scene, SetPod } from "../scene";
import { leaverOf } from "./handOver";
import { askedPods, hear, heardOf, jsonIn, once, readCli, whyMute, whyNotThere } from "./members";
import type { Cli, Heard, Mute } from "./members";

/** Draining moves the leaders of queues and streams away, one by one. */
const drainMs = 120_000;

/**
 * `rabbitmq`. As a gate: every node runs in one cluster, without a partition, an alarm or maintenance, and none is quorum
 * critical: each quorum queue and stream has its majority without it. As an action of `before`: a node that leaves is drained
 * (`rabbitmq-upgrade drain`) as soon as it is not quorum critical: it hands over the leaders of its queues, and closes its clients'
 * connections, so that they go elsewhere (https://www.rabbitmq.com/docs/upgrade#maintenance-mode). It is revived by its start
 * in the other cluster. By the commands in the pods, which find the cookie there.
 */
export const rabbitmq: Kind = (options) => {
  const cli = readCli(options, undefined, 30_000);
  const drain = readDrain(cli);
  const members = options.number("members", 1, 1_000);
  return {
    gate: {
      asks: (scene) => [
        ...askedPods(scene).map((pod) => statusOf(cli, pod)),
        ...askedPods(scene).map((pod) => criticalOf(cli, pod)),
      ],
      why: (answers, scene) => {
        const pods = askedPods(scene);
        const nodes = hear(pods, answers.slice(0, pods.length), clusterIn);
        return once([
          ...whyNotWhole(scene, nodes, members ?? scene.set.replicas),
          ...pods.flatMap((pod, index) => whyCritical(pod, answers[pods.length + index])),
        ]);
      },
    },
    before: {
      asks: (scene) => {
        const leaver = leaverOf(scene);
        return leaver === undefined ? [] : [criticalOf(cli, leaver)];
      },
      next: ([critical], scene, deeds) =>
        nextOfDrain(scene, critical, deeds.length > 0 ? deeds.at(-1)?.answers[0] : undefined, drain),
    },
  };
};

function statusOf(cli: Cli, pod: SetPod): ExecAsk {
  return cli(pod, ["rabbitmq-diagnostics", "--quiet", "cluster_status", "--formatter=json"]);
}

function criticalOf(cli: Cli, pod: SetPod): ExecAsk {
  return cli(pod, ["rabbitmq-diagnostics", "--quiet", "check_if_node_is_quorum_critical"]);
}

function readDrain(cli: Cli): (pod: SetPod) => ExecAsk {
  return (pod) => ({ ...cli(pod, ["rabbitmq-upgrade", "--quiet", "drain"]), timeLimitMs: drainMs });
}

/** What a node knows of its cluster. */
interface ClusterView {
  readonly members: readonly string[];
  readonly running: readonly string[];
  readonly alarms: readonly string[];
  readonly partitioned: boolean;
  readonly maintained: readonly string[];
}

function clusterIn(output: string): ClusterView | undefined {
  const status = jsonIn(output);
  if (!Array.isArray(field(status, "running_nodes"))) return undefined;
  const texts = (name: string): string[] => listAt(status, name).map((node) => textOr(node));
  const maintenance = Object.entries(field(status, "maintenance_status") ?? {});
  return {
    members: [...texts("disk_nodes"), ...texts("ram_nodes")],
    running: texts("running_nodes"),
    alarms: listAt(status, "alarms").map(
      (alarm) => `${textOr(at(alarm, "resource"), "an")} alarm on ${textOr(at(alarm, "node"))}`,
    ),
    partitioned: Object.keys(field(status, "partitions") ?? {}).length > 0,
    // 3.10 writes colours into it.
    maintained: maintenance
      .filter(([, state]) => !textOr(state).includes("not under maintenance"))
      .map(([node]) => node),
  };
}

function whyNotWhole(scene: Scene, nodes: readonly (Heard<ClusterView> | Mute)[], wanted: number): string[] {
  return [
    ...whyNotThere(scene),
    ...whyMute(nodes),
    ...heardOf(nodes).flatMap(({ pod: { name }, says }) => [
      ...(says.members.length === wanted ? [] : [`${name} knows ${says.members.length} nodes instead of ${wanted}`]),
      ...says.members
        .filter((node) => !says.running.includes(node))
        .map((node) => `${node} does not run, says ${name}`),
      ...(says.partitioned ? [`${name} sees a network partition`] : []),
      ...says.alarms.map((alarm) => `there is ${alarm}`),
      ...says.maintained.map((node) => `${node} is under maintenance (rabbitmq-upgrade revive ends it)`),
    ]),
  ];
}

/** The check fails with the queues that would lose their majority, one a line; a command that could not ask, with `Error: …`. */
function whyCritical(pod: SetPod, answer: Answer | undefined): string[] {
  if (answer === undefined) return [`${pod.name} was not asked`];
  const failed = whyFailed(answer);
  if (failed === undefined) return [];
  if ("trouble" in answer || /^Error:/m.test(answer.output + answer.errors)) {
    return [`${pod.name} does not answer: ${failed}`];
  }
  return [`${pod.name} is quorum critical: ${lastLine(answer.output) ?? lastLine(answer.errors) ?? failed}`];
}

/** @param drained what the drain of an earlier round has answered. */
function nextOfDrain(
  scene: ActionScene,
  critical: Answer | undefined,
  drained: Answer | undefined,
  drain: (pod: SetPod) => ExecAsk,
): Next {
  const leaver = leaverOf(scene);
  const name = `${scene.set.name}-${scene.ordinal}`;
  if (leaver === undefined || critical === undefined) return { done: `${name} does not run` };
  if (drained !== undefined && whyFailed(drained) === undefined) return { done: `${name} is drained` };
  if ("code" in critical && critical.code === 0 && critical.output.includes("in maintenance mode"))
    return { done: `${name} is drained` };
  const [why] = whyCritical(leaver, critical);
  if (why !== undefined) return { waits: why };
  if (drained !== undefined) {
    const todo = `See why, end it with rabbitmq-upgrade revive in the pod if it is to stay, and run the same again`;
    return { refuses: `${name} could not be drained: ${whyFailed(drained) ?? ""}`, todo };
  }
  return { does: `${name} is drained`, asks: [drain(leaver)] };
}
