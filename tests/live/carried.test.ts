import type { KubernetesObject } from "../../core/kubernetes";
import type { UserError } from "../../core/userError";
import { lookAtCarried, readCarried } from "../../live/carried";
import { FakeCluster } from "./fakeCluster";

const object = (kind: string, name: string, type?: string): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop", uid: "u" },
  ...(type === undefined ? {} : { type }),
});
const names = [
  { kind: "Secret", name: "db" },
  { kind: "ConfigMap", name: "app" },
] as const;

test("one request for each name", async () => {
  const cluster = new FakeCluster("uid", object("Secret", "db", "Opaque"));
  expect(await lookAtCarried(cluster, "shop", names)).toEqual([
    { ...names[0], object: object("Secret", "db", "Opaque") },
    names[1],
  ]);
  expect(cluster.requests).toEqual(["read Secret db", "read ConfigMap app"]);
});

test("all or nothing", async () => {
  const cluster = new FakeCluster("uid", object("Secret", "db", "kubernetes.io/service-account-token"));
  const failed: unknown = await readCarried(cluster, "shop", names).catch((error: unknown) => error);
  expect((failed as UserError).problems.map(({ what }) => what)).toEqual([
    "names Secret shop/db, which is a token of a ServiceAccount, which is worth nothing in another cluster",
    "names ConfigMap shop/app, which does not exist in the source",
  ]);
  cluster.put(object("Secret", "db", "Opaque"), object("ConfigMap", "app"));
  expect(await readCarried(cluster, "shop", names)).toEqual({
    Secret: { db: { apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: "shop" }, type: "Opaque" } },
    ConfigMap: { app: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app", namespace: "shop" } } },
  });
  expect(await readCarried(cluster, "shop", [])).toEqual({});
});
