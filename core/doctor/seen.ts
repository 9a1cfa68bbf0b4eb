import type { BesideLive } from "../adopt/namesake";
import type { HalfOutputs } from "../contract/record";
import type { KubernetesObject, Node, Pod, StatefulSet } from "../kubernetes";
import type { Workload } from "../manifests/workload";
import type { OrdinalRange, Side } from "../ordinals";
import type { NodeLook } from "../protections/leaving";
import type { CarriedName } from "../set/carried";
import type { NeedLook } from "../set/podNeeds";
import type { StorageNeeds } from "../volumes/storageNeeds";
import type { FoundClaim } from "../volumes/volume";
import type { Severity } from "./finding";
import type { RightAnswer } from "./rights";

/** Config of one half, as far as a check depends on it. */
export interface HalfConfig {
  readonly batch: number;
  readonly volumes: "carry" | "fresh";
  readonly storageClasses: Readonly<Record<string, string>>;
  readonly inTreeVolumes: string;
  /** Undefined: where the cluster can. */
  readonly rangeLock: boolean | undefined;
  readonly adopt: boolean;
  readonly createNamespace: boolean;
  readonly carried: readonly CarriedName[];
  /** The context of `peerContext`; undefined: the live peer is not looked at. */
  readonly peerContext: string | undefined;
}

/** Which ordinals are to move. */
export interface Moving {
  readonly to: Side;
  /** Whether config or --to ask for it now; otherwise it is what is left of the way to the destination. */
  readonly asked: boolean;
  /** Every ordinal that is to go there, in the order in which they go. */
  readonly ordinals: readonly number[];
}

/** A look that could not be made. */
export interface Unseen {
  readonly check: string;
  readonly severity: Severity;
  /** What was to be looked at. */
  readonly object: string;
  /** Why not. */
  readonly why: string;
}

/** A clock beside that of this machine. */
export interface ClockLook {
  /** By how much it is ahead, milliseconds; negative: behind. */
  readonly aheadMs: number;
  /** How far off that may be, milliseconds: the header has whole seconds. */
  readonly withinMs: number;
}

/** What was seen of one cluster. Undefined beside an entry of `unseen`: it could not be looked at. */
export interface Seen {
  readonly clusterUid: string | undefined;
  readonly version: string | undefined;
  readonly clock: ClockLook | undefined;
  /** Undefined without an entry of `unseen`: there is none; so with the set. */
  readonly namespaceObject: KubernetesObject | undefined;
  readonly set: StatefulSet | undefined;
  /** Those of the set's namespace. */
  readonly pods: readonly Pod[] | undefined;
  /** Claims of every ordinal that lives here or is to, with their volumes; those that do not exist too. */
  readonly claims: readonly FoundClaim[] | undefined;
  readonly nodes: readonly Node[] | undefined;
  /** Nodes of the pods that leave with the next step. */
  readonly leavingNodes: ReadonlyMap<string, NodeLook>;
  /** Every pod of the cluster. Asked only where pods are to come. */
  readonly everyPod: readonly Pod[] | undefined;
  /** What it lacks of what the volumes to come need. */
  readonly lacking: StorageNeeds | undefined;
  readonly needs: readonly NeedLook[];
  /** What a first `up` would create, and what has its name. */
  readonly beside: readonly BesideLive[];
  /** HorizontalPodAutoscalers and ScaledObjects of the namespace. */
  readonly scalers: readonly KubernetesObject[];
  /** CronJobs and Jobs of the namespace. */
  readonly jobs: readonly KubernetesObject[];
  readonly budgets: readonly KubernetesObject[];
  readonly quotas: readonly KubernetesObject[];
  /** The range lock around the set; undefined: there is none. */
  readonly rangeLock: KubernetesObject | undefined;
  readonly rights: readonly RightAnswer[];
  /** What the API server would keep of a start ordinal; undefined: not tried. */
  readonly keepsOrdinals: boolean | undefined;
  /** Why the API server would refuse a pod of the set; undefined: it would not, or was not asked. */
  readonly podRefused: string | undefined;
  readonly unseen: readonly Unseen[];
}

/** One half: what config and outputs say, and what its cluster showed. */
export interface ExaminedHalf {
  readonly side: Side;
  /** Name of its stack, as `pulumi -s` takes it. */
  readonly stack: string;
  readonly context: string;
  readonly config: HalfConfig;
  readonly workload: Workload;
  /** What its last completed `up` vouches for. */
  readonly record: HalfOutputs | undefined;
  /** A text: why its cluster does not answer. */
  readonly seen: Seen | string;
}

/** One half whose cluster answered. */
export type SeenHalf = ExaminedHalf & { readonly seen: Seen };

/** Both halves, and what is to move. */
export interface Examined {
  readonly set: { readonly name: string; readonly namespace: string } & OrdinalRange;
  readonly moving: Moving;
  /** How many ordinals a step may move. */
  readonly batch: number;
  readonly halves: Readonly<Record<Side, ExaminedHalf>>;
}

/** The ordinals that go with the next step. */
export function nextOrdinals({ moving, batch }: Pick<Examined, "moving" | "batch">): readonly number[] {
  return moving.ordinals.slice(0, batch);
}

/** The set in words. */
export function setTitle({ set }: Pick<Examined, "set">): string {
  return `StatefulSet ${set.namespace}/${set.name}`;
}

/** Whether a cluster answered. */
export function isSeen(half: ExaminedHalf): half is SeenHalf {
  return typeof half.seen !== "string";
}
