import { azureAccountOf, azureResourceGroup, azureSecretNamespace, inTreeKindIn, regionOf } from "./inTreeVolumes";
import type { InTreeKind } from "./inTreeVolumes";
import { drop, isObject } from "../json";
import type { JsonObject } from "../json";
import type { Metadata, PersistentVolume } from "../kubernetes";
import type { OfferedVolume } from "./volume";
import { affinityTerms, topologyLabels, zoneLabelsOf } from "./zones";
import type { NodeAffinity } from "./zones";

/*
 * The CSI form of an in-tree volume, as it may be stored for good. It is what the module k8s.io/csi-translation-lib (0.36)
 * makes of the volume on the way to its driver, save what only holds on that way: those volumes are refused.
 */

/** What the destination makes of in-tree volumes that a CSI driver serves: the same, or CSI volumes of the same disks. */
export type InTreeVolumes = "keep" | "csi";

/** Annotation of a volume: which provisioner made it. */
export const provisionedBy = "pv.kubernetes.io/provisioned-by";

/** What a kind has beside driver, handle, `fsType` and `readOnly`; or why it has no CSI form that lasts, a clause. */
type CsiFields = { readonly fields: JsonObject; readonly zoneKey?: string } | { readonly why: string };

const partitionOf = ({ partition = 0 }: JsonObject): JsonObject =>
  partition === 0 ? {} : { volumeAttributes: { partition: String(partition) } };

const csiFields: Readonly<Record<string, (source: JsonObject, volume: PersistentVolume) => CsiFields>> = {
  awsElasticBlockStore: (source) => ({ fields: partitionOf(source), zoneKey: "topology.ebs.csi.aws.com/zone" }),
  gcePersistentDisk: (source, volume) => {
    const zones = zoneLabelsOf(volume);
    if (zones.length === 0) {
      return { why: `neither its labels nor its node affinity name its zone (${topologyLabels.zone})` };
    }
    if (zones.length > 1 && regionOf(zones) === undefined) return { why: "its zones are not those of one region" };
    return { fields: partitionOf(source), zoneKey: "topology.gke.io/zone" };
  },
  azureDisk: ({ kind = "Shared", cachingMode, fsType }) =>
    String(kind).toLowerCase() !== "managed"
      ? { why: `it is no managed disk (azureDisk.kind is ${String(kind)}), and the driver knows only those` }
      : {
          fields: {
            volumeAttributes: {
              kind: "managed",
              ...(cachingMode === undefined ? {} : { cachingmode: cachingMode }),
              ...(fsType === undefined ? {} : { fstype: fsType }),
            },
          },
        },
  azureFile: (source, volume) => {
    const secret = String(source.secretName);
    if (azureAccountOf(secret) === undefined) {
      return { why: `the name of its Secret, ${secret}, does not tell the storage account` };
    }
    if ((volume.metadata.annotations?.[azureResourceGroup] ?? "") === "") {
      return { why: `nothing tells the resource group of its storage account (annotation ${azureResourceGroup})` };
    }
    const reference = { name: secret, namespace: azureSecretNamespace(source, volume) };
    return { fields: { volumeAttributes: { sharename: source.shareName }, nodeStageSecretRef: reference } };
  },
  cinder: () => ({ fields: {}, zoneKey: "topology.cinder.csi.openstack.org/zone" }),
  vsphereVolume: () => ({
    why: "the driver tells its own volumes by an id that it gives them, and a path only while it serves in-tree volumes",
  }),
  portworxVolume: (_source, { metadata: { annotations = {} } }) =>
    Object.keys(annotations).some((name) => name.startsWith("openstorage.io/auth-secret-"))
      ? { why: "its annotations name a Secret for Portworx, and what the destination's is called is not known" }
      : { fields: {} },
};

/** An offered volume in its CSI form; as it is where it has none, with the reason if it should have one. */
export function inCsiForm(offered: OfferedVolume): { readonly offered: OfferedVolume; readonly refusal?: string } {
  const { persistentVolume: volume } = offered;
  const kind = inTreeKindIn(volume);
  if (kind === undefined) return { offered };
  const csi = csiSource(kind, volume);
  if ("why" in csi) {
    const refusal =
      `PersistentVolume ${volume.metadata.name} (${kind.field}) cannot become a CSI volume: ${csi.why}. Set inTreeVolumes: ` +
      "keep, or bring its data to a CSI volume in the source first";
    return { offered, refusal };
  }
  const spec: PersistentVolume["spec"] = { ...volume.spec, csi: csi.source };
  drop(spec, kind.field);
  const affinity = affinityOf(volume, csi.zoneKey);
  if (affinity !== undefined) spec.nodeAffinity = affinity;
  const metadata = metadataOf(volume.metadata, csi.source.driver);
  return { offered: { ...offered, persistentVolume: { ...volume, metadata, spec } } };
}

function csiSource(
  kind: InTreeKind,
  volume: PersistentVolume,
):
  | { readonly source: NonNullable<PersistentVolume["spec"]["csi"]>; readonly zoneKey?: string }
  | { readonly why: string } {
  if (kind.driver === undefined) return { why: "no CSI driver serves its kind" };
  const given = volume.spec[kind.field];
  const source = isObject(given) ? given : {};
  const handle = kind.handle(source, volume);
  if (handle === undefined) return { why: "its source names no disk" };
  const more = csiFields[kind.field]?.(source, volume) ?? { why: "it is not known how" };
  if ("why" in more) return more;
  const { fsType, readOnly } = source;
  return {
    source: {
      driver: kind.driver,
      volumeHandle: handle,
      ...(typeof fsType === "string" && fsType !== "" ? { fsType } : {}),
      ...(readOnly === true ? { readOnly } : {}),
      ...more.fields,
    },
    ...(more.zoneKey === undefined ? {} : { zoneKey: more.zoneKey }),
  };
}

/** What labels and conditions of old names are called now: new nodes have only these. */
const nowCalled: Readonly<Record<string, string>> = {
  [topologyLabels.betaZone]: topologyLabels.zone,
  [topologyLabels.betaRegion]: topologyLabels.region,
};

/** Labels under today's names; and its driver as the one that made it, which alone may delete it one day. */
function metadataOf(metadata: Metadata, driver: string): Metadata {
  const { labels, annotations = {} } = metadata;
  const renamed = Object.entries(labels ?? {}).map(([key, value]) => [nowCalled[key] ?? key, value] as const);
  return {
    ...metadata,
    ...(labels === undefined ? {} : { labels: Object.fromEntries(renamed) }),
    annotations: { ...annotations, ...(annotations[provisionedBy] === undefined ? {} : { [provisionedBy]: driver }) },
  };
}

/** The node affinity with the driver's key for the zone: of its own conditions, or else made from the labels. */
function affinityOf(volume: PersistentVolume, zoneKey: string | undefined): NodeAffinity | undefined {
  const nameOf = (key: string): string => {
    const name = nowCalled[key] ?? key;
    return name === topologyLabels.zone && zoneKey !== undefined ? zoneKey : name;
  };
  const terms = affinityTerms(volume).map((term) => {
    const { matchExpressions } = term;
    if (matchExpressions === undefined) return term;
    return { ...term, matchExpressions: matchExpressions.map((one) => ({ ...one, key: nameOf(one.key) })) };
  });
  const zones = zoneLabelsOf(volume);
  const isZoned = terms.some(({ matchExpressions = [] }) => matchExpressions.some(({ key }) => key === zoneKey));
  if (zoneKey === undefined || isZoned || zones.length === 0) {
    return terms.length === 0 ? undefined : { required: { nodeSelectorTerms: terms } };
  }
  const zone = { key: zoneKey, operator: "In", values: [...zones].sort() };
  const zoned = (terms.length === 0 ? [{}] : terms).map((term: (typeof terms)[number]) => {
    return { ...term, matchExpressions: [...(term.matchExpressions ?? []), zone] };
  });
  return { required: { nodeSelectorTerms: zoned } };
}

/** A warning where `csi` names the driver of in-tree volumes that stay in-tree: they have no field that it could change. */
export function keptInTreeWarnings(drivers: readonly string[], offered: readonly OfferedVolume[]): string[] {
  const kinds = new Set(offered.map(({ persistentVolume }) => inTreeKindIn(persistentVolume)));
  return [...kinds].flatMap((kind) => {
    if (kind?.driver === undefined || !drivers.includes(kind.driver)) return [];
    return [
      `csi names the driver ${kind.driver}, but volumes of the set are ${kind.field} volumes, and nothing of it is used for ` +
        "them. Set inTreeVolumes: csi if they are to become CSI volumes in the destination",
    ];
  });
}
