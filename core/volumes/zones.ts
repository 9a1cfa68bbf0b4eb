import type { PersistentVolume } from "../kubernetes";

/** Labels of zone and region, and their names before Kubernetes 1.17. */
export const topologyLabels = {
  zone: "topology.kubernetes.io/zone",
  region: "topology.kubernetes.io/region",
  betaZone: "failure-domain.beta.kubernetes.io/zone",
  betaRegion: "failure-domain.beta.kubernetes.io/region",
} as const;

/** One condition of a PersistentVolume's node affinity. */
export interface NodeRequirement {
  key: string;
  operator?: string;
  values?: string[];
}

/** `spec.nodeAffinity` of a PersistentVolume. */
export interface NodeAffinity {
  required?: { nodeSelectorTerms?: { matchExpressions?: NodeRequirement[]; matchFields?: NodeRequirement[] }[] };
}

/** Terms of a volume's node affinity; none where it has none. */
export function affinityTerms({ spec }: Pick<PersistentVolume, "spec">): readonly {
  matchExpressions?: NodeRequirement[];
  matchFields?: NodeRequirement[];
}[] {
  return (spec.nodeAffinity as NodeAffinity | undefined)?.required?.nodeSelectorTerms ?? [];
}

/** The zones of a volume: of its labels (several with `__` between), or else of its node affinity. */
export function zoneLabelsOf(volume: Pick<PersistentVolume, "metadata" | "spec">): string[] {
  const { labels = {} } = volume.metadata;
  const label = labels[topologyLabels.betaZone] ?? labels[topologyLabels.zone] ?? "";
  const zones = label.split("__").filter((zone) => zone !== "");
  if (zones.length > 0) return zones;
  const keys: readonly string[] = [topologyLabels.zone, topologyLabels.betaZone];
  const required = affinityTerms(volume).flatMap((term) => term.matchExpressions ?? []);
  return [...new Set(required.filter(({ key }) => keys.includes(key)).flatMap(({ values = [] }) => values))].sort();
}
