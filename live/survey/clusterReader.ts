import { qualified } from "../../core/kinds";
import type { CarriedName } from "../../core/set/carried";
import type { KubernetesObject } from "../../core/kubernetes";
import { ApiClient } from "../client/apiClient";
import type { Cluster, Connection } from "../client/cluster";
import { Unreachable } from "../client/cluster";
import { isNotFound, KubernetesCluster } from "../client/kubernetesCluster";
import { collection, knownResource } from "../client/resources";
import { asTable, columnOf } from "../client/table";

/** What a survey asks of a cluster: reads, and no write. All of them throw `Unreachable` if it does not answer. */
export interface ClusterReader extends Pick<Cluster, "version" | "read"> {
  /** Every object of a kind, in one namespace or of the cluster; none if the server has no such kind. */
  list(apiVersion: string, kind: string, namespace?: string): Promise<KubernetesObject[]>;
  /** Whether a Secret or ConfigMap exists, without its values. */
  glance(namespace: string, named: CarriedName): Promise<Glance | undefined>;
}

/** What can be known of a Secret or ConfigMap without reading it. */
export interface Glance {
  /** Type of a Secret, such as `Opaque`. */
  readonly type?: string;
}

/** Opens a cluster for reading. Reads no kubeconfig and connects to nothing before the first question. */
export function readCluster(connection: Connection): ClusterReader {
  const server = new ApiClient(connection);
  return new ApiReader(server, new KubernetesCluster(server));
}

/** A cluster behind a real API server. */
export class ApiReader implements ClusterReader {
  public constructor(
    private readonly server: ApiClient,
    private readonly cluster: KubernetesCluster,
  ) {}

  public version(): Promise<string> {
    return this.cluster.version();
  }

  public read(reference: Parameters<ClusterReader["read"]>[0]): Promise<KubernetesObject | undefined> {
    return this.cluster.read(reference);
  }

  public async list(apiVersion: string, kind: string, namespace?: string): Promise<KubernetesObject[]> {
    return (await this.cluster.listIfServed({ apiVersion, kind, namespace })) ?? [];
  }

  public async glance(namespace: string, { kind, name }: CarriedName): Promise<Glance | undefined> {
    const resource = knownResource("v1", kind);
    if (resource === undefined) throw new Error(`no path is known for ${kind}`);
    const answer = await this.server.ask({
      method: "GET",
      path: `${collection("v1", resource, namespace)}/${encodeURIComponent(name)}`,
      ...asTable,
      action: `get ${qualified("v1", resource.plural)} in namespace ${namespace}`,
    });
    if (isNotFound(answer)) return undefined;
    const types = columnOf(answer, "Type");
    if (types === undefined) {
      const what = `does not answer for ${kind} ${name} with a table (${answer.status})`;
      throw new Unreachable(`${this.server.describe()} ${what}.`);
    }
    const [type] = types;
    return typeof type === "string" ? { type } : {};
  }
}
