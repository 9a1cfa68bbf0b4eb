import { amountOf } from "../quantity";
import { differenceProblem, whyNotTaken } from "./compare";
import { differences } from "./differences";
import { at, copyOf, field, isObject, listAt } from "../json";
import type { JsonObject } from "../json";
import { rangeOfSet, titleOf } from "../kubernetes";
import type { ClaimTemplate, KubernetesObject, StatefulSet } from "../kubernetes";
import { endOf } from "../ordinals";
import type { OrdinalRange } from "../ordinals";
import type { Problem } from "../userError";

/**
 * Why a running set cannot be taken over, as far as the set itself tells.
 *
 * @param wanted the half that would be written.
 * @param range s and N, from the manifests.
 * @param autoscalers the HorizontalPodAutoscalers of its namespace.
 * @param peerStack the destination's stack, if it has run with these manifests already: what is pinned by it can be
 * corrected only if it, which holds nothing yet, is made again.
 */
export function whySetNotTaken(
  live: StatefulSet,
  wanted: StatefulSet,
  range: OrdinalRange,
  autoscalers: readonly KubernetesObject[],
  peerStack?: string,
): Problem[] {
  const owned = whyNotTaken(live);
  const pinned = [...whyAnotherSet(live, wanted), ...rangeProblems(live, range)];
  const remake =
    peerStack === undefined
      ? ""
      : `. The destination has run with these manifests and holds nothing yet: when you correct them, run pulumi destroy -s ${peerStack}`;
  return [
    ...(owned === undefined ? [] : [owned]),
    ...pinned.map((problem, index) =>
      index < pinned.length - 1 ? problem : { ...problem, todo: `${problem.todo ?? ""}${remake}` },
    ),
    ...rollOutProblems(live),
    ...autoscalers.filter((autoscaler) => scales(autoscaler, live)).map(autoscalerProblem),
  ];
}

/** The fields that nobody can change, whatever the manifests leave to the API's defaults filled in. */
function fixedFields({ spec }: StatefulSet): JsonObject {
  return {
    serviceName: spec.serviceName ?? "",
    selector: spec.selector,
    podManagementPolicy: spec.podManagementPolicy ?? "OrderedReady",
    revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    volumeClaimTemplates: (spec.volumeClaimTemplates ?? []).map(claimTemplate),
  };
}

function claimTemplate({ metadata, spec }: ClaimTemplate): JsonObject {
  const { name, labels, annotations } = metadata;
  return {
    metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: { ...copyOf(spec), volumeMode: spec.volumeMode ?? "Filesystem" },
  };
}

/** The API server writes 1024Mi back as 1Gi: an equal size is given the same text. */
function inSameUnits(live: JsonObject, wanted: JsonObject): void {
  listAt(wanted, "volumeClaimTemplates").forEach((template, index) => {
    const other = at(listAt(live, "volumeClaimTemplates")[index], "spec", "resources", "requests", "storage");
    const requests = at(template, "spec", "resources", "requests");
    if (isObject(requests) && amountOf(requests.storage) === amountOf(other)) requests.storage = other;
  });
}

/** Fields whose difference says that it is not the set of the manifests at all. */
const identity = ["serviceName", "selector", "volumeClaimTemplates"];

/** What differs in the fields that nobody can change: to write them, the set would have to be deleted. */
function whyAnotherSet(live: StatefulSet, wanted: StatefulSet): Problem[] {
  const [mine, theirs] = [fixedFields(live), fixedFields(wanted)];
  inSameUnits(mine, theirs);
  const found = differences(mine, theirs, ["spec"]);
  const where = titleOf(live);
  const problems = found.map((difference) => differenceProblem(where, difference));
  const telling = identity.filter((name) => found.some(({ path }) => path[1] === name));
  if (telling.length === 0) return problems;
  return [
    {
      where,
      what: `is another set than that of the manifests, and only has its name: ${telling.join(", ")} cannot be changed and differ`,
      todo: "If it is the set to move, write what runs into the manifests; otherwise rename one of them",
    },
    ...problems,
  ];
}

function rangeProblems(live: StatefulSet, range: OrdinalRange): Problem[] {
  const { start, replicas } = rangeOfSet(live);
  const problems: Problem[] = [];
  if (start !== range.start) {
    const todo = `Write spec.ordinals.start: ${start}`;
    const what = "differs from the running set";
    problems.push({ where: "manifests: spec.ordinals.start", what, received: range.start, legal: String(start), todo });
  }
  if (replicas !== range.replicas) {
    problems.push({
      where: "manifests: spec.replicas",
      what: "differs from the running set",
      received: range.replicas,
      legal: String(replicas),
      todo:
        replicas === 0
          ? "Scale the set up first: there is nothing to move"
          : `Write spec.replicas: ${replicas} and cutoverIndex: ${endOf({ start, replicas })}, or scale the set first`,
    });
  }
  return problems;
}

/** Why the engine would wait for the set, maybe in vain, and what is taken over might not be what runs. */
function rollOutProblems(live: StatefulSet): Problem[] {
  const { observedGeneration = 0, readyReplicas = 0, currentRevision, updateRevision } = live.status ?? {};
  const where = titleOf(live);
  const { replicas } = rangeOfSet(live);
  // With OnDelete the controller never takes the update revision for the current one.
  const rollsOut = currentRevision !== updateRevision && live.spec.updateStrategy?.type !== "OnDelete";
  if (observedGeneration < (live.metadata.generation ?? 0)) {
    return [
      { where, what: "was changed just now, and its controller has not seen it yet", todo: "Run pulumi up again" },
    ];
  }
  if (rollsOut) {
    const what = `is in the middle of a roll-out (${String(currentRevision)} to ${String(updateRevision)})`;
    return [{ where, what, todo: "Finish it, partition included, or take it back: kubectl rollout status shows it" }];
  }
  if (readyReplicas >= replicas) return [];
  const what = `has ${readyReplicas} of ${replicas} pods Ready, and taking it over waits for all of them`;
  return [{ where, what, todo: "Make them Ready first" }];
}

function scales(autoscaler: KubernetesObject, set: StatefulSet): boolean {
  const target = at(autoscaler, "spec", "scaleTargetRef");
  return field(target, "kind") === "StatefulSet" && field(target, "name") === set.metadata.name;
}

function autoscalerProblem({ metadata: { namespace = "default", name } }: KubernetesObject): Problem {
  const kubectl = `kubectl -n ${namespace}`;
  return {
    where: `HorizontalPodAutoscaler ${namespace}/${name}`,
    what: "scales the set, and would undo the steps of the move",
    todo: `Remove it until the move is over: ${kubectl} get hpa ${name} -o yaml > ${name}-hpa.yaml; ${kubectl} delete hpa ${name}`,
  };
}
