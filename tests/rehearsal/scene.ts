import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import type { SimulatedClusterOptions } from "../../rehearsal/cluster/simulatedCluster";
import { SimulatedStack } from "../../rehearsal/engine/simulatedStack";
import type { StackRun } from "../../rehearsal/engine/simulatedStack";
import type { Change, Operation, UpResult } from "../../rehearsal/engine/report";

/** A cluster and a stack on it. */
export interface Scene {
  readonly cluster: SimulatedCluster;
  readonly stack: SimulatedStack;
}

/** A stack `source` of the project `p` on a cluster of its own. */
export function scene(options: Partial<SimulatedClusterOptions> = {}): Scene {
  const cluster = new SimulatedCluster({ name: "source", ...options });
  const stack = new SimulatedStack({
    project: "p",
    stack: "source",
    organization: "organization",
    cluster,
    peers: () => "missing",
  });
  return { cluster, stack };
}

/** A provider with the switches that this project uses. */
export function provider(): kubernetes.Provider {
  return new kubernetes.Provider("cluster", { context: "source", upsertExistingObjects: true });
}

/** What a test wants of its StatefulSet. */
export interface SetOptions {
  readonly replicas: number;
  readonly start?: number;
  readonly image?: string;
  readonly claims?: boolean;
  readonly annotations?: Record<string, string>;
  readonly policy?: "OrderedReady" | "Parallel";
}

/** Arguments of a StatefulSet `web` in the namespace `default`. */
export function setArgs(options: SetOptions): kubernetes.apps.v1.StatefulSetArgs {
  const { replicas, start, image = "registry/web:1", claims = false, annotations, policy } = options;
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "default", ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      replicas,
      ...(start === undefined ? {} : { ordinals: { start } }),
      ...(policy === undefined ? {} : { podManagementPolicy: policy }),
      serviceName: "web",
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
      ...(claims
        ? {
            volumeClaimTemplates: [
              {
                metadata: { name: "data" },
                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
              },
            ],
          }
        : {}),
    },
  };
}

/** A program with one StatefulSet. */
export function setProgram(options: SetOptions, opts: pulumi.CustomResourceOptions = {}): () => Promise<object> {
  return () => {
    const set = new kubernetes.apps.v1.StatefulSet("web", setArgs(options), { provider: provider(), ...opts });
    return Promise.resolve({ replicas: set.spec.replicas, ready: set.status.readyReplicas });
  };
}

/** A run of a program. */
export const run = (program: StackRun["program"], options: Partial<StackRun> = {}): StackRun => ({
  program,
  config: {},
  ...options,
});

/** Operations in one line each, such as `update web: spec.replicas 3 => 2`. */
export function lines(result: UpResult): string[] {
  const change = ({ path, from, to }: Change): string => `${path} ${JSON.stringify(from)} => ${JSON.stringify(to)}`;
  const line = ({ op, name, changes }: Operation): string =>
    changes.length === 0 ? `${op} ${name}` : `${op} ${name}: ${changes.map(change).join(", ")}`;
  return result.operations.map(line);
}

/** The errors that were told. */
export const errors = (result: UpResult): string[] =>
  result.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);

/** The StatefulSet of `setArgs`. */
export const web = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" };

/** Declares a ConfigMap in the namespace `default`. */
export function configMap(
  name: string,
  data: pulumi.Input<Record<string, pulumi.Input<string>>>,
  opts: pulumi.CustomResourceOptions = {},
): kubernetes.core.v1.ConfigMap {
  return new kubernetes.core.v1.ConfigMap(name, { metadata: { name, namespace: "default" }, data }, opts);
}

/** A program that declares some ConfigMaps with the usual provider. */
export function maps(...names: string[]): () => Promise<object> {
  return () => {
    const opts = { provider: provider() };
    names.forEach((name) => configMap(name, { a: "1" }, opts));
    return Promise.resolve({});
  };
}
