import type { BesideLive } from "../core/adopt/namesake";
import type { KubernetesObject } from "../core/kubernetes";
import type { Surroundings } from "../core/protections/doubts";
import type { FoundObject } from "../core/set/carried";
import type { NeedLook } from "../core/set/podNeeds";
import type { Problem } from "../core/userError";
import type { Arrival } from "../core/volumes/arriving";
import type { StorageNeeds } from "../core/volumes/storageNeeds";
import type { FoundClaim } from "../core/volumes/volume";
import type { Cluster } from "../live/client/cluster";
import type { askPeer } from "../live/guard";
import type { Look } from "../live/look";
import type { LockAnswers } from "../live/rangeLock";
import type { Records } from "./records";

/** What is seen of a half before anything is decided. */
export interface HalfSeen {
  /** Name of the half's stack. */
  readonly stack: string;
  readonly cluster: Cluster;
  readonly records: Records;
  /** Undefined in a preview that cannot reach the cluster. */
  readonly look: Look | undefined;
  /** Why it cannot. */
  readonly unreachable?: string;
  /** What belongs to the set, beside what has those names in the cluster: all of it in a first `up`, later only Secrets. */
  readonly belongings: readonly BesideLive[];
}

/** What the API server would store in the place of a live object; or why it would not. */
export type DryRun = { readonly stored: KubernetesObject } | { readonly refused: readonly Problem[] };

/** What is seen of a running set that is to be taken over. */
export interface RunningSeen {
  readonly autoscalers: readonly KubernetesObject[];
  /** Of the set; undefined where something speaks against it before. */
  readonly set: DryRun | undefined;
  /** Of what belongs to it and is there, and may be taken over: as `HalfSeen.belongings`, in that order. */
  readonly belongings: readonly (DryRun | undefined)[];
}

/** What is seen of all that a step touches. */
export interface StepSeen {
  /** Claims of the claimed ordinals that have data, and of those that are given up. */
  readonly claimed: readonly FoundClaim[];
  readonly released: readonly FoundClaim[];
  /** Source that hands volumes over: claims of the ordinals near the cut. */
  readonly near: readonly FoundClaim[];
  /** Around the pods that leave and that nobody has vouched for. */
  readonly around: Surroundings;
  /** Volumes that arrive, beside what the destination has of their names. */
  readonly arrival: Arrival;
  /** What the destination lacks for them. */
  readonly lacking: StorageNeeds;
  /** What has the names of what is carried: in the source what is handed over, in the destination what is there already. */
  readonly carried: readonly FoundObject[];
  /** Undefined: not looked up, since no pod starts. */
  readonly needs: readonly NeedLook[] | undefined;
  /** Undefined: not asked. */
  readonly rangeLock: LockAnswers | undefined;
}

/** What the live peer says; or why it cannot be asked. */
export type PeerAnswer = Awaited<ReturnType<typeof askPeer>> | { readonly unreachable: string };
