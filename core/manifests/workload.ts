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
import { assignNamespaces, checkEndpoints, namesOfOldNamespace, namespacesOf } from "./namespaces";
import { cleaned } from "../cleaned";
import type { OrdinalRange, Side } from "../ordinals";
import { applyPatches } from "./patch";
import type { Patch } from "./patch";
import { indexProblem } from "../set/indexRange";
import type { GivenIndex } from "../set/indexRange";
import { foldEnv, sharedClaimWarnings } from "../set/podTemplate";
import { reportTo } from "../problemReport";
import { splitLines } from "./severalSets";
import { nameWarning } from "../set/setName";
import { readableRange } from "../set/statefulSet";
import type { Problem } from "../userError";
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
 * Never throws for bad input: every problem that one look can find is added to `problems`.
 *
 * @returns the workload, or undefined if there is a problem.
 */
export function readWorkload(
  files: readonly ManifestFile[],
  options: WorkloadOptions,
  problems: Problem[],
): Workload | undefined {
  const found: Problem[] = [];
  const warnings: string[] = [];
  const { leaveOut = [], carried = [] } = options;
  const leaving = new LeavingOut(leaveOut, carried);
  const objects = readObjects(files, found, (object) => leaving.takes(object));
  const complete = options.incomplete !== true && found.length === 0;
  found.push(...leaving.problems(objects, complete));
  const notes: string[] = [];
  const located = objects.map((given) => clean(given, found, warnings, notes));
  const read = { located, complete, left: leaving.left };
  const set = theSet(read, leaving.used(), found);
  for (const { where, object } of located) checkObject(object, reportTo(found, where));
  checkEndpoints(located, found);
  if (set !== undefined) checkIndexes(set.object, options.indexes ?? [], found);
  const workload = set === undefined ? undefined : workloadOf(set, read, options, found, warnings);
  problems.push(...withLeaveOutLine(found, objects, leaving.used()));
  return found.length === 0 && workload !== undefined
    ? { ...workload, notes: [...leaving.notes(), ...notes] }
    : undefined;
}

/** What was read of the manifests. */
interface Read {
  readonly located: readonly Located[];
  /** Whether all of it could be. */
  readonly complete: boolean;
  readonly left: readonly LeftObject[];
}

function clean({ where, object }: Located, problems: Problem[], warnings: string[], notes: string[]): Located {
  const report = reportTo(problems, where);
  checkOwner(object, report);
  const result = cleaned(object);
  const folded = object.kind === "StatefulSet" ? foldEnv(result.object, report) : [];
  warnings.push(...[...result.warnings, ...folded].map((text) => `${where}: ${text}`));
  notes.push(...result.notes.map((text) => `${where}: ${text}`));
  return { where, object: result.object };
}

/** The one StatefulSet. Whether there is one cannot be told while a document cannot be read. */
function theSet(
  { located, complete, left }: Read,
  leaveOut: readonly string[],
  problems: Problem[],
): Located | undefined {
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
  for (const set of sets) checkHook(set, located, leaveOut, problems);
  return sets.length === 1 ? sets[0] : undefined;
}

function checkHook(set: Located, located: readonly Located[], leaveOut: readonly string[], problems: Problem[]): void {
  const value = hookOf(set.object);
  if (value === undefined) return;
  problems.push({
    where: set.where,
    what: `is a hook of Helm (helm.sh/hook: ${value}), which Helm makes and removes by itself`,
    todo:
      "If it is the set to move, remove the annotation helm.sh/hook; if not, leave it out: " +
      leaveOutLine([set], located, leaveOut),
  });
}

function checkIndexes(set: KubernetesObject, indexes: readonly GivenIndex[], problems: Problem[]): void {
  const range = readableRange(set);
  if (range === undefined) return;
  problems.push(...indexes.map((given) => indexProblem(range, given)).filter((problem) => problem !== undefined));
}

function workloadOf(
  { where, object }: Located,
  { located, complete, left }: Read,
  options: WorkloadOptions,
  problems: Problem[],
  warnings: string[],
): Omit<Workload, "notes"> | undefined {
  const namespaces = namespacesOf(object, options.namespace);
  assignNamespaces(located, namespaces, problems);
  // From here on the set is read as one: what is wrong with its fields must have been told before.
  if (problems.length > 0) {
    applyPatches(located, options.patches, problems, { complete, left });
    return undefined;
  }
  const manifest = object as StatefulSet;
  const range = rangeOfSet(manifest);
  manifest.spec.replicas = range.replicas;
  const fingerprint = {
    claimTemplates: sha256Of(manifest.spec.volumeClaimTemplates ?? []),
    podTemplate: sha256Of(manifest.spec.template),
  };

  const patched = applyPatches(located, options.patches, problems, { left });
  const set = patched[located.findIndex((one) => one.object === object)]?.object as StatefulSet;
  if (options.side === "destination") mapStorageClasses(set, options.storageClasses);
  warnings.push(
    ...namesOfOldNamespace(patched, namespaces),
    ...warningsOf(set, where, patched),
    ...(options.side === "destination" ? elsewhereWarnings(set, where, patched) : []),
    ...leftNeeds(set, left, patched, options.carried ?? []).map((text) => `${where}: ${text}`),
  );
  const isNamespace = (one: KubernetesObject): boolean => typeOf(one) === "Namespace";
  const namespaceObject = patched.find((one) => isNamespace(one.object))?.object;
  return {
    set,
    range,
    namespace: namespaces.wanted,
    ...(namespaceObject === undefined ? {} : { namespaceObject }),
    belongings: patched.map((one) => one.object).filter((one) => one !== set && !isNamespace(one)),
    fingerprint,
    warnings,
    leftOut: left,
  };
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
