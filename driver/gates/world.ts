import type { Answer, Ask } from "../../core/gates/ask";
import type { MovedSet } from "../../core/gates/scene";
import type { Pod } from "../../core/kubernetes";
import type { OrdinalRange, Side } from "../../core/ordinals";
import type { Connection } from "../../live/client/cluster";

/** The outside, as gates and actions see it. Tests put one of their own in its place. */
export interface World {
  /**
   * The pods of the set's namespace in both clusters.
   *
   * @throws Unreachable if a cluster does not answer; `NotAllowed` if the account may not ask.
   */
  readonly pods: () => Promise<Readonly<Record<Side, readonly Pod[]>>>;
  /** The ordinals that each half's live set allows; undefined where there is no set. Throws as `pods`. */
  readonly ranges: () => Promise<Readonly<Record<Side, OrdinalRange | undefined>>>;
  /** Asks one question; never throws for what is outside. */
  readonly ask: (ask: Ask) => Promise<Answer>;
  /** Text without the secrets that were read: what was answered may quote them. */
  readonly withoutSecrets: (text: string) => string;
  /** Milliseconds of a clock that only goes on. */
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** One half, as the world needs it. */
export interface AskedHalf {
  /** Its stack, as `pulumi -s` takes it. */
  readonly stack: string;
  readonly connection: Connection;
  /** Config keys of the connection whose values Pulumi holds encrypted. */
  readonly encrypted: readonly ("kubernetes:context" | "kubernetes:kubeconfig")[];
  /** Uid of its cluster, as its last `up` noted it; undefined before the first. */
  readonly cluster: string | undefined;
}

/** What the questions of a walk are about. */
export interface Asked {
  readonly set: MovedSet;
  readonly halves: Readonly<Record<Side, AskedHalf>>;
  /** The folder of `Pulumi.yaml`. */
  readonly folder: string;
}
