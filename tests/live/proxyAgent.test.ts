import * as http from "node:http";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { ApiClient } from "../../live/client/apiClient";
import type { ApiRequest } from "../../live/client/exchange";
import { ApiServerStub, kubeconfigOf } from "./apiServerStub";

const get: ApiRequest = { method: "GET", path: "/version", action: "get the version" };

/** A proxy on the loopback interface, and what it was asked to connect to. */
interface Proxy {
  readonly server: Server;
  readonly asked: string[];
}

const open: Socket[] = [];
let stub: ApiServerStub | undefined;
let proxy: Proxy | undefined;

afterEach(async () => {
  open.splice(0).forEach((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    if (proxy === undefined) resolve();
    else
      proxy.server.close(() => {
        resolve();
      });
  });
  await stub?.stop();
});

function joined(a: Socket, b: Socket): void {
  open.push(a, b);
  a.on("error", () => b.destroy());
  b.on("error", () => a.destroy());
  a.pipe(b).pipe(a);
}

/** Answers CONNECT, and requests that name a whole URL. */
function httpProxy(): Proxy {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const onward = http.request(request.url ?? "", { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on("connect", (request: http.IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${request.url ?? ""} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    const [host, port] = (request.url ?? "").split(":");
    const onward = connect(Number(port), host, () => socket.write("HTTP/1.1 200 Connection established\r\n\r\n"));
    joined(socket, onward);
  });
  return { server, asked };
}

/** SOCKS version 5 (RFC 1928), without authentication, for names and IPv4 addresses. */
function socksProxy(): Proxy {
  const asked: string[] = [];
  const server = createServer((socket) => {
    open.push(socket);
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0]));
      socket.once("data", (request) => {
        const isName = request[3] === 3;
        const end = isName ? 5 + (request[4] ?? 0) : 8;
        const host = isName ? request.toString("utf8", 5, end) : request.subarray(4, end).join(".");
        const port = request.readUInt16BE(end);
        asked.push(`${isName ? "name" : "address"} ${host}`);
        const onward = connect(port, "127.0.0.1", () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          joined(socket, onward);
        });
      });
    });
  });
  return { server, asked };
}

async function through(made: Proxy, scheme: string, server: string): Promise<unknown> {
  proxy = made;
  await new Promise<void>((resolve) => made.server.listen(0, "127.0.0.1", resolve));
  const { port } = made.server.address() as AddressInfo;
  const cluster = { "proxy-url": `${scheme}127.0.0.1:${port}` };
  const connection = { context: "source", kubeconfig: kubeconfigOf(server, { token: "t0ken" }, cluster) };
  const { body } = await new ApiClient(connection, { connectMs: 1_000, answerMs: 2_000, retryMs: [] }).ask(get);
  return body;
}

test("an https server through an http proxy: the tunnel's end is checked, and the token goes only to it", async () => {
  stub = await ApiServerStub.start("https");
  stub.answers = [{ json: { gitVersion: "v1.36.2" } }];
  const made = httpProxy();
  expect(await through(made, "http://me:pass@", stub.url)).toEqual({ gitVersion: "v1.36.2" });
  const host = stub.url.replace("https://", "");
  expect(made.asked).toEqual([`CONNECT ${host} Basic ${Buffer.from("me:pass").toString("base64")}`]);
  expect(stub.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer t0ken"]);
});

test("an http server through an http proxy", async () => {
  stub = await ApiServerStub.start("http");
  stub.answers = [{ json: { gitVersion: "v1.36.2" } }];
  const made = httpProxy();
  expect(await through(made, "http://", stub.url)).toEqual({ gitVersion: "v1.36.2" });
  expect(made.asked).toEqual([`GET ${stub.url}/version`]);
});

test.each(["socks5://", "socks5h://"])("a server whose name only the proxy knows, through %s", async (scheme) => {
  stub = await ApiServerStub.start("http");
  stub.answers = [{ json: { gitVersion: "v1.36.2" } }];
  const made = socksProxy();
  const behind = stub.url.replace("127.0.0.1", "api.inside.test");
  expect(await through(made, scheme, behind)).toEqual({ gitVersion: "v1.36.2" });
  expect(made.asked).toEqual(["name api.inside.test"]);
});

test("a proxy's URL that is none is not shown", async () => {
  await expect(through(httpProxy(), "ftp://me:pass@", "https://api.test")).rejects.toThrow(
    'kubeconfig context "source" is reached through a proxy whose URL does not begin with http, https or socks5: ' +
      "correct proxy-url of its cluster, or HTTPS_PROXY.",
  );
});
