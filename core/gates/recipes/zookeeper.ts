import { field, isObject } from "../../json";
import type { Answer, Ask } from "../ask";
import type { Kind } from "../kind";
import type { Scene } from "../scene";
import { askedPods, hear, heardOf, jsonIn, readCli, whyMute, whyNotThere } from "./members";
import type { Heard, Mute } from "./members";

/**
 * What a member is asked: the four-letter word `mntr` over its client port, by bash alone. The server closes the connection
 * when it has answered.
 */
const ask = 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf mntr >&3 && cat <&3';

/**
 * `zookeeper`, a gate: every member serves, exactly one leads, every voter follows it in sync, and few requests wait. By `mntr`,
 * which must be in `4lw.commands.whitelist`, or by the same in the AdminServer's `/commands/monitor` at `adminPort`, where a
 * container has no bash or the client port speaks TLS alone
 * (https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_zkCommands).
 *
 * ZooKeeper has no command that hands the leader over: when it leaves, the others elect one of them, and the gate waits for it.
 */
export const zookeeper: Kind = (options) => {
  const cli = readCli(options, undefined);
  const port = options.port("port");
  const adminPort = options.port("adminPort");
  if (port !== undefined && adminPort !== undefined)
    options.report("adminPort", "stands beside port", "one of the two");
  const waiting = options.number("outstanding", 0, 1_000_000) ?? 10;
  return {
    gate: {
      asks: (scene) =>
        askedPods(scene).map((pod): Ask => {
          if (adminPort === undefined) return cli(pod, ["bash", "-c", ask, "bash", String(port ?? 2181)]);
          const { side, name } = pod;
          const at = { resource: "pods", port: String(adminPort), scheme: "http", path: "/commands/monitor" } as const;
          return { type: "http", to: { side, name, ...at } };
        }),
      why: (answers, scene) => whyNotWhole(scene, membersOf(scene, answers), waiting),
    },
  };
};

/** Fields of `mntr`, without their `zk_`. */
type Monitor = ReadonlyMap<string, string>;

function membersOf(scene: Scene, answers: readonly Answer[]): (Heard<Monitor> | Mute)[] {
  const pods = askedPods(scene);
  // An HTTP answer is well with 200, a command with 0.
  const ended = answers.map((answer) => ("code" in answer && answer.code === 200 ? { ...answer, code: 0 } : answer));
  return hear(pods, ended, monitorIn).map((member, index) => {
    const answer = answers[index];
    if ("says" in member || answer === undefined || "trouble" in answer) return member;
    return { pod: member.pod, why: whyNoMonitor(answer.output) ?? member.why };
  });
}

function monitorIn(output: string): Monitor | undefined {
  const json = jsonIn(output);
  const fields = isObject(json)
    ? Object.keys(json).map((name): [string, string] => [name, String(field(json, name))])
    : [...output.matchAll(/^zk_(\w+)\t(.*)$/gm)].map(([, name = "", value = ""]): [string, string] => [
        name,
        value.trim(),
      ]);
  const monitor = new Map(fields);
  return monitor.has("server_state") ? monitor : undefined;
}

function whyNoMonitor(output: string): string | undefined {
  if (output.includes("not currently serving requests")) return "serves no requests: it has no leader";
  if (output.includes(" is not executed because it is not in the whitelist"))
    return "does not answer: mntr is not in 4lw.commands.whitelist (set it, or name the AdminServer's adminPort)";
  return undefined;
}

function whyNotWhole(scene: Scene, members: readonly (Heard<Monitor> | Mute)[], waiting: number): string[] {
  const heard = heardOf(members);
  return [
    ...whyNotThere(scene),
    ...whyMute(members),
    ...heard.flatMap(({ pod, says }) => {
      const outstanding = Number(says.get("outstanding_requests") ?? 0);
      return outstanding > waiting ? [`${outstanding} requests wait at ${pod.name}, more than ${waiting}`] : [];
    }),
    ...whyNotLed(heard),
  ];
}

function whyNotLed(heard: readonly Heard<Monitor>[]): string[] {
  const inState = (...states: string[]): Heard<Monitor>[] =>
    heard.filter(({ says }) => states.includes(says.get("server_state") ?? ""));
  const others = heard.filter(
    ({ says }) => !["leader", "follower", "observer"].includes(says.get("server_state") ?? ""),
  );
  const odd = others.map(
    ({ pod, says }) => `${pod.name} is ${says.get("server_state") ?? ""}, no member of an ensemble`,
  );
  const leaders = inState("leader");
  const [leader] = leaders;
  if (leader === undefined) return [...odd, "no member leads"];
  if (leaders.length > 1) return [...odd, `${leaders.map(({ pod }) => pod.name).join(" and ")} both lead`];
  // Told from 3.6 on: the voters of the ensemble, of which the set may have only some.
  const voters = Number(leader.says.get("quorum_size") ?? inState("leader", "follower").length);
  const synced = Number(leader.says.get("synced_followers") ?? 0);
  if (synced >= voters - 1) return odd;
  return [...odd, `${leader.pod.name} leads, and ${synced} of ${voters - 1} followers are in sync with it`];
}
