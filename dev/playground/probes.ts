/**
 * Asks a component whether it is ready.
 */
import { request as httpRequest } from "node:http";
import { ApiClient } from "./api";
import type { ComponentName, Ports } from "./components";
import { readAccess } from "./kubeconfig";
import { LOOPBACK } from "./ports";

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

async function httpsAnswers({ kubeconfig, context }: ProbeTarget, port: number, path: string): Promise<boolean> {
  try {
    const client = new ApiClient({ ...readAccess(kubeconfig, context), server: `https://${LOOPBACK}:${port}` });
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

function httpAnswers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = httpRequest({ host: LOOPBACK, port, path, signal: AbortSignal.timeout(LIMIT_MS) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    sent.on("error", () => {
      resolve(false);
    });
    sent.end();
  });
}
