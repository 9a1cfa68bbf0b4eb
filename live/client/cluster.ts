import type { KubernetesObject, StatefulSet } from "../../core/kubernetes";
import type { NodeLease } from "../../core/protections/leaving";

/** Kind and name of one object. `namespace` is left out for cluster-scoped kinds. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Which objects to list: all of a kind that every cluster has. */
export interface Listing {
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string | undefined;
  /** Only the one of that name. */
  readonly name?: string;
}

/**
 * One cluster, as this program looks at it: a handful of reads, and the one direct write of an `up`. What is read of the kinds that
 * a move is about stands on top of them, in `objects.ts`. Every method answers with the
 * object as the API server stores it, or undefined if it does not exist; each costs one API request, whatever the size
 * of the set, but `wait`. All of them throw `Unreachable` if the cluster does not answer.
 *
 * `KubernetesCluster` asks a real API server; the rehearsal answers from a simulated one.
 */
export interface Cluster {
  /**
   * How it is really reached, for the Kubernetes provider: another way than the connection that it was opened with only where
   * the service account of this pod is taken. Left out: by that connection.
   */
  readonly connection?: Connection;
  /** Server version, such as `v1.36.2`. */
  version(): Promise<string>;
  /** Any one object. */
  read(reference: ObjectReference): Promise<KubernetesObject | undefined>;
  /** Every object of a kind, in one namespace or of the cluster; terminating ones included. */
  list(listing: Listing): Promise<KubernetesObject[]>;
  /** Their names alone: of pods, a twentieth of what the objects themselves are. */
  names(listing: Listing): Promise<string[]>;
  /** The lease of a node's kubelet (in the namespace `kube-node-lease`); undefined if the node has none. */
  lease(node: string): Promise<NodeLease | undefined>;
  /**
   * Watches the objects of a kind, or the one of that name, until it is stopped or breaks: a watch that is lost says
   * nothing more.
   *
   * @param onDeleted is given every object as it was when it was deleted.
   * @returns what stops it, once the API server has taken it: every deletion from then on is told.
   */
  watchDeleted(listing: Listing, onDeleted: (object: KubernetesObject) => void): Promise<() => void>;
  /** Lets time pass: in a rehearsal, of its own clock. */
  wait(ms: number): Promise<void>;
  /**
   * Asks the API server what it would store if this set were created (`dryRun=All`): an old server drops
   * `spec.ordinals` without a word. Nothing is created.
   */
  dryRunCreate(set: StatefulSet): Promise<StatefulSet>;
  /**
   * Asks the API server whether it would create any object (`dryRun=All`). Nothing is created.
   *
   * @returns undefined if it would, otherwise why not. Throws `NotAllowed` if the account may not create such objects.
   */
  tryCreate(object: KubernetesObject): Promise<Refused | undefined>;
  /**
   * Asks the API server what it would store if a live object were replaced by this one (`dryRun=All`): the object with
   * the API's defaults, and nothing that only the live one has. Nothing is written.
   *
   * @param live the object that is there, as it was read.
   * @throws UserError with the API server's reason if it would refuse the object.
   */
  dryRunReplace(object: KubernetesObject, live: KubernetesObject): Promise<KubernetesObject>;
  /**
   * Makes a volume `Retain` and notes its earlier policy in an annotation: the one write that does not go through
   * Pulumi (docs/decisions.md says why). Idempotent.
   */
  retain(volume: string, previousPolicy: string): Promise<void>;
}

/** The most objects that are asked for one by one: more come as a list. */
export const mostSingleReads = 12;

/** Why the API server would not create an object. */
export interface Refused {
  /** As in its Status: `AlreadyExists`, `NotFound` (no such kind, or no such namespace), `Forbidden`, `Invalid`, … */
  readonly reason: string;
  /** The API server's words. */
  readonly message: string;
}

/** How to reach a cluster: the Kubernetes provider's own config keys. */
export interface Connection {
  /** Name of a kubeconfig context. */
  readonly context: string;
  /** Contents or path of a kubeconfig. Left out: `KUBECONFIG`, then `~/.kube/config`. A secret. */
  readonly kubeconfig?: string;
  /**
   * Whether nobody named the context: then, where there is no kubeconfig at all, the service account of the pod that this
   * program runs in does as well. Default false.
   */
  readonly isDefault?: boolean;
}

/** The cluster did not answer, or the account may not ask. */
export class Unreachable extends Error {
  public override readonly name: "Unreachable" | "NotAllowed" = "Unreachable";
}

/** The account lacks a right. */
export class NotAllowed extends Unreachable {
  public override readonly name = "NotAllowed";
}

/** The kubeconfig has no context of that name. */
export class UnknownContext extends Unreachable {
  /**
   * @param what which one, and which there are.
   * @param todo where the name is config: how to correct it.
   */
  public constructor(
    public readonly what: string,
    todo: string,
  ) {
    super(`${what}. ${todo}`);
  }
}
