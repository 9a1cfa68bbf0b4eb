import { qualified } from "../../core/kinds";
import { setTimeout as pause } from "node:timers/promises";
import { annotations, titleOf } from "../../core/kubernetes";
import type { KubernetesObject, PersistentVolume, StatefulSet } from "../../core/kubernetes";
import type { NodeLease } from "../../core/protections/leaving";
import { UserError } from "../../core/userError";
import { ApiClient } from "./apiClient";
import type { ApiAnswer } from "./apiClient";
import type { ApiRequest } from "./exchange";
import { Unreachable } from "./cluster";
import type { Cluster, Connection, Listing, ObjectReference, Refused } from "./cluster";
import { collection, discoveredResource, groupPath, knownResource } from "./resources";
import type { Resource } from "./resources";
import { asTable, columnOf } from "./table";

/** Field manager of what is written past Pulumi. */
export const fieldManager = "statefulset-cutover";

/** What a lease lasts where it does not say so: `nodeLeaseDurationSeconds` of the kubelet. */
const usualLeaseSeconds = 40;

interface LeaseSpec {
  readonly renewTime?: string;
  readonly leaseDurationSeconds?: number;
}

/** Opens a cluster for looking at it. Reads no kubeconfig and connects to nothing before the first question. */
export function connectCluster(connection: Connection): Cluster {
  return new KubernetesCluster(new ApiClient(connection));
}

/** A cluster behind a real API server. */
export class KubernetesCluster implements Cluster {
  private readonly discovered = new Map<string, Resource>();

  public constructor(private readonly server: ApiClient) {}

  public get connection(): Connection {
    return this.server.connection;
  }

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

  /** @throws Unreachable if the server does not answer with the whole list. */
  public async list(listing: Listing): Promise<KubernetesObject[]> {
    const found = await this.listIfServed(listing);
    if (found === undefined) throw this.strange(`does not answer ${requestOf(listing).path} with a whole list`);
    return found;
  }

  /** As `list`, of any kind; undefined if the server has none of that name. */
  public async listIfServed(listing: Listing): Promise<KubernetesObject[] | undefined> {
    const { apiVersion, kind } = listing;
    const resource = await this.resource(apiVersion, kind);
    if (resource === undefined) return undefined;
    const request = requestOf(listing, resource);
    const { status, body } = await this.server.ask(request);
    if (status === 404) return undefined;
    const more = (body?.metadata as { continue?: string } | undefined)?.continue;
    if (status !== 200 || body?.kind !== `${kind}List` || more)
      throw this.strange(`does not answer ${request.path} with a whole list`);
    // The items of a list do not carry their kind.
    return ((body.items ?? []) as KubernetesObject[]).map((item) => ({ ...item, apiVersion, kind }));
  }

  /** As the table that `kubectl get` prints: the API server sends no whole objects then. */
  public async names(listing: Listing): Promise<string[]> {
    const request = requestOf(listing);
    const names = columnOf(await this.server.ask({ ...request, ...asTable }), "Name");
    if (!names?.every((name) => typeof name === "string")) {
      throw this.strange(`does not answer ${request.path} with a whole table`);
    }
    return names;
  }

  public async lease(node: string): Promise<NodeLease | undefined> {
    const reference = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "kube-node-lease", name: node };
    const { object, atMs } = await this.readAt(reference);
    if (object === undefined) return undefined;
    const { renewTime = "", leaseDurationSeconds = usualLeaseSeconds } = (object.spec ?? {}) as LeaseSpec;
    const renewedMs = Date.parse(renewTime);
    // A lease that says nothing has not been renewed.
    const ageMs = Number.isNaN(renewedMs) ? Infinity : atMs - renewedMs;
    return { ageMs, limitMs: leaseDurationSeconds * 1_000, renewal: renewTime };
  }

  public async watchDeleted(listing: Listing, onDeleted: (object: KubernetesObject) => void): Promise<() => void> {
    const { apiVersion, kind } = listing;
    const { query, ...request } = requestOf(listing);
    const action = request.action.replace(/^list/, "watch");
    return this.server.follow({ ...request, query: { ...query, watch: "true" }, action }, (line) => {
      const { type, object } = line as { readonly type?: unknown; readonly object?: KubernetesObject };
      if (type === "DELETED" && object !== undefined) onDeleted({ ...object, apiVersion, kind });
    });
  }

  public wait(ms: number): Promise<void> {
    return pause(ms);
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
      const what = `would be refused by ${this.server.describe()} (${answer.status}): ${reasonIn(answer)}`;
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
    return { reason: String(reason), message: reasonIn(answer) };
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
      const what = `cannot be what ${this.server.describe()} has now (${answer.status}): ${reasonIn(answer)}`;
      throw new UserError([{ where: titleOf(live), what }]);
    }
    return this.object(answer);
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
      const what = `could not be made Retain by ${this.server.describe()} (${answer.status}): ${reasonIn(answer)}`;
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

  /** Where the objects of a kind are kept; undefined if the server has no such kind. Asks only about kinds that few clusters have. */
  public async resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
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
      throw this.strange(`answers with something that is not an object (${answer.status}): ${reasonIn(answer)}`);
    }
    return answer.body as KubernetesObject;
  }

  private strange(what: string): Unreachable {
    return new Unreachable(`${this.server.describe()} ${what}.`);
  }
}

/** How to ask for a list. */
function requestOf(
  { apiVersion, kind, namespace, name }: Listing,
  resource: Resource | undefined = knownResource(apiVersion, kind),
): ApiRequest {
  if (resource === undefined) throw new Error(`no path is known for ${kind}`);
  const place = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const action = `list ${qualified(apiVersion, resource.plural)}${place}`;
  const query = name === undefined ? {} : { query: { fieldSelector: `metadata.name=${name}` } };
  return { method: "GET", path: collection(apiVersion, resource, namespace), ...query, action };
}

/** "Not there" counts only from the API server itself: a wrong address must not look like an empty cluster. */
export function isNotFound({ status, body }: ApiAnswer): boolean {
  return status === 404 && body?.kind === "Status" && body.reason === "NotFound";
}

function reasonIn({ body }: ApiAnswer): string {
  return typeof body?.message === "string" ? body.message.slice(0, 1_000) : "no reason given";
}
