import { candidates } from "../suggestion";
import { checkObject } from "./checks";
import { at, isObject, sameJson } from "../json";
import { applyJsonPatch, PatchError } from "./jsonPatch";
import type { JsonPatchOperation } from "./jsonPatch";
import type { KubernetesObject } from "../kubernetes";
import type { Located } from "./manifests";
import { applyMergePatch } from "./mergePatch";
import { ownPrefix } from "../cleaned";
import { problemsAt } from "../finding";
import type { Finding } from "../finding";
import type { Problem } from "../userError";
import type { Reading } from "../verdict";

/** A change to one object of the manifests, for one stack. */
export interface Patch {
  readonly kind: string;
  readonly name: string;
  /** A merge patch in which lists of named items are merged by name, or a JSON patch list (RFC 6902). */
  readonly patch: Readonly<Record<string, unknown>> | readonly JsonPatchOperation[];
}

/** What patches may name besides the objects that they are applied to. */
interface PatchContext {
  /** Whether all objects could be read: otherwise one that a patch names is not missed. Default true. */
  readonly complete?: boolean;
  /** Objects that are left out of the manifests. Default none. */
  readonly left?: readonly { readonly kind: string; readonly name: string }[];
}

/** What an object is known by. */
const identity = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/** What must not differ between the halves, and what Kubernetes would replace the set for. */
const pinned = [
  "spec.replicas",
  "spec.ordinals",
  "spec.serviceName",
  "spec.selector",
  "spec.volumeClaimTemplates",
  "spec.podManagementPolicy",
  "spec.revisionHistoryLimit",
];

/** Applies the patches of one stack, in order, and returns the objects. */
export function applyPatches(
  located: readonly Located[],
  patches: readonly Patch[],
  { complete = true, left = [] }: PatchContext = {},
): Reading<Located[]> {
  const problems: Problem[] = [];
  const result = [...located];
  patches.forEach((patch, index) => {
    const { kind, name } = patch;
    const where = `patches[${index}] (${kind} ${name})`;
    const found = result.filter(({ object }) => object.kind === kind && object.metadata.name === name);
    const target = found[0];
    if (target === undefined && left.some((one) => one.kind === kind && one.name === name)) {
      problems.push({ where, what: "names an object that is left out", todo: "Remove the patch" });
      return;
    }
    if (target === undefined && !complete) return;
    if (target === undefined) {
      const titles = result.map(({ object }) => `${object.kind} ${object.metadata.name}`);
      problems.push({ where, what: "names no object of the manifests", todo: candidates(`${kind} ${name}`, titles) });
      return;
    }
    if (found.length > 1) {
      const todo = "Change the manifests instead";
      problems.push({ where, what: `names ${found.length} objects, of different API groups`, todo });
      return;
    }
    const { object, findings = [] } = patchedObject(target.object, patch);
    if (object !== undefined) result[result.indexOf(target)] = { where: target.where, object };
    problems.push(...problemsAt(where, findings));
  });
  return { value: result, problems };
}

/** The patched object, or what is wrong with it. */
function patchedObject(
  object: KubernetesObject,
  { patch }: Patch,
): { readonly object?: KubernetesObject; readonly findings?: readonly Finding[] } {
  let result: unknown;
  try {
    result = isOperations(patch) ? applyJsonPatch(object, patch) : applyMergePatch(object, patch);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return { findings: [{ path: "", what: error.message, todo: "Correct the patch" }] };
  }
  const pinnedChanges = [...checkPinned(object, result)];
  if (pinnedChanges.length > 0) return { findings: pinnedChanges };
  const before = new Set(Array.from(checkObject(object), (finding) => JSON.stringify(finding)));
  const findings = [...checkObject(result as KubernetesObject)].filter(
    (finding) => !before.has(JSON.stringify(finding)),
  );
  return findings.length > 0 ? { findings } : { object: result as KubernetesObject };
}

function isOperations(patch: Patch["patch"]): patch is readonly JsonPatchOperation[] {
  return Array.isArray(patch);
}

function* checkPinned(before: KubernetesObject, after: unknown): Iterable<Finding> {
  for (const path of identity) {
    if (sameAt(before, after, path)) continue;
    yield { path, what: "is changed by the patch, but it is what the object is known by", todo: "Remove it" };
  }
  if (before.kind === "StatefulSet") {
    for (const path of pinned) {
      if (sameAt(before, after, path)) continue;
      const what = "is changed by the patch, but it may not differ between the halves";
      yield { path, what, todo: "Change it in the manifests, before the move" };
    }
  }
  const annotations = at(after, "metadata", "annotations");
  for (const name of Object.keys(isObject(annotations) ? annotations : {})) {
    if (!name.startsWith(ownPrefix)) continue;
    const what = `gets ${name} from the patch, but only the program itself may write it`;
    yield { path: "metadata.annotations", what, todo: "Remove it" };
  }
}

function sameAt(before: unknown, after: unknown, path: string): boolean {
  const parts = path.split(".");
  return sameJson(at(before, ...parts), at(after, ...parts));
}
