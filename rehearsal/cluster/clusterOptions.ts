import type { Pod } from "../../core/kubernetes";
import type { PodFault } from "../controllers/podRuntime";

/** A storage class of a simulated cluster. */
export interface SimulatedStorageClass {
  readonly name: string;
  /** Provisioner; the simulated one makes volumes of the cluster's drivers only. Default: the first of them. */
  readonly provisioner?: string;
  /** What happens to a provisioned volume when its claim goes. Default `Delete`. */
  readonly reclaimPolicy?: "Delete" | "Retain";
  /** When its claims are bound: at once, or when a pod that uses them is scheduled. Default `Immediate`. */
  readonly volumeBindingMode?: "Immediate" | "WaitForFirstConsumer";
}

/** How a simulated cluster is to be. */
export interface SimulatedClusterOptions {
  /** Name, such as `source`: part of every uid and volume handle. */
  readonly name: string;
  /** Uid of its namespace `kube-system`, the identity of the cluster that was found. Default one of its own. */
  readonly uid?: string;
  /** Server version. Default `v1.36.2`, with `dropsOrdinals` `v1.26.15`. */
  readonly version?: string;
  /** An old API server, which drops `spec.ordinals` without a word. */
  readonly dropsOrdinals?: boolean;
  /** Whether the feature gate `MaxUnavailableStatefulSet` is on; without it `maxUnavailable` is dropped. Default false. */
  readonly maxUnavailable?: boolean;
  /** Its storage classes, the default one first. Default one class, `standard`. */
  readonly storageClasses?: readonly SimulatedStorageClass[];
  /** CSI drivers whose provisioner runs in it. Default `disk.example.com`. */
  readonly drivers?: readonly string[];
  /** Names of its nodes. Default three. */
  readonly nodes?: readonly string[];
  /** What is wrong with a pod by what it says itself, such as an annotation; beside `setPodFault`. Default nothing. */
  readonly faultOf?: (pod: Pod) => PodFault | undefined;
  /** Virtual time at the start, milliseconds since 1970. */
  readonly startMs?: number;
}
