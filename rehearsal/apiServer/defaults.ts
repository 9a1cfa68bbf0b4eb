import type { KubernetesObject } from "../../core/kubernetes";
import { at, field, isObject } from "../../core/json";
import type { JsonObject } from "../../core/json";
import { sizeOf } from "../../core/quantity";

/** Fields that are pointers in the API: an empty text there is a value, and none that is legal. */
const keptEmpty = new Set(["volumeMode", "ipFamilyPolicy", "internalTrafficPolicy"]);

/** Fills in the fields that are absent, or empty where that means the same. */
function withDefaults(value: unknown, defaults: JsonObject): JsonObject {
  const present = isObject(value) ? value : {};
  const isUnset = (key: string): boolean =>
    present[key] === undefined || present[key] === null || (present[key] === "" && !keptEmpty.has(key));
  const missing = Object.entries(defaults).filter(([key]) => isUnset(key));
  return missing.length === 0 ? present : { ...present, ...Object.fromEntries(missing) };
}

function mapItems(value: unknown, change: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : value;
}

function container(value: unknown): JsonObject {
  const image = field(value, "image");
  const latest = typeof image !== "string" || !/[:@]/.test(image.replace(/^.*\//, "")) || image.endsWith(":latest");
  const filled = withDefaults(value, {
    imagePullPolicy: latest ? "Always" : "IfNotPresent",
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  });
  if (filled.ports === undefined) return filled;
  return { ...filled, ports: mapItems(filled.ports, (port) => withDefaults(port, { protocol: "TCP" })) };
}

function podSpec(value: unknown): JsonObject {
  const filled = withDefaults(value, {
    dnsPolicy: "ClusterFirst",
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  });
  const lists = ["containers", "initContainers"].filter((name) => filled[name] !== undefined);
  return { ...filled, ...Object.fromEntries(lists.map((name) => [name, mapItems(filled[name], container)])) };
}

function claimTemplate(value: unknown): JsonObject {
  const filled = withDefaults(value, { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } });
  return { ...filled, spec: claimSpec(filled.spec) };
}

function claimSpec(value: unknown): JsonObject {
  const filled = withDefaults(value, { volumeMode: "Filesystem" });
  const { requests } = isObject(filled.resources) ? filled.resources : {};
  const storage = field(requests, "storage");
  const canonical = sizeOf(storage)?.canonical;
  if (!isObject(requests) || canonical === undefined || canonical === storage) return filled;
  return { ...filled, resources: { ...(filled.resources as object), requests: { ...requests, storage: canonical } } };
}

function statefulSetSpec(value: unknown): JsonObject {
  const filled = withDefaults(value, {
    persistentVolumeClaimRetentionPolicy: {},
    podManagementPolicy: "OrderedReady",
    replicas: 1,
    revisionHistoryLimit: 10,
    serviceName: "",
    updateStrategy: {},
  });
  const strategy = withDefaults(filled.updateStrategy, { type: "RollingUpdate" });
  const rolling = withDefaults(strategy.rollingUpdate, { partition: 0 });
  const template = isObject(filled.template) ? filled.template : {};
  // The API knows no difference between none and 0, and leaves it out.
  const { minReadySeconds, ...rest } = filled;
  return {
    ...(minReadySeconds === 0 ? rest : filled),
    // The API server fills in `start: 0` only where `ordinals` is given at all.
    ...(filled.ordinals === undefined ? {} : { ordinals: withDefaults(filled.ordinals, { start: 0 }) }),
    persistentVolumeClaimRetentionPolicy: withDefaults(filled.persistentVolumeClaimRetentionPolicy, {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    }),
    template: { ...template, spec: podSpec(template.spec) },
    updateStrategy: strategy.type === "RollingUpdate" ? { ...strategy, rollingUpdate: rolling } : strategy,
    ...(filled.volumeClaimTemplates === undefined
      ? {}
      : { volumeClaimTemplates: mapItems(filled.volumeClaimTemplates, claimTemplate) }),
  };
}

function serviceSpec(value: unknown): JsonObject {
  const filled = withDefaults(value, {
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    sessionAffinity: "None",
    type: "ClusterIP",
  });
  const address = filled.type === "ExternalName" ? {} : { clusterIP: filled.clusterIP ?? "10.96.0.10" };
  const port = (item: unknown): JsonObject => withDefaults(item, { protocol: "TCP", targetPort: field(item, "port") });
  const ports = filled.ports === undefined ? {} : { ports: mapItems(filled.ports, port) };
  return { ...filled, ...address, ...ports };
}

/** `stringData` is written only: the API server keeps it as `data`. */
function secret(object: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = object;
  const filled = { ...rest, ...withDefaults({ type: rest.type }, { type: "Opaque" }) };
  if (!isObject(stringData)) return filled;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString("base64")]);
  return { ...filled, data: { ...(isObject(rest.data) ? rest.data : {}), ...Object.fromEntries(encoded) } };
}

/** An object as the API server stores it: its defaults filled in. Kinds that are not named here have none. */
export function applyDefaults(object: KubernetesObject): KubernetesObject {
  switch (`${object.apiVersion}/${object.kind}`) {
    case "apps/v1/StatefulSet":
      return { ...object, spec: statefulSetSpec(object.spec) };
    case "v1/Service":
      return { ...object, spec: serviceSpec(object.spec) };
    case "v1/Secret":
      return secret(object);
    case "v1/PersistentVolume":
      return {
        ...object,
        spec: withDefaults(object.spec, { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" }),
      };
    case "v1/PersistentVolumeClaim":
      return { ...object, spec: claimSpec(object.spec) };
    case "v1/Namespace": {
      const labels = at(object, "metadata", "labels");
      const named = withDefaults(labels, { "kubernetes.io/metadata.name": object.metadata.name });
      return {
        ...object,
        metadata: { ...object.metadata, labels: named as Record<string, string> },
        spec: withDefaults(object.spec, { finalizers: ["kubernetes"] }),
        status: withDefaults(object.status, { phase: "Active" }),
      };
    }
    default:
      return object;
  }
}
