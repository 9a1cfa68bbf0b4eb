/**
 * Asks a component whether it is ready.
 */
import { request as httpRequest } from "node:http";
import { PlaygroundApi } from "../api";
import { etcdName } from "../components";
import type { ComponentName, Layout, Ports } from "../components";
import { readAccess } from "../kubeconfig";
import { LOOPBACK } from "../processes/ports";

const LIMIT_MS = 3_000;

/** Where to ask. */
export interface ProbeTarget {
  /** Ports of the control plane. */
  readonly ports: Ports;
  /** Its kubeconfig, for the administrator's token and the authority that signed the certificate. */
  readonly kubeconfig: string;
  /** The context in that file. */
  readonly context: string;
}

/** Whether a component says that it is ready. One that is gone, paused or still starting does not. */
export async function answers(component: ComponentName, target: ProbeTarget): Promise<boolean> {
  const { api, etcd, controllerManager, scheduler, kwok } = target.ports;
  switch (component) {
    case "etcd":
      return httpAnswers(etcd, "/readyz");
    case "kube-apiserver":
      return httpsAnswers(target, api, "/readyz");
    case "kube-controller-manager":
      return httpsAnswers(target, controllerManager, "/healthz");
    case "kube-scheduler":
      return httpsAnswers(target, scheduler, "/healthz");
    case "kwok":
      return httpAnswers(kwok, "/healthz");
    default:
      return component satisfies never;
  }
}

/** Whether the etcd that answers on this port is that of the control plane with these files. */
export async function isOwnEtcd(port: number, layout: Layout): Promise<boolean> {
  const { status, text } = await ask(port, "/v3/cluster/member/list", "{}");
  const { members = [] } = status === 200 ? (JSON.parse(text) as { members?: { name?: string }[] }) : {};
  return members.some(({ name }) => name === etcdName(layout));
}

async function httpsAnswers({ kubeconfig, context }: ProbeTarget, port: number, path: string): Promise<boolean> {
  try {
    const client = new PlaygroundApi({ ...readAccess(kubeconfig, context), server: `https://${LOOPBACK}:${port}` });
    try {
      await client.text("GET", path, undefined, undefined, LIMIT_MS);
      return true;
    } finally {
      client.close();
    }
  } catch {
    return false;
  }
}

async function httpAnswers(port: number, path: string): Promise<boolean> {
  return (await ask(port, path)).status === 200;
}

/** One request, a POST if it has a body. Where nobody answers the status is 0. */
function ask(port: number, path: string, body?: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    const fail = (): void => {
      resolve({ status: 0, text: "" });
    };
    const method = body === undefined ? "GET" : "POST";
    const signal = AbortSignal.timeout(LIMIT_MS);
    const sent = httpRequest({ host: LOOPBACK, port, path, method, signal }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (text += part));
      answer.on("error", fail);
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, text });
      });
    });
    sent.on("error", fail);
    sent.end(body);
  });
}
