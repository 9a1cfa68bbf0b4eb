import { podsOfSet } from "../../core/volumes/handOver";
import { isHalf } from "../../core/set/half";
import type { StatefulSet } from "../../core/kubernetes";
import type { FoundHalf } from "../../core/project/standing";
import type { ClusterReader } from "./clusterReader";
import { PermittedLooks } from "./permittedLooks";
import type { SetPlace } from "./survey";

/** The option that named a context. */
export type HalfOption = "--from-cluster" | "--destination-context";

/**
 * Reads what one cluster has of a set that may be on the move: the set, its pods, and which cluster it is.
 *
 * @param option the option that named the context, for messages.
 * @throws UserError if that may not be looked at: without it nobody can tell where a move stands.
 */
export async function lookAtHalf(
  reader: ClusterReader,
  { context, namespace, name }: SetPlace,
  option: HalfOption,
): Promise<FoundHalf> {
  const looks = new PermittedLooks(`${option} ${context}:`, "the rehearsal");
  const [system, set] = await Promise.all([
    looks.need(reader.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" })),
    looks.need(reader.read({ apiVersion: "apps/v1", kind: "StatefulSet", namespace, name })),
  ]);
  const live = set as StatefulSet | undefined;
  // Only of a move that has begun does anything depend on them.
  const pods = isHalf(live) ? await looks.need(reader.list("v1", "Pod", namespace)) : [];
  looks.throwIfLacking();
  const ordinals = [...podsOfSet(name, pods ?? []).keys()];
  return { context, clusterUid: system?.metadata.uid ?? "", set: live, pods: ordinals };
}
