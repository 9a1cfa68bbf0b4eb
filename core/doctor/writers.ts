import { managedBy, whyNotTaken } from "../adopt/compare";
import { at, field, isObject, textOr } from "../json";
import { titleOf } from "../kubernetes";
import type { KubernetesObject, StatefulSet } from "../kubernetes";
import { isHalf } from "../set/half";
import { finder, findingOf } from "./finding";
import type { Finding, Severity } from "./finding";
import type { SeenHalf } from "./seen";

/** Whoever else writes `replicas` of the set, or would write it back. */
export function checkWriters(half: SeenHalf): Finding[] {
  const { side, seen, workload, config, record } = half;
  const find = finder("writers", side);
  const { set: live } = seen;
  const { namespace } = workload;
  const isLocked = seen.rangeLock !== undefined && config.rangeLock !== false;
  // The range lock denies what they write; without it they undo a step.
  const undoes: Severity = isLocked ? "error" : "critical";
  const scalers = seen.scalers
    .filter((scaler) => scales(scaler, workload.set.metadata.name) && !isMadeBy(scaler, "ScaledObject"))
    .map((scaler) => {
      const { kind, metadata } = scaler;
      const kubectl = `kubectl -n ${namespace}`;
      const resource = kind === "ScaledObject" ? "scaledobject" : "hpa";
      return find(
        undoes,
        titleOf(scaler),
        `scales the set by itself${isLocked ? ", which the rangeLock denies: it fails all the while" : ", and would undo a step"}`,
        kind === "ScaledObject"
          ? `Pause it until the move is over: ${kubectl} annotate scaledobject ${metadata.name} autoscaling.keda.sh/paused=true`
          : `Remove it until the move is over: ${kubectl} get ${resource} ${metadata.name} -o yaml > ${metadata.name}-hpa.yaml; ${kubectl} delete ${resource} ${metadata.name}`,
      );
    });
  if (live === undefined) return scalers;
  const owned = live.metadata.deletionTimestamp === undefined ? whyNotTaken(live) : undefined;
  const manager = managedBy(live);
  return [
    ...scalers,
    ...(owned === undefined ? [] : [findingOf("writers", side, "critical", owned)]),
    ...(manager === undefined
      ? []
      : [
          find(
            isLocked || record === undefined ? "warning" : "error",
            titleOf(live),
            `belongs to ${manager}, which would write its replicas back${isLocked ? " (the rangeLock denies that: its next sync or upgrade fails)" : ""}`,
            "Take the set out of it, or suspend it until the move is over (docs/adopting.md)",
          ),
        ]),
    ...foreignWriters(live).map(({ manager: name, how }) =>
      find(
        isHalf(live) ? "warning" : "advice",
        titleOf(live),
        `has spec.replicas written by the field manager ${name} (${how})`,
        isHalf(live)
          ? "Find out what it is, and see that it leaves the set alone until the move is over"
          : "See that it leaves the set alone once the move has begun",
      ),
    ),
  ];
}

/** Field managers of `spec.replicas` and `spec.ordinals` that are not this program's provider. */
function foreignWriters(live: StatefulSet): { manager: string; how: string }[] {
  const entries = (live.metadata.managedFields ?? []) as readonly unknown[];
  return entries.flatMap((entry) => {
    const manager = textOr(field(entry, "manager"));
    const spec = at(entry, "fieldsV1", "f:spec");
    const writes = isObject(spec) && ("f:replicas" in spec || "f:ordinals" in spec);
    if (!writes || manager.startsWith("pulumi")) return [];
    const sub = field(entry, "subresource");
    const through = typeof sub === "string" && sub !== "" ? ` through the subresource ${sub}` : "";
    return [{ manager, how: `${String(field(entry, "operation"))} at ${String(field(entry, "time"))}${through}` }];
  });
}

function scales(scaler: KubernetesObject, set: string): boolean {
  const target = at(scaler, "spec", "scaleTargetRef");
  // KEDA's default is a Deployment.
  return field(target, "kind") === "StatefulSet" && field(target, "name") === set && !isPaused(scaler);
}

function isPaused({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.["autoscaling.keda.sh/paused"] === "true";
}

/** KEDA makes a HorizontalPodAutoscaler for each ScaledObject: told once. */
function isMadeBy({ metadata }: KubernetesObject, kind: string): boolean {
  const owners = Array.isArray(metadata.ownerReferences) ? (metadata.ownerReferences as unknown[]) : [];
  return owners.some((owner) => field(owner, "kind") === kind);
}
