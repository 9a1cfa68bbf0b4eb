import { ApiClient } from "../../../live/client/apiClient";
import { execInPod } from "../../../live/gates/podExec";
import type { Execution } from "../../../live/gates/podExec";
import { kubeconfigOf, withFiles } from "../apiServerStub";
import { ExecStub, exitStatus } from "./execStub";
import type { Playing } from "./execStub";

const both = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const usual: Execution = { namespace: "shop", pod: "web-2", command: ["redis-cli", "ping pong"], timeLimitMs: 5_000 };

let stub: ExecStub | undefined;
afterEach(async () => {
  await stub?.stop();
  stub = undefined;
});

async function ran(
  plays: readonly Playing[],
  execution: Partial<Execution> = {},
  given: { readonly user?: object; readonly protocols?: readonly string[]; readonly stays?: boolean } = {},
): Promise<unknown> {
  const { user = { token: "t0ken" }, protocols = both, stays = false } = given;
  await stub?.stop();
  stub = await ExecStub.start(protocols);
  stub.plays = [...plays];
  stub.stays = stays;
  const kubeconfig = kubeconfigOf(stub.url, user, { "certificate-authority-data": undefined });
  return execInPod(new ApiClient({ context: "source", kubeconfig }), { ...usual, ...execution });
}

test("command and container in the query, the account in the headers; streams and exit code", async () => {
  const answer = await ran(
    [
      [
        [1, "one\n"],
        [2, "oh\n"],
        [1, "two\n"],
        [3, exitStatus(0)],
      ],
    ],
    { container: "main" },
  );
  expect(answer).toEqual({ code: 0, output: "one\ntwo\n", errors: "oh\n" });
  expect(stub?.received).toMatchObject([
    {
      path: "/api/v1/namespaces/shop/pods/web-2/exec?stdout=true&stderr=true&container=main&command=redis-cli&command=ping+pong",
      headers: { authorization: "Bearer t0ken", "sec-websocket-protocol": both.join(",") },
    },
  ]);
});

test("an exit code", async () => {
  expect(
    await ran([
      [
        [2, "no\n"],
        [3, exitStatus(7)],
      ],
    ]),
  ).toEqual({ code: 7, output: "", errors: "no\n" });
});

test.each(both)("stdin by %s: the secret is there, and nowhere else", async (protocol) => {
  const answer = await ran([[[3, exitStatus(0)]]], { stdin: "hunter2\n" }, { protocols: [protocol] });
  expect(answer).toMatchObject({ code: 0 });
  const [request] = stub?.received ?? [];
  expect(request?.stdin).toEqual({ text: "hunter2\n", closed: protocol === both[0] });
  expect(request?.path).toContain("&stdin=true");
  expect(JSON.stringify([request?.path, request?.headers])).not.toContain("hunter2");
});

test("what ends it without an exit code", async () => {
  const failure = JSON.stringify({ status: "Failure", message: "container not found" });
  expect(await ran([[[3, failure]]])).toEqual({ trouble: "container not found" });
  expect(await ran([[[1, "half"]]])).toEqual({ trouble: "the connection ended before the command did" });
  expect(await ran([[]], { timeLimitMs: 200 }, { stays: true })).toEqual({ trouble: "no answer within 0.2 s" });
});

test.each([
  [403, "the account needs the right to get and create pods/exec in namespace shop (403: said)", { lasting: true }],
  [400, "400: said", { lasting: true }],
  [404, "there is no pod web-2, or it does not run", {}],
  [500, "500: said", {}],
])("refused with %i", async (refuse, trouble, more) => {
  expect(await ran([{ refuse, message: "said" }])).toEqual({ trouble, ...more });
});

test("credentials that the server does not accept: a token file is read again, once", async () => {
  const answer = await withFiles({ token: "first" }, async (folder) =>
    ran([{ refuse: 401, message: "no" }, [[3, exitStatus(0)]]], {}, { user: { tokenFile: `${folder}/token` } }),
  );
  expect(answer).toMatchObject({ code: 0 });
  expect(stub?.received).toHaveLength(2);
  expect(await ran([{ refuse: 401, message: "no" }])).toMatchObject({ lasting: true });
});

test("nobody there", async () => {
  const kubeconfig = kubeconfigOf("http://127.0.0.1:1", {}, { "certificate-authority-data": undefined });
  expect(await execInPod(new ApiClient({ context: "source", kubeconfig }), usual)).toEqual({
    trouble: 'no connection to the API server of context "source" at http://127.0.0.1:1 (ECONNREFUSED)',
  });
});
