import type { Answer } from "../../../../core/gates/ask";
import type { Kind } from "../../../../core/gates/kind";
import { exec } from "../../../../core/gates/kinds/exec";
import { http } from "../../../../core/gates/kinds/http";
import { prometheus } from "../../../../core/gates/kinds/prometheus";
import { tcp } from "../../../../core/gates/kinds/tcp";
import { actionSceneOf, ended, linesOf, problemsOf, sceneOf, usesOf } from "../scene";

const scene = sceneOf([
  { side: "source", ordinal: 1 },
  { side: "destination", ordinal: 2 },
]);
const asks = (kind: Kind, options: Readonly<Record<string, unknown>>): string[] =>
  linesOf(usesOf(kind, options).gate?.asks(scene) ?? []);
const why = (kind: Kind, options: Readonly<Record<string, unknown>>, ...answers: Answer[]): unknown =>
  usesOf(kind, options).gate?.why(answers, scene);

test("exec: every pod or one; exit code, output, and the last line of what went wrong", () => {
  expect(asks(exec, { command: ["true"], container: "db" })).toEqual([
    "source/web-1/db: true",
    "destination/web-2/db: true",
  ]);
  expect(asks(exec, { command: ["true"], ordinal: 2 })).toEqual(["destination/web-2: true"]);
  const one = { command: ["true"], ordinal: 2, output: "^ok$", exitCode: 1 };
  expect(why(exec, one, ended("ok\n", 1))).toEqual([]);
  expect(why(exec, one, ended("bad\n", 1))).toEqual(["web-2: its output does not match /^ok$/m"]);
  expect(why(exec, one, ended("", 0))).toEqual(["web-2: exit code 0"]);
  expect(why(exec, { command: ["x"] }, ended(""), { trouble: "gone" })).toEqual(["web-2: gone"]);
  expect(why(exec, { command: ["x"], ordinal: 0 })).toEqual(["web-0 has no pod"]);
  expect(problemsOf(exec, { secret: { variable: "A B", secret: "s", key: "k" } })).toEqual([
    "entry.command is missing; legal: the command and its arguments, a list of texts. Change it",
    'entry.secret.variable is not legal (received "A B"); legal: the name of an environment variable. Change it',
  ]);
});

test("exec as an action: once, in the pod that moves", () => {
  const { before } = usesOf(exec, { command: ["drain"] });
  const about = actionSceneOf([{ side: "source", ordinal: 2 }]);
  expect(before?.next([], about, [])).toMatchObject({
    does: "web-2 runs drain",
    asks: [{ pod: "web-2", command: ["drain"] }],
  });
  const deed = (answer: Answer) => [{ says: "", answers: [answer], agoMs: 0 }];
  expect(before?.next([], about, deed(ended("")))).toEqual({ done: "web-2 has run it" });
  expect(before?.next([], about, deed(ended("", 2, "no\n")))).toMatchObject({ refuses: "web-2: exit code 2: no" });
  expect(before?.next([], actionSceneOf([]), [])).toEqual({ done: "web-2 does not run" });
});

test("http: pods, a Service, a URL; status and body", () => {
  expect(asks(http, { port: 8080, path: "/live?full=1" })).toEqual([
    "GET source/pods/http:web-1:8080/live?full=1",
    "GET destination/pods/http:web-2:8080/live?full=1",
  ]);
  const service = { service: "web", side: "destination", port: "http", scheme: "https" };
  expect(asks(http, service)).toEqual(["GET destination/services/https:web:http/"]);
  const url = { url: "https://example.com/a?token=hunter2", body: "ok" };
  expect(asks(http, url)).toEqual(["GET https://example.com/a?token=hunter2"]);
  expect(why(http, url, ended("all ok", 204))).toEqual([]);
  expect(why(http, url, ended("no\n", 500))).toEqual(["https://example.com/a answers 500: no"]);
  expect(why(http, url, ended("no", 200))).toEqual([
    "https://example.com/a answers 200, and its body does not match /ok/m",
  ]);
  expect(why(http, { ...service, status: 301 }, ended("", 200))).toEqual(["web:http/ in the destination answers 200"]);
  expect(problemsOf(http, { service: "web", authorization: { config: "a:b" } })).toEqual([
    "entry.port is missing, and there is no url; legal: a number or name of a port, in quotes where it is a name; or url. Change it",
    "entry.authorization does not pass the API server's proxy, which takes this header for its own; legal: with url. Change it",
    "entry.side is missing; legal: source, destination. Change it",
  ]);
});

test("prometheus: every value within bounds; nothing found does not hold", () => {
  const options = { service: "prom", side: "source", port: 9090, query: "up == 0", atMost: 1, atLeast: 0 };
  expect(asks(prometheus, options)).toEqual(["GET source/services/http:prom:9090/api/v1/query?query=up+%3D%3D+0"]);
  expect(asks(prometheus, { url: "https://p.example.com/", query: "up", atLeast: 1 })).toEqual([
    "GET https://p.example.com/api/v1/query?query=up",
  ]);
  const vector = (...values: string[]): Answer =>
    ended(
      JSON.stringify({
        status: "success",
        data: {
          resultType: "vector",
          result: values.map((value, at) => ({ metric: { pod: `web-${at}` }, value: [1, value] })),
        },
      }),
      200,
    );
  expect(why(prometheus, options, vector("0", "1"))).toEqual([]);
  expect(why(prometheus, options, vector("-1", "NaN", "+Inf"))).toEqual([
    '{pod="web-0"} is -1, below 0',
    '{pod="web-1"} is NaN',
    '{pod="web-2"} is Infinity, above 1',
  ]);
  expect(why(prometheus, options, vector())).toEqual(["prom:9090 in the source: the query finds nothing"]);
  const error = ended(JSON.stringify({ status: "error", error: "parse error" }), 400);
  expect(why(prometheus, options, error)).toEqual(["prom:9090 in the source answers 400: parse error"]);
  expect(problemsOf(prometheus, { url: "https://p.example.com", query: "up" })).toEqual([
    "entry has no bound; legal: atMost, atLeast or both. Change it",
  ]);
});

test("tcp", () => {
  expect(asks(tcp, { host: "db", port: 5432 })).toEqual(["db:5432"]);
  expect(why(tcp, { host: "db", port: 5432 }, ended(""))).toEqual([]);
  expect(why(tcp, { host: "db", port: 5432 }, { trouble: "ECONNREFUSED" })).toEqual([
    "db:5432 does not listen: ECONNREFUSED",
  ]);
});
