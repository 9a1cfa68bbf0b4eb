import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Answer, ProxyTarget } from "../../core/gates/ask";
import { field, parsedJson } from "../../core/json";
import type { ApiClient } from "../client/apiClient";
import type { Access } from "../client/credentials";
import { exchange, NoAnswer } from "../client/exchange";
import type { RawAnswer } from "../client/exchange";
import { agentThrough, proxyFor } from "../client/proxy";
import { withoutSecrets } from "../client/withoutSecrets";

const request = { method: "GET", accept: "*/*" } as const;
const longestBody = 1_048_576;

/**
 * A GET of a pod or Service through the API server's proxy (https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/).
 * The account needs `get` of `pods/proxy` or `services/proxy`.
 *
 * @throws Unreachable as `ApiClient` does, where the kubeconfig or its credentials are not usable.
 */
export async function getThroughProxy(
  server: ApiClient,
  namespace: string,
  { resource, name, port, scheme, path }: ProxyTarget,
  timeLimitMs: number,
): Promise<Answer> {
  const target = encodeURIComponent(`${scheme === "https" ? "https:" : ""}${name}:${port}`).replaceAll("%3A", ":");
  const whole = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}/${target}/proxy${path}`;
  const get = async (): Promise<RawAnswer | string> => {
    const { url, access } = await server.way();
    return answerOf(url, whole, access, timeLimitMs);
  };
  let raw = await get();
  if (typeof raw !== "string" && raw.status === 401 && server.renew()) raw = await get();
  if (typeof raw === "string") return { trouble: `${server.describe()}: ${raw}` };
  const trouble = proxyTrouble(raw, `get ${resource}/proxy in namespace ${namespace}`);
  return trouble ?? { code: raw.status, output: raw.text.slice(0, longestBody), errors: "" };
}

/** A GET of a URL from this machine, through the proxy that the environment names for it. */
export async function getDirectly(url: URL, authorization: string | undefined, timeLimitMs: number): Promise<Answer> {
  const proxy = proxyFor(url, process.env);
  const own = new (url.protocol === "https:" ? HttpsAgent : HttpAgent)();
  const agent = proxy === undefined ? own : await agentThrough(proxy, url, url.host);
  const headers: Access["headers"] = authorization === undefined ? {} : { authorization };
  const base = new URL(url.origin);
  const raw = await answerOf(base, `${url.pathname}${url.search}`, { headers, agent, tls: {} }, timeLimitMs);
  agent.destroy();
  if (typeof raw === "string") return { trouble: raw };
  return { code: raw.status, output: raw.text.slice(0, longestBody), errors: "" };
}

/**
 * An answer, or why there is none.
 *
 * @param path below the path of the URL.
 */
async function answerOf(url: URL, path: string, access: Access, timeLimitMs: number): Promise<RawAnswer | string> {
  try {
    const below = url.pathname.replace(/\/$/, "");
    return await exchange(url, `${below}${path}`, request, access, { connectMs: timeLimitMs, answerMs: timeLimitMs });
  } catch (error) {
    if (error instanceof NoAnswer) return error.code;
    throw error;
  }
}

/** A Status of the API server's own, not of what is asked: a missing right, no such object, nobody who listens. */
function proxyTrouble({ status, text }: RawAnswer, right: string): Answer | undefined {
  const body = status < 400 ? undefined : parsedJson(text);
  if (field(body, "kind") !== "Status" || field(body, "apiVersion") !== "v1") return undefined;
  const message = field(body, "message");
  const said = withoutSecrets(typeof message === "string" ? message : "no reason given").slice(0, 500);
  if (status === 401 || status === 403)
    return { trouble: `the account needs the right to ${right} (${status}: ${said})`, lasting: true };
  return { trouble: said };
}
