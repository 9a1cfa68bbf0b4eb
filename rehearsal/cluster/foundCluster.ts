import type { KubernetesObject, Node, Pod, StatefulSet } from "../../core/kubernetes";
import { titleOf } from "../../core/kubernetes";
import type { ClusterSurvey, FoundSet } from "../../core/project/survey";
import type { SimulatedCluster } from "./simulatedCluster";
import { referenceOf } from "../apiServer/references";
import { revisionLabel } from "../controllers/newPod";
import { ownersOf, withOwners } from "../apiServer/owners";
import { revisionNameOf } from "../controllers/revisionHistory";
import { controllerManager } from "../controllers/statefulSetController";

/** Puts into a simulated cluster what was found in a real one: classes, drivers, nodes, and what may be in the way. */
export function seedFound(cluster: SimulatedCluster, survey: ClusterSurvey): void {
  for (const object of [...survey.storageClasses, ...survey.drivers, ...survey.objects]) seedObject(cluster, object);
  for (const node of survey.nodes) seedNode(cluster, node);
}

/**
 * Puts a running set into a simulated cluster as it was found, with its pods, claims, volumes and belongings. Nothing acts
 * meanwhile: the first `up` meets it as it is, a roll-out and a claim that is not Bound included.
 */
export function seedFoundSet(cluster: SimulatedCluster, { claims, volumes, set: found, pods }: FoundSet): void {
  for (const object of [...claims, ...volumes]) seedObject(cluster, object);
  const set = seedSet(cluster, found);
  for (const pod of pods) seedObject(cluster, seededPod(pod, found, set));
}

/** The set with its status, in the names of revisions that the simulated controller counts in. */
function seedSet(cluster: SimulatedCluster, found: StatefulSet): StatefulSet {
  const { status = {} } = found;
  const stored = seedObject(cluster, found) as StatefulSet;
  const rollsOut = status.currentRevision !== status.updateRevision;
  const revision = revisionNameOf(stored);
  const counted = {
    ...status,
    ...(rollsOut ? {} : { currentRevision: revision, updateRevision: revision }),
  };
  return cluster.edit(referenceOf(stored), (live) => ({ ...live, status: counted })) as StatefulSet;
}

/** A pod, as far as anybody looks at it. What its containers are given stays out: it may be secret. */
function seededPod(pod: Pod, found: StatefulSet, set: StatefulSet): Pod {
  const { name, namespace, uid, labels = {}, deletionTimestamp } = pod.metadata;
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
      ...(uid === undefined ? {} : { uid }),
      labels: isOwn && updated ? { ...labels, [revisionLabel]: revisionNameOf(set) } : labels,
      ...(isOwn ? { ownerReferences: owners } : {}),
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

/** Puts an object there as it was found. */
export function seedObject(cluster: SimulatedCluster, object: KubernetesObject): KubernetesObject {
  const existing = cluster.get(referenceOf(object));
  // Every cluster has the namespace `default` from its first day.
  if (existing?.kind === "Namespace") {
    const { labels = {}, annotations = {} } = object.metadata;
    const said = { labels, annotations };
    return cluster.edit(referenceOf(object), (live) => ({ ...live, metadata: { ...live.metadata, ...said } }));
  }
  if (existing !== undefined) throw new Error(`${titleOf(object)} was found twice`);
  // Whoever else owns it is not here, and the garbage collector would take it for an orphan.
  const owners = ownersOf(object).filter((owner) => cluster.hasOwner(owner));
  return cluster.server.create(withOwners(object, owners), { manager: managerOf(object), asFound: true });
}

/** Who made an object: whose fields a later write may conflict with. */
function managerOf({ metadata }: KubernetesObject): string {
  const managers = (metadata.managedFields ?? []) as { manager?: string; subresource?: string }[];
  const ours = managers.find(({ manager }) => manager?.startsWith("pulumi-kubernetes-"));
  const maker =
    ours ?? managers.find(({ manager, subresource }) => subresource === undefined && manager !== controllerManager);
  return maker?.manager ?? "kubectl-client-side-apply";
}
