import type { KubernetesObject } from "../../core/kubernetes";

/** An entry of `metadata.ownerReferences`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Who owns an object. */
export function ownersOf(object: KubernetesObject | undefined): readonly OwnerReference[] {
  return (object?.metadata.ownerReferences ?? []) as OwnerReference[];
}

/** The one owner that controls an object, if any does. */
export function controllerOf(object: KubernetesObject | undefined): OwnerReference | undefined {
  return ownersOf(object).find((owner) => owner.controller === true);
}

/** The reference by which an object controls another. */
export function controllerReference({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference {
  const { name, uid = "" } = metadata;
  return { apiVersion, blockOwnerDeletion: true, controller: true, kind, name, uid };
}

/** An object with other owners. */
export function withOwners<T extends KubernetesObject>(object: T, owners: readonly OwnerReference[]): T {
  const metadata = { ...object.metadata, ownerReferences: owners.length === 0 ? undefined : owners };
  return { ...object, metadata };
}
