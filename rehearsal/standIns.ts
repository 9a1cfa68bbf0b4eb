import { carriedNames } from "../core/carried";
import type { KubernetesObject } from "../core/kubernetes";
import type { Settings } from "../settings";
import { csiDriver } from "./volumeController";

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

/** The CSI drivers of both simulated clusters: those that the config has something to say about. */
export function driversOf({ csi }: Settings): string[] {
  const named = Object.keys(csi);
  return named.length === 0 ? [csiDriver] : named;
}
