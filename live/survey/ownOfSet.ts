import { podsOfSet } from "../../core/volumes/handOver";
import { claimName, ordinalIn } from "../../core/kubernetes";
import type {
  KubernetesObject,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
} from "../../core/kubernetes";
import type { FoundSet } from "../../core/project/survey";
import type { ClusterReader } from "./clusterReader";
import type { PermittedLooks } from "./permittedLooks";

/** What is a set's own, of what its namespace has. */
export async function ownOf(
  reader: ClusterReader,
  set: StatefulSet,
  of: {
    readonly pods: readonly KubernetesObject[] | undefined;
    readonly claims: readonly KubernetesObject[] | undefined;
  },
  looks: PermittedLooks,
): Promise<FoundSet> {
  const claims = claimsOf(set, (of.claims ?? []) as PersistentVolumeClaim[]);
  const pods = podsAround(set.metadata.name, claims, of.pods ?? []);
  const names = claims.map(({ spec }) => spec.volumeName);
  const volumes = await looks.need(looks.named(reader, ["v1", "PersistentVolume"], names));
  return { set, pods, claims, volumes: (volumes ?? []) as PersistentVolume[] };
}

/** The destination's half of a move that has begun. */
export async function halfIn(reader: ClusterReader, set: KubernetesObject, looks: PermittedLooks): Promise<FoundSet> {
  const { namespace = "default" } = set.metadata;
  const [pods, claims] = await Promise.all([
    looks.need(reader.list("v1", "Pod", namespace)),
    looks.need(reader.list("v1", "PersistentVolumeClaim", namespace)),
  ]);
  const half = await ownOf(reader, set as StatefulSet, { pods, claims }, looks);
  looks.throwIfLacking();
  return half;
}

/** The claims of a set, also of ordinals that it does not have now. */
function claimsOf(set: StatefulSet, claims: readonly PersistentVolumeClaim[]): PersistentVolumeClaim[] {
  const { name } = set.metadata;
  const templates = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  return claims.filter(({ metadata }) =>
    templates.some((template) => {
      const ordinal = ordinalIn(metadata.name, `${template}-${name}`);
      return ordinal !== undefined && claimName(template, name, ordinal) === metadata.name;
    }),
  );
}

/** The set's pods, and those that mount its claims. */
function podsAround(set: string, claims: readonly PersistentVolumeClaim[], pods: readonly Pod[]): Pod[] {
  const own = new Set(podsOfSet(set, pods).values());
  const names = new Set(claims.map(({ metadata }) => metadata.name));
  return pods.filter(
    (pod) =>
      own.has(pod) ||
      (pod.spec?.volumes ?? []).some((volume) => names.has(volume.persistentVolumeClaim?.claimName ?? "")),
  );
}
