import * as http from "node:http";
import * as https from "node:https";
import { Unreachable } from "./cluster";
import { runExecPlugin } from "./execPlugin";
import type { ExecCredential } from "./execPlugin";
import { material } from "./kubeconfig";
import type { KubeContext } from "./kubeconfig";
import { proxyFor } from "./proxy";
import { withoutSecrets } from "./withoutSecrets";

/** What a request needs besides its path: who asks, and over which connections. */
export interface Access {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly agent: http.Agent;
}

interface Held {
  readonly access: Access;
  readonly expiresAtMs: number;
}

/**
 * The credentials of a context.
 *
 * Certificates, tokens, passwords and exec plugins are read here. Only what is rare, the legacy `auth-provider` and
 * proxies, goes through @kubernetes/client-node: to load it costs a second of CPU, at every `up` and every preview.
 */
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
    return exec !== undefined || tokenFile !== undefined || this.context.user["auth-provider"] !== undefined;
  }

  private async look(): Promise<Held> {
    const { user, cluster } = this.context;
    const proxy = cluster["proxy-url"] ?? proxyFor(new URL(cluster.server), process.env);
    const exec = user.exec ? await runExecPlugin(user.exec, this.context) : undefined;
    const expiresAtMs = exec?.expiresAtMs ?? Infinity;
    if (user["auth-provider"] !== undefined || proxy !== undefined) {
      return { access: await this.accessOfClientNode(proxy, exec), expiresAtMs };
    }
    return { access: { headers: this.headers(exec), agent: this.agent(exec) }, expiresAtMs };
  }

  private agent(exec: ExecCredential | undefined): http.Agent {
    const { cluster, user } = this.context;
    if (new URL(cluster.server).protocol === "http:") return new http.Agent({ keepAlive: true });
    return new https.Agent({
      keepAlive: true,
      ca: this.material(cluster["certificate-authority-data"], cluster["certificate-authority"]),
      cert: exec?.certificate ?? this.material(user["client-certificate-data"], user["client-certificate"]),
      key: exec?.key ?? this.material(user["client-key-data"], user["client-key"]),
      ...(cluster["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
      ...(cluster["tls-server-name"] !== undefined && { servername: cluster["tls-server-name"] }),
    });
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

  private async accessOfClientNode(proxy: string | undefined, exec: ExecCredential | undefined): Promise<Access> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const { name, user, cluster } = this.context;
    const others = { ...user, exec: undefined };
    const known = { "client-certificate-data": encoded(exec?.certificate), "client-key-data": encoded(exec?.key) };
    const config = new KubeConfig();
    config.loadFromString(
      JSON.stringify({
        clusters: [{ name, cluster: { ...cluster, ...(proxy !== undefined && { "proxy-url": proxy }) } }],
        users: [{ name, user: exec?.certificate === undefined ? others : { ...others, ...known } }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        "current-context": name,
      }),
    );
    const options: https.RequestOptions = {};
    try {
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      const why = withoutSecrets(error instanceof Error ? error.message : String(error)).slice(0, 300);
      throw new Unreachable(`kubeconfig context "${name}" cannot be used: ${why}`);
    }
    const headers = { ...(options.headers as Record<string, string>), ...this.headers(exec) };
    return { headers, agent: options.agent as http.Agent };
  }
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

function encoded(pem: string | undefined): string | undefined {
  return pem === undefined ? undefined : base64(pem);
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
