import { isReady } from "../../core/kubernetes";
import type { KubernetesObject, Pod } from "../../core/kubernetes";
import type { SimulatedCluster } from "../cluster/simulatedCluster";
import { at, field, isObject, parsedJson, textOr } from "../../core/json";
import { referenceOf } from "../apiServer/references";

/** Why an object is not ready, in words; empty if it is. */
type Reasons = readonly string[];

const ready: Reasons = [];
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

function statefulSetReasons(set: KubernetesObject): Reasons {
  const status = set.status;
  const generation = set.metadata.generation ?? 0;
  const wanted = number(at(set, "spec", "replicas"));
  const count = (name: string): number => number(field(status, name));
  const current = field(status, "currentRevision");
  const update = field(status, "updateRevision");
  const observed = count("observedGeneration") >= generation;
  const onDelete = generation > 1 && at(set, "spec", "updateStrategy", "type") === "OnDelete";
  const replicas = onDelete ? ["replicas", "readyReplicas"] : ["replicas", "readyReplicas", "currentReplicas"];
  const replicasReady = observed && replicas.every((name) => count(name) === wanted);
  const revisionReady = observed && (onDelete || (typeof current === "string" && current !== "" && current === update));
  const shown = revisionReady ? count("readyReplicas") : Math.min(count("readyReplicas"), count("updatedReplicas"));
  return [
    ...(replicasReady ? [] : [`${shown} out of ${wanted} replicas succeeded readiness checks`]),
    ...(revisionReady
      ? []
      : [
          `StatefulSet controller failed to advance from revision ${JSON.stringify(current ?? "")} to revision ${JSON.stringify(update ?? "")}`,
        ]),
  ];
}

function serviceReasons(service: KubernetesObject, cluster: SimulatedCluster): Reasons {
  const selector = at(service, "spec", "selector");
  const headless = at(service, "spec", "clusterIP") === "None";
  if (headless || at(service, "spec", "type") === "ExternalName" || !isObject(selector)) return ready;
  if (Object.keys(selector).length === 0) return ready;
  const pods = cluster.objects("v1", "Pod", service.metadata.namespace) as Pod[];
  const targets = pods.some(
    (pod) => isReady(pod) && Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value),
  );
  return targets
    ? ready
    : [
        "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
      ];
}

function claimReasons(claim: KubernetesObject, cluster: SimulatedCluster, created: boolean): Reasons {
  const phase = at(claim, "status", "phase");
  if (!created && phase === "Bound") return ready;
  const name = textOr(at(claim, "spec", "storageClassName"));
  const storageClass = cluster.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name });
  const wanted = storageClass?.volumeBindingMode === "WaitForFirstConsumer" ? "Pending" : "Bound";
  return phase === wanted ? ready : [`the claim is ${textOr(phase, "Pending")}, not ${wanted}`];
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ["string", "number", "boolean"].includes(typeof value);

/** One condition of `pulumi.com/waitFor`: `jsonpath={.a.b}=value` or `condition=Type[=Status]`. */
function conditionReasons(object: KubernetesObject, expression: string): Reasons {
  const generation = object.metadata.generation ?? 0;
  if (number(at(object, "status", "observedGeneration") ?? generation) < generation)
    return [`Waiting for ${expression}`];
  const jsonPath = /^jsonpath=\{\.?([^}]*)\}(?:=(.*))?$/.exec(expression);
  if (jsonPath !== null) {
    const found = at(object, ...(jsonPath[1] ?? "").split(".").filter((step) => step !== ""));
    const wanted = jsonPath[2];
    const matches = wanted === undefined ? found !== undefined : isScalar(found) && String(found) === wanted;
    return matches ? ready : [`Waiting for ${expression}`];
  }
  const condition = /^condition=([^=]+)(?:=(.*))?$/.exec(expression);
  if (condition === null) return [`expected a "jsonpath=" or "condition=" prefix, got ${JSON.stringify(expression)}`];
  const conditions = at(object, "status", "conditions");
  const met =
    Array.isArray(conditions) &&
    conditions.some((c) => field(c, "type") === condition[1] && field(c, "status") === (condition[2] ?? "True"));
  return met ? ready : [`Waiting for ${expression}`];
}

function waitForExpressions(annotation: string): readonly string[] {
  const expressions = parsedJson(annotation);
  return Array.isArray(expressions) ? expressions.map(String) : [annotation];
}

/**
 * What keeps the Kubernetes provider waiting for an object: its awaiters, `pulumi.com/waitFor`, `pulumi.com/skipAwait`.
 *
 * @param created whether the object was just created: the awaiter of a claim then asks for something else.
 */
export function notReady(object: KubernetesObject, cluster: SimulatedCluster, created: boolean): Reasons {
  const annotations = object.metadata.annotations ?? {};
  if (annotations["pulumi.com/skipAwait"] === "true") return ready;
  const waitFor = annotations["pulumi.com/waitFor"];
  if (waitFor !== undefined && waitFor !== "") {
    return waitForExpressions(waitFor).flatMap((expression) => conditionReasons(object, expression));
  }
  return builtInReasons(object, cluster, created);
}

function builtInReasons(object: KubernetesObject, cluster: SimulatedCluster, created: boolean): Reasons {
  switch (`${object.apiVersion}/${object.kind}`) {
    case "apps/v1/StatefulSet":
      return statefulSetReasons(object);
    case "v1/Service":
      return serviceReasons(object, cluster);
    case "v1/PersistentVolumeClaim":
      return claimReasons(object, cluster, created);
    case "v1/PersistentVolume": {
      const phase = textOr(at(object, "status", "phase"), "Pending");
      return ["Available", "Bound"].includes(phase) ? ready : [`the volume is ${phase}, neither Available nor Bound`];
    }
    case "v1/Pod":
      return isReady(object) ? ready : ["the pod is not Ready"];
    default:
      return ready;
  }
}

/**
 * What a refresh finds wrong with an object. Unlike after a write, only the awaiters that have a `Read` look, and
 * `waitFor` is not heard.
 */
export function unhealthy(object: KubernetesObject, cluster: SimulatedCluster): Reasons {
  const looked = ["StatefulSet", "Service", "Pod"].includes(object.kind);
  const skipped = object.metadata.annotations?.["pulumi.com/skipAwait"] === "true";
  return looked && !skipped ? builtInReasons(object, cluster, false) : ready;
}

/**
 * Lets the cluster go on until an object is ready or nothing happens there any more: what a timeout is in virtual time.
 *
 * @returns what still keeps it from being ready.
 */
export function awaitReady(object: KubernetesObject, cluster: SimulatedCluster, created: boolean): Reasons {
  const look = (): Reasons => {
    const live = cluster.get(referenceOf(object));
    return live === undefined ? ["the object is gone"] : notReady(live, cluster, created);
  };
  cluster.settle(() => look().length === 0);
  return look();
}
