import { annotations, titleOf } from "../../core/kubernetes";
import type { KubernetesObject, PersistentVolume } from "../../core/kubernetes";
import type { GivenBack } from "../../core/finish/claims";
import { qualified } from "../../core/kinds";
import { UserError } from "../../core/userError";
import { ApiClient } from "../client/apiClient";
import type { ApiAnswer } from "../client/apiClient";
import type { Cluster, Connection } from "../client/cluster";
import { fieldManager, isNotFound, KubernetesCluster } from "../client/kubernetesCluster";
import { collection, knownResource } from "../client/resources";

/** A cluster in which a move ends: what is looked at, and the two things that are written past Pulumi. */
export interface TidiedCluster {
  readonly look: Cluster;
  /**
   * Gives a volume the reclaim policy that it had before this program made it `Retain`, and takes the note away.
   *
   * @throws UserError if it has changed since it was read.
   */
  readonly giveBack: (given: GivenBack) => Promise<void>;
  /**
   * Deletes a claim or volume as it was read: one that was made again, or has changed since, stays, and so nothing is said. What
   * is gone already is fine.
   *
   * @throws UserError if it may not be deleted.
   */
  readonly remove: (object: KubernetesObject) => Promise<void>;
}

/** Opens a cluster for that. Reads no kubeconfig and connects to nothing before the first question. */
export function tidiedCluster(connection: Connection): TidiedCluster {
  const server = new ApiClient(connection);
  return new RealTidiedCluster(server, new KubernetesCluster(server));
}

/** A cluster behind a real API server. */
export class RealTidiedCluster implements TidiedCluster {
  public constructor(
    private readonly server: ApiClient,
    public readonly look: Cluster,
  ) {}

  /** One merge patch, with the resource version that was seen: whoever changed the volume meanwhile is not overwritten. */
  public readonly giveBack = async ({ volume, policy }: GivenBack): Promise<void> => {
    const { name, resourceVersion } = volume.metadata;
    const answer = await this.server.ask({
      method: "PATCH",
      path: `/api/v1/persistentvolumes/${encodeURIComponent(name)}`,
      query: { fieldManager },
      contentType: "application/merge-patch+json",
      body: {
        metadata: { resourceVersion, annotations: { [annotations.reclaimPolicy]: null } },
        spec: { persistentVolumeReclaimPolicy: policy },
      },
      action: "patch persistentvolumes",
    });
    this.throwIfRefused(volume, answer, `could not be made ${policy} again`);
    const stored = answer.body as PersistentVolume | undefined;
    if (stored?.spec.persistentVolumeReclaimPolicy === policy) return;
    throw new UserError([{ where: titleOf(volume), what: `does not become ${policy} again: it is kept as it is` }]);
  };

  /** With uid and resource version as preconditions. */
  public readonly remove = async (object: KubernetesObject): Promise<void> => {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace, uid, resourceVersion } = metadata;
    const resource = knownResource(apiVersion, kind);
    if (resource === undefined) throw new Error(`no path is known for ${kind}`);
    const place = namespace === undefined ? "" : ` in namespace ${namespace}`;
    const answer = await this.server.ask({
      method: "DELETE",
      path: `${collection(apiVersion, resource, namespace)}/${encodeURIComponent(name)}`,
      body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } },
      action: `delete ${qualified(apiVersion, resource.plural)}${place}`,
    });
    if (!isNotFound(answer) && answer.status !== 409) this.throwIfRefused(object, answer, "could not be deleted");
  };

  private throwIfRefused(object: KubernetesObject, { status, body }: ApiAnswer, what: string): void {
    if (status < 400) return;
    const said = typeof body?.message === "string" ? body.message.slice(0, 1_000) : "no reason given";
    const todo = status === 409 ? "It has changed since it was looked at: run the same again" : "Run the same again";
    const where = titleOf(object);
    throw new UserError([{ where, what: `${what} by ${this.server.describe()} (${status}): ${said}`, todo }]);
  }
}
