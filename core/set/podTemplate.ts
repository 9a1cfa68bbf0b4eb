import { at, field, isObject, listAt } from "../json";
import type { JsonObject } from "../json";
import { checkDoubles, podLists } from "../listKeys";
import { badField, hasMap } from "../finding";
import type { Finding } from "../finding";
import type { StatefulSet } from "../kubernetes";

const path = "spec.template.spec";

/**
 * Folds environment variables that a container has twice. Server-side apply rejects them, while `kubectl create` lets
 * the last one win, so running sets do have them. The template is changed in place.
 *
 * @returns warnings: what was folded.
 */
export function foldEnv(set: unknown): { readonly findings: readonly Finding[]; readonly warnings: readonly string[] } {
  const findings: Finding[] = [];
  const warnings = containersOf(set).flatMap(({ container, place }) => {
    const entries = listAt(container, "env");
    const names = entries.map((entry) => field(entry, "name"));
    const isFolded = (name: unknown, index: number): boolean =>
      typeof name === "string" && names.lastIndexOf(name) !== index;
    const folded = new Set(names.filter(isFolded).map(String));
    for (const name of folded) {
      const between = entries.slice(names.indexOf(name), names.lastIndexOf(name) + 1);
      // What lies between saw an earlier value: without that entry the container would start with another one.
      if (between.some((entry) => String(field(entry, "value")).includes(`$(${name})`))) {
        findings.push({
          path: `${place}.env`,
          what: `has ${name} more than once, and $(${name}) in between stands for an earlier one`,
          todo: `Give the earlier ${name} another name`,
        });
      }
    }
    const kept = entries.filter((_, index) => !isFolded(names[index], index));
    if (folded.size > 0) container.env = kept;
    return [...folded].map((name) => `${place}.env has ${name} more than once: the last one is kept`);
  });
  return { findings, warnings };
}

/** Finds what is wrong with the pod template of a set. */
export function* checkPodTemplate(set: unknown): Iterable<Finding> {
  const spec = at(set, "spec", "template", "spec");
  if (!isObject(spec)) {
    yield badField(path, spec, "the spec of a pod");
    return;
  }
  yield* checkStart(spec);
  // One that is no list at all is reported with the other lists.
  if (
    listAt(spec, "containers").length === 0 &&
    (Array.isArray(spec.containers) || (spec.containers ?? null) === null)
  ) {
    yield badField(`${path}.containers`, spec.containers, "a list with at least one container");
  }
  for (const { container, place } of containersOf(set)) {
    for (const name of ["name", "image"]) {
      const value = container[name];
      if (typeof value !== "string" || value === "") yield badField(`${place}.${name}`, value, "text");
    }
    for (const [index, entry] of listAt(container, "env").entries()) {
      const { name, value } = isObject(entry) ? entry : {};
      if (name === undefined || name === null || name === "") {
        yield { path: `${place}.env[${index}].name`, what: "is missing", todo: "Add it" };
      } else if (typeof name !== "string") {
        yield {
          path: `${place}.env[${index}].name`,
          what: `is not text, but a ${typeof name}`,
          todo: "Put it in quotes",
        };
      }
      // The value itself is not shown: it may be a password.
      if (value === undefined || value === null || typeof value === "string") continue;
      const what = `${typeof name === "string" ? `of ${name} ` : ""}is not text, but a ${typeof value}`;
      yield { path: `${place}.env[${index}].value`, what, todo: "Put it in quotes" };
    }
  }
  yield* checkDoubles(spec, path, podLists);
}

/** Finds what an API server refuses in the template of a StatefulSet, though not in a pod (`ValidateStatefulSetSpec`). */
function* checkStart({ restartPolicy, activeDeadlineSeconds, ephemeralContainers }: JsonObject): Iterable<Finding> {
  if (![undefined, null, "", "Always"].includes(restartPolicy as null)) {
    const what = "is refused by the API server: containers of a StatefulSet are always started again";
    yield { path: `${path}.restartPolicy`, what, ...received(restartPolicy), legal: "Always", todo: "Remove it" };
  }
  if (activeDeadlineSeconds !== undefined && activeDeadlineSeconds !== null) {
    const what = "is refused by the API server: the pods of a StatefulSet run without end";
    yield { path: `${path}.activeDeadlineSeconds`, what, ...received(activeDeadlineSeconds), todo: "Remove it" };
  }
  if (Array.isArray(ephemeralContainers) && ephemeralContainers.length > 0) {
    const what = "is refused by the API server: ephemeral containers are added to running pods";
    yield { path: `${path}.ephemeralContainers`, what, todo: "Remove it" };
  }
}

/** A value, unless it is none to show. */
function received(value: unknown): Pick<Finding, "received"> {
  return hasMap(value) ? {} : { received: value };
}

/** Warnings for claims that the pods share: they are no part of the set and are not carried. */
export function sharedClaimWarnings(set: unknown): string[] {
  return listAt(set, "spec", "template", "spec", "volumes").flatMap((volume, index) => {
    const claim = at(volume, "persistentVolumeClaim", "claimName");
    if (typeof claim !== "string") return [];
    return [
      `${path}.volumes[${index}] mounts the claim ${claim}, which all pods share and which is not carried: make it in ` +
        "both clusters, on storage that pods of both may write to at once",
    ];
  });
}

/** The containers of a pod template that are maps, those that run first included, and where they stand. */
export function containersOf(set: unknown): { container: JsonObject; place: string }[] {
  return ["initContainers", "containers"].flatMap((list) =>
    listAt(set, "spec", "template", "spec", list).flatMap((container, index) =>
      isObject(container) ? [{ container, place: `${path}.${list}[${index}]` }] : [],
    ),
  );
}

/** How long a kubelet may take to stop a pod of a set, seconds: `terminationGracePeriodSeconds`, 30 where it is left out. */
export function graceOf({ spec }: StatefulSet): number {
  const seconds = field(spec.template.spec, "terminationGracePeriodSeconds");
  return typeof seconds === "number" ? seconds : 30;
}
