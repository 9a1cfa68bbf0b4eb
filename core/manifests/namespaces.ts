import { at, field, isObject, listAt } from "../json";
import { leaveItOut, scopeOf, typeOf } from "../kinds";
import type { KubernetesObject } from "../kubernetes";
import type { Located } from "./manifests";
import type { Problem } from "../userError";

/** The namespace that the manifests are written for, and the one that everything goes to. */
export interface Namespaces {
  readonly written: string;
  readonly wanted: string;
}

/** The namespace asked for, else the set's own, else `default`, as kubectl has it. */
export function namespacesOf(set: KubernetesObject, asked: string | undefined): Namespaces {
  const own = typeof set.metadata.namespace === "string" ? set.metadata.namespace : undefined;
  return { written: own ?? asked ?? "default", wanted: asked ?? own ?? "default" };
}

/**
 * Puts every object into the wanted namespace, in place, and the Namespace object under its name.
 *
 * @returns what cannot be put there.
 */
export function assignNamespaces(located: readonly Located[], namespaces: Namespaces): readonly Problem[] {
  const problems: Problem[] = [];
  const { written, wanted } = namespaces;
  const scopes = customScopes(located);
  for (const { where, object } of located) {
    const { metadata } = object;
    if (typeOf(object) === "Namespace") {
      if (metadata.name === written) metadata.name = wanted;
      if (metadata.name !== wanted) {
        problems.push({
          where,
          what: `is another namespace than the set's, which is ${wanted}`,
          todo: `${leaveItOut}, or give the StatefulSet metadata.namespace: ${metadata.name}`,
        });
      }
      continue;
    }
    const scope = scopes.get(typeOf(object)) ?? scopeOf(object);
    const given = metadata.namespace;
    if (scope === "cluster") {
      delete metadata.namespace;
    } else if (given !== undefined && given !== written && given !== wanted) {
      problems.push({
        where: `${where}: metadata.namespace`,
        what: `is not the set's, which is ${written}: all of the manifests move into one namespace`,
        received: given,
        todo: `${leaveItOut}, and apply it by other means, or put it into the set's namespace`,
      });
    } else if (scope === "namespace" || given !== undefined) {
      metadata.namespace = wanted;
    }
    if (object.kind === "RoleBinding" || object.kind === "ClusterRoleBinding") {
      for (const subject of listAt(object, "subjects")) {
        if (isObject(subject) && subject.namespace === written) subject.namespace = wanted;
      }
    }
  }
  return problems;
}

/** Scopes of the custom resources whose definitions are in the manifests. */
function customScopes(located: readonly Located[]): ReadonlyMap<string, "cluster" | "namespace"> {
  return new Map(
    located
      .filter(({ object }) => typeOf(object) === "apiextensions.k8s.io/CustomResourceDefinition")
      .map(({ object }) => [
        `${String(at(object, "spec", "group"))}/${String(at(object, "spec", "names", "kind"))}`,
        at(object, "spec", "scope") === "Cluster" ? "cluster" : "namespace",
      ]),
  );
}

/** Warnings for texts that name the namespace that was written, such as `web-0.web.shop.svc`, which nobody rewrites. */
export function namesOfOldNamespace(located: readonly Located[], { written, wanted }: Namespaces): string[] {
  if (written === wanted) return [];
  const mentions = (value: unknown): boolean => {
    if (typeof value === "string") return value.includes(`.${written}.svc`);
    if (Array.isArray(value)) return value.some(mentions);
    return isObject(value) && Object.values(value).some(mentions);
  };
  return located
    .filter(({ object }) => mentions(object))
    .map(
      ({ where }) =>
        `${where}: names hosts of the namespace ${written}, but the namespace is ${wanted}: change it in the manifests, ` +
        "or by patches",
    );
}

/** Endpoints that Kubernetes keeps itself, for a Service with a selector. */
export function endpointProblems(located: readonly Located[]): Problem[] {
  const services = new Set(
    located
      .filter(({ object }) => typeOf(object) === "Service" && field(object.spec, "selector") !== undefined)
      .map(({ object }) => object.metadata.name),
  );
  return located.flatMap(({ where, object }) => {
    const type = typeOf(object);
    const service =
      type === "Endpoints"
        ? object.metadata.name
        : type === "discovery.k8s.io/EndpointSlice"
          ? at(object, "metadata", "labels", "kubernetes.io/service-name")
          : undefined;
    if (typeof service !== "string" || !services.has(service)) return [];
    const what = `is kept by Kubernetes in each cluster, from the selector of the Service ${service}`;
    return [{ where, what, todo: leaveItOut }];
  });
}
