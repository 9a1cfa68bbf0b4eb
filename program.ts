import type { Cluster, Connection } from "./live/cluster";

/** What the program needs from outside: the rehearsal gives its own. */
export interface Ports {
  /** Reads a file of the user's, its path relative to the folder of `Pulumi.yaml`. Rejects as `fs.readFile` does. */
  readonly readFile: (path: string) => Promise<string>;
  /** Opens a cluster for looking at it. Does not connect yet. */
  readonly connect: (connection: Connection) => Cluster;
}

/** STUB, being written: the Pulumi program of one half. Returns the stack outputs. */
export declare function program(ports: Ports): Promise<Record<string, unknown>>;
