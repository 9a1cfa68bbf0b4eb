import { spawn } from "node:child_process";
import { Unreachable } from "./cluster";
import { material } from "./kubeconfig";
import type { ExecPlugin, KubeContext } from "./kubeconfig";
import { withoutSecrets } from "./withoutSecrets";

/** What an exec plugin printed. */
export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** When to ask the plugin again; infinite if it does not say. */
  readonly expiresAtMs: number;
}

/** Credentials are renewed this long before they expire. */
const marginMs = 30_000;
const timeoutMs = 60_000;

/** Runs a credential plugin (`aws eks get-token`, `gke-gcloud-auth-plugin`, `kubelogin`, …) and reads what it prints. */
export async function runExecPlugin(plugin: ExecPlugin, context: KubeContext): Promise<ExecCredential> {
  const command = plugin.command ?? "";
  const failed = (what: string) =>
    new Unreachable(`kubeconfig context "${context.name}": its command ${command} ${what}`);
  if (command === "") throw failed("is not named.");
  const output = await run(plugin, command, context, failed);
  try {
    const { status } = JSON.parse(output) as { status: Record<string, string | undefined> };
    const expires = Date.parse(status.expirationTimestamp ?? "");
    return {
      ...(status.token && { token: status.token }),
      ...(status.clientCertificateData && { certificate: status.clientCertificateData }),
      ...(status.clientKeyData && { key: status.clientKeyData }),
      expiresAtMs: Number.isNaN(expires) ? Infinity : expires - marginMs,
    };
  } catch {
    throw failed("did not print an ExecCredential.");
  }
}

function run(
  plugin: ExecPlugin,
  command: string,
  context: KubeContext,
  failed: (what: string) => Unreachable,
): Promise<string> {
  const added = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  const env = { ...process.env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin, context)) };
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...(plugin.args ?? [])], { env, stdio: ["ignore", "pipe", "pipe"] });
    // Not spawn's own timeout: it outlives a command that could not be started, and holds the process for that long.
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const hint = plugin.installHint === undefined ? "" : ` ${plugin.installHint.trim()}`;
      reject(
        failed(error.code === "ENOENT" ? `is not installed.${hint}` : `cannot be run (${error.code ?? "unknown"}).`),
      );
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else reject(failed(`failed (${signal ?? code ?? "unknown"}): ${withoutSecrets(errors.trim()).slice(-500)}`));
    });
  });
}

function execInfo(plugin: ExecPlugin, { name, cluster }: KubeContext): object {
  const spec = { interactive: false };
  const info = { apiVersion: plugin.apiVersion, kind: "ExecCredential", spec };
  if (plugin.provideClusterInfo !== true) return info;
  const authority = material(name, cluster["certificate-authority-data"], cluster["certificate-authority"]);
  const described = {
    server: cluster.server,
    "tls-server-name": cluster["tls-server-name"],
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
    "certificate-authority-data": authority?.toString("base64"),
    "proxy-url": cluster["proxy-url"],
    config: cluster.extensions?.find((e) => e.name === "client.authentication.k8s.io/exec")?.extension,
  };
  return { ...info, spec: { ...spec, cluster: described } };
}
