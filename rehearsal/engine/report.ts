import type { OrdinalRange, Side } from "../../core/ordinals";

/** What the engine does with a resource. `same` is left out of reports. */
export type OperationKind = "create" | "update" | "replace" | "delete" | "retain" | "discard" | "read" | "same";

/** One changed field. */
export interface Change {
  /** Path as in Pulumi's own diffs, such as `spec.replicas` or `metadata.annotations["a/b"]`. */
  readonly path: string;
  /** The earlier value; undefined if the field is new. `[secret]` in place of anything secret. */
  readonly from?: unknown;
  /** The new value; undefined if the field goes. `[secret]` in place of anything secret. */
  readonly to?: unknown;
}

/** What one `pulumi up` does with one resource. */
export interface Operation {
  readonly op: OperationKind;
  /** Type token, such as `kubernetes:apps/v1:StatefulSet`. */
  readonly type: string;
  /** Name of the resource: the last part of its URN. */
  readonly name: string;
  /** Changed fields of an update or replace, in the order of the manifest. */
  readonly changes: readonly Change[];
}

/** A line that the program or the engine says, as the Pulumi CLI shows it under `Diagnostics`. */
export interface Diagnostic {
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
}

/** What a simulated `pulumi preview` or `pulumi up` did. */
export interface UpResult {
  /** Whether it went through. A failed one may still have done some operations. */
  readonly succeeded: boolean;
  readonly operations: readonly Operation[];
  readonly diagnostics: readonly Diagnostic[];
  /** The stack's outputs after it, secrets as `[secret]`. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** One half after a step: its range, and what its `up` did. */
export interface HalfReport extends OrdinalRange {
  readonly operations: readonly Operation[];
  readonly diagnostics?: readonly Diagnostic[];
}

/** What an `up` said that was tried before it was its turn. */
export interface OutOfTurn {
  readonly side: Side;
  /** Why it was refused, and what to run instead. */
  readonly refusal: string;
}

/** One step: a change of the cutover index and the two `up` that make it true. The first one creates both halves. */
export interface StepReport {
  readonly cutoverIndex: number;
  /** Set where this is no step but what both real clusters have: the move has begun, and goes on from here. */
  readonly found?: true;
  /** The half that goes first, then the other. */
  readonly order: readonly [Side, Side];
  /** The second half's `up`, tried before the first one's: at the first step of each direction. */
  readonly outOfTurn?: OutOfTurn;
  readonly source: HalfReport;
  readonly destination: HalfReport;
}

/** What `cutover rehearse --json` prints. */
export interface RehearsalReport {
  readonly set: {
    readonly name: string;
    readonly namespace: string;
    readonly replicas: number;
    readonly start: number;
  };
  readonly steps: readonly StepReport[];
  /** Broken invariants and failed runs, in words; empty if all is well. */
  readonly violations: readonly string[];
}
