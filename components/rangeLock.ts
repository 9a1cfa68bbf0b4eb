import * as pulumi from "@pulumi/pulumi";
import type { RangeLock } from "../core/protections/rangeLock";
import type { KubernetesObject, StatefulSet } from "../core/kubernetes";
import type { Cluster } from "../live/client/cluster";
import { waitUntilLocked } from "../live/rangeLock";
import { refuseNamesake } from "../live/namesake";
import { hook } from "./hook";
import { DeclaredObject } from "./kubernetesObject";

/** What is fenced, and where. */
export interface RangeLockArgs {
  readonly rangeLock: RangeLock;
  readonly cluster: Cluster;
  /** The set as in the manifests. */
  readonly set: StatefulSet;
}

/**
 * Declares the range lock around a set. Where one of its objects is written, the `up` goes on when the API server enforces it;
 * if that takes too long it goes on with a warning, since no invariant depends on the range lock.
 *
 * @param name of the set's component, for the names of hooks.
 * @returns both objects, for the set to depend on.
 */
export function declareRangeLock(
  name: string,
  { rangeLock, cluster, set }: RangeLockArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const declare = (
    object: KubernetesObject,
    part: string,
    more: pulumi.CustomResourceOptions = {},
  ): pulumi.Resource => {
    const wait = hook(`${name}-${part}-acts`, async () => {
      const idle = await waitUntilLocked(cluster, rangeLock, set);
      if (idle !== undefined) await pulumi.log.warn(idle);
    });
    const namesake = hook(`${name}-${part}-namesake`, () => refuseNamesake(cluster, object));
    const hooks = { beforeCreate: [namesake], afterCreate: [wait], afterUpdate: [wait] };
    return new DeclaredObject(object.metadata.name, object, { ...opts, ...more, hooks });
  };
  const policy = declare(rangeLock.policy, "range-lock");
  const above = (opts.dependsOn ?? []) as pulumi.Resource[];
  return [policy, declare(rangeLock.binding, "range-lock-binding", { dependsOn: [...above, policy] })];
}
