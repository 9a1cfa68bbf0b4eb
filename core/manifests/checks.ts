import { at, field, isObject, listAt } from "../json";
import { leaveItOut, refusalOf, typeOf } from "../kinds";
import type { KubernetesObject } from "../kubernetes";
import { checkDoubles, serviceLists } from "../listKeys";
import { checkNodePorts } from "./nodePorts";
import { reportField, reportNoMap } from "../problemReport";
import type { Report } from "../problemReport";
import { checkSet } from "../set/statefulSet";

/** Reports everything that keeps an object from being created in both clusters, or, if it is the set, from being moved. */
export function checkObject(object: KubernetesObject, report: Report): void {
  checkText(object, "metadata", report);
  checkPulumiAnnotations(object, "metadata", report);
  if (object.kind === "StatefulSet") {
    checkSet(object, report);
    checkText(at(object, "spec", "template"), "spec.template.metadata", report);
    listAt(object, "spec", "volumeClaimTemplates").forEach((template, index) => {
      checkText(template, `spec.volumeClaimTemplates[${index}].metadata`, report);
      // The claims carry them on, and the claims are declared when they are handed over.
      checkPulumiAnnotations(template, `spec.volumeClaimTemplates[${index}].metadata`, report);
    });
    return;
  }
  const refusal = refusalOf(object);
  if (refusal !== undefined) {
    report("", refusal);
    return;
  }
  switch (typeOf(object)) {
    case "Service":
      if (!isObject(object.spec)) reportField(report, "spec", object.spec, "the spec of a Service");
      checkDoubles(object.spec, "spec", serviceLists, report);
      checkNodePorts(object, report);
      break;
    case "ConfigMap":
      checkData(object, ["data", "binaryData"], report);
      checkBase64(object, "binaryData", report);
      break;
    case "Secret":
      checkData(object, ["data", "stringData"], report);
      checkBase64(object, "data", report);
      break;
    default:
  }
}

function checkData(object: KubernetesObject, names: readonly string[], report: Report): void {
  for (const name of names) {
    reportNoMap(report, name, object[name], "names and their values");
    checkValues(object, name, name, report);
  }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** An API server refuses the object otherwise, in the middle of an `up`. */
function checkBase64(object: KubernetesObject, name: string, report: Report): void {
  const map = object[name];
  for (const [key, value] of Object.entries(isObject(map) ? map : {})) {
    if (typeof value !== "string" || base64.test(value.replace(/[\r\n]/g, ""))) continue;
    const todo = name === "data" ? "Encode it, or put it into stringData as it is" : "Encode it";
    report(name, { what: `has ${key}, whose value is not base64`, todo });
  }
}

/** Reports an object that a controller owns. To be asked before the owners are cleaned away. */
export function checkOwner(object: KubernetesObject, report: Report): void {
  const owners = listAt(object, "metadata", "ownerReferences");
  const owner = owners.find((reference) => field(reference, "controller") === true);
  if (owner === undefined || refusalOf(object) !== undefined) return;
  const title = `${String(field(owner, "kind"))} ${String(field(owner, "name"))}`;
  report(
    "",
    object.kind === "StatefulSet"
      ? {
          what: `is owned by ${title}: its operator would undo each step, and would act in both clusters`,
          todo: "Move it by the operator's own means, or take it away from the operator first",
        }
      : { what: `is made by ${title}, which would make it in each cluster by itself`, todo: leaveItOut },
  );
}

/** Labels and annotations are text: `yes`, `1.10` and `true` without quotes are not. */
function checkText(object: unknown, path: string, report: Report): void {
  for (const name of ["labels", "annotations"]) {
    const map = at(object, "metadata", name) ?? {};
    if (isObject(map)) checkValues(field(object, "metadata"), name, `${path}.${name}`, report);
    else report(`${path}.${name}`, { what: "is no map", legal: "names and their values", todo: "Correct it" });
  }
}

/** The values themselves are not shown: they may be a Secret's. */
function checkValues(parent: unknown, name: string, path: string, report: Report): void {
  const map = field(parent, name);
  for (const [key, value] of Object.entries(isObject(map) ? map : {})) {
    if (typeof value === "string") continue;
    const type = value === null ? "empty" : `a ${Array.isArray(value) ? "list" : typeof value}`;
    report(path, { what: `has ${key}, whose value is not text, but ${type}`, todo: "Put it in quotes" });
  }
}

/**
 * Pulumi's own annotations are orders to its Kubernetes provider. `skipAwait` lets an `up` succeed before its pods are
 * gone, `waitFor` replaces the check that they are, and `replaceUnready` deletes the set. On the pods of the template
 * they mean nothing, and to remove one there would restart every pod, so they may stay.
 */
function checkPulumiAnnotations(object: unknown, path: string, report: Report): void {
  const map = at(object, "metadata", "annotations");
  for (const name of Object.keys(isObject(map) ? map : {})) {
    if (!name.startsWith("pulumi.com/")) continue;
    report(`${path}.annotations`, {
      what: `has ${name}: it gives orders to Pulumi and could switch off what a step is checked by`,
      todo: "Remove it",
    });
  }
}
