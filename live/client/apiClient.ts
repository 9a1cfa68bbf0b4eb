import { setTimeout as pause } from "node:timers/promises";
import { isObject, parsedJson } from "../../core/json";
import { NotAllowed, Unreachable } from "./cluster";
import type { Connection } from "./cluster";
import { Credentials } from "./credentials";
import type { Access } from "./credentials";
import { exchange, NoAnswer } from "./exchange";
import type { ApiRequest, Patience, RawAnswer } from "./exchange";
import { follow } from "./follow";
import { findContext } from "./kubeconfig";
import type { KubeContext } from "./kubeconfig";
import { reachable } from "./serviceAccount";
import { withoutSecrets } from "./withoutSecrets";

/** An answer. `body` is undefined if it was not JSON. */
export interface ApiAnswer {
  readonly status: number;
  /** When it was given, by the server's clock: milliseconds since 1970. */
  readonly atMs: number;
  /** Whether the server told that time; otherwise it is this machine's. */
  readonly isDated: boolean;
  readonly body: Record<string, unknown> | undefined;
}

const patient: Patience = { connectMs: 10_000, answerMs: 30_000, retryMs: [200, 1_000] };
const passing = new Set(["ECONNRESET", "EPIPE", "EAI_AGAIN"]);
const longestPauseMs = 5_000;

/** The API server of one kubeconfig context, spoken to in plain JSON: objects arrive exactly as they are stored. */
export class ApiClient {
  private opened: { readonly context: KubeContext; readonly url: URL; readonly credentials: Credentials } | undefined;

  private reached: Connection | undefined;

  public constructor(
    private readonly given: Connection,
    private readonly patience: Patience = patient,
  ) {}

  /** How the server is reached: told once, so that whoever asks gets the same. */
  public get connection(): Connection {
    return (this.reached ??= reachable(this.given));
  }

  /**
   * Asks once; a read is asked again if the connection broke or the server was overloaded.
   *
   * @returns any answer but 401, 429 and 5xx, which are thrown as `Unreachable`, like no answer at all, and a missing right
   * (403), which is `NotAllowed`.
   */
  public async ask(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.askAgain(request);
    const json = parsedJson(answer.text);
    const body = isObject(json) ? json : undefined;
    if (answer.status < 400 && body === undefined) {
      throw this.unreachable(`does not answer like a Kubernetes API server (status ${answer.status}, no JSON)`);
    }
    const said = withoutSecrets(typeof body?.message === "string" ? body.message : "").slice(0, 500);
    const reason = said === "" ? "" : `: ${said}`;
    if (answer.status === 401) {
      const todo = `Log in again, or mend the user of that context: kubectl --context ${this.given.context} auth whoami`;
      throw this.unreachable(`does not accept the account's credentials (401)${reason}`, todo);
    }
    // Any other 403 is an admission policy's, or a namespace's that is being deleted: an answer.
    if (answer.status === 403 && (said === "" || /\bcannot \S+ (resource|path)\b/.test(said))) {
      const todo = `Give the account the right to ${request.action}`;
      throw new NotAllowed(this.sentence(`does not allow the account to ${request.action} (403)${reason}`, todo));
    }
    if (answer.status === 429 || answer.status >= 500) {
      throw this.unreachable(`failed to ${request.action} (${answer.status})${reason}`);
    }
    const toldMs = Date.parse(answer.date ?? "");
    return { status: answer.status, atMs: toldMs || Date.now(), isDated: !Number.isNaN(toldMs), body };
  }

  /**
   * Follows an answer that goes on (a watch), line by line. It is asked for once: whoever needs it again asks again.
   *
   * @returns what ends it, once the server has begun to answer.
   * @throws NotAllowed if the account lacks the right, Unreachable if the server does not begin.
   */
  public async follow(request: ApiRequest, onLine: (line: unknown) => void): Promise<() => void> {
    const { url, path, access } = await this.target(request);
    const { connectMs } = this.patience;
    const answer = await follow(url, path, access, connectMs, onLine).catch((error: unknown) => {
      throw this.unreachable(`does not answer (${explained((error as NodeJS.ErrnoException).code ?? "no answer")})`);
    });
    if (answer.status === 200) return answer.end;
    answer.end();
    const what = `to ${request.action} (${answer.status})`;
    if (answer.status === 403) throw new NotAllowed(this.sentence(`does not allow the account ${what}`, ""));
    throw this.unreachable(`failed ${what}`);
  }

  /** What a connection of another kind needs: the server's URL, and who asks. Throws as `ask` does. */
  public async way(): Promise<{ readonly url: URL; readonly access: Access }> {
    const { url, credentials } = this.open();
    return { url, access: await credentials.access() };
  }

  /** The server did not accept the credentials. Tells whether it makes sense to try again with new ones. */
  public renew(): boolean {
    return this.open().credentials.renew();
  }

  /** Where this server is, for messages: context and URL, without anything secret. */
  public describe(): string {
    const where = this.opened === undefined ? "" : ` at ${shown(this.opened.url)}`;
    return `the API server of context "${this.given.context}"${where}`;
  }

  private unreachable(what: string, todo = ""): Unreachable {
    return new Unreachable(this.sentence(what, todo));
  }

  private sentence(what: string, todo: string): string {
    return `${this.describe()} ${what}.${todo === "" ? "" : ` ${todo}.`}`;
  }

  private async askAgain(request: ApiRequest): Promise<RawAnswer> {
    let renewed = false;
    for (let tries = 0; ; tries += 1) {
      const pauseMs = this.patience.retryMs[tries];
      const isLast = pauseMs === undefined;
      try {
        const answer = await this.askOnce(request);
        if (answer.status === 401 && !renewed && this.renew()) {
          renewed = true;
          continue;
        }
        const busy = answer.status === 429 || answer.status >= 500;
        if (!busy || request.method !== "GET" || isLast) return answer;
        await pause(Math.max(pauseMs, Math.min(longestPauseMs, Number(answer.retryAfter) * 1_000 || 0)));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        // A socket that the server had closed while it was idle: any method may go again, as both writes may be repeated.
        const again = request.method === "GET" ? passing.has(error.code) : error.staleSocket;
        if (!again || isLast) throw this.unreachable(`does not answer (${explained(error.code)})`, hint(error.code));
        await pause(pauseMs);
      }
    }
  }

  private open(): NonNullable<typeof this.opened> {
    if (this.opened === undefined) {
      const context = findContext(this.connection);
      const url = parsedUrl(context.cluster.server);
      if (url === undefined) {
        throw new Unreachable(`kubeconfig context "${context.name}" has a server that is not an http or https URL.`);
      }
      this.opened = { context, url, credentials: new Credentials(context) };
    }
    return this.opened;
  }

  private async askOnce(request: ApiRequest): Promise<RawAnswer> {
    const { url, path, access } = await this.target(request);
    return exchange(url, path, request, access, this.patience);
  }

  private async target({ path, query }: ApiRequest): Promise<{ url: URL; path: string; access: Access }> {
    const { url, access } = await this.way();
    const asked = new URLSearchParams(query).toString();
    return { url, path: `${url.pathname.replace(/\/$/, "")}${path}${asked === "" ? "" : `?${asked}`}`, access };
  }
}

/** What went wrong, in words where the code says little. */
function explained(code: string): string {
  return isAboutCertificates(code) ? `its certificate is not accepted, ${code}` : code;
}

function hint(code: string): string {
  return isAboutCertificates(code)
    ? "Check certificate-authority-data and server of that context"
    : "Check that the cluster is running and that this machine can reach it, for instance over a VPN";
}

function isAboutCertificates(code: string): boolean {
  return /CERT|UNABLE_TO|^ERR_OSSL/.test(code);
}

function parsedUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url : undefined;
}

function shown(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/$/, "")}`;
}
