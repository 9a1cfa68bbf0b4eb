import { sourceOf } from "./backing";
import { provisionedBy } from "./csiForm";
import { drop, isObject, sameJson } from "../json";
import type { PersistentVolume } from "../kubernetes";
import type { FoundClaim, Inventory, Offer, OfferedVolume } from "./volume";

/** References to Secrets in the CSI source of a PersistentVolume (`CSIPersistentVolumeSource` in the Kubernetes API). */
export const csiSecretRefs = [
  "controllerExpandSecretRef",
  "controllerPublishSecretRef",
  "nodeExpandSecretRef",
  "nodePublishSecretRef",
  "nodeStageSecretRef",
] as const;

/** A Secret that a CSI driver reads. */
export interface SecretReference {
  readonly name: string;
  readonly namespace: string;
}

/** What differs in the volumes of one driver between the clusters; null removes what the source has. */
export interface CsiChange extends Readonly<Partial<Record<(typeof csiSecretRefs)[number], SecretReference | null>>> {
  /** Merged into the source's by key. */
  readonly volumeAttributes?: Readonly<Record<string, string | null>>;
}

/** CSI driver to what differs in its volumes. */
export type CsiChanges = Readonly<Record<string, CsiChange>>;

/** An offered volume with the references and attributes that its driver needs in the destination. */
export function withCsi(offered: OfferedVolume, changes: CsiChanges): OfferedVolume {
  const { csi } = offered.persistentVolume.spec;
  const change = csi !== undefined && Object.hasOwn(changes, csi.driver) ? changes[csi.driver] : undefined;
  if (csi === undefined || change === undefined) return offered;
  const { volumeAttributes, ...references } = change;
  const source = merged(csi, references);
  if (volumeAttributes !== undefined) {
    source.volumeAttributes = merged(isObject(csi.volumeAttributes) ? csi.volumeAttributes : {}, volumeAttributes);
    if (Object.keys(source.volumeAttributes as object).length === 0) drop(source, "volumeAttributes");
  }
  return withSource(offered, source as NonNullable<PersistentVolume["spec"]["csi"]>);
}

/** One map over another; null removes. */
function merged(map: object, over: object): Record<string, unknown> {
  const all = Object.entries({ ...map, ...over });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

function withSource(offered: OfferedVolume, csi: PersistentVolume["spec"]["csi"]): OfferedVolume {
  const { persistentVolume: volume } = offered;
  return { ...offered, persistentVolume: { ...volume, spec: { ...volume.spec, csi } } };
}

/** The field of a volume's spec that is its source, such as `csi`. */
function formOf({ spec }: PersistentVolume): string {
  return Object.keys(sourceOf(spec))[0] ?? "unknown";
}

/** An offered volume in the form that its twin has. */
function inFormOf(
  offered: OfferedVolume,
  { metadata, spec: { nodeAffinity, ...twin } }: PersistentVolume,
): OfferedVolume {
  const { persistentVolume: volume } = offered;
  const spec = { ...volume.spec };
  const isOther = formOf(volume) !== formOf({ ...volume, spec: twin });
  drop(spec, ...Object.keys(sourceOf(spec)), ...(isOther ? ["nodeAffinity"] : []));
  const affinity = isOther && nodeAffinity !== undefined ? { nodeAffinity } : {};
  const { labels, annotations: kept = {} } = metadata;
  const madeBy = kept[provisionedBy];
  const own = volume.metadata.annotations ?? {};
  const asTwin = {
    ...volume.metadata,
    ...(labels === undefined ? {} : { labels }),
    annotations: { ...own, ...(madeBy === undefined ? {} : { [provisionedBy]: madeBy }) },
  };
  return {
    ...offered,
    persistentVolume: {
      ...volume,
      metadata: isOther ? asTwin : volume.metadata,
      spec: { ...spec, ...sourceOf(twin), ...affinity },
    },
  };
}

/** What becomes of an offered volume whose twin in the destination may have other CSI fields. */
export interface BesideTwin {
  readonly offered: OfferedVolume;
  /** Why the volume cannot be handed over, a sentence. */
  readonly refusal?: string;
  /** What a person should know about it, a sentence. */
  readonly warning?: string;
}

/**
 * The source of a volume cannot be changed: Pulumi would delete the PersistentVolume and make it again. So a volume that is
 * in use stays as it is, and one that is not is refused until a person has removed it.
 *
 * @param existing the claim of that name in the destination.
 * @param twin the volume of the offered volume's name there; known to be the same disk.
 * @param inUse whether the ordinal lives in the destination.
 */
export function besideCsiTwin(
  existing: FoundClaim,
  twin: PersistentVolume | undefined,
  offered: OfferedVolume,
  inUse: boolean,
): BesideTwin {
  if (twin === undefined) return { offered };
  const [form, wanted] = [formOf(twin), formOf(offered.persistentVolume)];
  const fields = form === wanted ? differingFields(twin.spec.csi, offered.persistentVolume.spec.csi) : [];
  if (form === wanted && fields.length === 0) return { offered };
  const { namespace = "default" } = offered.persistentVolumeClaim.metadata;
  const found =
    `ordinal ${existing.ordinal}: PersistentVolume ${twin.metadata.name} exists in the destination ` +
    (form === wanted
      ? `with other CSI fields (${fields.join(", ")}) than the source's with the changes of csi, and they`
      : `as the same disk in another form (spec.${form}) than it would be handed over (spec.${wanted}), and that`) +
    " cannot be changed in place";
  if (inUse) {
    const warning = `${found}. It keeps what it has: to change ${form === wanted ? "them" : "that"}, move its ordinal back first, then forward again`;
    return { offered: inFormOf(offered, twin), warning };
  }
  const value = form === "csi" ? "csi" : "keep";
  const earlier =
    form === wanted
      ? `Give csi the values that it has: kubectl get pv ${twin.metadata.name} -o yaml`
      : wanted === "csi" || form === "csi"
        ? `Set inTreeVolumes: ${value}`
        : "Find out who made it";
  // Without Retain the driver would delete the disk.
  if (twin.spec.persistentVolumeReclaimPolicy !== "Retain") return { offered, refusal: `${found}. ${earlier}` };
  const refusal =
    `${found}. ${earlier}. Or have claim and volume made again: both are only objects, and the disk stays (Retain): kubectl ` +
    `-n ${namespace} delete pvc ${existing.name} --ignore-not-found && kubectl delete pv ${twin.metadata.name}`;
  return { offered, refusal };
}

/** Names of the fields that differ; attributes one by one. */
function differingFields(a: object | undefined, b: object | undefined): string[] {
  const flat = (source: object = {}): Record<string, unknown> => {
    const { volumeAttributes, ...rest } = source as Record<string, unknown>;
    const attributes = Object.entries(isObject(volumeAttributes) ? volumeAttributes : {});
    return { ...rest, ...Object.fromEntries(attributes.map(([key, value]) => [`volumeAttributes.${key}`, value])) };
  };
  const [left, right] = [flat(a), flat(b)];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.filter((name) => !sameJson(left[name], right[name]));
}

/** A warning for every driver in the config that no volume of the set has: most likely its name is mistyped. */
export function unusedDriverWarnings(changes: CsiChanges, inventory: Inventory, offer: Offer): string[] {
  if (Object.keys(changes).length === 0) return [];
  const drivers = new Set([
    ...Object.values(inventory).flatMap((claims) => Object.values(claims).map(({ driver }) => driver)),
    ...Object.values(offer).flatMap((claims) =>
      Object.values(claims).map(({ persistentVolume }) => persistentVolume.spec.csi?.driver ?? ""),
    ),
  ]);
  drivers.delete("");
  return Object.keys(changes)
    .filter((driver) => !drivers.has(driver))
    .map(
      (driver) =>
        `csi names the driver ${driver}, but no volume of the set is of that driver, so nothing of it is used` +
        (drivers.size === 0 ? "" : ` (the volumes are of: ${[...drivers].sort().join(", ")})`),
    );
}
