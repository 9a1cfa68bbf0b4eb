/**
 * A tiny client for the Kubernetes API: JSON in, JSON out. `@kubernetes/client-node` would do as well, but loading it takes
 * most of a second, and a command such as `clusters status` should not.
 */
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { readAccess } from "./kubeconfig";
import type { Access } from "./kubeconfig";

const TIMEOUT_MS = 10_000;

/** A Kubernetes object, as far as every object looks the same. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** The API server answered with an error. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /**
   * @param status the HTTP status
   * @param message what was asked and what was answered
   */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** How a patch is to be understood. */
export type PatchKind = "merge" | "strategic" | "json";

const PATCH_TYPES: Record<PatchKind, string> = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
};

/** A client for one cluster. Call `close` when done, or open connections keep the process alive for some seconds. */
export class PlaygroundApi {
  private readonly agent: HttpsAgent;

  /** @param access where and as whom */
  constructor(private readonly access: Access) {
    const { ca, cert, key } = access;
    this.agent = new HttpsAgent({ keepAlive: true, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  }

  /** A client for one context of a kubeconfig. */
  static fromKubeconfig(file: string, context: string): PlaygroundApi {
    return new PlaygroundApi(readAccess(file, context));
  }

  /** Reads an object or a list, by its path such as `/api/v1/nodes`. */
  async get<T = KubeObject>(path: string): Promise<T> {
    return JSON.parse(await this.text("GET", path)) as T;
  }

  /** Reads an object; undefined if there is none. */
  async find<T = KubeObject>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** Creates an object in the collection `path`. */
  async create<T = KubeObject>(path: string, object: KubeObject): Promise<T> {
    return JSON.parse(await this.text("POST", path, object)) as T;
  }

  /** Creates an object unless one of its name exists. Returns whether it was created. */
  async ensure(path: string, object: KubeObject): Promise<boolean> {
    try {
      await this.create(path, object);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        return false;
      }
      throw error;
    }
  }

  /** Patches an object, or a part of it such as `…/status`. */
  async patch<T = KubeObject>(path: string, patch: unknown, kind: PatchKind = "merge"): Promise<T> {
    return JSON.parse(await this.text("PATCH", path, patch, PATCH_TYPES[kind])) as T;
  }

  /** Deletes an object; one that is not there is no error. `options` are the API's DeleteOptions. */
  async delete(path: string, options: Record<string, unknown> = {}): Promise<void> {
    try {
      await this.text("DELETE", path, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        throw error;
      }
    }
  }

  /** One request, its answer as text: for `/readyz`, `/metrics` and the like. */
  text(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
    timeoutMs = TIMEOUT_MS,
  ): Promise<string> {
    const { token, server } = this.access;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(server.replace(/\/$/, "") + path, {
        method,
        agent: this.agent,
        // AbortSignal and not `timeout`: a paused server accepts connections and then says nothing.
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          // The length must be told: node sends a DELETE's body without, and the server takes it for the next request.
          ...(payload !== undefined && { "content-type": type, "content-length": payload.length }),
        },
      });
      sent.on("error", (error) => {
        reject(error.name === "AbortError" ? new Error(`${method} ${path}: no answer in ${timeoutMs} ms`) : error);
      });
      sent.on("response", (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) {
            resolve(text);
          } else {
            reject(new ApiError(status, `${method} ${path}: ${status} ${explain(text)}`));
          }
        });
      });
      sent.end(payload);
    });
  }

  /** Closes idle connections. */
  close(): void {
    this.agent.destroy();
  }
}

function explain(answer: string): string {
  try {
    return (JSON.parse(answer) as { message?: string }).message ?? answer;
  } catch {
    return answer.slice(0, 300);
  }
}
