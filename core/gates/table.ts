import type { Kind } from "./kind";
import { command } from "./kinds/command";
import { exec } from "./kinds/exec";
import { http } from "./kinds/http";
import { prometheus } from "./kinds/prometheus";
import { ready } from "./kinds/ready";
import { tcp } from "./kinds/tcp";
import { redisCluster } from "./recipes/redisCluster";

/** Every kind, by its name in the config. */
export const kinds: ReadonlyMap<string, Kind> = new Map([
  ["ready", ready],
  ["exec", exec],
  ["http", http],
  ["tcp", tcp],
  ["prometheus", prometheus],
  ["command", command],
  ["redis-cluster", redisCluster],
]);
