import type { Kind } from "../kind";
import type { Scene } from "../scene";
import { askedPods, hear, heardOf, whyMute, whyNotThere } from "./members";
import type { Heard, Mute } from "./members";
import { readMysqlCli } from "./mysqlClient";

/**
 * `galera`, a gate for MariaDB and MySQL with Galera, and Percona XtraDB Cluster: every member is Synced, ready and connected,
 * in the primary component, and all are in the same cluster, which has as many members as the set
 * (https://mariadb.com/kb/en/galera-cluster-status-variables/, https://galeracluster.com/library/documentation/monitoring-cluster.html).
 * A member that leaves needs no action: it says good-bye when its server is stopped.
 */
export const galera: Kind = (options) => {
  const query = readMysqlCli(options, "mariadb");
  const members = options.number("members", 1, 1_000);
  return {
    gate: {
      asks: (scene) => askedPods(scene).map((pod) => query(pod, "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'")),
      why: (answers, scene) =>
        whyNotWhole(scene, hear(askedPods(scene), answers, statusIn), String(members ?? scene.set.replicas)),
    },
  };
};

type Status = ReadonlyMap<string, string>;

function statusIn(output: string): Status | undefined {
  const lines = [...output.matchAll(/^wsrep_(\w+)\t(.*)$/gm)];
  const status = new Map(lines.map(([, name = "", value = ""]) => [name, value.trim()]));
  return status.has("cluster_size") ? status : undefined;
}

function whyNotWhole(scene: Scene, members: readonly (Heard<Status> | Mute)[], size: string): string[] {
  const heard = heardOf(members);
  const wanted: readonly (readonly [string, string])[] = [
    ["cluster_status", "Primary"],
    ["ready", "ON"],
    ["connected", "ON"],
    ["local_state_comment", "Synced"],
    ["cluster_size", size],
  ];
  const clusters = new Set(heard.map(({ says }) => says.get("cluster_state_uuid")));
  return [
    ...whyNotThere(scene),
    ...whyMute(members),
    ...heard.flatMap(({ pod, says }) =>
      wanted.flatMap(([name, value]) => {
        const told = says.get(name) ?? "not told";
        return told === value ? [] : [`${pod.name}: wsrep_${name} is ${told} instead of ${value}`];
      }),
    ),
    ...(clusters.size > 1 ? ["the members are in different clusters (wsrep_cluster_state_uuid)"] : []),
  ];
}
