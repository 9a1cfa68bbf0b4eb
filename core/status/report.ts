import type { OrdinalRange, Side } from "../ordinals";
import type { Advice } from "../protocol/decision";
import type { Problem } from "../userError";

/** The version of the document that `cutover status --json` prints. */
export const statusFormat = 1;

/** What becomes of an ordinal in one cluster: see `OrdinalState`. */
export type CellState =
  /** Its pod runs and is Ready. */
  | "ready"
  /** Its pod is there, and not Ready. */
  | "notReady"
  /** The live set allows it, and it has no pod yet. */
  | "noPod"
  /** The live set does not allow it, and it has a pod still. */
  | "leaving";

/** An ordinal in one cluster. */
export interface Cell {
  readonly state: CellState;
  /** The node of its pod, where it has one. */
  readonly node?: string;
  /** Why its pod is not Ready, in the words of the cluster. */
  readonly why?: string;
}

/**
 * In which cluster an ordinal lives: its live set allows it, or its pod is there. `both` must never be. `neither`: in the
 * middle of a step. `unknown`: a cluster that may have it was not seen.
 */
export type Home = Side | "both" | "neither" | "unknown";

/** One ordinal. */
export interface OrdinalStatus extends Readonly<Partial<Record<Side, Cell>>> {
  readonly ordinal: number;
  readonly home: Home;
}

/** The lock that Pulumi has on a stack while something is run on it. `unknown`: only the backend itself can tell. */
export interface StackLock {
  readonly state: "free" | "locked" | "unknown";
  /** Who made it and when, in words. */
  readonly by?: string;
}

/** Whether the objects of the range lock are in a cluster. `unknown`: the account may not read them. */
export type RangeLockSeen = "present" | "absent" | "unknown";

/** One half. */
export interface HalfStatus {
  /** Its stack, as `pulumi -s` takes it. */
  readonly stack: string;
  /** The cutover index that its config asks for; left out where the config cannot be read. */
  readonly wanted?: number;
  /** What its last completed `up` vouches for; left out before the first, and where that cannot be read. */
  readonly recorded?: { readonly cutoverIndex: number; readonly held: OrdinalRange; readonly turn: number };
  /** Its cluster as it is now; left out where it was not looked at: the move has ended, or its config cannot be read. */
  readonly cluster?: ClusterStatus;
  readonly stackLock: StackLock;
}

/** A half's cluster as it is now. */
export interface ClusterStatus {
  /** The kubeconfig context. */
  readonly context: string;
  readonly reachable: boolean;
  /** Uid of its namespace kube-system. */
  readonly uid?: string;
  /** The live set; left out where there is none, or the cluster did not answer. */
  readonly set?: {
    /** The ordinals that its spec allows. */
    readonly range: OrdinalRange;
    /** Left out where it carries none: this program has not written it. */
    readonly turn?: number;
    /** How many of these ordinals are Ready. */
    readonly ready: number;
  };
  readonly rangeLock: RangeLockSeen;
}

/** What a gate of the config says now. */
export interface GateStatus {
  /** Where it stands in the config, such as `gates[0] ready`. */
  readonly title: string;
  readonly holds: boolean;
  /** Why it does not hold. */
  readonly saw: readonly string[];
}

/** The `up` to run next. */
export interface NextUp extends Advice {
  readonly stack: string;
  readonly command: string;
  /** Ordinals that it takes, and that it gives up. */
  readonly claims: readonly number[];
  readonly releases: readonly number[];
}

/** What comes next. */
export interface Next {
  /** Left out: nothing is to be run, or nobody can tell what. */
  readonly up?: NextUp;
  /** In words. */
  readonly words: string;
  /** How many `up` lead to the wanted index, this one included; more where one is refused on the way. */
  readonly left: number;
}

/** Where a move stands: the document of `cutover status --json`. A key that is left out is not known, or there is none. */
export interface StatusReport {
  readonly format: typeof statusFormat;
  /** When it was looked, ISO 8601. */
  readonly at: string;
  /** Whether nothing contradicts anything: there are no `problems`, and no gate that does not hold. */
  readonly good: boolean;
  readonly set: { readonly name: string; readonly namespace: string } & OrdinalRange;
  /** Whether the config says that the move has ended (`peerStack: none`). */
  readonly ended: boolean;
  readonly batch: number;
  readonly ordinals: readonly OrdinalStatus[];
  readonly halves: Readonly<Record<Side, HalfStatus>>;
  /** Ordinals whose volumes the source offers, ascending; left out where its outputs cannot be read, or there are none. */
  readonly offered?: readonly number[];
  readonly gates: readonly GateStatus[];
  /** What contradicts what: a person has to look. */
  readonly problems: readonly Problem[];
  /** What is as it may be in the middle of a step, or in an application that starts. */
  readonly warnings: readonly Problem[];
  readonly next: Next;
}
