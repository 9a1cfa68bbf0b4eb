// Not from the index: with Helm and Kustomize that takes a tenth of a second longer.
import { Provider } from "@pulumi/kubernetes/provider";
import type { ProviderArgs } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { failsAsUserError } from "./components/failure";
import { SplitStatefulSet } from "./components/splitStatefulSet";
import type { CsiChanges } from "./core/csi";
import type { Side } from "./core/ordinals";
import { contract } from "./core/record";
import type { Workload } from "./core/workload";
import type { Cluster, Connection } from "./live/cluster";
import { planHalf } from "./plan";
import type { HalfPlan } from "./plan";

/** One half of a move: what `cutover` decides on and declares. */
export interface CutoverArgs {
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
  /** Whether to create the namespace if it does not exist. Default true. */
  readonly createNamespace?: boolean;
  /** Whether to keep others from changing the set's ordinals. Default: where the cluster can (Kubernetes 1.30). */
  readonly fence?: boolean;
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

/** The stack outputs of a half: return them from the Pulumi program, since the peer reads them. */
export type CutoverOutputs = Readonly<Record<string, unknown>>;

/**
 * Decides what this `up` may do with one half of a set, and declares it: the whole of a step in one call.
 *
 * @returns the stack outputs. Those that vouch for something resolve only after the live set was read again.
 * @throws pulumi.RunError with every problem in one message if the `up` may not run. Nothing has been declared then.
 */
export async function cutover(args: CutoverArgs): Promise<CutoverOutputs> {
  const plan = await failsAsUserError(() => planHalf(args));
  for (const warning of plan.warnings) await pulumi.log.warn(warning);
  // For the comment on a pull request, and for who is asked to confirm.
  if (pulumi.runtime.isDryRun() && plan.stepWords !== undefined) await pulumi.log.info(plan.stepWords);
  for (const note of plan.notes) await pulumi.log.info(note);

  const { decision, workload } = plan;
  const provider = new Provider("cluster", providerArgs(args.connection, plan));
  const half = new SplitStatefulSet(workload.set.metadata.name, plan, { provider });

  // Every output depends on the proof: a failed `up` keeps the earlier value of an output that rejects.
  const proven = (value: unknown): pulumi.Output<unknown> => half.held.apply(() => value);
  return {
    contract: proven(contract),
    side: proven(decision.side),
    cutoverIndex: proven(decision.cutoverIndex),
    cluster: proven(plan.clusterUid),
    set: proven(plan.identity),
    held: half.held,
    turn: proven(decision.turn),
    fence: proven(plan.fence !== undefined),
    peerTurn: proven(decision.peerTurn),
    ...(plan.fenced.length > 0 ? { fenced: proven(plan.fenced) } : {}),
    ...(decision.side === "source" ? { offer: half.offer, inventory: half.inventory, carried: half.carried } : {}),
  };
}

/** Every switch of the provider that could hide or lose something is set here, whatever the environment says. */
function providerArgs({ context, kubeconfig }: Connection, plan: HalfPlan): ProviderArgs {
  return {
    context,
    // For custom resources that name no namespace.
    namespace: plan.workload.namespace,
    // An output even where there is none: otherwise the SDK records this person's KUBECONFIG. The provider reads it anyway.
    kubeconfig: kubeconfig === undefined ? pulumi.output(undefined) : pulumi.secret(kubeconfig),
    // Left out, another server address in a kubeconfig makes Pulumi replace the provider, and with it every object.
    clusterIdentifier: plan.clusterUid,
    enableServerSideApply: true,
    // Changed Secrets and ConfigMaps are updated in place, not replaced under running pods.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // An object that an interrupted `up` created is taken up again; namesakes of others are refused before.
    upsertExistingObjects: true,
    // An unreachable cluster is an error, never a silent success.
    skipUpdateUnreachable: false,
    deleteUnreachable: false,
    enablePatchForce: false,
  };
}
