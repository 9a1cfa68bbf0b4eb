import { WebSocket } from "ws";
import type { ClientOptions, RawData } from "ws";
import type { Answer } from "../../core/gates/ask";
import { field, listAt, parsedJson } from "../../core/json";
import type { ApiClient } from "../client/apiClient";
import type { Access } from "../client/credentials";
import { withoutSecrets } from "../client/withoutSecrets";

/** A command to run in a container. */
export interface Execution {
  readonly namespace: string;
  readonly pod: string;
  /** Left out: the only container of the pod. */
  readonly container?: string;
  readonly command: readonly string[];
  /** Sent to its stdin, which stays open after it where the server speaks only the older protocol. */
  readonly stdin?: string;
  readonly timeLimitMs: number;
}

/**
 * How the streams are told apart within the connection: the first byte of each message is its channel. Version 5 can close
 * stdin, which version 4 cannot (https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets).
 */
const protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const;
const mostBytes = 1_048_576;

/**
 * Runs a command in a container as `kubectl exec` does, over a WebSocket. The account needs `get` and `create` of `pods/exec`: a
 * WebSocket begins as a GET, and from Kubernetes 1.35 on `create` is asked for too.
 *
 * @throws Unreachable as `ApiClient` does, where the kubeconfig or its credentials are not usable.
 */
export async function execInPod(server: ApiClient, execution: Execution): Promise<Answer> {
  const deadline = performance.now() + execution.timeLimitMs;
  const first = await attempt(server, execution, execution.timeLimitMs);
  if (first !== "unauthorized") return first;
  const again = server.renew() ? await attempt(server, execution, deadline - performance.now()) : first;
  if (again !== "unauthorized") return again;
  return { trouble: `${server.describe()} does not accept the account's credentials (401)`, lasting: true };
}

async function attempt(server: ApiClient, execution: Execution, limitMs: number): Promise<Answer | "unauthorized"> {
  const { url, access } = await server.way();
  const socket = new WebSocket(addressOf(url, execution), protocols, optionsOf(access, limitMs));
  return new Promise((resolve) => {
    const streams = new Streams();
    const end = (answer: Answer | "unauthorized"): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      end({ trouble: `no answer within ${execution.timeLimitMs / 1_000} s` });
    }, limitMs);
    socket.on("open", () => {
      if (execution.stdin === undefined) return;
      socket.send(Buffer.concat([Buffer.of(channels.stdin), Buffer.from(execution.stdin, "utf8")]));
      if (socket.protocol === protocols[0]) socket.send(Buffer.of(channels.close, channels.stdin));
    });
    socket.on("message", (data) => {
      streams.take(data);
      if (streams.ended !== undefined) end(streams.ended);
    });
    socket.on("unexpected-response", (_, response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += text.length < mostBytes ? chunk : ""));
      response.on("end", () => {
        const { statusCode = 0 } = response;
        end(statusCode === 401 ? "unauthorized" : refused(statusCode, text, execution));
      });
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      end({ trouble: `no connection to ${server.describe()} (${error.code ?? "it broke"})` });
    });
    socket.on("close", () => {
      end({ trouble: "the connection ended before the command did" });
    });
  });
}

function addressOf(url: URL, { namespace, pod, container, command, stdin }: Execution): URL {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  const address = new URL(url);
  address.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  address.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  const query = new URLSearchParams({ stdout: "true", stderr: "true" });
  if (stdin !== undefined) query.set("stdin", "true");
  if (container !== undefined) query.set("container", container);
  for (const word of command) query.append("command", word);
  address.search = query.toString();
  return address;
}

function optionsOf({ headers, agent, tls }: Access, limitMs: number): ClientOptions {
  // The types of `ws` have an older form of this one.
  const { checkServerIdentity, ...certificates } = tls;
  const options: ClientOptions = {
    ...certificates,
    agent,
    headers: { "user-agent": "statefulset-cutover", ...headers },
    handshakeTimeout: Math.max(1, limitMs),
    perMessageDeflate: false,
    maxPayload: 16 * mostBytes,
  };
  return Object.assign(options, { checkServerIdentity });
}

/** What has come through the connection. */
class Streams {
  /** The answer, when the command has ended. */
  public ended: Answer | undefined;
  private readonly stdout: Buffer[] = [];
  private readonly stderr: Buffer[] = [];
  private taken = 0;

  public take(data: RawData): void {
    const message = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    const [channel, rest] = [message[0], message.subarray(1)];
    if (channel === channels.error) this.ended = this.answer(rest.toString("utf8"));
    const stream = channel === channels.stdout ? this.stdout : channel === channels.stderr ? this.stderr : undefined;
    if (stream === undefined || this.taken + rest.length > mostBytes) return;
    this.taken += rest.length;
    stream.push(rest);
  }

  /** The last message is a Status; its cause has the exit code (k8s.io/apimachinery, `remotecommand.NonZeroExitCodeReason`). */
  private answer(text: string): Answer {
    const status = parsedJson(text);
    const [output, errors] = [this.stdout, this.stderr].map((parts) => Buffer.concat(parts).toString("utf8"));
    const streams = { output: output ?? "", errors: errors ?? "" };
    if (field(status, "status") === "Success") return { code: 0, ...streams };
    const causes = listAt(status, "details", "causes");
    const code = Number(
      field(
        causes.find((cause) => field(cause, "reason") === "ExitCode"),
        "message",
      ),
    );
    if (field(status, "reason") === "NonZeroExitCode" && Number.isInteger(code)) return { code, ...streams };
    return { trouble: messageOf(status, text) };
  }
}

/** The API server or the kubelet did not begin. A right or a container that is missing will be missing in a second, too. */
function refused(code: number, text: string, { namespace, pod }: Execution): Answer {
  const said = messageOf(parsedJson(text), text);
  if (code === 403) {
    const right = `the account needs the right to get and create pods/exec in namespace ${namespace}`;
    return { trouble: `${right} (403: ${said})`, lasting: true };
  }
  if (code === 404) return { trouble: `there is no pod ${pod}, or it does not run` };
  return { trouble: `${code}: ${said}`, ...(code === 400 ? { lasting: true } : {}) };
}

function messageOf(status: unknown, text: string): string {
  const message = field(status, "message");
  return (
    withoutSecrets(typeof message === "string" ? message : text)
      .slice(0, 500)
      .trim() || "no reason given"
  );
}
