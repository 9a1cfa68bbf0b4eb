import { isIP } from "node:net";

/**
 * The proxy that the environment names for a server, or undefined: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` as Go reads
 * them, so that this program reaches a cluster the way the Kubernetes provider and kubectl do.
 */
export function proxyFor(server: URL, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const variable = (name: string) => nonEmpty(environment[name]) ?? nonEmpty(environment[name.toLowerCase()]);
  const proxy = variable(server.protocol === "http:" ? "HTTP_PROXY" : "HTTPS_PROXY");
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (proxy === undefined || isLoopback(host)) return undefined;
  const exceptions = (variable("NO_PROXY") ?? "").split(",").map((item) => item.trim().toLowerCase());
  if (exceptions.some((exception) => covers(exception, host, server))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
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
