import * as pulumi from "@pulumi/pulumi";
import { asDeclared } from "../core/adopt/declared";
import type { KubernetesObject } from "../core/kubernetes";

/** Type token of an object in the Kubernetes provider, such as `kubernetes:core/v1:Service`. */
export function typeToken(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/**
 * Any Kubernetes object, declared as it is in the manifests.
 *
 * The values of a Secret become Pulumi secrets: encrypted in the state, `[secret]` in previews.
 */
export class DeclaredObject extends pulumi.CustomResource {
  public constructor(name: string, object: KubernetesObject, opts: pulumi.CustomResourceOptions) {
    super(typeToken(object.apiVersion, object.kind), name, declared(object), {
      ...opts,
      ...(object.kind === "Secret" ? { additionalSecretOutputs: ["data", "stringData"] } : {}),
    });
  }
}

function declared(object: KubernetesObject): pulumi.Inputs {
  if (object.kind === "Secret") {
    const { data, stringData, ...rest } = object;
    return {
      ...rest,
      ...(data === undefined ? {} : { data: pulumi.secret(data) }),
      ...(stringData === undefined ? {} : { stringData: pulumi.secret(stringData) }),
    };
  }
  return { ...asDeclared(object) };
}
