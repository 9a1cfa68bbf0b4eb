import { drop, field, isObject, listAt, sameJson } from "../json";
import { refusalOf } from "../kinds";
import { annotations } from "../kubernetes";
import type { KubernetesObject } from "../kubernetes";
import { cleaned } from "../cleaned";
import type { Problem } from "../userError";

/** The kinds that are carried, and the config key that names them. */
export const carryKeys = { Secret: "carrySecrets", ConfigMap: "carryConfigMaps" } as const;

/** A kind that is carried. */
export type CarriedKind = keyof typeof carryKeys;

/** An object that the config asks to be carried. */
export interface CarriedName {
  readonly kind: CarriedKind;
  readonly name: string;
}

/** What the source hands over besides its volumes, without what its server set: kind, then name. Holds secrets. */
export type Carried = Readonly<Partial<Record<CarriedKind, Readonly<Record<string, KubernetesObject>>>>>;

/** An object that is to be carried, and what its name leads to. */
export interface FoundObject extends CarriedName {
  readonly object?: KubernetesObject;
}

/** The Secrets and ConfigMaps of one `up`. */
export interface CarryPlan {
  /** Source: what is read after the write and handed over. */
  readonly names: readonly CarriedName[];
  /** Source: what would be handed over: a preview exports this. */
  readonly expected: Carried;
  /** Destination: what is declared. */
  readonly objects: readonly KubernetesObject[];
}

/** What the config asks to be carried, Secrets first. */
export function carriedNames(config: {
  readonly carrySecrets?: readonly string[];
  readonly carryConfigMaps?: readonly string[];
}): CarriedName[] {
  return (Object.keys(carryKeys) as CarriedKind[]).flatMap((kind) =>
    (config[carryKeys[kind]] ?? []).map((name) => ({ kind, name })),
  );
}

/** The offered object of a name, or undefined. */
export function offeredOf(carried: Carried, { kind, name }: CarriedName): KubernetesObject | undefined {
  return field(carried[kind], name) as KubernetesObject | undefined;
}

/** Objects in the source that cannot be carried, or do not exist. No value of theirs is shown. */
export function carryProblems(namespace: string, found: readonly FoundObject[]): Problem[] {
  return found.flatMap(({ kind, name, object }) => {
    const key = carryKeys[kind];
    const names = (what: string, todo: string): Problem[] => [
      { where: key, what: `names ${kind} ${namespace}/${name}, which ${what}`, todo },
    ];
    const takeOut = `take it out of ${key}: if it was carried before, it stays in the destination`;
    if (object === undefined) return names("does not exist in the source", `Create it there, or ${takeOut}`);
    if (object.metadata.deletionTimestamp !== undefined) {
      return names("is being deleted in the source", `Create it again once it is gone, or ${takeOut}`);
    }
    const refusal = refusalOf(object);
    return refusal === undefined ? [] : names(refusal.what, `Take it out of ${key}`);
  });
}

/** What the source carries and the destination would declare from the manifests, with other values. */
export function carriedByPeerAlone(belongings: readonly KubernetesObject[], offered: Carried): Problem[] {
  return belongings.flatMap((object): Problem[] => {
    const { kind, metadata } = object;
    const key = field(carryKeys, kind);
    if (
      typeof key !== "string" ||
      offeredOf(offered, { kind: kind as CarriedKind, name: metadata.name }) === undefined
    ) {
      return [];
    }
    const what = `does not name ${kind} ${metadata.name}, which the source carries: the manifests may give it other values here`;
    return [{ where: key, what, todo: `Give both stacks the same ${key}: write it into Pulumi.yaml` }];
  });
}

/**
 * What a person should know about the objects that the source hands over.
 *
 * @param before what it handed over last.
 */
export function carryWarnings(namespace: string, found: readonly FoundObject[], before: Carried): string[] {
  return found.flatMap((each) => {
    const { kind, name, object } = each;
    const managers = object?.metadata.managedFields ?? [];
    if (offeredOf(before, each) === undefined && managers.some(({ manager }) => isPulumi(manager))) {
      return [
        `${kind} ${namespace}/${name} was made by a Pulumi program. If it was in the manifests until now, this up deletes it in the ` +
          "source (the preview says so): leave it there and out of the list, or make one of another name by hand and carry that",
      ];
    }
    const owner = ownerOf(object);
    if (owner === undefined) return [];
    return [
      `${kind} ${namespace}/${name} is kept up to date by ${owner} in the source: its copy in the destination changes only ` +
        `with an up of both halves. If the destination has the like of ${owner}, take it out of ${carryKeys[kind]}`,
    ];
  });
}

function isPulumi(manager = ""): boolean {
  return manager.startsWith("pulumi-kubernetes");
}

/** What the source hands over. What must not leave it, or is not there, has been refused before. */
export function carriedOf(found: readonly FoundObject[]): Carried {
  const carried: Partial<Record<CarriedKind, Record<string, KubernetesObject>>> = {};
  for (const { kind, name, object } of found) {
    if (object !== undefined) carried[kind] = { ...carried[kind], [name]: offeredObject(object) };
  }
  return carried;
}

/** An object without what the source's API server, its controllers and other tools said of it there. */
function offeredObject(live: KubernetesObject): KubernetesObject {
  const { object } = cleaned(live);
  // Whoever had to tidy up after it did so in the source.
  drop(object.metadata, "finalizers");
  const { annotations: all } = object.metadata;
  const kept = Object.entries(isObject(all) ? all : {}).filter(([name]) => !isToolsOwn(name));
  if (kept.length > 0) object.metadata.annotations = Object.fromEntries(kept);
  else drop(object.metadata, "annotations");
  return object;
}

/** Annotations by which a tool knows its own objects: in the destination it would prune or fight for the copy. */
function isToolsOwn(name: string): boolean {
  return ["pulumi.com/", "argocd.argoproj.io/", "meta.helm.sh/"].some((prefix) => name.startsWith(prefix));
}

/** An offered object as the destination declares it: marked, so that nobody else's of its name is ever written. */
export function carriedObject(offered: KubernetesObject, set: string): KubernetesObject {
  const marks = { ...offered.metadata.annotations, [annotations.carriedFor]: set };
  return { ...offered, metadata: { ...offered.metadata, annotations: marks } };
}

/**
 * Why a carried object may not be written to the destination: what has its name there is not its earlier copy, or could
 * not be changed into it. Undefined if it may.
 *
 * @param wanted the object as it would be declared.
 */
export function whyNotWritten(wanted: KubernetesObject, existing: KubernetesObject | undefined): Problem | undefined {
  if (existing === undefined) return undefined;
  const { kind, metadata } = wanted;
  const namespace = metadata.namespace ?? "default";
  const key = carryKeys[kind as CarriedKind];
  const where = `${kind} ${namespace}/${metadata.name}`;
  const remove = `kubectl -n ${namespace} delete ${kind.toLowerCase()} ${metadata.name}`;
  const madeAgain =
    "It cannot be changed in place: Pulumi would delete it and make it again. Carry it under a new name, or, if no pod of the " +
    `destination needs it now, delete it there and run this again: ${remove}`;
  if (existing.metadata.deletionTimestamp !== undefined) {
    return { where, what: "is being deleted in the destination", todo: "Wait until it is gone, then run this again" };
  }
  const mark = existing.metadata.annotations?.[annotations.carriedFor];
  if (mark === undefined) {
    const managers = (existing.metadata.managedFields ?? []).map(({ manager }) => manager ?? "").join(", ");
    return {
      where,
      what: `exists in the destination and was not carried there (field managers: ${managers || "none"})`,
      todo: `Take it out of ${key} if the destination keeps its own; or, if nothing needs the existing one: ${remove}`,
    };
  }
  if (mark !== metadata.annotations?.[annotations.carriedFor]) {
    return {
      where,
      what: `exists in the destination and was carried there with StatefulSet ${mark}`,
      todo: `Take it out of ${key} here: one move alone may write it`,
    };
  }
  const owner = ownerOf(existing);
  if (owner !== undefined) {
    const what = `is kept by ${owner} in the destination, which would overwrite what is carried`;
    return { where, what, todo: `Take it out of ${key}, or delete ${owner} there` };
  }
  if (kind === "Secret" && existing.type !== wanted.type) {
    const what = `has the type ${String(existing.type)} in the destination and ${String(wanted.type)} in the source`;
    return { where, what, todo: madeAgain };
  }
  // Both the API server and Pulumi's provider go by this; the provider also where the object only becomes immutable.
  const opened = existing.immutable === true && wanted.immutable !== true;
  const fixed = existing.immutable === true || wanted.immutable === true;
  if (opened || (fixed && !sameJson(valuesOf(existing), valuesOf(wanted)))) {
    return { where, what: "is immutable, and is another in the destination than in the source", todo: madeAgain };
  }
  return undefined;
}

function valuesOf({ data, binaryData }: KubernetesObject): unknown {
  return { data, binaryData };
}

/** Kind and name of whatever keeps an object: the owner that is its controller, else the first. */
function ownerOf(object: KubernetesObject | undefined): string | undefined {
  const owners = listAt(object, "metadata", "ownerReferences");
  const owner = owners.find((reference) => field(reference, "controller") === true) ?? owners[0];
  return owner === undefined ? undefined : `${String(field(owner, "kind"))} ${String(field(owner, "name"))}`;
}
