import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { UnknownContext, Unreachable } from "./cluster";
import type { Connection } from "./cluster";

/** A cluster entry of a kubeconfig, as written. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
  readonly extensions?: readonly { readonly name?: string; readonly extension?: unknown }[];
}

/** A user entry of a kubeconfig, as written. */
export interface KubeconfigUser {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly "as-uid"?: string;
  readonly "as-groups"?: readonly string[];
  readonly "as-user-extra"?: Readonly<Record<string, readonly string[]>>;
  readonly exec?: ExecPlugin;
  readonly "auth-provider"?: unknown;
}

/** A program that prints credentials: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

/** One context of a kubeconfig, with all that it refers to. */
export interface KubeContext {
  readonly name: string;
  readonly cluster: KubeconfigCluster & { readonly server: string };
  readonly user: KubeconfigUser;
}

interface Entry {
  readonly name?: string;
  readonly cluster?: KubeconfigCluster | null;
  readonly user?: KubeconfigUser | null;
  readonly context?: { readonly cluster?: string; readonly user?: string } | null;
}

type Section = "clusters" | "users" | "contexts";
type Kubeconfig = Partial<Record<Section, readonly Entry[] | null>> & { readonly "current-context"?: string };

/** Fields of cluster and user that hold a path, relative to the folder of the kubeconfig that has them. */
const pathFields = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** Finds the context of a connection, as kubectl would: the first of several files that has an entry wins. */
export function findContext(connection: Connection): KubeContext {
  const { context, kubeconfig } = connection;
  const files = kubeconfig === undefined ? defaultKubeconfigs() : [givenKubeconfig(kubeconfig)];
  const find = (section: Section, name: string | undefined) =>
    files.flatMap((file) => file[section] ?? []).find((entry) => entry.name === name);
  const found = find("contexts", context)?.context;
  if (!found) throw missingContext(connection, files);
  const cluster = find("clusters", found.cluster)?.cluster;
  if (!cluster?.server) {
    throw new Unreachable(
      `kubeconfig context "${context}" names no cluster that has a server ("${found.cluster ?? ""}").`,
    );
  }
  const user = found.user ? find("users", found.user)?.user : {};
  if (user === undefined) {
    throw new Unreachable(`kubeconfig context "${context}" names the user "${found.user ?? ""}", which is not there.`);
  }
  return { name: context, cluster: { ...cluster, server: cluster.server }, user: user ?? {} };
}

/** Whether the kubeconfig of this machine has a context of that name. */
export function hasContext(name: string): boolean {
  return defaultKubeconfigs().some(({ contexts }) => contexts?.some((entry) => entry.name === name));
}

/** Whether there is no kubeconfig on this machine, or nothing in it. */
export function isEmptyKubeconfig(): boolean {
  return defaultKubeconfigs().every(
    (file) => !file["current-context"] && (["contexts", "clusters", "users"] as const).every((s) => !file[s]?.length),
  );
}

/**
 * Contents of a field that is given as base64 or as a file, or undefined if it is not given.
 *
 * @param context name of the context, for the message.
 */
export function material(context: string, data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, "base64");
  if (!file) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Unreachable(`kubeconfig context "${context}": ${file} cannot be read (${codeOf(error)}).`);
  }
}

function missingContext({ context, kubeconfig }: Connection, files: readonly Kubeconfig[]): UnknownContext {
  const names = [...new Set(files.flatMap((file) => file.contexts ?? []).map(({ name }) => name ?? ""))].sort();
  const missing = `there is no kubeconfig context "${context}"; there`;
  if (names.length > 0) {
    const rename = `kubectl config rename-context <its name> ${context}`;
    return new UnknownContext(
      `${missing} are: ${names.join(", ")}`,
      `Run: pulumi config set kubernetes:context <context>, or ${rename}`,
    );
  }
  const places = kubeconfig === undefined ? defaultPaths().join(", ") : "kubernetes:kubeconfig";
  return new UnknownContext(
    `${missing} is none at all (looked in ${places})`,
    "Set KUBECONFIG, or run: pulumi config set kubernetes:kubeconfig <path>; in a pod of that cluster, for its service account: " +
      "pulumi config set kubernetes:context in-cluster",
  );
}

/** The kubeconfig of `kubernetes:kubeconfig`: told apart as the Kubernetes provider does, a file that exists comes first. */
function givenKubeconfig(pathOrContents: string): Kubeconfig {
  const path = pathOrContents.replace(/^~(?=$|[\\/])/, homedir());
  if (existsSync(path)) return readKubeconfig(path);
  const kubeconfig = parseKubeconfig(pathOrContents, process.cwd());
  // Not shown: it may be a token that was pasted into the wrong place.
  if (!kubeconfig) throw new Unreachable("kubernetes:kubeconfig is neither a file that exists nor a kubeconfig.");
  return kubeconfig;
}

function defaultKubeconfigs(): Kubeconfig[] {
  return defaultPaths()
    .filter((path) => existsSync(path))
    .map(readKubeconfig);
}

function defaultPaths(): string[] {
  const listed = (process.env.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  return listed.length > 0 ? listed : [join(homedir(), ".kube", "config")];
}

function readKubeconfig(path: string): Kubeconfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Unreachable(`the kubeconfig ${path} cannot be read (${codeOf(error)}).`);
  }
  const kubeconfig = parseKubeconfig(text, dirname(resolve(path)));
  if (!kubeconfig) throw new Unreachable(`${path} is not a kubeconfig.`);
  return kubeconfig;
}

/** Undefined if the text is no kubeconfig. The parser's message is dropped: it quotes lines, and so maybe a token. */
function parseKubeconfig(text: string, folder: string): Kubeconfig | undefined {
  let parsed: unknown;
  try {
    parsed = parse(text, { logLevel: "error" });
  } catch {
    return undefined;
  }
  // An empty file is what `kubectl config` leaves behind at first.
  if (parsed === null || parsed === undefined) return text.trim() === "" ? {} : undefined;
  if (typeof parsed !== "object" || Array.isArray(parsed)) return undefined;
  const kubeconfig: Kubeconfig = parsed;
  const sections: Section[] = ["clusters", "users", "contexts"];
  if (sections.some((section) => !Array.isArray(kubeconfig[section] ?? []))) return undefined;
  return {
    ...(kubeconfig["current-context"] && { "current-context": kubeconfig["current-context"] }),
    contexts: kubeconfig.contexts ?? [],
    clusters: (kubeconfig.clusters ?? []).map((entry) => ({ ...entry, cluster: absolute(entry.cluster, folder) })),
    users: (kubeconfig.users ?? []).map((entry) => ({ ...entry, user: absolute(entry.user, folder) })),
  };
}

function absolute<T extends object>(entry: T | null | undefined, folder: string): T | null | undefined {
  if (!entry) return entry;
  const fields = Object.entries(entry) as [string, unknown][];
  return Object.fromEntries(
    fields.map(([key, value]) => {
      if (pathFields.includes(key) && typeof value === "string" && value !== "") return [key, resolve(folder, value)];
      return [key, key === "exec" ? absoluteCommand(value as ExecPlugin | null, folder) : value];
    }),
  ) as T;
}

/** A command with a slash is relative to the kubeconfig; one without is looked up in PATH. */
function absoluteCommand(exec: ExecPlugin | null, folder: string): ExecPlugin | null {
  return exec?.command?.includes("/") ? { ...exec, command: resolve(folder, exec.command) } : exec;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}
