import { lastLine } from "../ask";
import type { Answer, DirectTarget, HttpAsk, ProxyTarget } from "../ask";
import type { Kind } from "../kind";
import type { Options } from "../options";
import { podOf } from "../scene";
import type { Scene } from "../scene";

/** What is asked in one scene, with what messages call it. */
export interface NamedAsk {
  readonly name: string;
  readonly ask: HttpAsk;
}

/** What to ask in a scene; a text: why nothing can be asked. */
export type Target = (scene: Scene) => readonly NamedAsk[] | string;

/** `http`: a GET of a URL, of a Service, or of one pod or each, has a status and, on wish, a body. */
export const http: Kind = (options) => {
  const target = readTarget(options, "/");
  const status = options.number("status", 100, 599);
  const body = options.pattern("body");
  return {
    gate: {
      asks: (scene) => asksOf(target, scene).map(({ ask }) => ask),
      why: (answers, scene) => {
        const targets = target(scene);
        if (typeof targets === "string") return [targets];
        return answers.flatMap((answer, index) => {
          const why = whyNot(answer, status, body);
          return why === undefined ? [] : [`${targets[index]?.name ?? ""} ${why}`];
        });
      },
    },
  };
};

/** What a target asks in a scene. */
export function asksOf(target: Target, scene: Scene): readonly NamedAsk[] {
  const targets = target(scene);
  return typeof targets === "string" ? [] : targets;
}

/**
 * Reads where to ask: `url`, with `authorization`; or `port`, `path`, `scheme` of `service` with `side`, of the pod of `ordinal`, or
 * of every pod.
 */
export function readTarget(options: Options, usualPath: string): Target {
  const timeLimitMs = options.duration("timeLimit");
  const limit = timeLimitMs === undefined ? {} : { timeLimitMs };
  const url = options.text("url", "a URL that begins with http:// or https://", isUrl);
  const authorization = options.secretPlace("authorization");
  const side = options.choice("side", ["source", "destination"] as const);
  const service = options.text("service", "the name of a Service in the set's namespace");
  const ordinal = options.number("ordinal", 0, 2 ** 31 - 1);
  const port = readPort(options);
  const scheme = options.choice("scheme", ["http", "https"] as const) ?? "http";
  const path = options.text("path", "a path that begins with /", (text) => text.startsWith("/")) ?? usualPath;
  refuseMixture(options);
  if (options.has("url")) {
    const direct: DirectTarget = {
      url: url ?? "",
      ...(authorization === undefined ? {} : { authorization: { side: side ?? "source", place: authorization } }),
    };
    return () => [{ name: shownUrl(direct.url), ask: { type: "http", to: direct, ...limit } }];
  }
  const proxied = (to: Omit<ProxyTarget, "port" | "scheme" | "path">): NamedAsk => {
    const where = `${to.name}:${port}${path.replace(/\?.*$/s, "")} in the ${to.side}`;
    return { name: where, ask: { type: "http", to: { ...to, port, scheme, path }, ...limit } };
  };
  if (service !== undefined) return () => [proxied({ side: side ?? "source", resource: "services", name: service })];
  return (scene) => {
    const own = ordinal === undefined ? scene.pods.filter(({ terminating }) => !terminating) : [podOf(scene, ordinal)];
    const asked = own.filter((pod) => pod !== undefined);
    if (asked.length === 0) return `${scene.set.name}${ordinal === undefined ? "" : `-${ordinal}`} has no pod`;
    return asked.map((pod) => proxied({ side: pod.side, resource: "pods", name: pod.name }));
  };
}

function readPort(options: Options): string {
  if (options.has("url")) return "";
  const legal = "a number or name of a port, in quotes where it is a name";
  if (!options.has("port")) options.report("port", "is missing, and there is no url", `${legal}; or url`);
  const value = options.numberOrText("port", legal, (text) => /^(\d{1,5}|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/.test(text));
  return value ?? "";
}

function refuseMixture(options: Options): void {
  const inCluster = ["service", "ordinal", "port", "path", "scheme"].filter((name) => options.has(name));
  if (options.has("url") && inCluster.length > 0) {
    options.problem({
      what: `has url and ${inCluster.join(", ")}`,
      legal: "a url, or what is asked through the API server",
    });
  }
  if (options.has("authorization") && !options.has("url")) {
    options.report(
      "authorization",
      "does not pass the API server's proxy, which takes this header for its own",
      "with url",
    );
  }
  if (options.has("service") && options.has("ordinal")) {
    options.problem({ what: "names a Service and an ordinal", legal: "one of the two" });
  }
  if (options.has("service") && !options.has("side")) options.report("side", "is missing", "source, destination");
}

function isUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

/** Without its query, which may hold a token. */
function shownUrl(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

/** A clause that follows the name of what was asked. */
function whyNot(answer: Answer, status: number | undefined, body: RegExp | undefined): string | undefined {
  if ("trouble" in answer) return `does not answer: ${answer.trouble}`;
  const { code, output } = answer;
  if (status === undefined ? code < 200 || code > 299 : code !== status) {
    const said = lastLine(output);
    return `answers ${code}${said === undefined ? "" : `: ${said}`}`;
  }
  return body === undefined || body.test(output)
    ? undefined
    : `answers ${code}, and its body does not match ${String(body)}`;
}
