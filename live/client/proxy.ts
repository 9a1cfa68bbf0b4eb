import type * as http from "node:http";
import { isIP } from "node:net";
import { Unreachable } from "./cluster";

/**
 * Connections to a server through a proxy, whose agent is loaded only here: http, https, and socks5 as in
 * `proxy-url` of a kubeconfig (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/).
 *
 * @param context name of the kubeconfig's context, for the message.
 * @throws Unreachable if it is no proxy's URL; without the URL, which may hold a password.
 */
export async function agentThrough(proxy: string, server: URL, context: string): Promise<http.Agent> {
  const options = { keepAlive: true };
  switch (URL.canParse(proxy) ? new URL(proxy).protocol : "") {
    case "socks5:":
    case "socks5h:": {
      const { SocksProxyAgent } = await import("socks-proxy-agent");
      // Names are looked up behind the proxy, as Go does for both schemes.
      return new SocksProxyAgent(proxy.replace(/^socks5:/i, "socks5h:"), options);
    }
    case "http:":
    case "https:": {
      if (server.protocol === "https:") {
        const { HttpsProxyAgent } = await import("https-proxy-agent");
        return new HttpsProxyAgent(proxy, options);
      }
      const { HttpProxyAgent } = await import("http-proxy-agent");
      return new HttpProxyAgent(proxy, options);
    }
    default:
      throw new Unreachable(
        `kubeconfig context "${context}" is reached through a proxy whose URL does not begin with http, https or socks5: ` +
          "correct proxy-url of its cluster, or HTTPS_PROXY.",
      );
  }
}

/**
 * The proxy that the environment names for a server, or undefined: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` as Go reads
 * them, so that this program reaches a cluster the way the Kubernetes provider and kubectl do.
 */
export function proxyFor(server: URL, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const variable = (name: string) => nonEmpty(environment[name]) ?? nonEmpty(environment[name.toLowerCase()]);
  const proxy = variable(server.protocol === "http:" ? "HTTP_PROXY" : "HTTPS_PROXY");
  const host = hostOf(server).toLowerCase();
  if (proxy === undefined || isLoopback(host)) return undefined;
  const exceptions = (variable("NO_PROXY") ?? "").split(",").map((item) => item.trim().toLowerCase());
  if (exceptions.some((exception) => covers(exception, host, server))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** The host of a URL; an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function covers(exception: string, host: string, server: URL): boolean {
  if (exception === "") return false;
  if (exception === "*") return true;
  if (exception.includes("/")) return inNetwork(exception, host);
  const [name = "", port] = isIP(exception) === 6 ? [exception] : exception.split(":");
  if (port !== undefined && port !== (server.port || (server.protocol === "http:" ? "80" : "443"))) return false;
  const domain = name.replace(/^\*?\./, "");
  return (host === domain && !/^\*?\./.test(name)) || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

/** Whether an IPv4 address lies in a network such as `10.0.0.0/8`. */
function inNetwork(network: string, host: string): boolean {
  const [base = "", bits = ""] = network.split("/");
  if (isIP(host) !== 4 || isIP(base) !== 4 || !/^\d+$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(asNumber(host) / size) === Math.floor(asNumber(base) / size);
}

function asNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
