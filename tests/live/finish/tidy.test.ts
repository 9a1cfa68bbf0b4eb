import { ApiClient } from "../../../live/client/apiClient";
import { KubernetesCluster } from "../../../live/client/kubernetesCluster";
import { RealTidiedCluster } from "../../../live/finish/tidy";
import { claim, volume } from "../../core/builders";
import { ApiServerStub, kubeconfigOf, status } from "../apiServerStub";

let stub: ApiServerStub;
let cluster: RealTidiedCluster;

beforeEach(async () => {
  stub = await ApiServerStub.start();
  const connection = { context: "source", kubeconfig: kubeconfigOf(stub.url) };
  const server = new ApiClient(connection, { connectMs: 1_000, answerMs: 2_000, retryMs: [] });
  cluster = new RealTidiedCluster(server, new KubernetesCluster(server));
});

afterEach(() => stub.stop());

const seen = { ...volume(1), metadata: { ...volume(1).metadata, resourceVersion: "7" } };

test("a policy is given back, and its note taken away, with the version that was seen", async () => {
  stub.answers = [{ json: volume(1) }];
  await cluster.giveBack({ volume: seen, policy: "Delete" });
  const [request] = stub.requests;
  expect(`${request?.method ?? ""} ${request?.path ?? ""}`).toBe(
    "PATCH /api/v1/persistentvolumes/pv-1?fieldManager=statefulset-cutover",
  );
  expect(request?.headers["content-type"]).toBe("application/merge-patch+json");
  expect(request?.body).toEqual({
    metadata: { resourceVersion: "7", annotations: { "statefulset-cutover/reclaim-policy": null } },
    spec: { persistentVolumeReclaimPolicy: "Delete" },
  });
});

test("a volume that has changed, or stays as it is, is told", async () => {
  stub.answers = [
    status(409, "Conflict", "modified"),
    { json: volume(1, { persistentVolumeReclaimPolicy: "Retain" }) },
  ];
  const give = () => cluster.giveBack({ volume: seen, policy: "Delete" });
  await expect(give()).rejects.toThrow(/^PersistentVolume pv-1 could not be made Delete again .* run the same again$/);
  await expect(give()).rejects.toThrow("PersistentVolume pv-1 does not become Delete again: it is kept as it is");
});

test("what is deleted is what was seen: uid and version are preconditions", async () => {
  stub.answers = [{ json: claim(1) }];
  await cluster.remove({ ...claim(1), metadata: { ...claim(1).metadata, resourceVersion: "9" } });
  const [request] = stub.requests;
  expect(`${request?.method ?? ""} ${request?.path ?? ""}`).toBe(
    "DELETE /api/v1/namespaces/shop/persistentvolumeclaims/data-web-1",
  );
  expect(request?.body).toMatchObject({
    kind: "DeleteOptions",
    preconditions: { uid: "claim-1", resourceVersion: "9" },
  });
});

test("what is gone or has changed is left to the caller, who looks again; anything else is told", async () => {
  stub.answers = [status(404, "NotFound", "gone"), status(409, "Conflict", "changed"), status(422, "Invalid", "no")];
  await cluster.remove(seen);
  await cluster.remove(seen);
  await expect(cluster.remove(seen)).rejects.toThrow(/^PersistentVolume pv-1 could not be deleted by .* \(422\): no/);
});
