import { connect } from "node:net";
import type { Answer } from "../../core/gates/ask";

/** Whether something takes a connection at a host and port. It is closed at once. */
export function tcpConnect(host: string, port: number, timeLimitMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: Answer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeLimitMs, () => {
      end({ trouble: `no connection within ${timeLimitMs / 1_000} s` });
    });
    socket.once("connect", () => {
      end({ code: 0, output: "", errors: "" });
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      end({ trouble: error.code ?? "no connection" });
    });
  });
}
