import type { KubernetesObject } from "../../core/kubernetes";
import { field, isObject } from "../../core/json";
import type { JsonObject } from "../../core/json";

/** Fields that the API server gives a Service once, and keeps where a replacement does not name them. */
const allocated = ["clusterIP", "clusterIPs", "healthCheckNodePort", "ipFamilies", "ipFamilyPolicy"];

/** A replacement of a Service with the addresses and node ports of the live one, as the API server fills them in. */
export function withAllocated(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  if (object.kind !== "Service" || object.apiVersion !== "v1") return object;
  const spec: JsonObject = isObject(object.spec) ? object.spec : {};
  const kept = allocated.filter((name) => spec[name] === undefined && field(live.spec, name) !== undefined);
  const ports = field(live.spec, "ports");
  const nodePortOf = (port: JsonObject): unknown =>
    field(Array.isArray(ports) ? ports.find((other) => samePort(other, port)) : undefined, "nodePort");
  const filled = (port: unknown): unknown => {
    if (!isObject(port) || port.nodePort !== undefined) return port;
    const nodePort = nodePortOf(port);
    return nodePort === undefined ? port : { ...port, nodePort };
  };
  return {
    ...object,
    spec: {
      ...spec,
      ...Object.fromEntries(kept.map((name) => [name, field(live.spec, name)])),
      ...(Array.isArray(spec.ports) ? { ports: spec.ports.map(filled) } : {}),
    },
  };
}

function samePort(a: unknown, b: unknown): boolean {
  const protocol = (port: unknown): unknown => field(port, "protocol") ?? "TCP";
  return field(a, "port") === field(b, "port") && protocol(a) === protocol(b);
}
