import { at, field, isObject, listAt } from "../json";
import { leaveItOut, refusalOf, typeOf } from "../kinds";
import type { KubernetesObject } from "../kubernetes";
import { checkDoubles, serviceLists } from "../listKeys";
import { checkNodePorts } from "./nodePorts";
import { badField, noMap } from "../finding";
import type { Finding } from "../finding";
import { checkSet } from "../set/statefulSet";

/** Finds everything that keeps an object from being created in both clusters, or, if it is the set, from being moved. */
export function* checkObject(object: KubernetesObject): Iterable<Finding> {
  yield* checkText(object, "metadata");
  yield* checkPulumiAnnotations(object, "metadata");
  if (object.kind === "StatefulSet") {
    yield* checkSet(object);
    yield* checkText(at(object, "spec", "template"), "spec.template.metadata");
    for (const [index, template] of listAt(object, "spec", "volumeClaimTemplates").entries()) {
      yield* checkText(template, `spec.volumeClaimTemplates[${index}].metadata`);
      // The claims carry them on, and the claims are declared when they are handed over.
      yield* checkPulumiAnnotations(template, `spec.volumeClaimTemplates[${index}].metadata`);
    }
    return;
  }
  const refusal = refusalOf(object);
  if (refusal !== undefined) {
    yield { path: "", ...refusal };
    return;
  }
  switch (typeOf(object)) {
    case "Service":
      if (!isObject(object.spec)) yield badField("spec", object.spec, "the spec of a Service");
      yield* checkDoubles(object.spec, "spec", serviceLists);
      yield* checkNodePorts(object);
      break;
    case "ConfigMap":
      yield* checkData(object, ["data", "binaryData"]);
      yield* checkBase64(object, "binaryData");
      break;
    case "Secret":
      yield* checkData(object, ["data", "stringData"]);
      yield* checkBase64(object, "data");
      break;
    default:
  }
}

function* checkData(object: KubernetesObject, names: readonly string[]): Iterable<Finding> {
  for (const name of names) {
    yield* noMap(name, object[name], "names and their values");
    yield* checkValues(object, name, name);
  }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** An API server refuses the object otherwise, in the middle of an `up`. */
function* checkBase64(object: KubernetesObject, name: string): Iterable<Finding> {
  const map = object[name];
  for (const [key, value] of Object.entries(isObject(map) ? map : {})) {
    if (typeof value !== "string" || base64.test(value.replace(/[\r\n]/g, ""))) continue;
    const todo = name === "data" ? "Encode it, or put it into stringData as it is" : "Encode it";
    yield { path: name, what: `has ${key}, whose value is not base64`, todo };
  }
}

/** Finds that a controller owns an object. To be asked before the owners are cleaned away. */
export function* checkOwner(object: KubernetesObject): Iterable<Finding> {
  const owners = listAt(object, "metadata", "ownerReferences");
  const owner = owners.find((reference) => field(reference, "controller") === true);
  if (owner === undefined || refusalOf(object) !== undefined) return;
  const title = `${String(field(owner, "kind"))} ${String(field(owner, "name"))}`;
  yield object.kind === "StatefulSet"
    ? {
        path: "",
        what: `is owned by ${title}: its operator would undo each step, and would act in both clusters`,
        todo: "Move it by the operator's own means, or take it away from the operator first",
      }
    : { path: "", what: `is made by ${title}, which would make it in each cluster by itself`, todo: leaveItOut };
}

/** Labels and annotations are text: `yes`, `1.10` and `true` without quotes are not. */
function* checkText(object: unknown, path: string): Iterable<Finding> {
  for (const name of ["labels", "annotations"]) {
    const map = at(object, "metadata", name) ?? {};
    if (isObject(map)) yield* checkValues(field(object, "metadata"), name, `${path}.${name}`);
    else yield { path: `${path}.${name}`, what: "is no map", legal: "names and their values", todo: "Correct it" };
  }
}

/** The values themselves are not shown: they may be a Secret's. */
function* checkValues(parent: unknown, name: string, path: string): Iterable<Finding> {
  const map = field(parent, name);
  for (const [key, value] of Object.entries(isObject(map) ? map : {})) {
    if (typeof value === "string") continue;
    const type = value === null ? "empty" : `a ${Array.isArray(value) ? "list" : typeof value}`;
    yield { path, what: `has ${key}, whose value is not text, but ${type}`, todo: "Put it in quotes" };
  }
}

/**
 * Pulumi's own annotations are orders to its Kubernetes provider. `skipAwait` lets an `up` succeed before its pods are
 * gone, `waitFor` replaces the check that they are, and `replaceUnready` deletes the set. On the pods of the template
 * they mean nothing, and to remove one there would restart every pod, so they may stay.
 */
function* checkPulumiAnnotations(object: unknown, path: string): Iterable<Finding> {
  const map = at(object, "metadata", "annotations");
  for (const name of Object.keys(isObject(map) ? map : {})) {
    if (!name.startsWith("pulumi.com/")) continue;
    yield {
      path: `${path}.annotations`,
      what: `has ${name}: it gives orders to Pulumi and could switch off what a step is checked by`,
      todo: "Remove it",
    };
  }
}
