import type { KubernetesObject } from "../../core/kubernetes";
import type { JsonObject } from "../../core/json";
import type { HookNames } from "./monitor";

/** One resource in the state of a stack. Values are as on the wire, secrets wrapped. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether a provider manages it; otherwise it is a component. */
  readonly custom: boolean;
  readonly id: string;
  readonly inputs: JsonObject;
  readonly outputs: JsonObject;
  /** A Kubernetes object as it was when it was last written or read. */
  readonly live?: KubernetesObject;
  /** Field manager that this resource's object is applied by. */
  readonly fieldManager?: string;
  /** `<urn>::<id>` of its provider, or empty. */
  readonly provider: string;
  readonly parent: string;
  readonly dependencies: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string;
  /** Read by the program, not managed: dropping it is a discard. */
  readonly external: boolean;
  /** Why it was not ready when it was last written or read: the next `up` updates it even without a difference. */
  readonly initErrors: readonly string[];
  readonly hooks: HookNames;
}

/** Where a schedule breaks an `up`. The n-th custom resource of the program counts from 1; a StackReference does not count. */
export type Interrupt =
  | {
      /** The write of a resource fails, before it reaches the API server or after. The engine goes on to end the run. */
      readonly kind: "failBeforeWrite" | "failAfterWrite";
      readonly resource: string | number;
    }
  | {
      /**
       * The engine is killed: before the write of a resource, after it ("written in the cluster, not in state"), or when
       * its step is done and recorded. Nothing after that is done or recorded.
       */
      readonly kind: "killBeforeWrite" | "killAfterWrite" | "killAfterStep";
      readonly resource: string | number;
    }
  | {
      /** The engine is killed when all resources are done, before it records the outputs. */
      readonly kind: "killBeforeOutputs";
    };

/** The state of a stack: what `pulumi stack export` would show. */
export interface StackState {
  readonly resources: ReadonlyMap<string, ResourceState>;
  /** Outputs as on the wire. */
  readonly outputs: JsonObject;
}

/** What a stack has before its first `up`. */
export const emptyState: StackState = { resources: new Map(), outputs: {} };

/** The type within a URN, with the types of its parents. */
function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** Type token of the resource that stands for a stack. */
export const stackType = "pulumi:pulumi:Stack";

/** The URN of a resource, as the engine makes it. */
export function urnOf(project: string, stack: string, parent: string, type: string, name: string): string {
  const parentType = qualifiedType(parent);
  const qualified = parentType === "" || parentType === stackType ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}
