import { carriedNames } from "../core/set/carried";
import type { KubernetesObject } from "../core/kubernetes";
import { podNeeds, unknownNeedsWarning } from "../core/set/podNeeds";
import type { PodNeed } from "../core/set/podNeeds";
import type { ClusterSurvey } from "../core/project/survey";
import type { Input } from "../input";
import type { Settings } from "../settings";
import { csiDriver } from "./controllers/volumeController";

/**
 * Objects that stand in the simulated source for the Secrets and ConfigMaps that the real one has. Their values are made
 * up, and long enough that a Secret's would be found wherever it is shown.
 */
export function carriedStandIns(settings: Settings, namespace: string): KubernetesObject[] {
  const objects = carriedNames(settings).map(({ kind, name }) => {
    const value = `stands in for ${kind} ${name}`;
    const data = { value: kind === "Secret" ? Buffer.from(value).toString("base64") : value };
    const type = kind === "Secret" ? { type: "Opaque" } : {};
    return { apiVersion: "v1", kind, metadata: { name, namespace }, ...type, data };
  });
  // They were there before the move, so their namespace was.
  const owner = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  return objects.length === 0 ? [] : [owner, ...objects];
}

/** Objects that stand in a simulated cluster for what the pods need by name, and with them their namespace. */
export function needStandIns(half: Input, lacking: ClusterSurvey["lacking"] = []): KubernetesObject[] {
  const there = needsOf(half).filter(
    (need) => !lacking.some(({ kind, name }) => kind === need.kind && name === need.name),
  );
  const { namespace } = half.workload;
  const owner = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  return [
    ...(there.some((need) => need.namespace !== undefined) ? [owner] : []),
    ...there.map((need) => ({
      apiVersion: need.apiVersion,
      kind: need.kind,
      metadata: { name: need.name, ...(need.namespace && { namespace }) },
    })),
  ];
}

/** A warning about what the pods of the destination need, if nobody looked there. */
export function notLookedUp(destination: Input, found: ClusterSurvey | undefined): string[] {
  if (found?.clusterUid !== undefined) return [];
  const warning = unknownNeedsWarning(needsOf(destination), "the destination");
  return warning === undefined ? [] : [warning];
}

function needsOf({ settings, workload: { set, namespace, belongings } }: Input): PodNeed[] {
  return podNeeds(set, namespace, belongings, carriedNames(settings));
}

/** The CSI drivers of both simulated clusters: those that the config has something to say about. */
export function driversOf({ csi }: Settings): string[] {
  const named = Object.keys(csi);
  return named.length === 0 ? [csiDriver] : named;
}
