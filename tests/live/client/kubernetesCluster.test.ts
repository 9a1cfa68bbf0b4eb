import type { StatefulSet } from "../../../core/kubernetes";
import { UserError } from "../../../core/userError";
import { ApiClient } from "../../../live/client/apiClient";
import { NotAllowed, Unreachable } from "../../../live/client/cluster";
import { KubernetesCluster } from "../../../live/client/kubernetesCluster";
import { ApiServerStub, kubeconfigOf, status } from "../apiServerStub";
import {
  listAttachments,
  listAutoscalers,
  readClaim,
  listClaims,
  readNode,
  listPodNames,
  listPods,
  readStatefulSet,
  readVolume,
  listVolumes,
} from "../../../live/client/objects";

let stub: ApiServerStub;
let cluster: KubernetesCluster;

beforeEach(async () => {
  stub = await ApiServerStub.start();
  const connection = { context: "source", kubeconfig: kubeconfigOf(stub.url) };
  cluster = new KubernetesCluster(new ApiClient(connection, { connectMs: 1_000, answerMs: 2_000, retryMs: [] }));
});

afterEach(() => stub.stop());

const asked = () => stub.requests.map(({ method, path }) => `${method} ${path}`);
const notFound = (what: string) => status(404, "NotFound", `${what} not found`);
const set = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "web", namespace: "shop" },
  spec: { replicas: 3, ordinals: { start: 2 }, serviceName: "web", selector: {}, template: { spec: {} } },
} satisfies StatefulSet;
const volume = (policy: string) => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "pv-1" },
  spec: { persistentVolumeReclaimPolicy: policy },
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("reads", () => {
  test("a set, exactly as it is stored, with one request", async () => {
    const stored = {
      ...set,
      spec: { ...set.spec, fieldOfTomorrow: { deep: [1, null] } },
      status: { readyReplicas: 3 },
    };
    stub.answers = [{ json: stored }];
    expect(await readStatefulSet(cluster, "shop", "web")).toStrictEqual(stored);
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: "GET",
      path: "/apis/apps/v1/namespaces/shop/statefulsets/web",
      headers: { accept: "application/json", authorization: "Bearer t0ken", "user-agent": "statefulset-cutover" },
    });
  });

  test("the version, a claim, a volume, a namespace", async () => {
    stub.answers = [
      { json: { gitVersion: "v1.36.2" } },
      { json: { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data-web-0" }, spec: {} } },
      { json: volume("Delete") },
      { json: { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: "u-1" } } },
    ];
    expect(await cluster.version()).toBe("v1.36.2");
    expect((await readClaim(cluster, "shop", "data-web-0"))?.metadata.name).toBe("data-web-0");
    expect(await readVolume(cluster, "pv-1")).toStrictEqual(volume("Delete"));
    const system = await cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" });
    expect(system?.metadata.uid).toBe("u-1");
    expect(asked()).toStrictEqual([
      "GET /version",
      "GET /api/v1/namespaces/shop/persistentvolumeclaims/data-web-0",
      "GET /api/v1/persistentvolumes/pv-1",
      "GET /api/v1/namespaces/kube-system",
    ]);
  });

  test("a node, and how old its lease is by the server's clock, not by this machine's", async () => {
    const lease = (spec: object, date?: string) => ({
      json: { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "node-1" }, spec },
      ...(date === undefined ? {} : { headers: { date } }),
    });
    const date = "Wed, 05 Jan 2000 10:00:30 GMT";
    const renewTime = "2000-01-05T10:00:10.250000Z";
    stub.answers = [
      { json: { apiVersion: "v1", kind: "Node", metadata: { name: "node-1" } } },
      lease({ renewTime, leaseDurationSeconds: 20 }, date),
      lease({ renewTime }, date),
      lease({}, date),
      notFound("lease"),
    ];
    expect((await readNode(cluster, "node-1"))?.metadata.name).toBe("node-1");
    expect(await cluster.lease("node-1")).toStrictEqual({ ageMs: 19_750, limitMs: 20_000, renewal: renewTime });
    expect(await cluster.lease("node-1")).toStrictEqual({ ageMs: 19_750, limitMs: 40_000, renewal: renewTime });
    expect(await cluster.lease("node-1")).toStrictEqual({ ageMs: Infinity, limitMs: 40_000, renewal: "" });
    expect(await cluster.lease("node-1")).toBeUndefined();
    expect(asked().slice(0, 2)).toStrictEqual([
      "GET /api/v1/nodes/node-1",
      "GET /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1",
    ]);
  });

  test("a watch tells what is deleted, as it was, once the server has taken it; a broken one says nothing more", async () => {
    const pod = { metadata: { name: "web-5", uid: "u" } };
    const event = (type: string) => `${JSON.stringify({ type, object: pod })}\n`;
    stub.answers = [{ text: `${event("ADDED")}${event("MODIFIED")}${event("DELETED")}{"type":"DEL` }];
    const seen: unknown[] = [];
    const end = await cluster.watchDeleted({ apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-5" }, (one) =>
      seen.push(one),
    );
    await until(() => seen.length > 0);
    end();
    expect(seen).toStrictEqual([{ ...pod, apiVersion: "v1", kind: "Pod" }]);
    expect(asked()).toStrictEqual(["GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb-5&watch=true"]);
  });

  test("a watch that is not allowed, or not answered", async () => {
    const listing = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-5" };
    const status = { kind: "Status", message: 'pods "web-5" is forbidden: User "u" cannot watch resource "pods"' };
    stub.answers = [{ status: 403, json: status }];
    await expect(cluster.watchDeleted(listing, () => undefined)).rejects.toBeInstanceOf(NotAllowed);
    stub.answers = [{ status: 503, json: status }];
    await expect(cluster.watchDeleted(listing, () => undefined)).rejects.toThrow(
      "failed to watch pods in namespace shop (503)",
    );
    stub.answers = ["reset"];
    await expect(cluster.watchDeleted(listing, () => undefined)).rejects.toThrow("does not answer (ECONNRESET)");
  });

  test("every VolumeAttachment", async () => {
    const items = [{ metadata: { name: "csi-1" }, spec: { nodeName: "n", source: {} } }];
    stub.answers = [{ json: { kind: "VolumeAttachmentList", metadata: {}, items } }];
    expect(await listAttachments(cluster)).toStrictEqual([
      { apiVersion: "storage.k8s.io/v1", kind: "VolumeAttachment", ...items[0] },
    ]);
    expect(asked()).toStrictEqual(["GET /apis/storage.k8s.io/v1/volumeattachments"]);
  });

  test("what the account may not look at is named as RBAC names it", async () => {
    const forbidden = (what: string) => status(403, "Forbidden", `${what} is forbidden: User "x" cannot list resource`);
    stub.answers = [forbidden("volumeattachments.storage.k8s.io"), forbidden("leases.coordination.k8s.io")];
    await expect(listAttachments(cluster)).rejects.toThrow(
      "Give the account the right to list volumeattachments.storage.k8s.io.",
    );
    await expect(cluster.lease("node-1")).rejects.toThrow(
      "Give the account the right to get leases.coordination.k8s.io in namespace kube-node-lease.",
    );
  });

  test("lists, each item with its kind", async () => {
    const listOf = (kind: string, ...names: string[]) => ({
      json: {
        kind: `${kind}List`,
        apiVersion: "v1",
        metadata: {},
        items: names.map((name) => ({ metadata: { name }, x: 1 })),
      },
    });
    stub.answers = [
      listOf("Pod", "web-0"),
      listOf("Pod"),
      listOf("PersistentVolumeClaim", "a", "b"),
      listOf("PersistentVolume", "pv-1"),
    ];
    const [pod] = await listPods(cluster, "shop", "web-0");
    expect(pod).toStrictEqual({ apiVersion: "v1", kind: "Pod", metadata: { name: "web-0" }, x: 1 });
    expect(await listPods(cluster, "shop")).toStrictEqual([]);
    expect((await listClaims(cluster, "shop")).map(({ kind, metadata }) => [kind, metadata.name])).toStrictEqual([
      ["PersistentVolumeClaim", "a"],
      ["PersistentVolumeClaim", "b"],
    ]);
    expect(await listVolumes(cluster)).toHaveLength(1);
    expect(asked()).toStrictEqual([
      "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb-0",
      "GET /api/v1/namespaces/shop/pods",
      "GET /api/v1/namespaces/shop/persistentvolumeclaims",
      "GET /api/v1/persistentvolumes",
    ]);
  });

  test("a list that was cut off is refused", async () => {
    stub.answers = [{ json: { kind: "PodList", apiVersion: "v1", metadata: { continue: "abc" }, items: [] } }];
    await expect(listPods(cluster, "shop")).rejects.toThrow(
      "does not answer /api/v1/namespaces/shop/pods with a whole list.",
    );
  });

  const table = (rows: string[][], more: object = {}) => ({
    json: {
      ...{ kind: "Table", apiVersion: "meta.k8s.io/v1", metadata: {}, ...more },
      columnDefinitions: [{ name: "Ready" }, { name: "Name" }],
      rows: rows.map((cells) => ({ cells })),
    },
  });

  test("names of pods, from a table without the pods", async () => {
    stub.answers = [
      table([
        ["1/1", "web-0"],
        ["0/1", "backup"],
      ]),
    ];
    expect(await listPodNames(cluster, "shop")).toStrictEqual(["web-0", "backup"]);
    expect(asked()).toStrictEqual(["GET /api/v1/namespaces/shop/pods?includeObject=None"]);
    expect(stub.requests[0]?.headers.accept).toBe("application/json;as=Table;g=meta.k8s.io;v=v1");
  });

  test.each([
    ["cut off", table([], { metadata: { continue: "abc" } })],
    [
      "without names",
      { json: { kind: "Table", metadata: {}, columnDefinitions: [{ name: "Age" }], rows: [{ cells: ["5m"] }] } },
    ],
    ["a plain list", { json: { kind: "PodList", apiVersion: "v1", metadata: {}, items: [] } }],
  ])("a table that is %s is refused", async (_, answer) => {
    stub.answers = [answer];
    await expect(listPodNames(cluster, "shop")).rejects.toThrow(
      "does not answer /api/v1/namespaces/shop/pods with a whole table.",
    );
  });

  test("what does not exist is undefined", async () => {
    stub.answers = [notFound('statefulsets.apps "web"')];
    expect(await readStatefulSet(cluster, "shop", "web")).toBeUndefined();
    expect(await readClaim(cluster, "shop", "data-web-0")).toBeUndefined();
    expect(await readVolume(cluster, "pv-1")).toBeUndefined();
  });

  test("a 404 that no API server sent is not taken for an absent object", async () => {
    stub.answers = [{ status: 404, text: "404 page not found\n" }];
    await expect(readStatefulSet(cluster, "shop", "web")).rejects.toThrow(Unreachable);
  });

  test("another object than the one asked for is refused", async () => {
    stub.answers = [{ json: { ...set, metadata: { name: "other" } } }];
    await expect(readStatefulSet(cluster, "shop", "web")).rejects.toThrow(
      `the API server of context "source" at ${stub.url} answers /apis/apps/v1/namespaces/shop/statefulsets/web with something else.`,
    );
  });
});

describe("discovery", () => {
  const resources = {
    kind: "APIResourceList",
    resources: [
      { name: "widgets/status", kind: "Widget", namespaced: true },
      { name: "widgets", kind: "Widget", namespaced: true },
      { name: "racks", kind: "Rack", namespaced: false },
    ],
  };
  const widget = { apiVersion: "example.com/v1", kind: "Widget", namespace: "shop", name: "w" };
  const stored = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } };

  test("finds the path of any kind, once", async () => {
    stub.answers = [{ json: resources }, { json: stored }, { json: stored }];
    expect(await cluster.read(widget)).toStrictEqual(stored);
    expect(await cluster.read(widget)).toStrictEqual(stored);
    expect(asked()).toStrictEqual([
      "GET /apis/example.com/v1",
      "GET /apis/example.com/v1/namespaces/shop/widgets/w",
      "GET /apis/example.com/v1/namespaces/shop/widgets/w",
    ]);
  });

  test("a cluster-scoped kind has no namespace in its path", async () => {
    stub.answers = [{ json: resources }, notFound("rack")];
    const rack = { apiVersion: "example.com/v1", kind: "Rack", namespace: "shop", name: "r" };
    expect(await cluster.read(rack)).toBeUndefined();
    expect(asked()[1]).toBe("GET /apis/example.com/v1/racks/r");
  });

  test("a group or a kind that the server does not have is undefined, and asked for again", async () => {
    stub.answers = [
      { status: 404, text: "404 page not found\n" },
      { json: { ...resources, resources: [] } },
      { json: resources },
      { json: stored },
    ];
    expect(await cluster.read(widget)).toBeUndefined();
    expect(await cluster.read(widget)).toBeUndefined();
    expect(await cluster.read(widget)).toStrictEqual(stored);
  });
});

describe("dryRunCreate", () => {
  const created = { json: { ...set, spec: { ...set.spec, ordinals: undefined } } };
  const inShop = "POST /apis/apps/v1/namespaces/shop/statefulsets?dryRun=All&fieldManager=statefulset-cutover";

  test("sends the set and answers with what would be stored", async () => {
    stub.answers = [created];
    expect((await cluster.dryRunCreate(set)).spec.ordinals).toBeUndefined();
    expect(asked()).toStrictEqual([inShop]);
    expect(stub.requests[0]?.body).toStrictEqual(set);
    expect(stub.requests[0]?.headers["content-type"]).toBe("application/json");
  });

  test("a set that exists is asked about under a generated name", async () => {
    stub.answers = [
      status(409, "AlreadyExists", 'statefulsets.apps "web" already exists'),
      { json: { ...set, metadata: { ...set.metadata, name: "web-x7k2p", generateName: "web-" } } },
    ];
    expect((await cluster.dryRunCreate(set)).metadata).toMatchObject({ name: "web", namespace: "shop" });
    expect(asked()).toStrictEqual([inShop, inShop]);
    expect(stub.requests[1]?.body).toStrictEqual({ ...set, metadata: { generateName: "web-", namespace: "shop" } });
  });

  test("where the namespace does not exist yet, `default` is asked", async () => {
    stub.answers = [
      notFound('namespaces "shop"'),
      { json: { ...set, metadata: { name: "web", namespace: "default" } } },
    ];
    expect((await cluster.dryRunCreate(set)).metadata.namespace).toBe("shop");
    expect(asked()).toStrictEqual([inShop, inShop.replace("shop", "default")]);
    expect(stub.requests[1]?.body).toMatchObject({ metadata: { name: "web", namespace: "default" } });
  });

  test("an account that may not ask in `default` is told why it was asked", async () => {
    const forbidden = 'User "jo" cannot create resource "statefulsets"';
    stub.answers = [notFound('namespaces "shop"'), status(403, "Forbidden", forbidden)];
    await expect(cluster.dryRunCreate(set)).rejects.toThrow(
      "does not allow the account to create statefulsets.apps in namespace default, which is asked because shop does not exist yet, (403)",
    );
  });

  test("a set that the server refuses is the user's to mend", async () => {
    stub.answers = [status(422, "Invalid", 'StatefulSet.apps "web" is invalid: spec.replicas: must be >= 0')];
    const failure = cluster.dryRunCreate(set);
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      `StatefulSet shop/web would be refused by the API server of context "source" at ${stub.url} (422): ` +
        'StatefulSet.apps "web" is invalid: spec.replicas: must be >= 0',
    );
  });
});

describe("tryCreate", () => {
  const inShop = "POST /apis/apps/v1/namespaces/shop/statefulsets?dryRun=All&fieldManager=statefulset-cutover";
  const policy = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "range-lock" },
  };

  test("is one dry run, and says nothing if the object would be created", async () => {
    stub.answers = [{ json: set }];
    expect(await cluster.tryCreate(set)).toBeUndefined();
    expect(asked()).toStrictEqual([inShop]);
    expect(stub.requests[0]?.body).toStrictEqual(set);
  });

  test("says why not", async () => {
    stub.answers = [
      status(403, "Forbidden", "ValidatingAdmissionPolicy 'range-lock' denied request: no"),
      status(409, "AlreadyExists", "it exists"),
      { status: 404, text: "404 page not found" },
    ];
    expect(await cluster.tryCreate(set)).toStrictEqual({
      reason: "Forbidden",
      message: "ValidatingAdmissionPolicy 'range-lock' denied request: no",
    });
    expect(await cluster.tryCreate(set)).toStrictEqual({ reason: "AlreadyExists", message: "it exists" });
    expect(await cluster.tryCreate(policy)).toStrictEqual({ reason: "NotFound", message: "no reason given" });
    expect(asked()[2]).toBe(
      "POST /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All&fieldManager=statefulset-cutover",
    );
  });

  test("a missing right is told from other failures", async () => {
    const words =
      'User "jo" cannot create resource "validatingadmissionpolicies" in API group "admissionregistration.k8s.io"';
    stub.answers = [status(403, "Forbidden", words), status(500, "InternalError", "etcd")];
    await expect(cluster.tryCreate(policy)).rejects.toThrow(NotAllowed);
    await expect(cluster.tryCreate(policy)).rejects.not.toThrow(NotAllowed);
  });
});

describe("dryRunReplace", () => {
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" }, spec: {} };
  const live = { ...service, metadata: { ...service.metadata, resourceVersion: "7" } };

  test("sends the object in the place of the one that was read, and nothing is stored", async () => {
    stub.answers = [{ json: { ...service, spec: { type: "ClusterIP" } } }];
    expect((await cluster.dryRunReplace(service, live)).spec).toStrictEqual({ type: "ClusterIP" });
    expect(asked()).toStrictEqual([
      "PUT /api/v1/namespaces/shop/services/web?dryRun=All&fieldManager=statefulset-cutover",
    ]);
    expect(stub.requests[0]?.body).toStrictEqual(live);
  });

  test("also where there is no namespace", async () => {
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "web" } };
    const list = {
      kind: "APIResourceList",
      resources: [{ name: "clusterroles", kind: "ClusterRole", namespaced: false }],
    };
    stub.answers = [{ json: list }, { json: role }];
    await cluster.dryRunReplace(role, role);
    expect(asked()[1]).toMatch(/^PUT \/apis\/rbac.authorization.k8s.io\/v1\/clusterroles\/web\?/);
  });

  test("what the server refuses is the user's to mend", async () => {
    stub.answers = [status(422, "Invalid", 'Service "web" is invalid: spec.type')];
    const failure = cluster.dryRunReplace(service, live);
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      `Service shop/web cannot be what the API server of context "source" at ${stub.url} has now (422): Service "web" is invalid: spec.type`,
    );
  });

  test("an account without the right is told which", async () => {
    stub.answers = [status(403, "Forbidden", 'User "jo" cannot update resource "services"')];
    await expect(cluster.dryRunReplace(service, live)).rejects.toThrow("to update services in namespace shop");
  });
});

test("autoscalers are asked for in the version that every cluster has", async () => {
  stub.answers = [{ json: { kind: "HorizontalPodAutoscalerList", items: [{ metadata: { name: "web" } }] } }];
  expect(await listAutoscalers(cluster, "shop")).toStrictEqual([
    { apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", metadata: { name: "web" } },
  ]);
  expect(asked()).toStrictEqual(["GET /apis/autoscaling/v1/namespaces/shop/horizontalpodautoscalers"]);
});

describe("retain", () => {
  test("is one merge patch of policy and note", async () => {
    stub.answers = [{ json: volume("Retain") }];
    await cluster.retain("pv-1", "Delete");
    expect(asked()).toStrictEqual(["PATCH /api/v1/persistentvolumes/pv-1?fieldManager=statefulset-cutover"]);
    expect(stub.requests[0]?.headers["content-type"]).toBe("application/merge-patch+json");
    expect(stub.requests[0]?.body).toStrictEqual({
      metadata: { annotations: { "statefulset-cutover/reclaim-policy": "Delete" } },
      spec: { persistentVolumeReclaimPolicy: "Retain" },
    });
  });

  test("an earlier note is not overwritten by Retain", async () => {
    stub.answers = [{ json: volume("Retain") }];
    await cluster.retain("pv-1", "Retain");
    expect(stub.requests[0]?.body).toStrictEqual({ spec: { persistentVolumeReclaimPolicy: "Retain" } });
  });

  test("throws if the volume is not there, or does not become Retain", async () => {
    stub.answers = [notFound('persistentvolumes "pv-1"'), { json: volume("Delete") }];
    await expect(cluster.retain("pv-1", "Delete")).rejects.toThrow(
      `PersistentVolume pv-1 could not be made Retain by the API server of context "source" at ${stub.url} (404): persistentvolumes "pv-1" not found`,
    );
    await expect(cluster.retain("pv-1", "Delete")).rejects.toThrow(
      `PersistentVolume pv-1 does not become Retain: the API server of context "source" at ${stub.url} keeps it as it is (received "Delete")`,
    );
  });
});
