import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../core/kubernetes";
import { DeclaredObject } from "./kubernetesObject";

/**
 * Declares a Secret or ConfigMap that the source hands over.
 *
 * It is `retainOnDelete`: taken out of the config, or at the end of the move, it leaves the state and stays in the cluster.
 */
export function declareCarriedObject(object: KubernetesObject, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return new DeclaredObject(object.metadata.name, object, { ...opts, retainOnDelete: true });
}
