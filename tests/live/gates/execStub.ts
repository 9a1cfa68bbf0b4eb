import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

/** A request as it came, and what was sent to stdin. */
export interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly stdin: { text: string; closed: boolean };
}

/** What is sent: a channel and text, in order; a number alone refuses the connection with that status, and a Status. */
export type Playing =
  readonly (readonly [channel: number, text: string])[] | { readonly refuse: number; readonly message: string };

/** A Status of a command that ended with an exit code. */
export function exitStatus(code: number): string {
  if (code === 0) return JSON.stringify({ metadata: {}, status: "Success" });
  const details = { causes: [{ reason: "ExitCode", message: String(code) }] };
  return JSON.stringify({ metadata: {}, status: "Failure", reason: "NonZeroExitCode", details });
}

/** Answers `pods/exec` in the place of an API server; what is not an upgrade gets a 404. */
export class ExecStub {
  public readonly received: Received[] = [];
  /** What is played, a request each; the last one is repeated. */
  public plays: Playing[] = [];
  /** Whether the connection stays open when all is played. */
  public stays = false;
  private readonly server = http.createServer((_, response) => response.writeHead(404).end());

  private constructor(private readonly protocols: readonly string[]) {}

  /** @param protocols those that it speaks. */
  public static async start(protocols: readonly string[]): Promise<ExecStub> {
    const stub = new ExecStub(protocols);
    const sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => stub.protocols.find((each) => offered.has(each)) ?? false,
    });
    stub.server.on("upgrade", (request, socket, head) => {
      const play = (stub.plays.length > 1 ? stub.plays.shift() : stub.plays[0]) ?? [];
      const stdin = { text: "", closed: false };
      stub.received.push({ path: request.url ?? "", headers: request.headers, stdin });
      if ("refuse" in play) {
        const body = JSON.stringify({ kind: "Status", apiVersion: "v1", message: play.message });
        socket.end(`HTTP/1.1 ${play.refuse} No\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (connection) => {
        stub.play(connection, play, stdin, (request.url ?? "").includes("stdin=true"));
      });
    });
    await new Promise<void>((resolve) => stub.server.listen(0, "127.0.0.1", resolve));
    return stub;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Where stdin is wanted, it is read to its end first: to the close of version 5, or to the first line. */
  private play(
    connection: WebSocket,
    play: Exclude<Playing, { refuse: number }>,
    stdin: Received["stdin"],
    waits: boolean,
  ): void {
    const answer = (): void => {
      for (const [channel, text] of play) connection.send(Buffer.concat([Buffer.of(channel), Buffer.from(text)]));
      if (!this.stays) connection.close();
    };
    connection.on("message", (data: Buffer) => {
      if (data[0] === 0) stdin.text += data.subarray(1).toString("utf8");
      if (data[0] === 255) stdin.closed = data[1] === 0;
      if (stdin.closed || (connection.protocol.startsWith("v4") && stdin.text.endsWith("\n"))) answer();
    });
    if (!waits) answer();
  }
}
