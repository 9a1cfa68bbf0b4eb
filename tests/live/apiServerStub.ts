import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A request as the stub received it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body?: unknown;
}

/** What the stub answers: a status and JSON, or text, or bytes; `hang` never answers, `reset` breaks the connection. */
export type Answer =
  | {
      readonly status?: number;
      readonly json?: unknown;
      readonly text?: string | Buffer;
      readonly headers?: Record<string, string>;
    }
  | "hang"
  | "reset";

/** Certificate and key of the stub, made for these tests only. */
export const certificate = readFileSync(join(__dirname, "certificates", "server.crt"), "utf8");
const key = readFileSync(join(__dirname, "certificates", "server.key"), "utf8");

/** Something that answers HTTP on the loopback interface in the place of an API server. */
export class ApiServerStub {
  public readonly requests: Received[] = [];
  /** Answers in the order of the requests; the last one is repeated. */
  public answers: Answer[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly scheme: "http" | "https",
  ) {
    server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      request.on("end", () => {
        this.receive(request, response, text);
      });
    });
  }

  public static async start(scheme: "http" | "https" = "https"): Promise<ApiServerStub> {
    const options = { cert: certificate, key, requestCert: true, rejectUnauthorized: false };
    const server = scheme === "https" ? https.createServer(options) : http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ApiServerStub(server, scheme);
  }

  public get url(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(request: http.IncomingMessage, response: http.ServerResponse, text: string): void {
    const body = text === "" ? {} : { body: JSON.parse(text) as unknown };
    this.requests.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, ...body });
    const answer = (this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? {
      status: 404,
      text: "404 page not found\n",
    };
    if (answer === "hang") return;
    if (answer === "reset") {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, answer.headers);
    response.end(answer.text ?? JSON.stringify(answer.json));
  }
}

/** The text of a kubeconfig with one context, `source`. */
export function kubeconfigOf(server: string, user: object = { token: "t0ken" }, cluster: object = {}): string {
  const authority = { "certificate-authority-data": Buffer.from(certificate).toString("base64") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, ...authority, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "source", context: { cluster: "c", user: "u" } }],
  });
}

/** A Status, as the API server sends it with an error. */
export function status(code: number, reason: string, message: string): Answer {
  return { status: code, json: { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code } };
}

/** Runs with a temporary folder that holds these files. */
export async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => Promise<T> | T,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cutover-live-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o700 });
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
