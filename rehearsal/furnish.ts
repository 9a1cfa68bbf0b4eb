import { carriedObject } from "../core/set/carried";
import { hasOrdinals } from "../core/contract/clusterIdentity";
import { isReady, ordinalIn, readyOf } from "../core/kubernetes";
import type { KubernetesObject, Node } from "../core/kubernetes";
import { nodeDemands } from "../core/set/nodeSelection";
import type { Side } from "../core/ordinals";
import type { ClusterSurvey } from "../core/project/survey";
import type { SimulatedCluster, SimulatedClusterOptions } from "./cluster/simulatedCluster";
import { seedFound, seedFoundSet, seedObject } from "./cluster/foundCluster";
import { field } from "../core/json";
import { referenceOf } from "./apiServer/references";
import type { RehearsalInput } from "./rehearsalInput";
import { seedRunningSet } from "./cluster/runningSet";
import { needStandIns } from "./standIns";
import { csiDriver } from "./controllers/volumeController";

/** Provisioner of a class whose volumes are made by hand. */
const byHand = "kubernetes.io/no-provisioner";

/** How the cluster of a half is to be: as it was found, or else with whatever the input names. */
export function clusterOptions(input: RehearsalInput, side: Side): SimulatedClusterOptions {
  const { drivers, found } = input;
  if (found !== undefined) {
    // Only a cluster whose feature gate is on has kept the field, and whether the destination's is on cannot be read.
    const maxUnavailable = found.source.set.spec.updateStrategy?.rollingUpdate?.maxUnavailable !== undefined;
    return { ...asFound(side, found[side]), maxUnavailable };
  }
  const used = input.halves[side].storageClasses;
  const storageClasses = [...new Set(["standard", ...used])].map((name) => {
    const provisioner = drivers[Math.max(0, used.indexOf(name)) % drivers.length] ?? csiDriver;
    return { name, provisioner };
  });
  const names = nodeDemands(input.halves[side].workload.set.spec.template.spec).flatMap((demand) => demand.names);
  // What runs in a cluster that is made up runs where it says: without that node nobody could vouch that it stops.
  const nodes = names.length === 0 ? {} : { nodes: [...new Set(names)] };
  return { name: side, storageClasses, drivers, ...nodes };
}

/** Whether a new pod may come to run there: the simulated scheduler takes the nodes in turn. */
function takesPods(node: Node): boolean {
  return readyOf(node)?.status === "True" && field(node.spec, "unschedulable") !== true;
}

function asFound(side: Side, survey: ClusterSurvey): SimulatedClusterOptions {
  const { clusterUid, version, nodes, storageClasses, drivers } = survey;
  const provisioners = storageClasses.map((storageClass) => field(storageClass, "provisioner"));
  const names = [...drivers.map(({ metadata }) => metadata.name), ...provisioners].filter(
    (name): name is string => typeof name === "string" && name !== byHand,
  );
  const usable = nodes.filter(takesPods).map(({ metadata }) => metadata.name);
  return {
    name: side,
    ...(clusterUid === undefined ? {} : { uid: clusterUid }),
    version,
    dropsOrdinals: !hasOrdinals(version),
    // The objects themselves are put there as they were found.
    storageClasses: [],
    drivers: [...new Set(names)],
    ...(usable.length === 0 ? {} : { nodes: usable }),
  };
}

/** Puts into a new cluster what is there before the move. */
export function furnish(cluster: SimulatedCluster, input: RehearsalInput, side: Side): void {
  const { found } = input;
  if (found === undefined) {
    for (const name of input.drivers) cluster.seed(driverOf(name));
  } else {
    const { objects, ...survey } = found[side];
    const half = side === "source" ? found.source : survey.half;
    const copies = side === "destination" && half !== undefined ? carriedCopies(input) : [];
    const there = objects.map((object) => copies.find((copy) => isSame(copy, object)) ?? object);
    seedFound(cluster, { ...survey, objects: there });
    if (side === "source") for (const object of found.source.belongings) seedObject(cluster, object);
    if (half !== undefined) seedFoundSet(cluster, half);
  }
  const needed = needStandIns(input.halves[side], found?.[side].lacking);
  for (const object of [...needed, ...(side === "source" ? input.standIns : [])])
    if (cluster.get(referenceOf(object)) === undefined) cluster.seed(object);
}

/** What is not Ready in a real cluster does not get so by being looked at. */
export function keepUnready(cluster: SimulatedCluster, { found, set }: RehearsalInput, side: Side): void {
  const half = side === "source" ? found?.source : found?.destination.half;
  for (const pod of half?.pods ?? []) {
    const isOwn = ordinalIn(pod.metadata.name, set.name) !== undefined;
    if (!isOwn || isReady(pod) || pod.metadata.deletionTimestamp !== undefined) continue;
    cluster.setPodFault(set.namespace, pod.metadata.name, "neverReady");
  }
}

/** What stands in for Secrets and ConfigMaps, as the destination has it once it was carried there. */
function carriedCopies({ standIns, set }: RehearsalInput): KubernetesObject[] {
  return standIns.filter(({ kind }) => kind !== "Namespace").map((object) => carriedObject(object, set.name));
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

/** Lets the set run that the source takes over, if none was found. The controllers must be able to act by now. */
export function startRunningSet(cluster: SimulatedCluster, { found, halves }: RehearsalInput): void {
  if (found === undefined && halves.source.settings.adopt) seedRunningSet(cluster, halves.source.workload);
}

function driverOf(name: string): KubernetesObject {
  return { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name }, spec: {} };
}
