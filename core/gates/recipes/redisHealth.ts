import { ordinalsOf } from "../../ordinals";
import { podOf } from "../scene";
import type { Scene } from "../scene";
import type { MuteNode, NodeLine, RedisNode } from "./redisAnswers";

/** What is to be true of the cluster as a whole. */
export interface RedisWanted {
  /** How many nodes the cluster has. Undefined: as many as the set. */
  readonly nodes: number | undefined;
  /** Whether nodes announce another address than their pod's, so that only their agreement can be asked for. */
  readonly announced: boolean;
}

const slots = 16_384;
/** Flags of a node that is not well, with what they mean. */
const badFlags: Readonly<Record<string, string>> = {
  fail: "as failed",
  "fail?": "as failing",
  handshake: "as not joined yet",
  noaddr: "without an address",
};
const announceIp = "set cluster-announce-ip to the pod's IP (status.podIP, by the downward API)";

/** Why a Redis Cluster is not whole, clauses; none: it is. */
export function whyNotWhole(scene: Scene, nodes: readonly (RedisNode | MuteNode)[], wanted: RedisWanted): string[] {
  const absent = ordinalsOf(scene.set).filter((ordinal) => podOf(scene, ordinal) === undefined);
  const heard = nodes.filter((node) => "self" in node);
  const ids = new Map(heard.map((node) => [node.self.id, node]));
  return [
    ...absent.map((ordinal) => `${scene.set.name}-${ordinal} does not run`),
    ...nodes.flatMap((node) => ("self" in node ? [] : [`${node.pod.name} ${node.why}`])),
    ...heard.flatMap((node) => [
      ...whyStateBad(node, wanted.nodes ?? scene.set.replicas),
      ...node.view.flatMap((line) => whyPeerBad(node, line, ids)),
      ...whyLinkDown(node),
    ]),
    ...whyAddressesDiffer(heard, ids, wanted),
  ];
}

/** What a node says of the cluster. */
function whyStateBad({ pod, info }: RedisNode, nodes: number): string[] {
  const expected = [
    ["cluster_state", "ok"],
    ["cluster_slots_assigned", String(slots)],
    ["cluster_slots_ok", String(slots)],
    ["cluster_known_nodes", String(nodes)],
  ] as const;
  return expected
    .filter(([name, value]) => info.get(name) !== value)
    .map(([name, value]) => `${pod.name} says ${name}:${info.get(name) ?? ""}, not ${value}`);
}

/** What a node says of another one, or of itself. */
function whyPeerBad({ pod, self }: RedisNode, line: NodeLine, ids: ReadonlyMap<string, RedisNode>): string[] {
  const name = nameOf(line, ids);
  const flags = line.flags.flatMap((flag) => badFlags[flag] ?? []).map((flag) => `${pod.name} sees ${name} ${flag}`);
  const apart = line.id !== self.id && !line.connected ? [`${pod.name} has no connection to ${name}`] : [];
  return [...flags, ...(flags.length === 0 ? apart : [])];
}

function nameOf({ id, ip }: NodeLine, ids: ReadonlyMap<string, RedisNode>): string {
  return ids.get(id)?.pod.name ?? `node ${id.slice(0, 8)}${ip === "" ? "" : ` at ${ip}`}`;
}

function whyLinkDown({ pod, info }: RedisNode): string[] {
  if (info.get("role") !== "slave") return [];
  if (info.get("master_sync_in_progress") !== "0") return [`${pod.name} is being synchronised with its master`];
  const link = info.get("master_link_status") ?? "unknown";
  return link === "up" ? [] : [`${pod.name} has no link to its master (master_link_status:${link})`];
}

/**
 * Every node must be known to all, itself included, at the address that its pod has. Two known faults are told apart, since they
 * break a cluster only at a later restart, and each has its own remedy.
 */
function whyAddressesDiffer(
  heard: readonly RedisNode[],
  ids: ReadonlyMap<string, RedisNode>,
  { announced }: RedisWanted,
): string[] {
  return heard.flatMap(({ pod, info, view, self }) => {
    const version = info.get("redis_version") ?? "";
    return view.flatMap((line) => {
      const about = ids.get(line.id);
      if (about === undefined) return [];
      if (line.port === 0) return [`${pod.name} knows ${about.pod.name} with port 0: ${portAdvice(version)}`];
      const right = announced ? about.self.ip : about.pod.ip;
      // A node that never needed its own address does not know it, and announces none.
      if (right === undefined || right === "" || line.ip === right || (line.id === self.id && line.ip === ""))
        return [];
      if (line.id === self.id) {
        return [`${pod.name} takes ${line.ip} for its own address, and its pod has ${right}: ${announceIp}`];
      }
      return [`${pod.name} knows ${about.pod.name} at ${line.ip}, not at ${right}`];
    });
  });
}

function portAdvice(version: string): string {
  const known = version === "7.2.0" || version === "7.2.1";
  return known
    ? `a known fault of Redis ${version}, upgrade to 7.2.2 or later`
    : "set cluster-announce-port, or upgrade Redis";
}
