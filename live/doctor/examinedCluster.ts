import type { Right, RightAnswer } from "../../core/doctor/rights";
import type { ClockLook } from "../../core/doctor/seen";
import { field } from "../../core/json";
import { groupOf } from "../../core/kubernetes";
import type { KubernetesObject, Pod } from "../../core/kubernetes";
import { ApiClient } from "../client/apiClient";
import { Unreachable } from "../client/cluster";
import type { Cluster, Connection, Listing } from "../client/cluster";
import { KubernetesCluster } from "../client/kubernetesCluster";
import { pluralOf } from "../../core/kinds";

/**
 * What the doctor asks of a cluster. Nothing is changed: reviews of the own rights and dry runs store nothing. All of it throws
 * `Unreachable` if the cluster does not answer, `NotAllowed` if the account may not ask.
 */
export interface ExaminedCluster {
  readonly cluster: Pick<Cluster, "version" | "read" | "list" | "names" | "lease" | "dryRunCreate" | "tryCreate">;
  /** Every object of any kind; undefined if the server has no such kind. */
  listIfServed(listing: Listing): Promise<KubernetesObject[] | undefined>;
  /** Every pod of the cluster that has not come to its end. */
  everyPod(): Promise<Pod[]>;
  /** Whether the account has a right. */
  may(right: Right): Promise<RightAnswer["answer"]>;
  /** The API server's clock; undefined if it does not tell the time. */
  clock(): Promise<ClockLook | undefined>;
}

/** Opens a cluster for the doctor. Reads no kubeconfig and connects to nothing before the first question. */
export function examineCluster(connection: Connection): ExaminedCluster {
  return new RealExaminedCluster(new ApiClient(connection));
}

class RealExaminedCluster implements ExaminedCluster {
  public readonly cluster: KubernetesCluster;

  public constructor(private readonly server: ApiClient) {
    this.cluster = new KubernetesCluster(server);
  }

  public listIfServed(listing: Listing): Promise<KubernetesObject[] | undefined> {
    return this.cluster.listIfServed(listing);
  }

  public async everyPod(): Promise<Pod[]> {
    const { status, body } = await this.server.ask({
      method: "GET",
      path: "/api/v1/pods",
      query: { fieldSelector: "status.phase!=Succeeded,status.phase!=Failed" },
      action: "list pods in every namespace",
    });
    if (status !== 200 || body?.kind !== "PodList") throw this.strange("a list of its pods");
    return (body.items ?? []) as Pod[];
  }

  /** By a SelfSubjectAccessReview, which every account may ask for (`system:basic-user`). */
  public async may(right: Right): Promise<RightAnswer["answer"]> {
    const { verb, apiVersion, kind, namespace, name } = right;
    const resource = await this.cluster.resource(apiVersion, kind);
    if (resource === undefined) return "noKind";
    const resourceAttributes = {
      ...{ verb, group: groupOf(right), resource: resource.plural },
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    };
    const { body } = await this.server.ask({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } },
      action: "create selfsubjectaccessreviews.authorization.k8s.io",
    });
    const allowed = field(body?.status, "allowed");
    if (typeof allowed !== "boolean") throw this.strange(`whether the account may ${verb} ${pluralOf(kind)}`);
    const trouble = field(body?.status, "evaluationError");
    return allowed ? "yes" : typeof trouble === "string" && trouble !== "" ? { unknown: trouble } : "no";
  }

  public async clock(): Promise<ClockLook | undefined> {
    const before = Date.now();
    const { atMs, isDated } = await this.server.ask({ method: "GET", path: "/version", action: "get the version" });
    const after = Date.now();
    if (!isDated) return undefined;
    // The header has whole seconds, cut off: half a second later in the mean.
    return { aheadMs: atMs + 500 - (before + after) / 2, withinMs: 500 + (after - before) / 2 };
  }

  private strange(what: string): Unreachable {
    return new Unreachable(`${this.server.describe()} does not answer with ${what}.`);
  }
}
