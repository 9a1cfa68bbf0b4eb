import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "./cluster";
import { hasContext, isEmptyKubeconfig } from "./kubeconfig";

/**
 * Stands for the service account of the pod that this program runs in, where a context is named and no kubeconfig has one
 * of that name.
 */
const inCluster = "in-cluster";

/** Where a kubelet puts the token of a pod's service account, and the certificate of the API server. */
const usualFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The connection itself, or the one that the service account of this pod has: where the context is `in-cluster`, or nobody
 * named a context and there is no kubeconfig. The conditions and the address are those of the Kubernetes provider
 * (client-go, `tools/clientcmd/merged_client_builder.go` and `rest.InClusterConfig`), with one exception: it would ask for
 * the default context and fail.
 *
 * It is a kubeconfig that names the files, so that this program and the provider reach one cluster by construction. It holds
 * no secret, and the token is read again when the kubelet has renewed it.
 */
export function reachable(
  connection: Connection,
  env: Readonly<Record<string, string | undefined>> = process.env,
  folder = usualFolder,
): Connection {
  const { context, kubeconfig, isDefault = false } = connection;
  if (kubeconfig !== undefined || (context !== inCluster && !isDefault)) return connection;
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = env;
  const token = join(folder, "token");
  if (host === "" || port === "" || !isFile(token)) return connection;
  if (context === inCluster ? hasContext(context) : !isEmptyKubeconfig()) return connection;
  const authority = join(folder, "ca.crt");
  const cluster = {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ...(isCertificate(authority) && { "certificate-authority": authority }),
  };
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster }],
    users: [{ name: context, user: { tokenFile: token } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    "current-context": context,
  });
  return { context, kubeconfig: text };
}

function isFile(path: string): boolean {
  return existsSync(path) && !statSync(path).isDirectory();
}

/** Without one, the certificates that this machine trusts count, as for client-go. */
function isCertificate(path: string): boolean {
  return isFile(path) && readFileSync(path, "utf8").includes("-----BEGIN CERTIFICATE-----");
}
