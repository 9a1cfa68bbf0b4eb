import type { KubernetesObject, Node, PersistentVolume, Pod, StatefulSet } from "../core/kubernetes";
import { titleOf } from "../core/kubernetes";
import type { ClusterSurvey, SetSurvey } from "../core/survey";
import type { SimulatedCluster } from "./cluster";
import { referenceOf } from "./kinds";
import { revisionLabel } from "./podTemplate";
import { ownersOf, withOwners } from "./owners";
import { revisionNameOf } from "./revisionHistory";
import { controllerManager } from "./statefulSetController";

/** Puts into a simulated cluster what was found in a real one: classes, drivers, nodes, and what may be in the way. */
export function seedFound(cluster: SimulatedCluster, survey: ClusterSurvey): void {
  for (const object of [...survey.storageClasses, ...survey.drivers, ...survey.objects]) seedObject(cluster, object);
  for (const node of survey.nodes) seedNode(cluster, node);
}

/**
 * Puts a running set into a simulated cluster as it was found, with its pods, claims, volumes and belongings. Nothing acts
 * meanwhile: the first `up` meets it as it is, a roll-out and a claim that is not Bound included.
 */
export function seedFoundSet(cluster: SimulatedCluster, survey: SetSurvey): void {
  for (const object of survey.belongings) seedObject(cluster, object);
  const uids = new Map<string, string>();
  for (const claim of survey.claims) uids.set(claim.metadata.uid ?? "", seedObject(cluster, claim).metadata.uid ?? "");
  for (const volume of survey.volumes) seedObject(cluster, bound(volume, uids));
  const set = seedSet(cluster, survey.set);
  for (const pod of survey.pods) seedObject(cluster, seededPod(pod, survey.set, set));
}

/** Every simulated object has a uid of the simulated cluster: what points to another one must follow. */
function bound(volume: PersistentVolume, uids: ReadonlyMap<string, string>): PersistentVolume {
  const { claimRef } = volume.spec;
  const uid = uids.get(claimRef?.uid ?? "");
  return uid === undefined ? volume : { ...volume, spec: { ...volume.spec, claimRef: { ...claimRef, uid } } };
}

/** The set with its status, in the numbers and names that the simulated controller counts in. */
function seedSet(cluster: SimulatedCluster, found: StatefulSet): StatefulSet {
  const { status = {}, metadata } = found;
  const stored = seedObject(cluster, found) as StatefulSet;
  const rollsOut = status.currentRevision !== status.updateRevision;
  const revision = revisionNameOf(stored);
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const counted = {
    ...status,
    observedGeneration: isSeen ? stored.metadata.generation : 0,
    ...(rollsOut ? {} : { currentRevision: revision, updateRevision: revision }),
  };
  return cluster.edit(referenceOf(stored), (live) => ({ ...live, status: counted })) as StatefulSet;
}

/** A pod, as far as anybody looks at it. What its containers are given stays out: it may be secret. */
function seededPod(pod: Pod, found: StatefulSet, set: StatefulSet): Pod {
  const { name, namespace, labels = {}, deletionTimestamp } = pod.metadata;
  const owners = (pod.metadata.ownerReferences ?? []) as { uid?: string }[];
  const isOwn = owners.some(({ uid }) => uid === found.metadata.uid);
  const updated = labels[revisionLabel] === found.status?.updateRevision;
  const { nodeName, volumes = [] } = pod.spec ?? {};
  const { phase, conditions } = pod.status ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: isOwn && updated ? { ...labels, [revisionLabel]: revisionNameOf(set) } : labels,
      ...(isOwn ? { ownerReferences: owners.map((owner) => ({ ...owner, uid: set.metadata.uid })) } : {}),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: { ...(nodeName === undefined ? {} : { nodeName }), volumes },
    status: { ...(phase === undefined ? {} : { phase }), ...(conditions === undefined ? {} : { conditions }) },
  };
}

/** What is attached now is left out: nothing would detach it in the rehearsal. */
function seedNode(cluster: SimulatedCluster, { metadata: { name, labels }, status }: Node): void {
  const seen = labels === undefined ? {} : { labels };
  const conditions = status?.conditions ?? [];
  const reference = { apiVersion: "v1", kind: "Node", name };
  if (cluster.get(reference) === undefined) {
    cluster.seed({ apiVersion: "v1", kind: "Node", metadata: { name, ...seen }, status: { conditions } });
  } else {
    cluster.edit(reference, (live) => ({ ...live, metadata: { ...live.metadata, ...seen }, status: { conditions } }));
  }
}

function seedObject(cluster: SimulatedCluster, object: KubernetesObject): KubernetesObject {
  const existing = cluster.get(referenceOf(object));
  if (existing !== undefined) throw new Error(`${titleOf(object)} was found twice`);
  // The set and its pods have other uids here, and give their claims owners anew.
  const owners = ownersOf(object).filter((owner) => cluster.hasOwner(owner));
  return cluster.server.create(withOwners(object, owners), { manager: managerOf(object) });
}

/** Who made an object: whose fields a later write may conflict with. */
function managerOf({ metadata }: KubernetesObject): string {
  const managers = (metadata.managedFields ?? []) as { manager?: string; subresource?: string }[];
  const maker = managers.find(({ manager, subresource }) => subresource === undefined && manager !== controllerManager);
  return maker?.manager ?? "kubectl-client-side-apply";
}
