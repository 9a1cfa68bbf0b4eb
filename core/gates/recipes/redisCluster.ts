import { execIn, lastLine } from "../ask";
import type { Answer, ExecAsk } from "../ask";
import type { Deed, Kind, Next } from "../kind";
import type { Options } from "../options";
import type { ActionScene, Scene, SetPod } from "../scene";
import { leavesToo, preference } from "./handOver";
import { askedPods } from "./members";
import { readRedisNode, redisError, redisScript } from "./redisAnswers";
import type { MuteNode, RedisNode } from "./redisAnswers";
import { whyNotWhole } from "./redisHealth";

/**
 * How long a failover that was asked for is left alone. Redis gives a manual one up after 5 s (`CLUSTER_MF_TIMEOUT` of
 * cluster_legacy.c).
 */
const failoverMs = 8_000;

/**
 * `redis-cluster`. As a gate: the cluster is whole, and every node knows every node at its address. As an action of `before`: a
 * master that leaves hands over to a replica that stays, so that no acknowledged write is lost and nobody waits for an election
 * (https://redis.io/docs/latest/commands/cluster-failover/). Both by redis-cli in the pods.
 */
export const redisCluster: Kind = (options) => {
  const cli = readCli(options);
  const wanted = {
    nodes: options.number("nodes", 1, 1_000),
    announced: options.choice("addresses", ["pod", "announced"] as const) === "announced",
  };
  const nodesOf = (scene: Scene, answers: readonly Answer[]): (RedisNode | MuteNode)[] =>
    askedPods(scene).map((pod, index) => readRedisNode(pod, answers[index] ?? { trouble: "it was not asked" }));
  const asks = (scene: Scene): ExecAsk[] => askedPods(scene).map((pod) => cli(pod, ["sh", "-c", redisScript, "sh"]));
  return {
    gate: { asks, why: (answers, scene) => whyNotWhole(scene, nodesOf(scene, answers), wanted) },
    before: {
      asks,
      next: (answers, scene, deeds) => {
        const next = handOver(scene, nodesOf(scene, answers), deeds);
        return "to" in next ? { does: next.says, asks: [cli(next.to, ["redis-cli"], ["CLUSTER", "FAILOVER"])] } : next;
      },
    },
  };
};

/** Asks a node: a command, the options of redis-cli, and what comes after them. */
type Cli = (pod: SetPod, command: readonly string[], rest?: readonly string[]) => ExecAsk;

function readCli(options: Options): Cli {
  const container = options.text("container");
  const port = options.port("port");
  const tls = options.boolean("tls") === true;
  const files = (["cacert", "cert", "key"] as const).flatMap((name) => {
    const path = options.text(name, "a path in the container");
    if (path !== undefined && !tls) options.report(name, "is for tls: true alone", "a path, with tls: true");
    return path === undefined ? [] : [`--${name}`, path];
  });
  const auth = options.group("auth", "{ secret, key } of a Secret, or { config }; and user, where there is one");
  const user = auth?.text("user");
  const place = auth?.placeHere();
  auth?.refuseOthers();
  const timeLimitMs = options.duration("timeLimit");
  const flags = [
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(tls ? ["--tls", ...files] : []),
    ...(user === undefined ? [] : ["--user", user]),
  ];
  const more = {
    ...(container === undefined ? {} : { container }),
    ...(place === undefined ? {} : { secret: { variable: "REDISCLI_AUTH", place } }),
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
  };
  return (pod, command, rest = []) => execIn(pod, [...command, ...flags, ...rest], more);
}

/** To whom a master hands over. */
interface HandOver {
  readonly to: SetPod;
  readonly says: string;
}

/** What comes next for the node that leaves. */
function handOver(
  scene: ActionScene,
  nodes: readonly (RedisNode | MuteNode)[],
  deeds: readonly Deed[],
): HandOver | Exclude<Next, { does: string }> {
  const { ordinal, set, step } = scene;
  const leaver = nodes.find(({ pod }) => pod.ordinal === ordinal && pod.side === step.leaves);
  if (leaver === undefined) return { done: `${set.name}-${ordinal} does not run` };
  if (!("self" in leaver)) return { waits: `${leaver.pod.name} ${leaver.why}` };
  const { name } = leaver.pod;
  const heard = nodes.filter((node) => "self" in node);
  if (leaver.self.flags.includes("slave")) return settled(leaver, heard);
  const replicas = heard.filter(({ self }) => self.master === leaver.self.id);
  if (!leaver.self.hasSlots && replicas.length === 0) return { done: `${name} is a master without slots` };
  const lately = deeds.at(-1);
  if (lately !== undefined && lately.agoMs < failoverMs) return { waits: whyNotYet(name, lately) };
  const mute = nodes.find((node) => !("self" in node));
  if (replicas.length === 0) {
    // One that does not answer may be the replica.
    if (mute !== undefined && "why" in mute) return { waits: `${name} is a master, and ${mute.pod.name} ${mute.why}` };
    const todo =
      "Give it one (redis-cli --cluster add-node … --cluster-slave), or move its slots away, and run the same again";
    return { refuses: `${name} is a master with slots and has no replica to hand over to`, todo };
  }
  const staying = replicas.filter(({ pod }) => !leavesToo(scene, pod));
  if (staying.length === 0) {
    const leaving = replicas.map(({ pod }) => pod.name).join(", ");
    const todo = "Make batch smaller, or move a replica to a node that stays, and run the same again";
    return { refuses: `${name} is a master, and each of its replicas leaves in the same step (${leaving})`, todo };
  }
  const best = staying
    .filter(isInStep)
    .sort((a, b) => preference(scene, b.pod) - preference(scene, a.pod) || offset(b) - offset(a))[0];
  if (best === undefined) {
    const names = staying.map(({ pod }) => pod.name).join(", ");
    return { waits: `${name} is a master, and no replica of it is in step with it (${names})` };
  }
  return { to: best.pod, says: `${name} is a master: CLUSTER FAILOVER on ${best.pod.name}` };
}

/** Every node must know that the leaver serves nothing, and who does. */
function settled(leaver: RedisNode, heard: readonly RedisNode[]): Exclude<Next, { does: string }> {
  const { name } = leaver.pod;
  const master = leaver.self.master;
  for (const { pod, view } of heard) {
    const line = view.find(({ id }) => id === leaver.self.id);
    const above = view.find(({ id }) => id === master);
    if (line?.flags.includes("master") === true) return { waits: `${pod.name} still takes ${name} for a master` };
    if (above?.flags.includes("master") !== true || !above.hasSlots) {
      return { waits: `${pod.name} does not know the new master of ${name} yet` };
    }
  }
  const of = heard.find(({ self }) => self.id === master)?.pod.name;
  return { done: `${name} is a replica${of === undefined ? "" : ` of ${of}`}` };
}

/** Whether a replica has all that its master has, up to what is on the way. */
function isInStep({ info }: RedisNode): boolean {
  return info.get("master_link_status") === "up" && info.get("master_sync_in_progress") === "0";
}

function offset({ info }: RedisNode): number {
  return Number(info.get("slave_repl_offset") ?? 0);
}

function whyNotYet(name: string, { answers }: Deed): string {
  const [answer] = answers;
  if (answer === undefined) return `${name} is still a master`;
  if ("trouble" in answer) return `${name} is still a master: ${answer.trouble}`;
  if (answer.code === 0 && answer.output.trim() === "OK") return `${name} is still a master, and hands over`;
  const said =
    redisError(answer.output) ?? lastLine(answer.errors) ?? lastLine(answer.output) ?? `exit code ${answer.code}`;
  return `${name} is still a master: ${said}`;
}
