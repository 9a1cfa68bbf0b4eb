import type { HalfOutputs } from "../contract/record";
import type { SetIdentity } from "../contract/pinned";
import type { Pod, StatefulSet } from "../kubernetes";
import type { Side } from "../ordinals";
import type { Problem } from "../userError";
import type { GateStatus, RangeLockSeen, StackLock } from "./report";

/** What a stack says: its config and its last outputs. */
export interface StackSeen {
  /** As `pulumi -s` takes it. */
  readonly stack: string;
  /** Undefined: the config or the manifests cannot be read, which `problems` say. */
  readonly config: StackConfig | undefined;
  /** What its last completed `up` vouches for. */
  readonly record: HalfOutputs | undefined;
  readonly lock: StackLock;
  readonly problems: readonly Problem[];
}

/** What a status takes from the config and the manifests of a stack. */
export interface StackConfig {
  /** The index that is asked for; s+N where none is set. */
  readonly wanted: number;
  readonly batch: number;
  /** `none`: the move has ended. */
  readonly peerStack: string;
  readonly adopt: boolean;
  readonly set: SetIdentity;
}

/** What one look at a cluster has seen. */
export interface ClusterSeen {
  /** The kubeconfig context. */
  readonly context: string;
  /** Uid of its namespace kube-system. */
  readonly clusterUid: string;
  readonly set: StatefulSet | undefined;
  /** The pods of the set. */
  readonly pods: readonly Pod[];
  readonly rangeLock: RangeLockSeen;
}

/** Why a cluster cannot be seen. */
export interface Unseen {
  readonly context: string;
  /** A sentence. */
  readonly unreachable: string;
}

/** All that a status is made of. */
export interface Seen {
  /** ISO 8601. */
  readonly at: string;
  readonly stacks: Readonly<Record<Side, StackSeen>>;
  /** Undefined: nobody has looked, since nobody knows where it is or the move has ended. */
  readonly clusters: Readonly<Record<Side, ClusterSeen | Unseen | undefined>>;
  /** Undefined where the source's outputs do not tell. */
  readonly offered: readonly number[] | undefined;
  readonly gates: readonly GateStatus[];
}

/** Whether a cluster has answered. */
export function isSeen(cluster: ClusterSeen | Unseen | undefined): cluster is ClusterSeen {
  return cluster !== undefined && !("unreachable" in cluster);
}
