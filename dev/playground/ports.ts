/**
 * Free ports on loopback.
 */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** The address of everything in the playground: nothing of it can be reached from another machine. */
export const LOOPBACK = "127.0.0.1";

/**
 * Below the range that systems hand out to outgoing connections (32768 and up on Linux, 49152 and up elsewhere): a component
 * that is stopped and started again must find its port free, and a client that keeps dialling it must not be given that very
 * port as its own and end up talking to itself.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 500;

/** Returns `count` different ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries >= TRIES) {
      throw new Error(`no ${count} free ports between ${LOWEST} and ${HIGHEST} on ${LOOPBACK}`);
    }
    const port = randomInt(LOWEST, HIGHEST);
    if (!found.has(port) && (await isFree(port))) {
      found.add(port);
    }
  }
  return [...found];
}

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
