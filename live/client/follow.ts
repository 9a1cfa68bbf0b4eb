import * as http from "node:http";
import * as https from "node:https";
import { parsedJson } from "../../core/json";
import type { Access } from "./credentials";

/** An answer that goes on, such as a watch. */
export interface Followed {
  readonly status: number;
  /** Ends it. */
  readonly end: () => void;
}

/**
 * Asks for an answer that goes on and reads it line by line, each of them JSON. It keeps no process alive: whoever waits
 * for it waits for something else too.
 *
 * @param path with its query.
 * @param connectMs how long to wait until the answer begins.
 * @param onLine is given every whole line. Nothing tells when the answer breaks: there are no more lines then.
 */
export function follow(
  url: URL,
  path: string,
  access: Access,
  connectMs: number,
  onLine: (line: unknown) => void,
): Promise<Followed> {
  const target = { protocol: url.protocol, hostname: url.hostname.replace(/^\[|\]$/g, ""), port: url.port, path };
  const headers = { accept: "application/json", "user-agent": "statefulset-cutover", ...access.headers };
  const client = url.protocol === "http:" ? http : https;
  return new Promise((resolve, reject) => {
    const sent = client.request({ ...access.tls, ...target, headers, agent: access.agent });
    const timer = setTimeout(() => sent.destroy(new Error("no answer")), connectMs);
    sent.on("error", reject);
    sent.on("response", (response) => {
      clearTimeout(timer);
      response.socket.unref();
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onLine(parsedJson(line));
      });
      response.on("error", () => undefined);
      resolve({ status: response.statusCode ?? 0, end: () => sent.destroy() });
    });
    sent.on("close", () => {
      clearTimeout(timer);
    });
    sent.end();
  });
}
