import { claimName } from "../../core/kubernetes";
import type { PersistentVolumeClaim, StatefulSet } from "../../core/kubernetes";
import type { ObjectReference } from "../../live/client/cluster";
import type { SimulatedApiServer } from "../apiServer/simulatedApiServer";
import { isOfEarlierPod, ownersDue } from "./claimOwners";
import type { ClaimUser } from "./claimOwners";
import type { ObjectStore } from "../apiServer/objectStore";
import { withOwners } from "../apiServer/owners";
import { newClaim } from "./newPod";

/** What the StatefulSet controller does about the claims of a set's pods. */
export class SetClaims {
  public constructor(
    private readonly store: ObjectStore,
    private readonly server: SimulatedApiServer,
    private readonly manager: string,
  ) {}

  /**
   * Makes the claims of an ordinal that are missing: empty ones, which the provisioner then backs with new volumes.
   *
   * @returns false if one is being deleted, so that no pod can be made for it yet.
   */
  public create(set: StatefulSet, ordinal: number): boolean {
    let usable = true;
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const reference = referenceTo(set, template.metadata.name, ordinal);
      const claim = this.store.get(reference);
      if (claim === undefined) this.server.create(newClaim(set, template, reference.name), { manager: this.manager });
      else if (claim.metadata.deletionTimestamp !== undefined) usable = false;
    }
    return usable;
  }

  /** Whether the claims of a pod that is yet to be made are about to be deleted together with an earlier one. */
  public areStale(set: StatefulSet, pod: ClaimUser): boolean {
    if ((set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled ?? "Retain") === "Retain") return false;
    return this.of(set, pod.ordinal).some((claim) => isOfEarlierPod(claim, pod));
  }

  /** Gives a pod's claims the owners that the retention policy asks for. */
  public setOwners(set: StatefulSet, pod: ClaimUser): void {
    for (const claim of this.of(set, pod.ordinal)) {
      const owners = ownersDue(claim, set, pod);
      if (owners !== undefined) this.store.put(withOwners(claim, owners));
    }
  }

  private of(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
    return (set.spec.volumeClaimTemplates ?? []).flatMap(
      (template) =>
        (this.store.get(referenceTo(set, template.metadata.name, ordinal)) as PersistentVolumeClaim | undefined) ?? [],
    );
  }
}

function referenceTo(set: StatefulSet, template: string, ordinal: number): ObjectReference {
  const { namespace = "", name } = set.metadata;
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName(template, name, ordinal) };
}
