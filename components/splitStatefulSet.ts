import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import type { StatefulSetArgs } from "@pulumi/kubernetes/apps/v1/statefulSet";
import * as pulumi from "@pulumi/pulumi";
import type { Carried, CarryPlan } from "../core/set/carried";
import type { RangeLock } from "../core/protections/rangeLock";
import type { KubernetesObject, StatefulSet as KubernetesStatefulSet } from "../core/kubernetes";
import type { OrdinalRange } from "../core/ordinals";
import type { Decision } from "../core/protocol/protocol";
import { inventoryText } from "../core/contract/record";
import type { OfferedVolume, Offer } from "../core/volumes/volume";
import type { Workload } from "../core/manifests/workload";
import type { Cluster } from "../live/client/cluster";
import { stopPatience } from "../live/leaving";
import { readCarried } from "../live/carried";
import type { Departures } from "../live/departures";
import { beforeWrite, prove } from "../live/guard";
import type { GuardedSet } from "../live/guard";
import type { Proof } from "../core/protections/proof";
import { refuseNamesake } from "../live/namesake";
import type { Existing } from "../core/adopt/namesake";
import { failsAsUserError } from "./failure";
import { declareCarriedObject } from "./carriedObject";
import { declareArrivingVolume } from "./arrivingVolume";
import { declareRangeLock } from "./rangeLock";
import { hook } from "./hook";
import { DeclaredObject, typeToken } from "./kubernetesObject";

/** What a half of a set is made of. */
export interface SplitStatefulSetArgs {
  /** Whether nothing is written: then what would be vouched for is exported. */
  readonly preview: boolean;
  /** What this `up` may do. Comes from `decide`, and from nowhere else. */
  readonly decision: Decision;
  /** The whole set and what belongs to it. */
  readonly workload: Workload;
  /** The half's cluster, for looking at it before and after the write. */
  readonly cluster: Cluster;
  /** uid of that cluster. */
  readonly clusterUid: string;
  /** What the guard checks immediately before the write, and what is vouched for after it. */
  readonly guard: GuardedSet;
  /** The StatefulSet to write. */
  readonly halfSet: KubernetesStatefulSet;
  /** Volumes that arrive from the source for the ordinals near the cut. Destination only. */
  readonly arriving: readonly OfferedVolume[];
  /** Secrets and ConfigMaps that the source hands over: what it reads after the write, what the destination declares. */
  readonly carry: CarryPlan;
  /** The namespace to declare; undefined if it is somebody else's. */
  readonly namespaceObject: KubernetesObject | undefined;
  /** Keeps others from changing the set's ordinals; undefined: there is none. */
  readonly rangeLock: RangeLock | undefined;
  /** What may be done about objects that exist already. */
  readonly existing: Existing;
  /** What would be vouched for: a preview exports this. */
  readonly expected: Proof;
}

/** What a half vouches for, and what it hands over besides. */
interface Proven extends Proof {
  readonly carried: Carried;
}

/** Kinds that take objects of other owners with them when they are deleted: claims, custom resources. */
const takesOthersAlong = new Set(["Namespace", "CustomResourceDefinition"]);

/**
 * One half of a StatefulSet that is being moved: the set with this half's ordinals, what belongs to it, and the volumes
 * that are handed over to it.
 *
 * `replicas`, `ordinals.start` and the turn change in one API write, guarded immediately before it; `held` and what else
 * vouches for something resolve only after the live set and its pods were read again.
 */
export class SplitStatefulSet extends pulumi.ComponentResource {
  /** The ordinals that this half vouches for after the write. */
  public readonly held: pulumi.Output<OrdinalRange>;
  /** What the source hands over. Empty on the destination. */
  public readonly offer: pulumi.Output<Offer>;
  /** Where the data of every claim is, as text (`inventoryText`). Empty on the destination. */
  public readonly inventory: pulumi.Output<string>;
  /** The Secrets and ConfigMaps that the source hands over. Empty on the destination. */
  public readonly carried: pulumi.Output<Carried>;
  /** The StatefulSet. */
  public readonly statefulSet: StatefulSet;

  public constructor(name: string, args: SplitStatefulSetArgs, opts: pulumi.ComponentResourceOptions) {
    super("statefulset-cutover:index:SplitStatefulSet", name, {}, opts);
    const { decision, workload, cluster } = args;
    if (decision.refusal !== undefined && !args.preview) {
      throw new Error(`this decision is for a preview only: ${decision.refusal.reason}`);
    }
    // A destroy of a half that holds ordinals is refused by the engine, before it deletes anything.
    const protect = decision.range.replicas > 0;

    const namespace = args.namespaceObject && this.declareNamespace(args.namespaceObject, protect);
    const below = { parent: this, dependsOn: namespace === undefined ? [] : [namespace] };
    const belongings = workload.belongings.map(
      (object) =>
        new DeclaredObject(object.metadata.name, object, {
          ...below,
          retainOnDelete: takesOthersAlong.has(object.kind),
          hooks: {
            beforeCreate: [
              hook(`${name}-${typeToken(object.apiVersion, object.kind)}-${object.metadata.name}`, () =>
                refuseNamesake(cluster, object, args.existing),
              ),
            ],
          },
        }),
    );
    const rangeLock = args.rangeLock
      ? declareRangeLock(name, { rangeLock: args.rangeLock, cluster, set: workload.set }, below)
      : [];
    const claims = args.arriving.map((volume) => declareArrivingVolume(volume, below));
    const objects = args.carry.objects.map((object) => declareCarriedObject(object, below));

    let departures: Departures | undefined;
    const guard = hook(`${name}-before-write`, async () => {
      departures = await beforeWrite(cluster, args.guard, args.halfSet);
    });
    this.statefulSet = new StatefulSet(name, args.halfSet as unknown as StatefulSetArgs, {
      parent: this,
      dependsOn: [...below.dependsOn, ...belongings, ...rangeLock, ...claims, ...objects],
      protect,
      hooks: { beforeCreate: [guard], beforeUpdate: [guard] },
    });

    const proof = this.proof(args, () => departures);
    this.held = proof.apply(({ held }) => held);
    this.offer = pulumi.secret(proof.apply(({ offer }) => offer));
    this.inventory = pulumi.secret(proof.apply(({ inventory }) => inventoryText(inventory)));
    this.carried = pulumi.secret(proof.apply(({ carried }) => carried));
    this.registerOutputs({ held: this.held });
  }

  private declareNamespace(object: KubernetesObject, protect: boolean): pulumi.Resource {
    return new DeclaredObject(object.metadata.name, object, { parent: this, protect, retainOnDelete: true });
  }

  /** In a preview what is asked for, so that a diff says only what will be; otherwise what is. */
  private proof(
    { preview, guard, cluster, expected, carry }: SplitStatefulSetArgs,
    departures: () => Departures | undefined,
  ): pulumi.Output<Proven> {
    if (preview) {
      return pulumi.output(Promise.resolve({ ...expected, carried: carry.expected }));
    }
    // Resolved for an unchanged set too, so that a changed Secret is handed over without a step.
    const proven = this.statefulSet.metadata.apply(() =>
      failsAsUserError(async () => {
        const proof = await prove(cluster, guard, departures(), { ...stopPatience, tell });
        return { ...proof, carried: await readCarried(cluster, guard.namespace, carry.names) };
      }),
    );
    return proven;
  }
}

function tell(words: string): void {
  void pulumi.log.info(words);
}
