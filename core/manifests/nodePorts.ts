import { at, field, listAt } from "../json";
import { typeOf } from "../kinds";
import type { Located } from "./manifests";
import { badField } from "../finding";
import type { Finding } from "../finding";

/** Finds node ports that an API server refuses with the Service. */
export function* checkNodePorts(service: unknown): Iterable<Finding> {
  const type = typeOfService(service);
  const seen = new Set<string>();
  for (const { path, port, protocol } of portsOf(service)) {
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535) {
      yield badField(path, port, "a port number, by default from 30000 to 32767");
    } else if (path === healthCheck && !hasHealthCheck(service)) {
      yield {
        path,
        what: "is only for a Service of type LoadBalancer with externalTrafficPolicy: Local: the API server refuses it",
        received: port,
        todo: "Remove it",
      };
    } else if (path !== healthCheck && type === "ClusterIP") {
      yield {
        path,
        what: "is not for a Service of type ClusterIP: the API server refuses it",
        received: port,
        legal: "type: NodePort or LoadBalancer",
        todo: "Remove it, or give the Service that type",
      };
    }
    const key = `${String(port)}/${protocol}`;
    if (seen.has(key)) yield { path, what: `is given twice: ${key}`, todo: "Give each port one of its own" };
    seen.add(key);
  }
}

/** Warnings for node ports that the other cluster may have given to another Service. */
export function nodePortWarnings(located: readonly Located[]): string[] {
  return located
    .filter(({ object }) => typeOf(object) === "Service")
    .flatMap(({ where, object }) =>
      portsOf(object).map(
        ({ path, port }) =>
          `${where}: ${path} is fixed at ${String(port)}, which another Service of the destination may have: its API server ` +
          `would then refuse this one. See that it is free there (kubectl get services --all-namespaces), or change it in the ` +
          `destination by patches`,
      ),
    );
}

const healthCheck = "spec.healthCheckNodePort";

/** The fixed ports of a Service; 0 stands for none. */
function portsOf(service: unknown): { readonly path: string; readonly port: unknown; readonly protocol: string }[] {
  const ports = listAt(service, "spec", "ports").map((entry, index) => ({
    path: `spec.ports[${index}].nodePort`,
    port: field(entry, "nodePort"),
    protocol: textOr(field(entry, "protocol"), "TCP"),
  }));
  const health = { path: healthCheck, port: at(service, "spec", "healthCheckNodePort"), protocol: "health check" };
  return [...ports, health].filter(({ port }) => ![undefined, null, 0].includes(port as null));
}

function typeOfService(service: unknown): string {
  return textOr(at(service, "spec", "type"), "ClusterIP");
}

function hasHealthCheck(service: unknown): boolean {
  return typeOfService(service) === "LoadBalancer" && at(service, "spec", "externalTrafficPolicy") === "Local";
}

/** A text; what stands for none of it is `absent`. */
function textOr(value: unknown, absent: string): string {
  return typeof value === "string" && value !== "" ? value : absent;
}
