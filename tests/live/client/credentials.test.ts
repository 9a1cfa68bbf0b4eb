import { readFileSync, writeFileSync } from "node:fs";
import { ApiClient } from "../../../live/client/apiClient";
import type { ApiRequest } from "../../../live/client/exchange";
import { ApiServerStub, certificate, kubeconfigOf, status, withFiles } from "../apiServerStub";

const get: ApiRequest = { method: "GET", path: "/version", action: "get the version" };
let stub: ApiServerStub;

beforeEach(async () => {
  stub = await ApiServerStub.start();
  stub.answers = [{ json: {} }];
});
afterEach(() => stub.stop());

function open(user: object, cluster: object = {}): ApiClient {
  const connection = { context: "source", kubeconfig: kubeconfigOf(stub.url, user, cluster) };
  return new ApiClient(connection, { connectMs: 1_000, answerMs: 1_000, retryMs: [] });
}

const headers = async (user: object, cluster?: object) => {
  await open(user, cluster).ask(get);
  return stub.requests.at(-1)?.headers;
};

test("a token, a password, none", async () => {
  expect((await headers({ token: "t" }))?.authorization).toBe("Bearer t");
  const basic = Buffer.from("jo:pä:ss").toString("base64");
  expect((await headers({ username: "jo", password: "pä:ss" }))?.authorization).toBe(`Basic ${basic}`);
  expect((await headers({}))?.authorization).toBeUndefined();
});

test("impersonation is whole: without its groups it would be another account", async () => {
  const user = { token: "t", as: "jo", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": { "Scope/x": ["1"] } };
  expect(await headers(user)).toMatchObject({
    "impersonate-user": "jo",
    "impersonate-uid": "7",
    "impersonate-group": "a, b",
    "impersonate-extra-scope%2fx": "1",
  });
});

test("certificates in files, relative to the kubeconfig; the server's name; a token file", async () => {
  await withFiles({ "ca.crt": certificate, token: "from-file\n" }, async (folder) => {
    const cluster = {
      "certificate-authority-data": undefined,
      "certificate-authority": "ca.crt",
      "tls-server-name": "api.test",
    };
    const text = kubeconfigOf(stub.url, { tokenFile: "token" }, cluster);
    await withFiles({ config: text }, async (elsewhere) => {
      const api = new ApiClient({ context: "source", kubeconfig: `${elsewhere}/config` });
      await expect(api.ask(get)).rejects.toThrow(`${elsewhere}/token cannot be read (ENOENT)`);
    });
    writeFileSync(`${folder}/config`, text);
    await new ApiClient({ context: "source", kubeconfig: `${folder}/config` }).ask(get);
  });
  expect(stub.requests.at(-1)?.headers.authorization).toBe("Bearer from-file");
});

test("a token in a file is read again after a minute: others renew it", async () => {
  const sent: unknown[] = [];
  await withFiles({ token: "first" }, async (folder) => {
    const api = open({ tokenFile: `${folder}/token` });
    const ask = async () => {
      await api.ask(get);
      sent.push(stub.requests.at(-1)?.headers.authorization);
    };
    await ask();
    writeFileSync(`${folder}/token`, "second");
    await ask();
    const later = jest.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
    await ask().finally(() => {
      later.mockRestore();
    });
  });
  expect(sent).toEqual(["Bearer first", "Bearer first", "Bearer second"]);
});

test("insecure-skip-tls-verify", async () => {
  const cluster = { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true };
  expect(await headers({ token: "t" }, cluster)).toBeDefined();
});

describe("exec plugins", () => {
  const plugin = (folder: string, more: object = {}) => ({
    exec: { apiVersion: "client.authentication.k8s.io/v1", command: `${folder}/plugin`, args: ["get-token"], ...more },
  });
  const printing = (credential: object) =>
    `#!/bin/sh\necho x >> "$0.runs"\ncat <<'E'\n${JSON.stringify(credential)}\nE\n`;
  const runs = (folder: string) => readFileSync(`${folder}/plugin.runs`, "utf8").trim().split("\n").length;

  test("the token is used, and the plugin asked once for many requests", async () => {
    await withFiles({ plugin: printing({ status: { token: "from-plugin" } }) }, async (folder) => {
      const api = open(plugin(folder));
      await Promise.all([api.ask(get), api.ask(get), api.ask(get)]);
      await api.ask(get);
      expect(stub.requests.map((r) => r.headers.authorization)).toStrictEqual(Array(4).fill("Bearer from-plugin"));
      expect(runs(folder)).toBe(1);
    });
  });

  test("it is asked again when its credentials have expired", async () => {
    const credential = { status: { token: "t", expirationTimestamp: new Date(Date.now() + 1_000).toISOString() } };
    await withFiles({ plugin: printing(credential) }, async (folder) => {
      const api = open(plugin(folder));
      await api.ask(get);
      await api.ask(get);
      expect(runs(folder)).toBe(2);
    });
  });

  test("it is asked again, once, when the server does not accept them", async () => {
    await withFiles({ plugin: printing({ status: { token: "t" } }) }, async (folder) => {
      stub.answers = [status(401, "Unauthorized", "Unauthorized"), { json: {} }];
      await open(plugin(folder)).ask(get);
      stub.answers = [status(401, "Unauthorized", "Unauthorized")];
      await expect(open(plugin(folder)).ask(get)).rejects.toThrow("(401)");
      expect(runs(folder)).toBe(4);
    });
  });

  test("it learns the cluster if it wants to, and its environment is the user's and its own", async () => {
    const script = `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" > "$0.info"\nprintf '{"status":{"token":"%s"}}' "$EXTRA"\n`;
    await withFiles({ plugin: script }, async (folder) => {
      await open(plugin(folder, { provideClusterInfo: true, env: [{ name: "EXTRA", value: "e" }] })).ask(get);
      const info: unknown = JSON.parse(readFileSync(`${folder}/plugin.info`, "utf8"));
      expect(info).toMatchObject({
        apiVersion: "client.authentication.k8s.io/v1",
        kind: "ExecCredential",
        spec: { interactive: false, cluster: { server: stub.url } },
      });
      expect(stub.requests[0]?.headers.authorization).toBe("Bearer e");
    });
  });

  test("its failures are told, without what looks like a secret", async () => {
    const files = {
      fails: `#!/bin/sh\necho "session expired, token=abcdef, run: aws sso login" >&2\nexit 3\n`,
      strange: "#!/bin/sh\necho abcdef\n",
    };
    await withFiles(files, async (folder) => {
      const start = 'kubeconfig context "source": its command';
      await expect(open(plugin(folder, { command: `${folder}/fails` })).ask(get)).rejects.toThrow(
        `${start} ${folder}/fails failed (3): session expired, token=[secret], run: aws sso login`,
      );
      await expect(open(plugin(folder, { command: `${folder}/strange` })).ask(get)).rejects.toThrow(
        `${start} ${folder}/strange did not print an ExecCredential.`,
      );
      await expect(
        open(plugin(folder, { command: "no-such-plugin", installHint: "Install it." })).ask(get),
      ).rejects.toThrow(`${start} no-such-plugin is not installed. Install it.`);
    });
  });
});

test("the old auth-provider is refused, as kubectl does", async () => {
  await expect(open({ "auth-provider": { name: "gcp", config: { "access-token": "abc" } } }).ask(get)).rejects.toThrow(
    'kubeconfig context "source" logs in with the auth-provider "gcp", which is not supported here (kubectl dropped gcp ' +
      "and azure with 1.26). Use an exec plugin or a token instead: gke-gcloud-auth-plugin for GKE, kubelogin " +
      "convert-kubeconfig for AKS, kubectl oidc-login for OIDC.",
  );
  expect(stub.requests).toEqual([]);
});
