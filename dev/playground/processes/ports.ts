/**
 * Ports on loopback.
 */
import { createServer } from "node:net";

/** The address of everything in the playground: nothing of it can be reached from another machine. */
export const LOOPBACK = "127.0.0.1";

/** Whether a server could listen on this port of loopback now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
