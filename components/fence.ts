import * as pulumi from "@pulumi/pulumi";
import type { Fence } from "../core/protections/fence";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import type { Cluster } from "../live/client/cluster";
import { waitUntilFenced } from "../live/fence";
import { refuseNamesake } from "../live/namesake";
import { hook } from "./hook";
import { DeclaredObject } from "./kubernetesObject";

/** What is fenced, and where. */
export interface FenceArgs {
  readonly fence: Fence;
  readonly cluster: Cluster;
  /** The set as in the manifests. */
  readonly set: StatefulSet;
}

/**
 * Declares the fence around a set. Where one of its objects is written, the `up` goes on when the API server enforces it;
 * if that takes too long it goes on with a warning, since no invariant depends on the fence.
 *
 * @param name of the set's component, for the names of hooks.
 * @returns both objects, for the set to depend on.
 */
export function declareFence(
  name: string,
  { fence, cluster, set }: FenceArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const declare = (
    object: KubernetesObject,
    part: string,
    more: pulumi.CustomResourceOptions = {},
  ): pulumi.Resource => {
    const wait = hook(`${name}-${part}-acts`, async () => {
      const idle = await waitUntilFenced(cluster, fence, set);
      if (idle !== undefined) await pulumi.log.warn(idle);
    });
    const namesake = hook(`${name}-${part}-namesake`, () => refuseNamesake(cluster, object));
    const hooks = { beforeCreate: [namesake], afterCreate: [wait], afterUpdate: [wait] };
    return new DeclaredObject(object.metadata.name, object, { ...opts, ...more, hooks });
  };
  const policy = declare(fence.policy, "fence");
  const above = (opts.dependsOn ?? []) as pulumi.Resource[];
  return [policy, declare(fence.binding, "fence-binding", { dependsOn: [...above, policy] })];
}
