import type { Kind } from "./kind";
import { command } from "./kinds/command";
import { exec } from "./kinds/exec";
import { http } from "./kinds/http";
import { prometheus } from "./kinds/prometheus";
import { ready } from "./kinds/ready";
import { tcp } from "./kinds/tcp";
import { cassandra } from "./recipes/cassandra";
import { cockroachdb } from "./recipes/cockroachdb";
import { etcd } from "./recipes/etcd";
import { galera } from "./recipes/galera";
import { kafka } from "./recipes/kafka";
import { mysqlGroupReplication } from "./recipes/mysqlGroupReplication";
import { patroni } from "./recipes/patroni";
import { rabbitmq } from "./recipes/rabbitmq";
import { redisCluster } from "./recipes/redisCluster";
import { zookeeper } from "./recipes/zookeeper";

/** Every kind, by its name in the config. */
export const kinds: ReadonlyMap<string, Kind> = new Map([
  ["ready", ready],
  ["exec", exec],
  ["http", http],
  ["tcp", tcp],
  ["prometheus", prometheus],
  ["command", command],
  ["redis-cluster", redisCluster],
  ["zookeeper", zookeeper],
  ["etcd", etcd],
  ["galera", galera],
  ["patroni", patroni],
  ["kafka", kafka],
  ["rabbitmq", rabbitmq],
  ["cockroachdb", cockroachdb],
  ["cassandra", cassandra],
  ["mysql-group-replication", mysqlGroupReplication],
]);
