import { field, listAt } from "../json";
import type { Side } from "../ordinals";
import type { SetPod } from "./scene";

/**
 * Where a secret value is: a key of a Secret in the set's namespace, in the cluster of the half that is asked; or a key of the
 * Pulumi config of that half's stack, such as `redis:password`. Only where it is, never the value, passes through `core/`.
 */
export type SecretPlace = { readonly secret: string; readonly key: string } | { readonly config: string };

/** A secret that a command finds in an environment variable. */
export interface SecretVariable {
  /** Name of the variable, such as `REDISCLI_AUTH`. */
  readonly variable: string;
  readonly place: SecretPlace;
}

/** How long an answer may take, where nothing else is said. */
export const usualTimeLimitMs = 10_000;

interface Limited {
  /** How long the answer may take, in milliseconds. Default `usualTimeLimitMs`. */
  readonly timeLimitMs?: number;
}

/** A command in a container of a pod, as `kubectl exec` runs it: no shell, unless the command is one. */
export interface ExecAsk extends Limited {
  readonly type: "exec";
  readonly side: Side;
  readonly pod: string;
  /** Left out: the pod has only one. */
  readonly container?: string;
  readonly command: readonly string[];
  /** Needs a `sh` in the container: the value is sent on stdin, and is in no process's arguments. */
  readonly secret?: SecretVariable;
}

/** An HTTP GET: of a pod or Service through its API server's proxy, or of a URL from this machine. */
export interface HttpAsk extends Limited {
  readonly type: "http";
  readonly to: ProxyTarget | DirectTarget;
}

/** A port of a pod or Service in the set's namespace. */
export interface ProxyTarget {
  readonly side: Side;
  readonly resource: "pods" | "services";
  readonly name: string;
  /** Its number or name. */
  readonly port: string;
  readonly scheme: "http" | "https";
  /** From the first slash on, with its query. */
  readonly path: string;
}

/** A URL that this machine reaches. */
export interface DirectTarget {
  readonly url: string;
  /** The whole value of the header `Authorization`, read at the half of `side`. */
  readonly authorization?: { readonly side: Side; readonly place: SecretPlace };
}

/** Whether something listens, seen from this machine. */
export interface TcpAsk extends Limited {
  readonly type: "tcp";
  readonly host: string;
  readonly port: number;
}

/** A command on this machine, in the folder of the project. */
export interface CommandAsk extends Limited {
  readonly type: "command";
  readonly command: readonly string[];
  /** Added to the environment of the walk. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
}

/** One question to the outside. */
export type Ask = ExecAsk | HttpAsk | TcpAsk | CommandAsk;

/** What came of a question. */
export type Answer = Answered | NotAnswered;

/** There is an answer, whatever it says. */
export interface Answered {
  /** `exec`, `command`: the exit code. `http`: the status. `tcp`: 0, it listens. */
  readonly code: number;
  /** What it wrote to stdout; the body of an HTTP answer. Cut after 1 MiB. */
  readonly output: string;
  /** What it wrote to stderr. */
  readonly errors: string;
}

/** There is none: no connection, no such pod or container, a right that is missing, the time is over. */
export interface NotAnswered {
  /** Why, a clause such as `pod web-2 has no container "redis"`. */
  readonly trouble: string;
  /** Whether waiting does not help: a right, a Secret or a program that is missing. Default false. */
  readonly lasting?: boolean;
}

/** What the commands of a recipe have in common. */
export interface ExecOptions extends Limited {
  readonly container?: string;
  readonly secret?: SecretVariable;
}

/**
 * A command in a pod. Where no container is named, it is the one of the annotation `kubectl.kubernetes.io/default-container`, else
 * the first, as for `kubectl exec`.
 */
export function execIn({ side, name, object }: SetPod, command: readonly string[], options: ExecOptions = {}): ExecAsk {
  const usual = object.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  const first = field(listAt(object.spec, "containers")[0], "name");
  const container = usual ?? (typeof first === "string" ? first : undefined);
  return { type: "exec", side, pod: name, ...(container === undefined ? {} : { container }), ...options, command };
}

/**
 * The command as it is sent to the container. Where there is a secret, a shell reads it from stdin into the variable and
 * becomes the command: the arguments of neither have it.
 */
export function sentCommand({ command, secret }: ExecAsk): readonly string[] {
  if (secret === undefined) return command;
  const { variable } = secret;
  return ["sh", "-c", `IFS= read -r ${variable} && export ${variable} && exec "$@"`, "sh", ...command];
}

/**
 * What an answer says where a command was to end well: why it did not, a clause, or undefined. It quotes the last line that
 * the command wrote.
 */
export function whyFailed(answer: Answer, wanted = 0): string | undefined {
  if ("trouble" in answer) return answer.trouble;
  if (answer.code === wanted) return undefined;
  const said = lastLine(answer.errors) ?? lastLine(answer.output);
  return `exit code ${answer.code}${said === undefined ? "" : `: ${said}`}`;
}

const longestLine = 200;

/** The last line of a text that is not empty, cut where it is long. */
export function lastLine(text: string): string | undefined {
  const line = text.trimEnd().split("\n").pop()?.trim();
  if (line === undefined || line === "") return undefined;
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
}
