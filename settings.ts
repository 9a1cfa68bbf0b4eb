import type { Patch } from "./core/workload";
import type { Side } from "./core/ordinals";
import type { Problem } from "./core/userError";
import type { Connection } from "./live/cluster";

/** The config of one half, checked and with its defaults filled in. */
export interface Settings {
  readonly side: Side;
  /** The peer's stack in the same project, or `none`: the move has been ended. */
  readonly peerStack: string;
  /** The one number. Undefined: not set, so s+N. Its range is checked where the set is known. */
  readonly cutoverIndex: number | undefined;
  /** Paths of the manifests, relative to the folder of `Pulumi.yaml`. */
  readonly manifests: readonly string[];
  /** Undefined: the manifests' own. */
  readonly namespace: string | undefined;
  readonly createNamespace: boolean;
  /** How many ordinals one step may move. */
  readonly batch: number;
  readonly volumes: "carry" | "fresh";
  /** Storage class in the source to storage class in the destination. */
  readonly storageClasses: Readonly<Record<string, string>>;
  readonly patches: readonly Patch[];
  readonly connection: Connection;
  /** What a person should know about this config. */
  readonly warnings: readonly string[];
}

/** Where config comes from: `pulumi.Config` in the program, plain records in tests. */
export interface ConfigSource {
  readonly project: string;
  readonly stack: string;
  /** All config as the SDK holds it: `namespace:key` to text; values that are not text are JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Text of `Pulumi.yaml`, if it could be read: tells a stack's own `cutoverIndex` from the project's. */
  readonly projectFile?: string;
}

/** STUB, being written: checks and completes the config; adds every problem to `problems`. */
export declare function readSettings(source: ConfigSource, problems: Problem[]): Settings | undefined;
