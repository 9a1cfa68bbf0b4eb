import { carriedNames } from "../core/set/carried";
import type { KubernetesObject } from "../core/kubernetes";
import { podNeeds } from "../core/set/podNeeds";
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
export function needStandIns(
  { settings, workload }: Input,
  lacking: ClusterSurvey["lacking"] = [],
): KubernetesObject[] {
  const { set, namespace, belongings } = workload;
  const there = podNeeds(set, namespace, belongings, carriedNames(settings)).filter(
    (need) => !lacking.some(({ kind, name }) => kind === need.kind && name === need.name),
  );
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

/** The CSI drivers of both simulated clusters: those that the config has something to say about. */
export function driversOf({ csi }: Settings): string[] {
  const named = Object.keys(csi);
  return named.length === 0 ? [csiDriver] : named;
}
