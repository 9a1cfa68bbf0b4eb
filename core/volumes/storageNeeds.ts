import { inTreeKindIn } from "./inTreeVolumes";
import type { InTreeKind } from "./inTreeVolumes";
import type { Problem } from "../userError";
import type { OfferedVolume } from "./volume";

/** The objects of the cluster's storage that volumes need. */
export interface StorageNeeds {
  /** Names of StorageClasses. */
  readonly classes: readonly string[];
  /** Names of CSI drivers. */
  readonly drivers: readonly string[];
}

/**
 * What volumes that are handed over need of the destination: their classes, and the drivers that mount them.
 *
 * @param minor of the destination's Kubernetes version, which tells whether Kubernetes itself serves a kind there;
 * undefined: a new one.
 */
export function storageNeeds(volumes: readonly OfferedVolume[], minor: number | undefined): StorageNeeds {
  const specs = volumes.map(({ persistentVolume }) => persistentVolume.spec);
  const classes = specs.map(({ storageClassName = "" }) => storageClassName).filter((name) => name !== "");
  const drivers = [...specs.map(({ csi }) => csi?.driver), ...redirected(volumes, minor).map(({ driver }) => driver)];
  return {
    classes: [...new Set(classes)],
    drivers: [...new Set(drivers)].filter((name) => name !== undefined),
  };
}

/**
 * Why the destination cannot mount volumes.
 *
 * @param lacking what it does not have of what they need.
 * @param storageClasses the config key.
 */
export function storageProblems(
  volumes: readonly OfferedVolume[],
  minor: number | undefined,
  lacking: StorageNeeds,
  storageClasses: Readonly<Record<string, string>>,
): Problem[] {
  const dropped = inTreeKinds(volumes).filter(({ dropped: from }) => from !== undefined && (minor ?? from) >= from);
  const mapped = new Set(Object.values(storageClasses));
  return [
    ...lacking.classes.map((name) => ({
      where: "storageClasses:",
      what: `the destination has no StorageClass ${name}`,
      todo: mapped.has(name)
        ? "Map to a class that it has: kubectl get storageclass"
        : `Create it there, or map it to one that the destination has: storageClasses: { ${name}: NAME }`,
    })),
    ...lacking.drivers.map((name) => ({
      where: "volumes:",
      what:
        `the destination has no CSI driver ${name} (no CSIDriver object)${servesToo(name, redirected(volumes, minor))}, so it cannot mount ` +
        "the source's volumes",
      todo: "Install that driver in the destination with access to the same storage, or set volumes: fresh",
    })),
    ...dropped.map(({ field, dropped: from = 0, instead }) => ({
      where: "volumes:",
      what: `the source's volumes are ${field} volumes, which Kubernetes has dropped in 1.${from}: the destination cannot mount them`,
      todo:
        `Bring the data to ${instead === undefined ? "volumes of a CSI driver" : `volumes of the CSI driver ${instead}`} in ` +
        "the source first, or set volumes: fresh",
    })),
  ];
}

/** The in-tree volumes that a driver serves too, as a clause; empty if there are none. */
function servesToo(name: string, kinds: readonly InTreeKind[]): string {
  const kind = kinds.find(({ driver }) => driver === name);
  return kind === undefined ? "" : `, which serves ${kind.field} volumes since CSI migration`;
}

function inTreeKinds(volumes: readonly OfferedVolume[]): InTreeKind[] {
  const kinds = new Set(volumes.map(({ persistentVolume }) => inTreeKindIn(persistentVolume)));
  return [...kinds].filter((kind) => kind !== undefined);
}

/** Kinds that a CSI driver serves in that version. */
function redirected(volumes: readonly OfferedVolume[], minor: number | undefined): InTreeKind[] {
  return inTreeKinds(volumes).filter(({ driver, since = 0 }) => driver !== undefined && (minor ?? since) >= since);
}
