import type { CsiChanges } from "../core/volumes/csi";
import type { InTreeVolumes } from "../core/volumes/csiForm";
import type { Side } from "../core/ordinals";
import type { Workload } from "../core/manifests/workload";
import type { Cluster, Connection } from "../live/client/cluster";

/** One half of a move, read and checked: what is planned and declared. */
export interface HalfArgs {
  /** Which half this stack is. */
  readonly side: Side;
  /** The set and what belongs to it, from `readWorkload`. */
  readonly workload: Workload;
  /** The first ordinal that lives in the destination, from s to s+N. */
  readonly cutoverIndex: number;
  /** How many ordinals one step may move. Default 1. */
  readonly batch?: number;
  /** The stack of the other half, in the same project; `none` ends the move on the half that holds all. */
  readonly peerStack: string;
  /** `carry` hands PersistentVolumes and claims over; `fresh` lets the application fill new ones. Default `carry`. */
  readonly volumes?: "carry" | "fresh";
  /** Storage class in the source to storage class in the destination. Default: the same names. */
  readonly storageClasses?: Readonly<Record<string, string>>;
  /** Names of Secrets that are read from the source and created in the destination. Default none. */
  readonly carrySecrets?: readonly string[];
  /** Names of ConfigMaps that are read from the source and created in the destination. Default none. */
  readonly carryConfigMaps?: readonly string[];
  /** CSI driver to the secret references and attributes of its volumes that differ in the destination. Default none. */
  readonly csi?: CsiChanges;
  /**
   * What in-tree volumes become in the destination that a CSI driver serves since CSI migration: `keep` hands them over as
   * they are, `csi` as CSI volumes of the same disks. Default `keep`.
   */
  readonly inTreeVolumes?: InTreeVolumes;
  /** Whether to create the namespace if it does not exist. Default true. */
  readonly createNamespace?: boolean;
  /** Whether to keep others from changing the set's ordinals. Default: where the cluster can (Kubernetes 1.30). */
  readonly rangeLock?: boolean;
  /**
   * Source only: the set and what belongs to it run already, and the first `up` takes them over in place. Later ones take
   * nothing over. Default false.
   */
  readonly adopt?: boolean;
  /** How to reach the half's cluster. */
  readonly connection: Connection;
  /** How to reach the peer's cluster, for a look at it before a claim; to read it is enough. Default: no look. */
  readonly peerConnection?: Connection;
  /** uids of pods that a person vouches for as stopped, although their nodes cannot. Default none. */
  readonly fenced?: readonly string[];
  /** Opens a cluster for looking at it. */
  readonly connect: (connection: Connection) => Cluster;
}
