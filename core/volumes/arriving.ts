import { arrivingOrdinals } from "./claims";
import { besideCsiTwin, withCsi } from "./csi";
import type { CsiChanges } from "./csi";
import { inCsiForm } from "./csiForm";
import type { InTreeVolumes } from "./csiForm";
import { whyTwinDiffers } from "./handOver";
import type { PersistentVolume } from "../kubernetes";
import { holds } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import type { Decision } from "../protocol/protocol";
import { inSizeOf, inStorageClass } from "./volume";
import type { FoundClaim, Offer, OfferedVolume } from "./volume";

/*
 * A volume has two names. The source offers it as it is there; from the moment when the destination has fitted it to its
 * own cluster (storage class, CSI driver, size) it is what arrives.
 */

/** A volume of the source's offer as the destination is to have it. */
export interface ArrivingVolume {
  readonly ordinal: number;
  /** Name of its claim template. */
  readonly template: string;
  readonly objects: OfferedVolume;
}

/** What the destination changes of what is offered. */
export interface Fitting {
  /** Storage class in the source to storage class in the destination. Default: the same names. */
  readonly storageClasses?: Readonly<Record<string, string>>;
  /** CSI driver to what differs of its volumes. Default: nothing. */
  readonly csi?: CsiChanges;
  /** What in-tree volumes become. Default `keep`. */
  readonly inTreeVolumes?: InTreeVolumes;
}

/** Volumes that arrive, and why some cannot. */
export interface Arrival {
  readonly arriving: readonly ArrivingVolume[];
  /** A sentence each. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** The offered volumes of the ordinals near the cut, fitted by what config says. */
export function arrivalOf(
  offer: Offer,
  { storageClasses = {}, csi = {}, inTreeVolumes }: Fitting,
  decision: Decision,
  templates: readonly string[],
): Arrival {
  const all = arrivingOrdinals(decision).flatMap((ordinal) =>
    templates.flatMap((template) => {
      const offered = offer[ordinal]?.[template];
      if (offered === undefined) return [];
      const classed = inStorageClass(offered, storageClasses);
      const formed = inTreeVolumes === "csi" ? inCsiForm(classed) : { offered: classed };
      const refusals = formed.refusal === undefined ? [] : [`ordinal ${ordinal}: ${formed.refusal}`];
      return [{ ordinal, template, objects: withCsi(formed.offered, csi), refusals }];
    }),
  );
  return {
    arriving: all.map(({ ordinal, template, objects }) => ({ ordinal, template, objects })),
    refusals: all.flatMap(({ refusals }) => refusals),
    warnings: [],
  };
}

/** What the destination has already of the names of a volume that arrives. */
export interface Twin {
  readonly claim: FoundClaim;
  /** The volume of the arriving volume's name, or the one that the claim names. */
  readonly volume: PersistentVolume | undefined;
}

/**
 * Volumes that arrive, beside the claims and volumes of their names that the destination has already.
 *
 * @param twins of each of them, in their order.
 * @param live the ordinals that the destination's live spec allows.
 */
export function besideTwins(
  arriving: readonly ArrivingVolume[],
  twins: readonly Twin[],
  live: OrdinalRange | undefined,
): Arrival {
  const all = arriving.map((volume, index) => besideTwin(volume, twins[index], live));
  return {
    arriving: all.map(({ volume }) => volume),
    refusals: all.map(({ refusal }) => refusal).filter((refusal) => refusal !== undefined),
    warnings: all.map(({ warning }) => warning).filter((warning) => warning !== undefined),
  };
}

function besideTwin(
  volume: ArrivingVolume,
  twin: Twin | undefined,
  live: OrdinalRange | undefined,
): { volume: ArrivingVolume; refusal?: string | undefined; warning?: string | undefined } {
  if (twin === undefined) return { volume };
  const { claim, volume: namesake } = twin;
  const differs = whyTwinDiffers(claim, namesake, volume.objects);
  const sized = inSizeOf(volume.objects, claim);
  if (differs !== undefined) return { volume: { ...volume, objects: sized }, refusal: differs };
  const { offered, refusal, warning } = besideCsiTwin(claim, namesake, sized, holds(live, volume.ordinal));
  return { volume: { ...volume, objects: offered }, refusal, warning };
}
