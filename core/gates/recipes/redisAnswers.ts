import type { Answer } from "../ask";
import { lastLine } from "../ask";
import type { SetPod } from "../scene";

/** What a node is asked; each is a command of redis-cli. */
export const redisQuestions = ["CLUSTER INFO", "CLUSTER NODES", "INFO replication", "INFO server"] as const;

/** Writes a line before the answer of each question, by which they are told apart. */
export const redisScript = `for question in ${redisQuestions.map((each) => `"${each}"`).join(" ")}; do echo "## $question"; redis-cli "$@" $question; done`;

/** One line of CLUSTER NODES (https://redis.io/docs/latest/commands/cluster-nodes/). */
export interface NodeLine {
  readonly id: string;
  /** Empty as long as a node does not know its own. */
  readonly ip: string;
  readonly port: number;
  /** Such as `myself`, `master`, `slave`, `fail?`, `fail`, `handshake`, `noaddr`. */
  readonly flags: readonly string[];
  /** Id of its master; undefined if it is one. */
  readonly master: string | undefined;
  readonly connected: boolean;
  /** Whether it serves slots, or is about to. */
  readonly hasSlots: boolean;
}

/** What a node says. */
export interface RedisNode {
  readonly pod: SetPod;
  /** Fields of CLUSTER INFO, INFO replication and INFO server. */
  readonly info: ReadonlyMap<string, string>;
  /** How it sees the cluster. */
  readonly view: readonly NodeLine[];
  /** Itself, as it sees it. */
  readonly self: NodeLine;
}

/** A node that says nothing that could be used: why, a clause that follows its name. */
export interface MuteNode {
  readonly pod: SetPod;
  readonly why: string;
}

/** Reads what a node has answered to `redisScript`. */
export function readRedisNode(pod: SetPod, answer: Answer): RedisNode | MuteNode {
  if ("trouble" in answer) return { pod, why: `does not answer: ${answer.trouble}` };
  const parts = partsOf(answer.output);
  const info = new Map([...fieldsOf(parts.get("CLUSTER INFO")), ...fieldsOf(parts.get("INFO replication"))]);
  for (const [name, value] of fieldsOf(parts.get("INFO server"))) info.set(name, value);
  const view = (parts.get("CLUSTER NODES") ?? []).flatMap(nodeLine);
  const self = view.find(({ flags }) => flags.includes("myself"));
  if (self !== undefined && info.has("cluster_state") && info.has("role")) return { pod, info, view, self };
  const said = redisError(answer.output) ?? lastLine(answer.errors) ?? lastLine(answer.output);
  return { pod, why: `does not answer as a node of a Redis Cluster: ${said ?? `exit code ${answer.code}`}` };
}

/** The first error reply, such as `NOAUTH Authentication required.`; redis-cli writes it to stdout. */
export function redisError(output: string): string | undefined {
  const line = /^(?:\(error\) )?((?:[A-Z]{2,}|AUTH failed:) .*)$/m
    .exec(output.replaceAll(/^## .*$/gm, ""))?.[1]
    ?.trim();
  return line === undefined ? undefined : lastLine(line);
}

function partsOf(output: string): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  let part: string[] | undefined;
  for (const line of output.split(/\r?\n/)) {
    const question = /^## (.*)$/.exec(line)?.[1];
    if (question !== undefined && redisQuestions.some((each) => each === question)) parts.set(question, (part = []));
    else part?.push(line);
  }
  return parts;
}

function fieldsOf(lines: readonly string[] = []): [string, string][] {
  return lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(":");
    return colon < 1 || line.startsWith("#") ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
}

const nodeForm =
  /^([0-9a-f]{40}) (\S*?):(\d+)(?:@\d+)?(?:,\S*)? (\S+) (\S+) \d+ \d+ \d+ (connected|disconnected)(?: (.*))?$/;

function nodeLine(line: string): NodeLine[] {
  const match = nodeForm.exec(line.trim());
  if (match === null) return [];
  const [, id = "", ip = "", port = "", flags = "", master = "", link = "", slots = ""] = match;
  return [
    {
      ...{ id, ip, port: Number(port), flags: flags.split(",") },
      master: master === "-" ? undefined : master,
      connected: link === "connected",
      // What migrates in or out stands in brackets.
      hasSlots: slots.trim() !== "",
    },
  ];
}
