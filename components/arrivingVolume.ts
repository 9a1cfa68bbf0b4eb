import type * as pulumi from "@pulumi/pulumi";
import type { OfferedVolume } from "../core/volumes/volume";
import { DeclaredObject } from "./kubernetesObject";

/**
 * Declares a PersistentVolume and its claim that arrive from the source, and waits until the claim is Bound.
 *
 * Both are `retainOnDelete`: at the next step they leave the state, and from then on they belong to the set, as claims
 * of a StatefulSet always do.
 *
 * @returns the claim, for the set to depend on.
 */
export function declareArrivingVolume(arriving: OfferedVolume, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  const { persistentVolume, persistentVolumeClaim: claim } = arriving;
  const retained = { ...opts, retainOnDelete: true };
  const volume = new DeclaredObject(persistentVolume.metadata.name, persistentVolume, retained);
  const awaited = {
    ...claim,
    metadata: {
      ...claim.metadata,
      annotations: {
        ...claim.metadata.annotations,
        // The built-in awaiter times out on a WaitForFirstConsumer class whose claim is Bound at once.
        "pulumi.com/waitFor": "jsonpath={.status.phase}=Bound",
      },
    },
  };
  return new DeclaredObject(claim.metadata.name, awaited, { ...retained, dependsOn: [volume] });
}
