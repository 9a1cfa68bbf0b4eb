/**
 * Kubeconfig files: writing the playground's own, and reading one for the helpers.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { PlaygroundError } from "./errors";

/** One cluster as a kubeconfig describes it. */
export interface KubeContext {
  /** Name of the context, and of the cluster in the file. */
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  /** Certificates (PEM) that the API server's own is checked against. */
  readonly certificateAuthority: string;
  /** Bearer token of the user. */
  readonly token: string;
}

/** The text of a kubeconfig with these contexts, the first of which is current. */
export function renderKubeconfig(contexts: readonly KubeContext[]): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": contexts[0]?.context ?? "",
    clusters: contexts.map(({ context, server, certificateAuthority }) => ({
      name: context,
      cluster: { server, "certificate-authority-data": Buffer.from(certificateAuthority).toString("base64") },
    })),
    users: contexts.map(({ context, token }) => ({ name: `${context}-admin`, user: { token } })),
    contexts: contexts.map(({ context }) => ({
      name: context,
      context: { cluster: context, user: `${context}-admin` },
    })),
  });
}

/** What a client needs to talk to the API server of one context. */
export interface Access {
  /** URL of the API server. */
  readonly server: string;
  /** Certificates (PEM) to check the server with. */
  readonly ca?: string;
  /** Bearer token. */
  readonly token?: string;
  /** Client certificate (PEM). */
  readonly cert?: string;
  /** Key of the client certificate (PEM). */
  readonly key?: string;
}

interface KubeconfigFile {
  readonly clusters?: readonly { name: string; cluster: Record<string, string> }[];
  readonly users?: readonly { name: string; user: Record<string, string> }[];
  readonly contexts?: readonly { name: string; context: { cluster: string; user: string } }[];
}

/**
 * Reads one context of a kubeconfig. Knows tokens and certificates, as in this playground and in kind clusters; not the
 * plugins that cloud providers use.
 */
export function readAccess(file: string, context: string): Access {
  const config = parse(readFileSync(file, "utf8")) as KubeconfigFile;
  const names = config.contexts?.find((each) => each.name === context)?.context;
  const cluster = config.clusters?.find((each) => each.name === names?.cluster)?.cluster;
  const user = config.users?.find((each) => each.name === names?.user)?.user ?? {};
  const server = cluster?.server;
  if (cluster === undefined || server === undefined) {
    const known = (config.contexts ?? []).map((each) => each.name).join(", ");
    throw new PlaygroundError(`no context "${context}" in ${file} (it has: ${known === "" ? "none" : known})`);
  }
  const pem = (from: Record<string, string>, key: string): string | undefined => {
    const data = from[`${key}-data`];
    const path = from[key];
    if (data !== undefined) {
      return Buffer.from(data, "base64").toString("utf8");
    }
    return path === undefined ? undefined : readFileSync(resolve(dirname(file), path), "utf8");
  };
  const ca = pem(cluster, "certificate-authority");
  const cert = pem(user, "client-certificate");
  const key = pem(user, "client-key");
  const token = user.token;
  return {
    server,
    ...(ca !== undefined && { ca }),
    ...(token !== undefined && { token }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
