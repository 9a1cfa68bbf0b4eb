import type { KubernetesObject, StatefulSet } from "./kubernetes";
import type { OrdinalRange, Side } from "./ordinals";
import type { Problem } from "./userError";

/** A change to one object of the manifests, for one stack. */
export interface Patch {
  readonly kind: string;
  readonly name: string;
  /** A merge patch in which lists of named items are merged by name, or a JSON patch list (RFC 6902). */
  readonly patch: Readonly<Record<string, unknown>> | readonly JsonPatchOperation[];
}

/** One operation of a JSON patch, RFC 6902. */
export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** A manifest file: its path as a user wrote it, and its text. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** What a half does to the manifests. */
export interface WorkloadOptions {
  readonly side: Side;
  /** Namespace for everything namespaced; left out: the set's own, else `default`. */
  readonly namespace?: string;
  readonly patches: readonly Patch[];
  /** Storage class in the source to storage class in the destination; applied to the claim templates of the destination. */
  readonly storageClasses: Readonly<Record<string, string>>;
}

/** SHA-256 of what must not differ between the halves, as in the manifests before patches and class mapping. */
export interface Fingerprint {
  readonly claimTemplates: string;
  readonly podTemplate: string;
}

/** The set and what belongs to it, ready to be declared in one cluster. */
export interface Workload {
  /** The StatefulSet with `spec.replicas` = N and `spec.ordinals` as in the manifest: the whole set, not a half. */
  readonly set: StatefulSet;
  /** First ordinal s and N replicas. */
  readonly range: OrdinalRange;
  readonly namespace: string;
  /** The Namespace object of that namespace, if the manifests have one. */
  readonly namespaceObject?: KubernetesObject;
  /** Everything else, in the order of the manifests. */
  readonly belongings: readonly KubernetesObject[];
  readonly fingerprint: Fingerprint;
  /** What was changed or dropped that a person should know. */
  readonly warnings: readonly string[];
}

/** STUB, being written: reads the workload from its manifests; adds every problem to `problems`. */
export declare function readWorkload(
  files: readonly ManifestFile[],
  options: WorkloadOptions,
  problems: Problem[],
): Workload | undefined;
