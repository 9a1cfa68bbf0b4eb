import { belongingsOf } from "../../../core/adopt/belongings";
import type { KubernetesObject } from "../../../core/kubernetes";
import { webSet } from "../builders";

const rbac = "rbac.authorization.k8s.io/v1";
const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop" },
  ...more,
});
const service = (name: string, selector?: object) => object("v1", "Service", name, { spec: { selector } });
const binding = (name: string, role: string, accounts: readonly string[], kind = "Role") =>
  object(rbac, "RoleBinding", name, {
    roleRef: { kind, name: role },
    subjects: accounts.map((account) => ({ kind: "ServiceAccount", name: account })),
  });

const set = webSet(3, {
  template: { metadata: { labels: { app: "web" } }, spec: { serviceAccountName: "web", runtimeClassName: "gvisor" } },
});
const pod = { ...object("v1", "Pod", "web-0"), metadata: { name: "web-0", labels: { app: "web", index: "0" } } };

const found = (...candidates: KubernetesObject[]) => {
  const { objects, left } = belongingsOf(set, [pod], candidates);
  return {
    objects: objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    left: left.filter((text) => !text.startsWith("RuntimeClass")),
  };
};

test("Services: the set's own, and those that pick its pods; one without a selector picks none", () => {
  const own = service("web", { app: "else" });
  const services = [
    own,
    service("all", { app: "web" }),
    service("first", { index: "0" }),
    service("none"),
    service("no", {}),
  ];
  expect(found(...services, service("other", { app: "api" })).objects).toEqual([
    "Service web",
    "Service all",
    "Service first",
  ]);
});

test("rights: those that the account has alone, and the Roles that nobody else has", () => {
  const { objects, left } = found(
    object("v1", "ServiceAccount", "web"),
    object("v1", "ServiceAccount", "default"),
    ...["own", "shared", "api", "view"].map((name) => object(rbac, "Role", name)),
    binding("own", "own", ["web"]),
    binding("shared-a", "shared", ["web"]),
    binding("shared-b", "shared", ["api"]),
    binding("both", "api", ["web", "api"]),
    binding("cluster", "view", ["web"], "ClusterRole"),
  );
  expect(objects).toEqual([
    ...["ServiceAccount web", "Role own", "RoleBinding own", "RoleBinding shared-a", "RoleBinding cluster"],
  ]);
  expect(left).toEqual([
    "RoleBinding shop/both gives rights to others than ServiceAccount web too: give it the like in the destination",
    "Role shared is bound by RoleBinding shop/shared-a: the destination must have it",
    "ClusterRole view is bound by RoleBinding shop/cluster: the destination must have it",
  ]);
});

test("budgets and policies of the pods; those of the whole namespace, and what a controller makes, are left", () => {
  const owner = { ownerReferences: [{ kind: "Database", name: "db", controller: true }] };
  const budget = (name: string, selector: object) =>
    object("policy/v1", "PodDisruptionBudget", name, { spec: { selector } });
  const policy = (name: string, podSelector: object) =>
    object("networking.k8s.io/v1", "NetworkPolicy", name, { spec: { podSelector } });
  const made = service("made", { app: "web" });
  const { objects, left } = found(
    budget("web", { matchLabels: { app: "web" } }),
    budget("api", { matchLabels: { app: "api" } }),
    budget("all", {}),
    policy("web", { matchExpressions: [{ key: "app", operator: "Exists" }] }),
    policy("all", {}),
    { ...made, metadata: { ...made.metadata, ...owner } },
  );
  expect(objects).toEqual(["PodDisruptionBudget web", "NetworkPolicy web"]);
  expect(left).toEqual([
    "PodDisruptionBudget shop/all is about every pod of the namespace: make it in the destination if it is to hold there too",
    "NetworkPolicy shop/all is about every pod of the namespace: make it in the destination if it is to hold there too",
    "Service shop/made is made by Database db, which would write it too: see that the destination has one",
  ]);
});

test("an Ingress to one of its Services, and what the pods need of the cluster", () => {
  const ingress = object("networking.k8s.io/v1", "Ingress", "web", {
    spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
  });
  expect(belongingsOf(set, [], [service("web"), ingress]).left).toEqual([
    "RuntimeClass gvisor is named by the pods: the destination must have it",
    "Ingress shop/web leads to Service web: traffic is yours to move, when you see fit",
  ]);
});
