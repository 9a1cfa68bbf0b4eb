import * as http from "node:http";
import * as https from "node:https";
import { gunzipSync } from "node:zlib";
import { hostOf } from "./proxy";
import type { Access } from "./credentials";

/** How long to wait. */
export interface Patience {
  /** For a connection, its TLS handshake included. */
  readonly connectMs: number;
  /** For a whole answer. */
  readonly answerMs: number;
  /** Before a read is tried again, one entry for each further try. */
  readonly retryMs: readonly number[];
}

/** One request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the server's own path, such as `/api/v1/nodes`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** Another form of the answer than whole objects. Left out: plain JSON. */
  readonly accept?: string;
  readonly body?: unknown;
  /** What the account must be allowed, for messages: `get statefulsets.apps web/web`. */
  readonly action: string;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
  readonly text: string;
}

/** A failure on the way to the server. Holds a code only: nothing that an Error of Node's may quote. */
export class NoAnswer extends Error {
  public constructor(
    public readonly code: string,
    public readonly staleSocket: boolean,
  ) {
    super(code);
  }
}

/** Sends one request and waits for the whole answer. Rejects with `NoAnswer`. */
export function exchange(
  url: URL,
  path: string,
  request: Pick<ApiRequest, "method" | "accept" | "contentType" | "body">,
  access: Access,
  patience: Pick<Patience, "connectMs" | "answerMs">,
): Promise<RawAnswer> {
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body), "utf8");
  const headers: http.OutgoingHttpHeaders = {
    accept: request.accept ?? "application/json",
    // What is long, the pods of a large set, comes in a sixteenth of the bytes.
    "accept-encoding": "gzip",
    "user-agent": "statefulset-cutover",
    ...access.headers,
    ...(body && { "content-type": request.contentType ?? "application/json", "content-length": body.length }),
  };
  const target = { protocol: url.protocol, hostname: hostOf(url), port: url.port, path };
  const client = url.protocol === "http:" ? http : https;
  return new Promise((resolve, reject) => {
    let sent: http.ClientRequest;
    try {
      sent = client.request({ ...access.tls, ...target, method: request.method, headers, agent: access.agent });
    } catch (error) {
      // A certificate or token that is none: Node says so here already.
      reject(new NoAnswer((error as NodeJS.ErrnoException).code ?? "unknown error", false));
      return;
    }
    const timers: NodeJS.Timeout[] = [];
    const fail = (code: string) => {
      timers.forEach(clearTimeout);
      reject(new NoAnswer(code, sent.reusedSocket && code === "ECONNRESET"));
      sent.destroy();
    };
    timers.push(setTimeout(fail, patience.answerMs, `no answer within ${patience.answerMs / 1_000} s`));
    sent.on("socket", (socket) => {
      if (!socket.connecting) return;
      const connect = setTimeout(fail, patience.connectMs, `no connection within ${patience.connectMs / 1_000} s`);
      timers.push(connect);
      socket.once(url.protocol === "http:" ? "connect" : "secureConnect", () => {
        clearTimeout(connect);
      });
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      fail(error.code ?? "unknown error");
    });
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error: NodeJS.ErrnoException) => {
        fail(error.code ?? "unknown error");
      });
      response.on("end", () => {
        timers.forEach(clearTimeout);
        const { "retry-after": retryAfter, "content-encoding": encoding, date } = response.headers;
        try {
          const text = unpacked(Buffer.concat(chunks), encoding);
          resolve({ status: response.statusCode ?? 0, retryAfter, date, text });
        } catch (error) {
          fail((error as NodeJS.ErrnoException).code ?? "unknown error");
        }
      });
    });
    sent.end(body);
  });
}

function unpacked(body: Buffer, encoding: string | undefined): string {
  return (encoding === "gzip" ? gunzipSync(body) : body).toString("utf8");
}
