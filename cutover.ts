import type { CsiChanges } from "./core/volumes/csi";
import type { InTreeVolumes } from "./core/volumes/csiForm";
import type { Patch } from "./core/manifests/workload";
import type { Side } from "./core/ordinals";
import type { CutoverOutputs } from "./declareHalf";
import { realPorts } from "./ground";
import { programWith } from "./program";

/**
 * One half of a move, as a Pulumi program says it: keys, forms and checks are those of the config. All of them are plain
 * values, since what is only known after an `up` (a `pulumi.Output`) cannot be decided on before it.
 */
export interface CutoverArgs {
  /** Paths of the YAML files of the set and of what belongs to it, relative to the folder of `Pulumi.yaml`. */
  readonly manifests: readonly string[];
  /**
   * The one number: the first ordinal that lives in the destination, from s to s+N.
   * @default s+N: nothing has moved.
   */
  readonly cutoverIndex?: number | undefined;
  /**
   * Which half this stack is.
   * @default the name of the stack, where that is `source` or `destination`.
   */
  readonly side?: Side | undefined;
  /**
   * The stack of the other half, in the same project; `none` ends the move on the half that holds all.
   * @default `destination` and `source`, where the stacks have those names.
   */
  readonly peerStack?: string | undefined;
  /**
   * The kubeconfig context of the half's cluster.
   * @default the side.
   */
  readonly context?: string | undefined;
  /**
   * Path or contents of the kubeconfig.
   * @default `KUBECONFIG`, then `~/.kube/config`; in a pod without either, its service account.
   */
  readonly kubeconfig?: string | undefined;
  /**
   * The kubeconfig context of the peer's cluster, for a look at it before a claim; to read there is enough.
   * @default none: it is not looked at.
   */
  readonly peerContext?: string | undefined;
  /**
   * The namespace of everything that has one.
   * @default the set's own in the manifests, else `default`.
   */
  readonly namespace?: string | undefined;
  /**
   * Whether to create the namespace if it does not exist.
   * @default true
   */
  readonly createNamespace?: boolean | undefined;
  /**
   * How many ordinals one step may move.
   * @default 1
   */
  readonly batch?: number | undefined;
  /**
   * `carry` hands PersistentVolumes and claims over; `fresh` lets the application fill new ones.
   * @default `carry`
   */
  readonly volumes?: "carry" | "fresh" | undefined;
  /**
   * Storage class in the source to storage class in the destination.
   * @default the same names.
   */
  readonly storageClasses?: Readonly<Record<string, string>> | undefined;
  /**
   * CSI driver to the secret references and attributes of its volumes that differ in the destination.
   * @default none.
   */
  readonly csi?: CsiChanges | undefined;
  /**
   * What in-tree volumes become in the destination that a CSI driver serves since CSI migration: `keep` hands them over as
   * they are, `csi` as CSI volumes of the same disks.
   * @default `keep`
   */
  readonly inTreeVolumes?: InTreeVolumes | undefined;
  /**
   * Names of Secrets that are read from the source and created in the destination.
   * @default none.
   */
  readonly carrySecrets?: readonly string[] | undefined;
  /**
   * Names of ConfigMaps that are read from the source and created in the destination.
   * @default none.
   */
  readonly carryConfigMaps?: readonly string[] | undefined;
  /**
   * What differs from the manifests in this half.
   * @default none.
   */
  readonly patches?: readonly Patch[] | undefined;
  /**
   * Objects of the manifests that are not declared: `Kind/name`, `Kind/*`, `Kind.group/name`.
   * @default none.
   */
  readonly leaveOut?: readonly string[] | undefined;
  /**
   * Whether to keep others from changing the set's ordinals.
   * @default where the cluster can (Kubernetes 1.30).
   */
  readonly rangeLock?: boolean | undefined;
  /**
   * Source only: the set and what belongs to it run already, and the first `up` takes them over in place. Later ones take
   * nothing over.
   * @default false
   */
  readonly adopt?: boolean | undefined;
  /**
   * Pods that a person vouches for as stopped, although their nodes cannot: what the message prints that asks for it.
   * @default none.
   */
  readonly fenced?: readonly string[] | undefined;
}

/**
 * Decides what this `up` may do with one half of a set, and declares it: the whole of a step in one call. The config is not
 * read: hand over what of it counts.
 *
 * @returns the stack outputs. Return them from the program: the peer reads them. Those that vouch for something resolve
 * only after the live set was read again.
 * @throws pulumi.RunError with every problem in one message if the `up` may not run. Nothing has been declared then.
 */
export function cutover(args: CutoverArgs): Promise<CutoverOutputs> {
  return programWith(args, realPorts());
}
