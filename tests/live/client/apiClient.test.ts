import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { ApiClient } from "../../../live/client/apiClient";
import type { ApiRequest } from "../../../live/client/exchange";
import { Unreachable } from "../../../live/client/cluster";
import { ApiServerStub, kubeconfigOf, status } from "../apiServerStub";
import type { Answer } from "../apiServerStub";

const get: ApiRequest = { method: "GET", path: "/api/v1/nodes", action: "list nodes" };
const post: ApiRequest = { method: "POST", path: "/api/v1/nodes", action: "create nodes", body: {} };
const fine: Answer = { json: { kind: "NodeList" } };
const reach = "Check that the cluster is running and that this machine can reach it, for instance over a VPN.";

let stub: ApiServerStub;
beforeEach(async () => {
  stub = await ApiServerStub.start();
});
afterEach(() => stub.stop());

function server(kubeconfig = kubeconfigOf(stub.url), retryMs: number[] = [1, 1]): ApiClient {
  return new ApiClient({ context: "source", kubeconfig }, { connectMs: 300, answerMs: 500, retryMs });
}

const where = () => `the API server of context "source" at ${stub.url}`;

async function failureOf(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Unreachable);
  return (error as Unreachable).message;
}

describe("no right", () => {
  test("401 says to log in", async () => {
    stub.answers = [status(401, "Unauthorized", "Unauthorized")];
    expect(await failureOf(server().ask(get))).toBe(
      `${where()} does not accept the account's credentials (401): Unauthorized. ` +
        "Log in again, or mend the user of that context: kubectl --context source auth whoami.",
    );
    expect(stub.requests).toHaveLength(1);
  });

  test("403 names the right that is missing", async () => {
    stub.answers = [
      status(403, "Forbidden", 'nodes is forbidden: User "jo" cannot list resource "nodes" in API group ""'),
    ];
    expect(await failureOf(server().ask(get))).toBe(
      `${where()} does not allow the account to list nodes (403): nodes is forbidden: User "jo" cannot list resource "nodes" ` +
        'in API group "". Give the account the right to list nodes.',
    );
  });

  test("a 403 of an admission policy is an answer", async () => {
    stub.answers = [status(403, "Forbidden", "ValidatingAdmissionPolicy 'x' denied request: no")];
    expect((await server().ask(post)).status).toBe(403);
  });
});

describe("trouble that passes", () => {
  test.each<[string, Answer]>([
    ["a broken connection", "reset"],
    ["500", status(500, "InternalError", "etcd is down")],
    ["503 without JSON", { status: 503, text: "no healthy upstream" }],
    ["429", { ...(status(429, "TooManyRequests", "slow down") as object), headers: { "retry-after": "0" } }],
  ])("a read is asked again after %s", async (_, trouble) => {
    stub.answers = [trouble, trouble, fine];
    expect((await server().ask(get)).body).toStrictEqual({ kind: "NodeList" });
    expect(stub.requests).toHaveLength(3);
  });

  test("three times at most", async () => {
    stub.answers = [status(500, "InternalError", "etcd is down")];
    expect(await failureOf(server().ask(get))).toBe(`${where()} failed to list nodes (500): etcd is down.`);
    expect(stub.requests).toHaveLength(3);
  });

  test("a write is asked once", async () => {
    stub.answers = [status(500, "InternalError", "etcd is down")];
    expect(await failureOf(server().ask(post))).toBe(`${where()} failed to create nodes (500): etcd is down.`);
    stub.answers = ["reset"];
    expect(await failureOf(server().ask({ ...post, body: undefined }))).toMatch(/does not answer \(ECONNRESET\)/);
    expect(stub.requests).toHaveLength(2);
  });

  test("connections are kept: a write survives one that the server closed while it was idle", async () => {
    const api = server();
    stub.answers = [fine];
    await api.ask(get);
    stub.answers = ["reset", fine];
    expect((await api.ask(post)).status).toBe(200);
    expect(stub.requests).toHaveLength(3);
  });
});

describe("a long answer", () => {
  const packed = gzipSync(JSON.stringify({ kind: "NodeList", items: ["n"] }));
  const headers = { "content-encoding": "gzip" };

  test("is asked for, and read, as gzip", async () => {
    stub.answers = [{ text: packed, headers }];
    expect((await server().ask(get)).body).toStrictEqual({ kind: "NodeList", items: ["n"] });
    expect(stub.requests[0]?.headers["accept-encoding"]).toBe("gzip");
  });

  test("that was cut off, or is no gzip, is none", async () => {
    stub.answers = [
      { text: packed.subarray(0, -9), headers },
      { text: "{}", headers },
    ];
    expect(await failureOf(server().ask(get))).toContain(`${where()} does not answer (Z_BUF_ERROR).`);
    expect(await failureOf(server().ask(get))).toContain(`${where()} does not answer (Z_DATA_ERROR).`);
  });
});

describe("no answer", () => {
  test("a closed port", async () => {
    const { url } = stub;
    await stub.stop();
    expect(await failureOf(server(kubeconfigOf(url)).ask(get))).toBe(
      `the API server of context "source" at ${url} does not answer (ECONNREFUSED). ${reach}`,
    );
    stub = await ApiServerStub.start();
  });

  test("a server that takes the request and is silent", async () => {
    stub.answers = ["hang"];
    expect(await failureOf(server().ask(get))).toBe(`${where()} does not answer (no answer within 0.5 s). ${reach}`);
    expect(stub.requests).toHaveLength(1);
  });

  test("a server that takes the connection and is silent", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await failureOf(server(kubeconfigOf(url)).ask(get))).toBe(
      `the API server of context "source" at ${url} does not answer (no connection within 0.3 s). ${reach}`,
    );
    silent.close();
  });

  test("a certificate of an unknown authority", async () => {
    const kubeconfig = kubeconfigOf(stub.url, {}, { "certificate-authority-data": undefined });
    expect(await failureOf(server(kubeconfig).ask(get))).toBe(
      `${where()} does not answer (its certificate is not accepted, DEPTH_ZERO_SELF_SIGNED_CERT). ` +
        "Check certificate-authority-data and server of that context.",
    );
  });

  test("something that is no API server", async () => {
    stub.answers = [{ text: "<html>Log in</html>" }];
    expect(await failureOf(server().ask(get))).toBe(
      `${where()} does not answer like a Kubernetes API server (status 200, no JSON).`,
    );
  });

  test("a token that cannot be sent is not shown", async () => {
    const message = await failureOf(server(kubeconfigOf(stub.url, { token: "hunter2\nhunter3" })).ask(get));
    expect(message).toMatch(/does not answer \(ERR_INVALID_CHAR\)/);
    expect(message).not.toMatch(/hunter/);
  });
});

test("a server's own path comes first, and credentials in its URL are not shown", async () => {
  stub.answers = [fine];
  const url = new URL(`${stub.url}/k8s/clusters/c-1/`);
  await server(kubeconfigOf(url.href)).ask(get);
  expect(stub.requests[0]?.path).toBe("/k8s/clusters/c-1/api/v1/nodes");
  stub.answers = [status(401, "Unauthorized", "token=abc.def is bad, Bearer abcdefgh12345 too")];
  url.username = "jo";
  url.password = "hunter2";
  const message = await failureOf(server(kubeconfigOf(url.href)).ask(get));
  expect(message).toContain(`${stub.url}/k8s/clusters/c-1 does not accept`);
  expect(message).not.toMatch(/hunter2|abc/);
});

test("plain http is spoken where the kubeconfig says so", async () => {
  const plain = await ApiServerStub.start("http");
  plain.answers = [fine];
  expect((await server(kubeconfigOf(plain.url)).ask(get)).status).toBe(200);
  await plain.stop();
});
