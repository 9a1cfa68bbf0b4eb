import { at, drop, field, isObject, listAt } from "./json";
import type { JsonObject } from "./json";
import { typeOf } from "./kinds";
import type { KubernetesObject } from "./kubernetes";

/** Fields in which an empty text is no value: the API server fills in a default, or leaves them out. */
const emptyIsUnset: Readonly<Record<string, readonly string[]>> = {
  set: ["podManagementPolicy", "serviceName"],
  updateStrategy: ["type"],
  persistentVolumeClaimRetentionPolicy: ["whenDeleted", "whenScaled"],
  pod: [
    ...["restartPolicy", "dnsPolicy", "schedulerName", "serviceAccountName", "serviceAccount", "nodeName"],
    ...["priorityClassName", "hostname", "subdomain"],
  ],
  container: ["imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy", "workingDir"],
  port: ["protocol", "name", "hostIP"],
  template: ["apiVersion", "kind"],
  claim: ["volumeName"],
  service: ["type", "sessionAffinity", "clusterIP", "externalTrafficPolicy", "loadBalancerIP", "externalName"],
  servicePort: ["protocol", "name", "targetPort"],
};

/**
 * Removes what the API server takes for absent, in place: `null` (a YAML key without a value) anywhere in a spec, and an
 * empty text in the fields that it fills with a default. A label, annotation or value of a ConfigMap that is `null` is an
 * empty text there. Charts render both, and what is declared must be what is stored: Pulumi would see a change otherwise,
 * and in some of these fields replace the set.
 *
 * Not everywhere: an empty `storageClassName` means no class, and an empty `volumeMode` or `runtimeClassName` is refused.
 * Source: the defaults of `k8s.io/kubernetes/pkg/apis/{apps,core}/v1`; a real API server is asked about each field in
 * `tests/e2e/unset.e2e.ts`.
 */
export function dropUnset(object: KubernetesObject): void {
  emptyTexts(object.metadata, ["labels", "annotations"]);
  const { spec } = object;
  switch (typeOf(object)) {
    case "apps/StatefulSet":
      if (isObject(spec)) dropFromSet(spec);
      break;
    case "Service":
      dropNulls(spec);
      dropEmpty(spec, "service");
      for (const port of listAt(spec, "ports")) dropEmpty(port, "servicePort");
      break;
    case "ConfigMap":
    case "Secret":
      emptyTexts(object, ["data", "stringData", "binaryData"]);
      break;
    default:
  }
}

function dropFromSet(spec: JsonObject): void {
  emptyTexts(at(spec, "template", "metadata"), ["labels", "annotations"]);
  for (const template of listAt(spec, "volumeClaimTemplates")) {
    emptyTexts(field(template, "metadata"), ["labels", "annotations"]);
  }
  dropNulls(spec);
  dropEmpty(spec, "set");
  for (const name of ["updateStrategy", "persistentVolumeClaimRetentionPolicy"]) dropEmpty(spec[name], name);
  const pod = at(spec, "template", "spec");
  dropEmpty(pod, "pod");
  for (const list of ["initContainers", "containers"]) {
    for (const container of listAt(pod, list)) {
      dropEmpty(container, "container");
      for (const port of listAt(container, "ports")) dropEmpty(port, "port");
    }
  }
  for (const template of listAt(spec, "volumeClaimTemplates")) {
    dropEmpty(template, "template");
    dropEmpty(field(template, "spec"), "claim");
  }
}

function dropEmpty(value: unknown, fields: string): void {
  if (!isObject(value)) return;
  drop(value, ...(emptyIsUnset[fields] ?? []).filter((name) => field(value, name) === ""));
}

function dropNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(dropNulls);
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (inner === null) drop(value, name);
    else dropNulls(inner);
  }
}

function emptyTexts(parent: unknown, names: readonly string[]): void {
  for (const name of names) {
    const map = field(parent, name);
    if (!isObject(map)) continue;
    for (const [key, value] of Object.entries(map)) if (value === null) map[key] = "";
  }
}
