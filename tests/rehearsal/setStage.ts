import type { Pod, StatefulSet } from "../../core/kubernetes";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import type { SimulatedClusterOptions } from "../../rehearsal/cluster/simulatedCluster";

export type Spec = Partial<StatefulSet["spec"]> & { image?: string };

/** A set `web` of one container. */
export function webSet(
  spec: Partial<StatefulSet["spec"]> = {},
  container: Readonly<Record<string, unknown>> = {},
): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      serviceName: "web",
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "registry/web:1", ...container }] },
      },
      ...spec,
    },
  };
}

/** A cluster whose StatefulSet `web` a test changes. */
export class Stage {
  public readonly cluster: SimulatedCluster;

  public constructor(options: Partial<SimulatedClusterOptions> = {}) {
    this.cluster = new SimulatedCluster({ name: "source", ...options });
  }

  public apply({ image = "registry/web:1", ...spec }: Spec): this {
    this.cluster.server.apply(webSet(spec, { image }), { manager: "test" });
    return this;
  }

  public settle(): this {
    this.cluster.settle();
    return this;
  }

  /** What happens to pods from now on, such as `+web-0`, in order. */
  public watch(act: () => unknown): string[] {
    const from = this.cluster.events.length;
    act();
    const signs: Partial<Record<string, string>> = {
      created: "+",
      ready: "=",
      unready: "!",
      terminating: "~",
      gone: "-",
    };
    return this.cluster.events
      .slice(from)
      .filter((event) => event.kind === "Pod")
      .map((event) => `${signs[event.what] ?? "?"}${event.name}`);
  }

  public get pods(): string[] {
    return this.cluster.objects("v1", "Pod", "default").map((pod) => pod.metadata.name);
  }

  public get status(): NonNullable<StatefulSet["status"]> {
    const set = this.cluster.get({ apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "web" });
    return (set as StatefulSet).status ?? {};
  }

  public revisions(): string[] {
    return (this.cluster.objects("v1", "Pod", "default") as Pod[])
      .map((pod) => `${pod.metadata.name} ${pod.metadata.labels?.["controller-revision-hash"] ?? ""}`)
      .sort();
  }

  /** Deletes a pod, or another object of the namespace. */
  public delete(name: string, kind = "Pod"): this {
    this.cluster.delete({ apiVersion: "v1", kind, namespace: "default", name });
    return this;
  }

  /** Claims: their phase and who owns them. */
  public get claims(): string[] {
    return this.cluster.objects("v1", "PersistentVolumeClaim", "default").map((claim) => {
      const owners = (claim.metadata.ownerReferences ?? []) as { kind: string; name: string }[];
      const { phase } = claim.status as { phase: string };
      return [claim.metadata.name, phase, ...owners.map(({ kind, name }) => `${kind} ${name}`)].join(" ");
    });
  }
}

/** A claim template named `data`. */
export const data = { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"] } };
