import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";
import { Unreachable } from "./cluster";
import { runExecPlugin } from "./execPlugin";
import type { ExecCredential } from "./execPlugin";
import { material } from "./kubeconfig";
import type { KubeContext } from "./kubeconfig";
import { agentThrough, hostOf, proxyFor } from "./proxy";

/** What a request needs besides its path: who asks, and over which connections. */
export interface Access {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly agent: http.Agent;
  /** Certificates of both ends. Of the request and not of the agent: a proxy's agent has a connection of its own. */
  readonly tls: tls.ConnectionOptions;
}

interface Held {
  readonly access: Access;
  readonly expiresAtMs: number;
}

/** A token in a file is renewed by others; it is read again after that long, as by client-go. */
const tokenFileMs = 60_000;

/** The credentials of a context: certificates, tokens, passwords, exec plugins. */
export class Credentials {
  private latest: Promise<Held> | undefined;

  public constructor(private readonly context: KubeContext) {}

  /** What a request needs now. Requests at the same time share one look at files and plugins, until it expires. */
  public async access(): Promise<Access> {
    const earlier = this.latest;
    if (earlier !== undefined && (await earlier).expiresAtMs <= Date.now() && this.latest === earlier) {
      this.latest = undefined;
    }
    this.latest ??= this.look();
    return (await this.latest).access;
  }

  /** The API server did not accept these credentials. Tells whether it makes sense to ask for new ones. */
  public renew(): boolean {
    this.latest = undefined;
    const { exec, tokenFile } = this.context.user;
    return exec !== undefined || tokenFile !== undefined;
  }

  private async look(): Promise<Held> {
    const { name, user } = this.context;
    if (user["auth-provider"] !== undefined) throw new Unreachable(refusedProvider(name, user["auth-provider"]));
    const exec = user.exec ? await runExecPlugin(user.exec, this.context) : undefined;
    const expiresAtMs = exec?.expiresAtMs ?? (user.tokenFile === undefined ? Infinity : Date.now() + tokenFileMs);
    const access = { headers: this.headers(exec), agent: await this.agent(), tls: this.tls(exec) };
    return { access, expiresAtMs };
  }

  private agent(): http.Agent | Promise<http.Agent> {
    const { name, cluster } = this.context;
    const server = new URL(cluster.server);
    const proxy = cluster["proxy-url"] ?? proxyFor(server, process.env);
    if (proxy !== undefined) return agentThrough(proxy, server, name);
    return new (server.protocol === "https:" ? https : http).Agent({ keepAlive: true });
  }

  private tls(exec: ExecCredential | undefined): tls.ConnectionOptions {
    const { cluster, user } = this.context;
    const host = cluster["tls-server-name"] ?? hostOf(new URL(cluster.server));
    return {
      // A proxy's agent forgets whom it speaks to where that is an address and no name.
      checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(host, certificate),
      ca: this.material(cluster["certificate-authority-data"], cluster["certificate-authority"]),
      cert: exec?.certificate ?? this.material(user["client-certificate-data"], user["client-certificate"]),
      key: exec?.key ?? this.material(user["client-key-data"], user["client-key"]),
      ...(cluster["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
      ...(cluster["tls-server-name"] !== undefined && { servername: cluster["tls-server-name"] }),
    };
  }

  private headers(exec: ExecCredential | undefined): Record<string, string | string[]> {
    const { user } = this.context;
    const headers = impersonation(this.context);
    const token = exec?.token ?? this.material(undefined, user.tokenFile)?.toString().trim() ?? user.token;
    if (token) headers.authorization = `Bearer ${token}`;
    else if (user.username) headers.authorization = `Basic ${base64(`${user.username}:${user.password ?? ""}`)}`;
    return headers;
  }

  private material(data: string | undefined, file: string | undefined): Buffer | undefined {
    return material(this.context.name, data, file);
  }
}

/** Of the kinds of it, client-go has dropped `gcp` and `azure` with 1.26 and kept `oidc`: an exec plugin serves them all. */
function refusedProvider(context: string, provider: unknown): string {
  const { name } = (provider ?? {}) as { readonly name?: unknown };
  const which = typeof name === "string" ? ` "${name}"` : "";
  return (
    `kubeconfig context "${context}" logs in with the auth-provider${which}, which is not supported here (kubectl dropped ` +
    "gcp and azure with 1.26). Use an exec plugin or a token instead: gke-gcloud-auth-plugin for GKE, kubelogin " +
    "convert-kubeconfig for AKS, kubectl oidc-login for OIDC."
  );
}

function impersonation({ user }: KubeContext): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  if (user.as !== undefined) headers["impersonate-user"] = user.as;
  if (user["as-uid"] !== undefined) headers["impersonate-uid"] = user["as-uid"];
  if (user["as-groups"]?.length) headers["impersonate-group"] = [...user["as-groups"]];
  for (const [key, values] of Object.entries(user["as-user-extra"] ?? {})) {
    headers[`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`] = [...values];
  }
  return headers;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
