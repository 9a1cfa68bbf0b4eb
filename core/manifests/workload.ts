import type { CarriedName } from "../set/carried";
import { checkObject, checkOwner } from "./checks";
import { elsewhereWarnings } from "./elsewhere";
import { sha256Of } from "../json";
import { typeOf } from "../kinds";
import { hookOf, LeavingOut, leaveOutLine, withLeaveOutLine } from "./leaveOut";
import type { LeftObject } from "./leaveOut";
import { leftNeeds } from "./leftNeeds";
import { rangeOfSet } from "../kubernetes";
import type { KubernetesObject, StatefulSet } from "../kubernetes";
import { readObjects } from "./manifests";
import type { Located } from "./manifests";
import { assignNamespaces, endpointProblems, namesOfOldNamespace, namespacesOf } from "./namespaces";
import { cleaned } from "../cleaned";
import type { OrdinalRange, Side } from "../ordinals";
import { applyPatches } from "./patch";
import type { Patch } from "./patch";
import { indexProblem } from "../set/indexRange";
import type { GivenIndex } from "../set/indexRange";
import { foldEnv, sharedClaimWarnings } from "../set/podTemplate";
import { problemsAt } from "../finding";
import { splitLines } from "./severalSets";
import { nameWarning } from "../set/setName";
import { readableRange } from "../set/statefulSet";
import type { Problem } from "../userError";
import { together } from "../verdict";
import type { Reading, Verdict } from "../verdict";
import type { ManifestFile } from "./yaml";

export type { Patch } from "./patch";
export type { ManifestFile } from "./yaml";

/** What a half does to the manifests. */
export interface WorkloadOptions {
  readonly side: Side;
  /** Namespace for everything namespaced; left out: the set's own, else `default`. */
  readonly namespace?: string;
  readonly patches: readonly Patch[];
  /** Storage class in the source to storage class in the destination; applied to the claim templates of the destination. */
  readonly storageClasses: Readonly<Record<string, string>>;
  /** Cutover indexes that somebody gave: what is wrong with them is told together with what is wrong with the manifests. */
  readonly indexes?: readonly GivenIndex[];
  /** Objects that are carried as they are in the source. Those that the manifests have too are left out of them. */
  readonly carried?: readonly CarriedName[];
  /** Objects of the manifests that are not declared: `Kind/name`, `Kind/*`, `Kind.group/name`. */
  readonly leaveOut?: readonly string[];
  /** Whether some file could not be read: what may stand there is then not missed. */
  readonly incomplete?: boolean;
}

/** SHA-256 of what must not differ between the halves, as in the manifests before patches and class mapping. */
export interface Fingerprint {
  readonly claimTemplates: string;
  readonly podTemplate: string;
}

/** The set and what belongs to it, ready to be declared in one cluster. */
export interface Workload {
  /** The StatefulSet with `spec.replicas` = N and `spec.ordinals` as in the manifest: the whole set, not a half. */
  readonly set: StatefulSet;
  /** First ordinal s and N replicas. */
  readonly range: OrdinalRange;
  readonly namespace: string;
  /** The Namespace object of that namespace, if the manifests have one. */
  readonly namespaceObject?: KubernetesObject;
  /** Everything else, in the order of the manifests. */
  readonly belongings: readonly KubernetesObject[];
  readonly fingerprint: Fingerprint;
  /** What was changed or dropped that a person should know. */
  readonly warnings: readonly string[];
  /** What is worth a line when a half begins, and no warning. */
  readonly notes: readonly string[];
  /** What the manifests have and is not declared. */
  readonly leftOut: readonly LeftObject[];
}

/**
 * Reads the set and what belongs to it from its manifests.
 *
 * Never throws for bad input: every problem that one look can find is told.
 *
 * @returns no value if there is a problem.
 */
export function readWorkload(files: readonly ManifestFile[], options: WorkloadOptions): Reading<Workload | undefined> {
  const { leaveOut = [], carried = [] } = options;
  const leaving = new LeavingOut(leaveOut, carried);
  const { value: objects, problems: illegible } = readObjects(files, (object) => leaving.takes(object));
  const complete = options.incomplete !== true && illegible.length === 0;
  const cleanObjects = objects.map(clean);
  const located = cleanObjects.map(({ where, object }) => ({ where, object }));
  const read = { located, complete, left: leaving.left };
  const { value: set, problems: inSets } = theSet(read, leaving.used());
  const { problems, warnings } = together(
    { problems: [...illegible, ...leaving.problems(objects, complete)] },
    ...cleanObjects,
    { problems: inSets },
    { problems: located.flatMap(({ where, object }) => problemsAt(where, checkObject(object))) },
    { problems: endpointProblems(located) },
    { problems: set === undefined ? [] : indexProblems(set.object, options.indexes ?? []) },
  );
  const workload = set === undefined ? undefined : workloadOf(set, read, options, problems.length === 0);
  const found = [...problems, ...(workload?.problems ?? [])];
  if (found.length > 0 || workload?.value === undefined) {
    return { value: undefined, problems: withLeaveOutLine(found, objects, leaving.used()) };
  }
  const value = {
    ...workload.value,
    warnings: [...warnings, ...workload.value.warnings],
    notes: [...leaving.notes(), ...cleanObjects.flatMap(({ notes }) => notes)],
  };
  return { value, problems: [] };
}

/** What was read of the manifests. */
interface ReadObjects {
  readonly located: readonly Located[];
  /** Whether all of it could be. */
  readonly complete: boolean;
  readonly left: readonly LeftObject[];
}

/** An object without what servers added to it. */
function clean({ where, object }: Located): Located & Verdict & { readonly notes: readonly string[] } {
  const owned = problemsAt(where, checkOwner(object));
  const result = cleaned(object);
  const folded = object.kind === "StatefulSet" ? foldEnv(result.object) : { findings: [], warnings: [] };
  const named = (text: string): string => `${where}: ${text}`;
  return {
    where,
    object: result.object,
    problems: [...owned, ...problemsAt(where, folded.findings)],
    warnings: [...result.warnings, ...folded.warnings].map(named),
    notes: result.notes.map(named),
  };
}

/** The one StatefulSet. Whether there is one cannot be told while a document cannot be read. */
function theSet({ located, complete, left }: ReadObjects, leaveOut: readonly string[]): Reading<Located | undefined> {
  const problems: Problem[] = [];
  const sets = located.filter(({ object }) => object.kind === "StatefulSet");
  const legal = "exactly one";
  if (sets.length > 1) {
    const what = `has ${sets.length} StatefulSets: ${sets.map(({ where }) => where).join("; ")}`;
    const todo = `Move one at a time, each with a project of its own: ${splitLines(sets, located, leaveOut)}`;
    problems.push({ where: "manifests", what, legal, todo });
  }
  const leftSets = left.filter(({ kind }) => kind === "StatefulSet").map(({ name }) => `StatefulSet ${name}`);
  if (sets.length === 0 && leftSets.length > 0) {
    const what = `has no StatefulSet but what leaveOut names: ${leftSets.join(", ")}`;
    problems.push({ where: "manifests", what, legal, todo: "Take the set to move out of leaveOut" });
  } else if (sets.length === 0 && complete) {
    problems.push({ where: "manifests", what: "has no StatefulSet", legal, todo: "Add the file that holds it" });
  }
  problems.push(...sets.flatMap((set) => hookProblems(set, located, leaveOut)));
  return { value: sets.length === 1 ? sets[0] : undefined, problems };
}

function hookProblems(set: Located, located: readonly Located[], leaveOut: readonly string[]): Problem[] {
  const value = hookOf(set.object);
  if (value === undefined) return [];
  const what = `is a hook of Helm (helm.sh/hook: ${value}), which Helm makes and removes by itself`;
  const line = leaveOutLine([set], located, leaveOut);
  const todo = `If it is the set to move, remove the annotation helm.sh/hook; if not, leave it out: ${line}`;
  return [{ where: set.where, what, todo }];
}

function indexProblems(set: KubernetesObject, indexes: readonly GivenIndex[]): Problem[] {
  const range = readableRange(set);
  if (range === undefined) return [];
  return indexes.map((given) => indexProblem(range, given)).filter((problem) => problem !== undefined);
}

/** @param isGood whether nothing is wrong with any object. */
function workloadOf(
  { where, object }: Located,
  { located, complete, left }: ReadObjects,
  options: WorkloadOptions,
  isGood: boolean,
): Reading<Omit<Workload, "notes"> | undefined> {
  const namespaces = namespacesOf(object, options.namespace);
  const elsewhere = assignNamespaces(located, namespaces);
  // From here on the set is read as one: what is wrong with its fields must have been told before.
  if (!isGood || elsewhere.length > 0) {
    const { problems } = applyPatches(located, options.patches, { complete, left });
    return { value: undefined, problems: [...elsewhere, ...problems] };
  }
  const manifest = object as StatefulSet;
  const range = rangeOfSet(manifest);
  manifest.spec.replicas = range.replicas;
  const fingerprint = {
    claimTemplates: sha256Of(manifest.spec.volumeClaimTemplates ?? []),
    podTemplate: sha256Of(manifest.spec.template),
  };

  const { value: patched, problems } = applyPatches(located, options.patches, { left });
  const set = patched[located.findIndex((one) => one.object === object)]?.object as StatefulSet;
  if (options.side === "destination") mapStorageClasses(set, options.storageClasses);
  const warnings = [
    ...namesOfOldNamespace(patched, namespaces),
    ...warningsOf(set, where, patched),
    ...(options.side === "destination" ? elsewhereWarnings(set, where, patched) : []),
    ...leftNeeds(set, left, patched, options.carried ?? []).map((text) => `${where}: ${text}`),
  ];
  const isNamespace = (one: KubernetesObject): boolean => typeOf(one) === "Namespace";
  const namespaceObject = patched.find((one) => isNamespace(one.object))?.object;
  const value = {
    set,
    range,
    namespace: namespaces.wanted,
    ...(namespaceObject === undefined ? {} : { namespaceObject }),
    belongings: patched.map((one) => one.object).filter((one) => one !== set && !isNamespace(one)),
    fingerprint,
    warnings,
    leftOut: left,
  };
  return { value, problems };
}

/** The destination makes the claims of its own from the templates; the class of the source need not exist there. */
function mapStorageClasses(set: StatefulSet, classes: Readonly<Record<string, string>>): void {
  const mapped = (name: unknown): string | undefined =>
    typeof name === "string" && Object.hasOwn(classes, name) ? classes[name] : undefined;
  for (const { spec, metadata } of set.spec.volumeClaimTemplates ?? []) {
    const storageClass = mapped(spec.storageClassName);
    if (storageClass !== undefined) spec.storageClassName = storageClass;
    // The annotation is the older way to name a class, and wins over the field.
    const annotation = "volume.beta.kubernetes.io/storage-class";
    const older = mapped(metadata.annotations?.[annotation]);
    if (older !== undefined && metadata.annotations !== undefined) metadata.annotations[annotation] = older;
  }
}

function serviceWarnings(serviceName: string | undefined, hasService: boolean): string[] {
  if (serviceName === undefined) {
    return [
      "has no spec.serviceName, so its pods have no names of their own in DNS: whoever finds them by address finds others " +
        "after a step",
    ];
  }
  if (hasService) return [];
  return [
    `spec.serviceName names the Service ${serviceName}, which is not in the manifests: it must be in both clusters, or the ` +
      "pods have no names there",
  ];
}

function warningsOf(set: StatefulSet, where: string, located: readonly Located[]): string[] {
  const { serviceName } = set.spec;
  const name = nameWarning(set.metadata.name);
  const hasService = located.some(({ object }) => typeOf(object) === "Service" && object.metadata.name === serviceName);
  const budgets = located.filter(({ object }) => typeOf(object) === "policy/PodDisruptionBudget");
  return [
    ...serviceWarnings(serviceName, hasService).map((text) => `${where}: ${text}`),
    ...(name === undefined ? [] : [`${where}: ${name}`]),
    ...sharedClaimWarnings(set).map((text) => `${where}: ${text}`),
    ...budgets.map(
      (budget) =>
        `${budget.where}: counts the pods of each half on its own until the move is over: it may allow more disruptions at ` +
        "once than it says, or none at all",
    ),
  ];
}
