/**
 * Ports reserved between the playgrounds of a machine: from before a component listens, and while it is stopped, until its
 * folder is gone.
 *
 * A reservation is a file of its own name, so that no two processes ever write, take over or remove the same one. Everybody
 * writes what they want first and looks at the others' afterwards: of two that want the same port at least one sees the
 * other, and lets go. A reservation whose process has ended and whose folder is not there counts for nothing, and the next
 * one who reserves removes it: there is nothing to clean up after a crash.
 */
import { randomInt, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "../build";
import { PlaygroundError } from "../errors";
import { isFree, LOOPBACK } from "./ports";
import { hasEnded } from "./processes";

/**
 * Below the range that systems hand out to outgoing connections (32768 and up on Linux, 49152 and up elsewhere): a component
 * that is stopped and started again must find its port free, and a client that keeps dialling it must not be given that very
 * port as its own and end up talking to itself.
 */
const LOWEST = 20_000;
const BEYOND = 32_000;
const TRIES_EACH = 100;

/** Where and from what to reserve. Tests choose otherwise. */
export interface ReservationOptions {
  /** The folder of the reservations. Default: `ports` where the binaries are kept. */
  readonly root?: string;
  /** The first port that may be taken. Default: 20000. */
  readonly lowest?: number;
  /** The first port beyond. Default: 32000. */
  readonly beyond?: number;
}

interface Reservation {
  /** Process that starts the components. */
  readonly pid: number;
  /** Folder of the control plane. */
  readonly folder: string;
  readonly ports: readonly number[];
}

/**
 * Returns `count` different ports that nobody listens on now and no other control plane has reserved. They are reserved for the
 * control plane in `folder`: while this process lives or the folder exists, until `releasePorts`.
 *
 * @throws PlaygroundError if there are not as many
 */
export async function reservePorts(count: number, folder: string, options: ReservationOptions = {}): Promise<number[]> {
  const { root = defaultRoot(), lowest = LOWEST, beyond = BEYOND } = options;
  mkdirSync(root, { recursive: true });
  const file = join(root, `${randomUUID()}.json`);
  try {
    let mine: number[] = [];
    for (let tries = 0; tries < count * TRIES_EACH; tries++) {
      const others = reservedBy(root, file);
      mine = mine.filter((port) => !others.has(port));
      if (mine.length === count) {
        return mine;
      }
      const port = randomInt(lowest, beyond);
      if (!mine.includes(port) && !others.has(port) && (await isFree(port))) {
        mine.push(port);
        write(file, { pid: process.pid, folder, ports: mine });
      }
    }
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
  rmSync(file, { force: true });
  throw new PlaygroundError(`no ${count} free ports between ${lowest} and ${beyond - 1} on ${LOOPBACK}`);
}

/** Gives back what is reserved for the control plane in `folder`. */
export function releasePorts(folder: string, root: string = defaultRoot()): void {
  for (const file of filesIn(root)) {
    if (read(file)?.folder === folder) {
      rmSync(file, { force: true });
    }
  }
}

function defaultRoot(): string {
  return join(cacheRoot(), "ports");
}

/** The ports of everybody else. What is left of a process that ended before it had its folder is removed. */
function reservedBy(root: string, mine: string): Set<number> {
  const ports = new Set<number>();
  for (const file of filesIn(root).filter((each) => each !== mine)) {
    const found = read(file);
    if (found !== undefined && hasEnded(found.pid) && !existsSync(found.folder)) {
      rmSync(file, { force: true });
    } else {
      found?.ports.forEach((port) => ports.add(port));
    }
  }
  return ports;
}

function filesIn(root: string): string[] {
  return existsSync(root)
    ? readdirSync(root)
        .filter((name) => name.endsWith(".json"))
        .map((name) => join(root, name))
    : [];
}

function read(file: string): Reservation | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Reservation;
  } catch (error) {
    // Removed just now, or half written: then the one who writes it looks afterwards, and sees what we want.
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function write(file: string, reservation: Reservation): void {
  writeFileSync(file, JSON.stringify(reservation));
}
