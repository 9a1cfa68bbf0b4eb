import { hasOrdinals } from "../core/cluster";
import { type KubernetesObject, type Node, readyOf } from "../core/kubernetes";
import type { Side } from "../core/ordinals";
import type { ClusterSurvey } from "../core/survey";
import type { SimulatedCluster, SimulatedClusterOptions } from "./cluster";
import { seedFound, seedFoundSet } from "./foundCluster";
import { field } from "./json";
import { referenceOf } from "./kinds";
import type { RehearsalInput } from "./rehearsalInput";
import { seedRunningSet } from "./runningSet";
import { csiDriver } from "./volumeController";

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
  return { name: side, storageClasses, drivers };
}

/** Whether a new pod may come to run there: the simulated scheduler takes the nodes in turn. */
function takesPods(node: Node): boolean {
  return readyOf(node)?.status === "True" && field(node.spec, "unschedulable") !== true;
}

function asFound(side: Side, { version, nodes, storageClasses, drivers }: ClusterSurvey): SimulatedClusterOptions {
  const provisioners = storageClasses.map((storageClass) => field(storageClass, "provisioner"));
  const names = [...drivers.map(({ metadata }) => metadata.name), ...provisioners].filter(
    (name): name is string => typeof name === "string" && name !== byHand,
  );
  const usable = nodes.filter(takesPods).map(({ metadata }) => metadata.name);
  return {
    name: side,
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
    seedFound(cluster, found[side]);
    if (side === "source") seedFoundSet(cluster, found.source);
  }
  if (side === "destination") return;
  for (const object of input.standIns) if (cluster.get(referenceOf(object)) === undefined) cluster.seed(object);
}

/** Lets the set run that the source takes over, if none was found. The controllers must be able to act by now. */
export function startRunningSet(cluster: SimulatedCluster, { found, halves }: RehearsalInput): void {
  if (found === undefined && halves.source.settings.adopt) seedRunningSet(cluster, halves.source.workload);
}

function driverOf(name: string): KubernetesObject {
  return { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name }, spec: {} };
}
