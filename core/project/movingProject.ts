import { backingOf, sameBacking } from "../volumes/backing";
import { annotations, rangeOfSet } from "../kubernetes";
import type { KubernetesObject } from "../kubernetes";
import type { Standing } from "./standing";
import { manifestOf } from "./survey";
import type { ClusterSurvey, FoundSet, SetSurvey } from "./survey";
import { sameJson } from "../json";

/** Whether Pulumi's provider has written an object: its field manager says so. */
function isPulumis({ metadata }: KubernetesObject): boolean {
  return (metadata.managedFields ?? []).some(({ manager = "" }) => manager.startsWith("pulumi-kubernetes"));
}

/**
 * A set that is cut in two, as its manifests have it: with all its ordinals, and with what the project made or took over
 * beside it. What else stands there is not the project's.
 */
export function wholeSet(source: SetSurvey, destination: ClusterSurvey, { set, halves }: Standing): SetSurvey {
  const { replicas, start } = { ...set };
  const spec = { ...source.set.spec, replicas, ...(rangeOfSet(source.set).start === 0 ? {} : { ordinals: { start } }) };
  const twinOf = ({ kind, metadata }: KubernetesObject): KubernetesObject | undefined =>
    destination.objects.find((object) => object.kind === kind && object.metadata.name === metadata.name);
  const belongings = source.belongings.filter((object) => {
    const twin = twinOf(object);
    const ours = halves.source === undefined || isPulumis(object);
    return ours && (halves.destination === undefined || twin === undefined || isPulumis(twin));
  });
  return { ...source, set: { ...source.set, spec }, belongings };
}

/** Whether the source was taken over rather than made: what belongs to it carries an order to Pulumi's provider then. */
export function wasTakenOver({ belongings, set }: SetSurvey, { halves }: Standing): boolean {
  if (halves.source === undefined) return true;
  const forced = ({ metadata }: KubernetesObject): boolean =>
    metadata.annotations?.["pulumi.com/patchForce"] === "true";
  return belongings.filter(isPulumis).some(forced) || set.metadata.annotations?.[annotations.turn] === undefined;
}

/**
 * What tells the two halves of a move apart beside their ordinals, a clause each. It comes from the project's config, which
 * no cluster holds: a rehearsal without it would say wrong things about it.
 */
export function whyProjectNeeded(source: FoundSet, half: FoundSet | undefined): string[] {
  if (half === undefined) return [];
  const [here, there] = [manifestOf(source.set), manifestOf(half.set)] as FoundSet["set"][];
  const classes = ({ spec }: FoundSet["set"]): unknown =>
    (spec.volumeClaimTemplates ?? []).map((template) => template.spec.storageClassName ?? null);
  const reasons: string[] = [];
  if (!sameJson(here?.spec.template, there?.spec.template))
    reasons.push("their pod templates differ (patches, or a roll-out)");
  if (here !== undefined && there !== undefined && !sameJson(classes(here), classes(there))) {
    reasons.push("their storage classes differ (storageClasses)");
  }
  for (const claim of half.claims) {
    const volume = volumeOf(half, claim.metadata.name);
    const twin = volumeOf(source, claim.metadata.name);
    if (volume === undefined || twin === undefined) continue;
    if (!sameBacking(backingOf(volume), backingOf(twin))) {
      reasons.push(`claim ${claim.metadata.name} is on another disk in each of the clusters (volumes: fresh)`);
    } else if (!sameJson(volume.spec.csi, twin.spec.csi)) {
      reasons.push(`the volumes of claim ${claim.metadata.name} have other CSI fields (csi)`);
    }
  }
  return reasons;
}

function volumeOf({ claims, volumes }: FoundSet, claim: string): FoundSet["volumes"][number] | undefined {
  const name = claims.find(({ metadata }) => metadata.name === claim)?.spec.volumeName;
  return volumes.find(({ metadata }) => metadata.name === name);
}
