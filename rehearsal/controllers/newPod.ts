import type { ClaimTemplate, Pod, PersistentVolumeClaim, StatefulSet } from "../../core/kubernetes";
import { claimName } from "../../core/kubernetes";

/** Label of a pod with the revision that it was made from. */
export const revisionLabel = "controller-revision-hash";

type Volume = NonNullable<NonNullable<Pod["spec"]>["volumes"]>[number] & { name: string };

/** The pod that the StatefulSet controller makes for an ordinal. */
export function newPod(
  set: StatefulSet,
  template: StatefulSet["spec"]["template"],
  revision: string,
  ordinal: number,
): Pod {
  const { name, namespace, uid } = set.metadata;
  const podName = `${name}-${ordinal}`;
  const claims = (set.spec.volumeClaimTemplates ?? []).map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: claimName(claim.metadata.name, name, ordinal) },
  }));
  const own = new Set(claims.map((volume) => volume.name));
  const volumes = ((template.spec.volumes ?? []) as Volume[]).filter((volume) => !own.has(volume.name));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: podName,
      namespace,
      labels: {
        ...template.metadata?.labels,
        "apps.kubernetes.io/pod-index": String(ordinal),
        [revisionLabel]: revision,
        "statefulset.kubernetes.io/pod-name": podName,
      },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [
        { apiVersion: "apps/v1", blockOwnerDeletion: true, controller: true, kind: "StatefulSet", name, uid },
      ],
    },
    spec: { ...template.spec, hostname: podName, subdomain: set.spec.serviceName, volumes: [...volumes, ...claims] },
    status: { phase: "Pending" },
  };
}

/** The claim that the StatefulSet controller makes from a claim template: always an empty one. */
export function newClaim(set: StatefulSet, template: ClaimTemplate, name: string): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
    },
    spec: template.spec,
  };
}
