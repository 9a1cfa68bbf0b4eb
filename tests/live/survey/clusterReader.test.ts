import { ApiClient } from "../../../live/client/apiClient";
import { NotAllowed, Unreachable } from "../../../live/client/cluster";
import { ApiReader } from "../../../live/survey/clusterReader";
import { KubernetesCluster } from "../../../live/client/kubernetesCluster";
import { ApiServerStub, kubeconfigOf, status } from "../apiServerStub";

let stub: ApiServerStub;
let reader: ApiReader;

beforeEach(async () => {
  stub = await ApiServerStub.start();
  const connection = { context: "source", kubeconfig: kubeconfigOf(stub.url) };
  const server = new ApiClient(connection, { connectMs: 1_000, answerMs: 2_000, retryMs: [] });
  reader = new ApiReader(server, new KubernetesCluster(server));
});

afterEach(() => stub.stop());

const secret = { kind: "Secret", name: "web" } as const;

test("a Secret is asked for as a row without the object beside it", async () => {
  const columnDefinitions = ["Name", "Type", "Data", "Age"].map((name) => ({ name }));
  const row = { cells: ["web", "kubernetes.io/tls", 2, "5m"], object: null };
  stub.answers = [{ json: { kind: "Table", apiVersion: "meta.k8s.io/v1", columnDefinitions, rows: [row] } }];
  expect(await reader.glance("shop", secret)).toEqual({ type: "kubernetes.io/tls" });
  expect(stub.requests).toHaveLength(1);
  expect(stub.requests[0]).toMatchObject({
    method: "GET",
    path: "/api/v1/namespaces/shop/secrets/web?includeObject=None",
    headers: { accept: "application/json;as=Table;g=meta.k8s.io;v=v1" },
  });
});

test("a ConfigMap has no type, what is missing is undefined, and a missing right is told", async () => {
  const columnDefinitions = ["Name", "Data", "Age"].map((name) => ({ name }));
  stub.answers = [
    { json: { kind: "Table", columnDefinitions, rows: [{ cells: ["web", 2, "5m"] }] } },
    status(404, "NotFound", 'secrets "web" not found'),
    status(403, "Forbidden", 'secrets "web" is forbidden: User "u" cannot get resource "secrets"'),
    { json: { kind: "Secret", data: { password: "aHVudGVyMg==" } } },
  ];
  expect(await reader.glance("shop", { kind: "ConfigMap", name: "web" })).toEqual({});
  expect(await reader.glance("shop", secret)).toBeUndefined();
  await expect(reader.glance("shop", secret)).rejects.toThrow(NotAllowed);
  const strange: unknown = await reader.glance("shop", secret).catch((error: unknown) => error);
  expect(strange).toBeInstanceOf(Unreachable);
  expect(String(strange)).not.toContain("aHVudGVyMg==");
});

test("a list of a kind that the server does not have is empty", async () => {
  stub.answers = [{ status: 404, text: '{"kind":"Status","code":404}' }, status(500, "InternalError", "no")];
  expect(await reader.list("policy/v1", "PodDisruptionBudget", "shop")).toEqual([]);
  await expect(reader.list("policy/v1", "PodDisruptionBudget", "shop")).rejects.toThrow(Unreachable);
});
