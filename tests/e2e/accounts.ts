/**
 * Accounts with exactly the rights of `deploy/rbac/`, and kubeconfigs in which they stand for a person.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../dev/playground/api";
import { renderKubeconfig } from "../../dev/playground/kubeconfig";
import type { KubeContext } from "../../dev/playground/kubeconfig";
import type { Ground } from "./ground";
import type { Side } from "./project";

/** A file of `deploy/rbac/`, without its ending, which is also the name of its service account. */
export type Account = "source" | "destination" | "peer-reader";

const folder = resolve(__dirname, "../../deploy/rbac");
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const ownNamespace = "statefulset-cutover";

const collections: Readonly<Record<string, (namespace: string) => string>> = {
  Namespace: () => "/api/v1/namespaces",
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Role: (namespace) => `${rbac}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${rbac}/namespaces/${namespace}/rolebindings`,
  ClusterRole: () => `${rbac}/clusterroles`,
  ClusterRoleBinding: () => `${rbac}/clusterrolebindings`,
};

/** Path of an object of `deploy/rbac/` in the API. */
export function pathOf({ kind = "", metadata }: KubeObject): string {
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`no path is known for ${kind}`);
  return collection(metadata.namespace ?? "");
}

/** The objects of a file with all that is optional in it, for a set `web` in a namespace of the test's own. */
export function objectsOf(account: Account, namespace: string): KubeObject[] {
  const text = readFileSync(join(folder, `${account}.yaml`), "utf8");
  const forNamespace = text
    .replace(/^( +namespace:) web$/gm, `$1 ${namespace}`)
    .replace("[kube-system, web]", `[kube-system, ${namespace}]`)
    .replace("[statefulset-cutover.web.web]", `[statefulset-cutover.${namespace}.web]`)
    // What is optional stands there as a comment.
    .replace(/^ {2}# (- apiGroups|  (?:resources|resourceNames|verbs):)/gm, "  $1");
  return parseAllDocuments(forNamespace).map((document) => document.toJS() as KubeObject);
}

/** Applies a file as an administrator would. The set's namespace must exist before. */
export async function giveRights(ground: Ground, side: Side, account: Account, namespace: string): Promise<void> {
  const client = ground.client(side);
  for (const object of objectsOf(account, namespace)) await client.ensure(pathOf(object), object);
}

/** A context whose user is a service account, by a token from the TokenRequest API. */
export async function contextOf(ground: Ground, side: Side, account: Account, context: string): Promise<KubeContext> {
  const path = `/api/v1/namespaces/${ownNamespace}/serviceaccounts/${account}/token`;
  const { status } = await ground.client(side).create<{ readonly status: { readonly token: string } }>(path, {
    ...{ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: { name: account } },
    spec: { expirationSeconds: 7_200 },
  });
  return { ...ground.plane(side).kubeContext, context, token: status.token };
}

/** Writes a kubeconfig and returns its path. */
export function kubeconfigIn(root: string, name: string, contexts: readonly KubeContext[]): string {
  const path = join(root, name);
  writeFileSync(path, renderKubeconfig(contexts), { mode: 0o600 });
  return path;
}
