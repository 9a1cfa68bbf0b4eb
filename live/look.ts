import { claimName } from "../core/kubernetes";
import type { KubernetesObject, Pod, StatefulSet } from "../core/kubernetes";
import type { FoundClaim } from "../core/volumes/volume";
import { findClaims } from "../core/volumes/volume";
import { mostSingleReads, Unreachable } from "./client/cluster";
import type { Cluster } from "./client/cluster";
import { readClaim, listClaims, listPods, readStatefulSet, readVolume, listVolumes } from "./client/objects";

/** What one half's cluster looks like when an `up` starts. */
export interface Look {
  /** uid of the namespace `kube-system`: it stays the same as long as the cluster does. */
  readonly clusterUid: string;
  /** Server version, such as `v1.36.2`. */
  readonly version: string;
  readonly namespaceObject: KubernetesObject | undefined;
  readonly set: StatefulSet | undefined;
  /** Every pod of the set's namespace. */
  readonly pods: readonly Pod[];
}

/** Looks at the set and what is around it: five requests at once, however many replicas there are. */
export async function lookAt(cluster: Cluster, namespace: string, set: string): Promise<Look> {
  const [system, version, namespaceObject, live, pods] = await Promise.all([
    cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" }),
    cluster.version(),
    cluster.read({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    readStatefulSet(cluster, namespace, set),
    listPods(cluster, namespace),
  ]);
  const clusterUid = system?.metadata.uid;
  // Without an identity, two clusters would look like one, or one like two.
  if (clusterUid === undefined)
    throw new Unreachable("The cluster has no namespace kube-system, so it has no identity.");
  return { clusterUid, version, namespaceObject, set: live, pods };
}

/** Claims of some ordinals and the volumes that they name: two requests a claim, or two lists if there are many. */
export async function lookAtClaims(
  cluster: Cluster,
  namespace: string,
  set: string,
  templates: readonly string[],
  ordinals: readonly number[],
): Promise<FoundClaim[]> {
  if (ordinals.length * templates.length > mostSingleReads) {
    const [claims, volumes] = await Promise.all([listClaims(cluster, namespace), listVolumes(cluster)]);
    return findClaims(set, templates, ordinals, claims, volumes);
  }
  return Promise.all(
    ordinals.flatMap((ordinal) =>
      templates.map(async (template) => {
        const name = claimName(template, set, ordinal);
        const claim = await readClaim(cluster, namespace, name);
        const volumeName = claim?.spec.volumeName ?? "";
        const volume = volumeName === "" ? undefined : await readVolume(cluster, volumeName);
        return { ordinal, template, name, ...(claim && { claim }), ...(volume && { volume }) };
      }),
    ),
  );
}
