import { annotations, titleOf } from "../core/kubernetes";
import type {
  KubernetesObject,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  VolumeAttachment,
} from "../core/kubernetes";
import type { LeaseAge } from "../core/leaving";
import { UserError } from "../core/userError";
import { ApiServer } from "./apiServer";
import type { ApiAnswer, ApiRequest } from "./apiServer";
import { Unreachable } from "./cluster";
import type { Cluster, Connection, ObjectReference, Refused } from "./cluster";
import { collection, discoveredResource, groupPath, knownResource, qualified } from "./resources";
import type { Resource } from "./resources";
import { asTable, columnOf } from "./table";

/** Field manager of the one write that does not go through Pulumi. */
const fieldManager = "statefulset-cutover";

/** What a lease lasts where it does not say so: `nodeLeaseDurationSeconds` of the kubelet. */
const usualLeaseSeconds = 40;

interface LeaseSpec {
  readonly renewTime?: string;
  readonly leaseDurationSeconds?: number;
}

/** Opens a cluster for looking at it. Reads no kubeconfig and connects to nothing before the first question. */
export function connectCluster(connection: Connection): Cluster {
  return new KubernetesCluster(new ApiServer(connection));
}

/** A cluster behind a real API server. */
export class KubernetesCluster implements Cluster {
  private readonly discovered = new Map<string, Resource>();

  public constructor(private readonly server: ApiServer) {}

  public async version(): Promise<string> {
    const { body } = await this.server.ask({ method: "GET", path: "/version", action: "get the version" });
    if (typeof body?.gitVersion !== "string") throw this.strange("tells no version");
    return body.gitVersion;
  }

  public async read(reference: ObjectReference): Promise<KubernetesObject | undefined> {
    return (await this.readAt(reference)).object;
  }

  private async readAt(
    reference: ObjectReference,
  ): Promise<{ readonly object: KubernetesObject | undefined; readonly atMs: number }> {
    const { apiVersion, kind, namespace, name } = reference;
    const resource = await this.resource(apiVersion, kind);
    if (resource === undefined) return { object: undefined, atMs: Date.now() };
    const path = `${collection(apiVersion, resource, namespace)}/${encodeURIComponent(name)}`;
    const action = `get ${qualified(apiVersion, resource.plural)}${resource.namespaced ? ` in namespace ${namespace ?? ""}` : ""}`;
    const answer = await this.server.ask({ method: "GET", path, action });
    const { atMs } = answer;
    if (isNotFound(answer)) return { object: undefined, atMs };
    const object = this.object(answer);
    if (object.kind !== kind || object.metadata.name !== name)
      throw this.strange(`answers ${path} with something else`);
    return { object, atMs };
  }

  public statefulSet(namespace: string, name: string): Promise<StatefulSet | undefined> {
    return this.read({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name }) as Promise<
      StatefulSet | undefined
    >;
  }

  /** One pod, too, is asked for as a list: an account that may list pods need not be allowed to get one. */
  public pods(namespace: string, name?: string): Promise<Pod[]> {
    return this.list(
      "v1",
      "Pod",
      namespace,
      name === undefined ? undefined : { query: { fieldSelector: `metadata.name=${name}` } },
    );
  }

  /** As the table that `kubectl get` prints: the API server sends no whole objects then. */
  public async podNames(namespace: string): Promise<string[]> {
    const listing = listingOf("v1", "Pod", namespace);
    const names = columnOf(await this.server.ask({ ...listing, ...asTable }), "Name");
    if (!names?.every((name) => typeof name === "string")) {
      throw this.strange(`does not answer ${listing.path} with a whole table`);
    }
    return names;
  }

  public claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined> {
    const reference = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name };
    return this.read(reference) as Promise<PersistentVolumeClaim | undefined>;
  }

  public claims(namespace: string): Promise<PersistentVolumeClaim[]> {
    return this.list("v1", "PersistentVolumeClaim", namespace) as Promise<PersistentVolumeClaim[]>;
  }

  public volume(name: string): Promise<PersistentVolume | undefined> {
    return this.read({ apiVersion: "v1", kind: "PersistentVolume", name }) as Promise<PersistentVolume | undefined>;
  }

  public volumes(): Promise<PersistentVolume[]> {
    return this.list("v1", "PersistentVolume", undefined) as Promise<PersistentVolume[]>;
  }

  public node(name: string): Promise<Node | undefined> {
    return this.read({ apiVersion: "v1", kind: "Node", name });
  }

  public async leaseAge(node: string): Promise<LeaseAge | undefined> {
    const reference = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "kube-node-lease", name: node };
    const { object, atMs } = await this.readAt(reference);
    if (object === undefined) return undefined;
    const { renewTime = "", leaseDurationSeconds = usualLeaseSeconds } = (object.spec ?? {}) as LeaseSpec;
    const renewedMs = Date.parse(renewTime);
    // A lease that says nothing has not been renewed.
    return { ageMs: Number.isNaN(renewedMs) ? Infinity : atMs - renewedMs, limitMs: leaseDurationSeconds * 1_000 };
  }

  public attachments(): Promise<VolumeAttachment[]> {
    return this.list("storage.k8s.io/v1", "VolumeAttachment", undefined) as Promise<VolumeAttachment[]>;
  }

  /**
   * Where a set of that name exists, the server is asked about one with a generated name, and where the namespace does not
   * exist yet, about one in `default`: only what becomes of the fields matters, and nothing is stored.
   */
  public async dryRunCreate(set: StatefulSet): Promise<StatefulSet> {
    const { name, namespace = "default" } = set.metadata;
    let answer = await this.tryCreateSet(set, namespace);
    const space = isNotFound(answer) ? "default" : namespace;
    const why = space === namespace ? "" : `, which is asked because ${namespace} does not exist yet,`;
    if (space !== namespace) answer = await this.tryCreateSet(set, space, why);
    if (answer.status === 409) {
      const { name: taken, ...metadata } = set.metadata;
      answer = await this.tryCreateSet({ ...set, metadata: { ...metadata, generateName: `${taken}-` } }, space, why);
    }
    if (answer.status >= 400) {
      const what = `would be refused by ${this.server.describe()} (${answer.status}): ${messageOf(answer)}`;
      throw new UserError([{ where: `StatefulSet ${namespace}/${name}`, what }]);
    }
    const stored = this.object(answer) as StatefulSet;
    return { ...stored, metadata: { ...stored.metadata, name, namespace } };
  }

  public async tryCreate(object: KubernetesObject): Promise<Refused | undefined> {
    const { apiVersion, kind, metadata } = object;
    const resource = await this.resource(apiVersion, kind);
    if (resource === undefined) return { reason: "NotFound", message: `the server has no ${kind} (${apiVersion})` };
    const path = collection(apiVersion, resource, metadata.namespace);
    const place = resource.namespaced ? ` in namespace ${metadata.namespace ?? ""}` : "";
    const answer = await this.dryRun(path, object, `${qualified(apiVersion, resource.plural)}${place}`);
    if (answer.status < 400) return undefined;
    const { reason = answer.status === 404 ? "NotFound" : "Unknown" } = answer.body ?? {};
    return { reason: String(reason), message: messageOf(answer) };
  }

  /** With the resource version that was compared: some kinds are replaced only so. */
  public async dryRunReplace(object: KubernetesObject, live: KubernetesObject): Promise<KubernetesObject> {
    const { apiVersion, kind, metadata } = object;
    const { namespace } = live.metadata;
    const resource = await this.resource(apiVersion, kind);
    if (resource === undefined) throw this.strange(`has no kind ${kind} of ${apiVersion} any more`);
    const answer = await this.server.ask({
      method: "PUT",
      path: `${collection(apiVersion, resource, namespace)}/${encodeURIComponent(metadata.name)}`,
      query: { dryRun: "All", fieldManager },
      body: { ...object, metadata: { ...metadata, resourceVersion: live.metadata.resourceVersion } },
      action: `update ${qualified(apiVersion, resource.plural)}${namespace === undefined ? "" : ` in namespace ${namespace}`}`,
    });
    if (answer.status >= 400) {
      const what = `cannot be what ${this.server.describe()} has now (${answer.status}): ${messageOf(answer)}`;
      throw new UserError([{ where: titleOf(live), what }]);
    }
    return this.object(answer);
  }

  /** In the version that every cluster has. */
  public autoscalers(namespace: string): Promise<KubernetesObject[]> {
    return this.list("autoscaling/v1", "HorizontalPodAutoscaler", namespace);
  }

  /**
   * One merge patch. A volume that is `Retain` already gets no note: either it always was, or its earlier policy was noted
   * when this program changed it, and that note must stay.
   */
  public async retain(volume: string, previousPolicy: string): Promise<void> {
    const note =
      previousPolicy === "Retain" ? {} : { metadata: { annotations: { [annotations.reclaimPolicy]: previousPolicy } } };
    const answer = await this.server.ask({
      method: "PATCH",
      path: `/api/v1/persistentvolumes/${encodeURIComponent(volume)}`,
      query: { fieldManager },
      contentType: "application/merge-patch+json",
      body: { ...note, spec: { persistentVolumeReclaimPolicy: "Retain" } },
      action: "patch persistentvolumes",
    });
    const where = `PersistentVolume ${volume}`;
    if (answer.status >= 400) {
      const what = `could not be made Retain by ${this.server.describe()} (${answer.status}): ${messageOf(answer)}`;
      throw new UserError([{ where, what }]);
    }
    const policy = (this.object(answer) as PersistentVolume).spec.persistentVolumeReclaimPolicy;
    if (policy !== "Retain") {
      throw new UserError([
        { where, what: `does not become Retain: ${this.server.describe()} keeps it as it is`, received: policy },
      ]);
    }
  }

  private tryCreateSet(set: object, namespace: string, why = ""): Promise<ApiAnswer> {
    const { metadata } = set as KubernetesObject;
    const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/statefulsets`;
    const body = { ...set, metadata: { ...metadata, namespace } };
    return this.dryRun(path, body, `statefulsets.apps in namespace ${namespace}${why}`);
  }

  private dryRun(path: string, body: object, what: string): Promise<ApiAnswer> {
    const query = { dryRun: "All", fieldManager };
    return this.server.ask({ method: "POST", path, query, body, action: `create ${what}` });
  }

  /**
   * Every object of a known kind, in one namespace or of the cluster.
   *
   * @param absent `none`: a server that has no such kind has no object of it either.
   */
  public async list(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    { query, absent }: { readonly query?: Record<string, string>; readonly absent?: "none" } = {},
  ): Promise<KubernetesObject[]> {
    const listing = listingOf(apiVersion, kind, namespace);
    const { status, body } = await this.server.ask({ ...listing, ...(query && { query }) });
    if (status === 404 && absent === "none") return [];
    const more = (body?.metadata as { continue?: string } | undefined)?.continue;
    if (status !== 200 || body?.kind !== `${kind}List` || more)
      throw this.strange(`does not answer ${listing.path} with a whole list`);
    // The items of a list do not carry their kind.
    return ((body.items ?? []) as KubernetesObject[]).map((item) => ({ ...item, apiVersion, kind }));
  }

  private async resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    return knownResource(apiVersion, kind) ?? (await this.discover(apiVersion, kind));
  }

  private async discover(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const key = `${apiVersion} ${kind}`;
    const earlier = this.discovered.get(key);
    if (earlier !== undefined) return earlier;
    const path = groupPath(apiVersion);
    const { status, body } = await this.server.ask({ method: "GET", path, action: `get ${path}` });
    if (status === 404) return undefined;
    if (body?.kind !== "APIResourceList") throw this.strange(`answers ${path} with something else`);
    const resource = discoveredResource(body, kind);
    if (resource !== undefined) this.discovered.set(key, resource);
    return resource;
  }

  private object(answer: ApiAnswer): KubernetesObject {
    const metadata = answer.body?.metadata;
    if (answer.status >= 400 || typeof metadata !== "object" || metadata === null || answer.body?.kind === "Status") {
      throw this.strange(`answers with something that is not an object (${answer.status}): ${messageOf(answer)}`);
    }
    return answer.body as KubernetesObject;
  }

  private strange(what: string): Unreachable {
    return new Unreachable(`${this.server.describe()} ${what}.`);
  }
}

/** How to ask for every object of a known kind, in one namespace or of the cluster. */
function listingOf(apiVersion: string, kind: string, namespace: string | undefined): ApiRequest {
  const resource = knownResource(apiVersion, kind);
  if (resource === undefined) throw new Error(`no path is known for ${kind}`);
  const place = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const action = `list ${qualified(apiVersion, resource.plural)}${place}`;
  return { method: "GET", path: collection(apiVersion, resource, namespace), action };
}

/** "Not there" counts only from the API server itself: a wrong address must not look like an empty cluster. */
export function isNotFound({ status, body }: ApiAnswer): boolean {
  return status === 404 && body?.kind === "Status" && body.reason === "NotFound";
}

function messageOf({ body }: ApiAnswer): string {
  return typeof body?.message === "string" ? body.message.slice(0, 1_000) : "no reason given";
}
