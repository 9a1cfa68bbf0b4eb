import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findContext } from "../../../live/client/kubeconfig";
import { reachable } from "../../../live/client/serviceAccount";

const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
const byDefault = { context: "source", isDefault: true };
const certificate = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
const kubeconfigBefore = process.env.KUBECONFIG;

let folder: string;
let kubeconfig: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cutover-account-"));
  writeFileSync(join(folder, "token"), "abc\n");
  writeFileSync(join(folder, "ca.crt"), certificate);
  kubeconfig = join(folder, "kubeconfig");
  process.env.KUBECONFIG = kubeconfig;
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  if (kubeconfigBefore === undefined) delete process.env.KUBECONFIG;
  else process.env.KUBECONFIG = kubeconfigBefore;
});

const withContexts = (...names: string[]): void => {
  const contexts = names.map((name) => ({ name, context: { cluster: name } }));
  writeFileSync(kubeconfig, JSON.stringify({ contexts }));
};

test("without a kubeconfig the default context is the service account of this pod; its files are named, not read", () => {
  for (const empty of [undefined, "", "apiVersion: v1\nkind: Config\ncontexts: []\nclusters: null\n"]) {
    if (empty !== undefined) writeFileSync(kubeconfig, empty);
    const connection = reachable(byDefault, env, folder);
    expect(findContext(connection)).toEqual({
      name: "source",
      cluster: { server: "https://10.96.0.1:443", "certificate-authority": join(folder, "ca.crt") },
      user: { tokenFile: join(folder, "token") },
    });
    expect(connection.kubeconfig).not.toContain("abc");
  }
});

test("an address of IPv6 is one, and without a certificate those of the machine count", () => {
  writeFileSync(join(folder, "ca.crt"), "nothing");
  const connection = reachable(byDefault, { ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, folder);
  expect(findContext(connection).cluster).toEqual({ server: "https://[fd00::1]:443" });
});

test("whoever names a context or a kubeconfig gets it, and nothing else", () => {
  for (const connection of [{ context: "source" }, { ...byDefault, kubeconfig: "/no/such/file" }]) {
    expect(reachable(connection, env, folder)).toBe(connection);
  }
  expect(() => findContext({ context: "source" })).toThrow(
    'there is no kubeconfig context "source"; there is none at all',
  );
});

test("a kubeconfig with anything in it stands before the service account, also if it lacks the context", () => {
  withContexts("other");
  expect(reachable(byDefault, env, folder)).toBe(byDefault);
  for (const some of ["current-context: gone\n", "users: [{ name: me, user: {} }]\n", "clusters: [{ name: c }]\n"]) {
    writeFileSync(kubeconfig, some);
    expect(reachable(byDefault, env, folder)).toBe(byDefault);
  }
});

test("`in-cluster` asks for it beside a kubeconfig, unless that has a context of this name", () => {
  const named = { context: "in-cluster" };
  withContexts("other");
  expect(findContext(reachable(named, env, folder)).cluster.server).toBe("https://10.96.0.1:443");
  withContexts("other", "in-cluster");
  expect(reachable(named, env, folder)).toBe(named);
});

test("outside of a pod there is none", () => {
  expect(reachable(byDefault, {}, folder)).toBe(byDefault);
  expect(reachable(byDefault, { ...env, KUBERNETES_SERVICE_PORT: "" }, folder)).toBe(byDefault);
  expect(reachable(byDefault, env, join(folder, "nothing"))).toBe(byDefault);
  mkdirSync(join(folder, "other/token"), { recursive: true });
  expect(reachable(byDefault, env, join(folder, "other"))).toBe(byDefault);
});
