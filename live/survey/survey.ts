import { servingDriver } from "../../core/volumes/inTreeVolumes";
import { belongingsOf } from "../../core/adopt/belongings";
import type { CarriedName } from "../../core/set/carried";
import { podsOfSet } from "../../core/volumes/handOver";
import { refusalOf } from "../../core/kinds";
import { isHalf } from "../../core/set/half";
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim, StatefulSet } from "../../core/kubernetes";
import { podNeeds, titleOfNeed } from "../../core/set/podNeeds";
import { accountOf, podReferences } from "../../core/set/podReferences";
import { troublesOf } from "../../core/project/podTrouble";
import { manifestOf } from "../../core/project/survey";
import type { ClusterSurvey, FoundSet, SetSurvey } from "../../core/project/survey";
import { UserError } from "../../core/userError";
import type { Problem } from "../../core/userError";
import type { ClusterReader } from "./clusterReader";
import { PermittedLooks } from "./permittedLooks";
import { halfIn, ownOf } from "./ownOfSet";

/** A set by its name, in a cluster by its kubeconfig context. */
export interface SetPlace {
  readonly context: string;
  readonly namespace: string;
  readonly name: string;
}

/** What was found, and what could not be looked at. */
export interface Surveyed<T> {
  readonly survey: T;
  readonly warnings: readonly string[];
}

const namedAreThere = "those that the volumes name are assumed to exist";
const asInSource = "they are assumed to be as in the source";

/** Kinds of a namespace of which some may belong to a set. */
const candidateKinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["v1", "Service"],
  ["v1", "ServiceAccount"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["networking.k8s.io/v1", "Ingress"],
];

/**
 * Reads a running set and what is around it. Nothing is written, and no value of a Secret or ConfigMap is read.
 *
 * @throws UserError if there is no such set, or something that matters may not be looked at.
 */
export async function surveySet(reader: ClusterReader, place: SetPlace): Promise<Surveyed<SetSurvey>> {
  const { context, namespace, name } = place;
  const looks = new PermittedLooks(`--from-cluster ${context}:`, "the rehearsal");
  const set = await looks.need(reader.read({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name }));
  looks.throwIfLacking();
  if (set === undefined) throw new UserError([await missingSet(reader, place, looks)]);
  const [version, podsOfNamespace, claimsOfNamespace, kubeSystem, space] = await Promise.all([
    looks.need(reader.version()),
    looks.need(reader.list("v1", "Pod", namespace)),
    looks.need(reader.list("v1", "PersistentVolumeClaim", namespace)),
    looks.need(reader.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" })),
    looks.need(reader.read({ apiVersion: "v1", kind: "Namespace", name: namespace })),
  ]);
  const live = set as StatefulSet;
  const own = await ownOf(reader, live, { pods: podsOfNamespace, claims: claimsOfNamespace }, looks);
  const { pods, claims, volumes } = own;
  const names = pods.map(({ spec }) => spec?.nodeName);
  const ofPods = await looks.need(looks.named(reader, ["v1", "Node"], names));
  // A half that holds nothing has no pods that name nodes, and on the way back some will start there.
  const nodes = isHalf(live)
    ? await looks.may(reader.list("v1", "Node"), ofPods ?? [], "only the nodes that its pods are on are known")
    : ofPods;
  looks.throwIfLacking();
  const needs = storageNeeds(claims, volumes);
  const [classes, drivers, autoscalers, candidates] = await Promise.all([
    looks.listOrNamed(reader, "StorageClass", needs.classes, namedAreThere),
    looks.listOrNamed(reader, "CSIDriver", needs.drivers, namedAreThere),
    looks.may(
      reader.list("autoscaling/v1", "HorizontalPodAutoscaler", namespace),
      [],
      "what scales the set is not known",
    ),
    Promise.all(
      candidateKinds.map(([apiVersion, kind]) =>
        looks.may(reader.list(apiVersion, kind, namespace), [], `no ${kind} is taken for the set's`),
      ),
    ),
  ]);
  const { objects: belongings, left } = belongingsOf(live, [...podsOfSet(name, pods).values()], candidates.flat());
  const account = candidates.flat().find(({ kind, metadata }) => {
    return kind === "ServiceAccount" && metadata.name === (accountOf(live) ?? "default");
  });
  const carried = await findCarried(reader, live, account, looks);
  return {
    survey: {
      clusterUid: kubeSystem?.metadata.uid,
      version: version ?? "",
      nodes: nodes ?? [],
      storageClasses: classes ?? madeUp("StorageClass", needs.classes),
      drivers: drivers ?? madeUp("CSIDriver", needs.drivers),
      objects: [...(space === undefined ? [] : [space]), ...autoscalers],
      set: live,
      pods,
      claims,
      volumes,
      belongings,
      carried: carried.names,
      left: [...left, ...carried.left],
    },
    warnings: [...looks.warnings, ...troubles(looks, own)],
  };
}

/**
 * Reads of the cluster that a set moves to what decides whether it can: its version, storage classes and CSI drivers, its
 * nodes, and what has the names already that the move will write. Where classes and drivers may not be looked at, those
 * of the source stand in.
 */
export async function surveyDestination(
  reader: ClusterReader,
  context: string,
  source: SetSurvey,
): Promise<Surveyed<ClusterSurvey>> {
  const looks = new PermittedLooks(`--destination-context ${context}:`, "the destination");
  const namespace = source.set.metadata.namespace ?? "default";
  const storage = storageNeeds(source.claims, source.volumes);
  const [version, kubeSystem] = await Promise.all([
    looks.need(reader.version()),
    looks.need(reader.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" })),
  ]);
  looks.throwIfLacking();
  const wanted = [source.set, ...source.belongings].map(manifestOf);
  const space: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const needs = podNeeds(source.set, namespace, source.belongings, source.carried);
  const [classes, drivers, nodes, found, carried, lacking] = await Promise.all([
    looks.listOrNamed(reader, "StorageClass", storage.classes, asInSource),
    looks.listOrNamed(reader, "CSIDriver", storage.drivers, asInSource),
    looks.may(reader.list("v1", "Node"), [], "three nodes are made up"),
    Promise.all(
      [space, ...wanted].map(({ apiVersion, kind, metadata: { namespace: of, name } }) => {
        const reference = { apiVersion, kind, name, ...(of === undefined ? {} : { namespace: of }) };
        return looks.may(reader.read(reference), undefined, `${kind} ${name} is assumed not to be there`);
      }),
    ),
    Promise.all(
      source.carried.map(async (named) => {
        const glance = looks.may(
          reader.glance(namespace, named),
          undefined,
          `${named.kind} ${named.name} is assumed not to be there`,
        );
        return (await glance) === undefined ? [] : [standIn(named, namespace)];
      }),
    ),
    Promise.all(
      needs.map(async (need) => {
        const { apiVersion, kind, name } = need;
        const reference = { apiVersion, kind, name, ...(need.namespace && { namespace }) };
        const asked = kind === "Secret" ? reader.glance(namespace, { kind, name }) : reader.read(reference);
        const there = await looks.may<unknown>(
          asked,
          need,
          `${titleOfNeed(need)}, which the pods need, is assumed to be there`,
        );
        return there === undefined ? [{ kind, name }] : [];
      }),
    ),
  ]);
  const twin = found.find((object) => object?.kind === "StatefulSet") as StatefulSet | undefined;
  // The set itself is the half then, with its pods and claims; of any other name or maker it is only in the way.
  const half = isHalf(twin) ? await halfIn(reader, twin, looks) : undefined;
  return {
    survey: {
      clusterUid: kubeSystem?.metadata.uid,
      version: version ?? "",
      nodes,
      storageClasses: classes ?? source.storageClasses,
      drivers: drivers ?? source.drivers,
      objects: [
        ...found.filter((object) => object !== undefined && object !== half?.set),
        ...carried.flat(),
      ] as KubernetesObject[],
      lacking: lacking.flat(),
      half,
    },
    warnings: [...looks.warnings, ...(half === undefined ? [] : troubles(looks, half))],
  };
}

/** Why pods are not Ready and claims not Bound, in the words of their cluster. */
function troubles({ where }: PermittedLooks, { pods, claims }: FoundSet): string[] {
  return troublesOf(pods, claims).map((text) => `${where} ${text}`);
}

async function missingSet(
  reader: ClusterReader,
  { namespace, name }: SetPlace,
  looks: PermittedLooks,
): Promise<Problem> {
  const others = await looks.may(reader.list("apps/v1", "StatefulSet", namespace), [], "");
  const names = others.map(({ metadata }) => `${namespace}/${metadata.name}`);
  return {
    where: "--set",
    what: `names a StatefulSet that the cluster of ${looks.where.replace(/:$/, "")} does not have`,
    received: `${namespace}/${name}`,
    ...(names.length === 0 ? {} : { legal: names.join(", ") }),
    todo: names.length === 0 ? "Find it: kubectl get statefulsets --all-namespaces" : "Correct the option",
  };
}

/** The storage classes and CSI drivers that the set's volumes are of. */
function storageNeeds(
  claims: readonly PersistentVolumeClaim[],
  volumes: readonly PersistentVolume[],
): { readonly classes: readonly (string | undefined)[]; readonly drivers: readonly (string | undefined)[] } {
  return {
    classes: [...claims, ...volumes].map(({ spec }) => spec.storageClassName),
    drivers: volumes.map(servingDriver),
  };
}

/** Classes or drivers of which only the names are known. */
function madeUp(kind: string, names: readonly (string | undefined)[]): KubernetesObject[] {
  const known = [...new Set(names)].filter((name) => name !== undefined && name !== "");
  return known.map((name) => ({ apiVersion: "storage.k8s.io/v1", kind, metadata: { name: name ?? "" } }));
}

/** What the pods need and is carried; what cannot be is left to a person. */
async function findCarried(
  reader: ClusterReader,
  set: StatefulSet,
  account: KubernetesObject | undefined,
  looks: PermittedLooks,
): Promise<{ readonly names: readonly CarriedName[]; readonly left: readonly string[] }> {
  const namespace = set.metadata.namespace ?? "default";
  const names: CarriedName[] = [];
  const left: string[] = [];
  for (const { kind, name, optional } of podReferences(set, account)) {
    const glance = await looks.may(
      reader.glance(namespace, { kind, name }),
      {},
      `${kind} ${name} is assumed to be there`,
    );
    const title = `${kind} ${namespace}/${name}`;
    const refusal = glance && refusalOf({ ...standIn({ kind, name }, namespace), ...glance });
    if (refusal !== undefined) left.push(`${title} ${refusal.what}, and the pods name it`);
    else if (glance !== undefined) names.push({ kind, name });
    else if (!optional)
      left.push(`${title} is named by the pods and does not exist: make it, then add it to the config`);
  }
  return { names, left };
}

/** An object without its values. */
function standIn({ kind, name }: CarriedName, namespace: string): KubernetesObject {
  return { apiVersion: "v1", kind, metadata: { name, namespace } };
}
