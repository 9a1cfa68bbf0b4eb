import { ordinalIn } from "../core/kubernetes";
import type { Pod } from "../core/kubernetes";
import { mostSingleReads } from "./client/cluster";
import type { Cluster } from "./client/cluster";
import { listPodNames, listPods } from "./client/objects";

/** What is known of the pods of a namespace from a moment ago. */
interface SeenPods {
  /** Name of the set. */
  readonly name: string;
  readonly seen: readonly Pod[];
  /** Ordinals whose pods may be other ones by now. */
  readonly leaving: readonly number[];
}

/**
 * The pods of a namespace that may be others than those that were seen. What a pod mounts never changes, so the set's own
 * pods that were seen and stay are left out, and only names are asked for: a step costs the same for a set of three and of
 * a thousand. Where many are new, all are answered.
 */
export async function podsAgain(
  cluster: Cluster,
  namespace: string,
  { name, seen, leaving }: SeenPods,
): Promise<readonly Pod[]> {
  const names = new Set(await listPodNames(cluster, namespace));
  for (const { metadata } of seen) {
    const ordinal = ordinalIn(metadata.name, name);
    if (ordinal !== undefined && !leaving.includes(ordinal)) names.delete(metadata.name);
  }
  if (names.size > mostSingleReads) return listPods(cluster, namespace);
  return (await Promise.all([...names].map((other) => listPods(cluster, namespace, other)))).flat();
}
