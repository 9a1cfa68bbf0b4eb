import { at, canonicalJson, isObject, listAt } from "../json";
import { titleOf } from "../kubernetes";
import type { KubernetesObject } from "../kubernetes";
import { podsOfSet } from "../volumes/handOver";
import { containersOf, graceOf } from "../set/podTemplate";
import { finder } from "./finding";
import type { Finding } from "./finding";
import { setTitle } from "./seen";
import type { Examined, SeenHalf } from "./seen";

/** Words in a command that take a member out of its application, or delete data: a step stops a pod only to start it elsewhere. */
const partingWords =
  /\b(decommission|removenode|remove-?node|remove-?member|member\s+remove|forget|drain|leave|evict|unregister|deregister|reset|assassinate|nodetool\s+decommission|rm|unlink|delete|purge|wipe|mkfs|truncate)\b/i;

/** Finalizers that Kubernetes itself sets on pods, claims and volumes. */
const usualFinalizers =
  /^(kubernetes\.io\/(pvc|pv)-protection|external-attacher\/|external-provisioner\.volume\.kubernetes\.io\/finalizer|volumesnapshot|snapshot\.storage\.kubernetes\.io\/|foregroundDeletion|orphan|batch\.kubernetes\.io\/job-tracking)/;

/** What happens when a pod of the set ends: hooks, grace, finalizers. */
export function checkEndings(half: SeenHalf, examined: Examined): Finding[] {
  const { side, seen, workload } = half;
  const find = finder("endings", side);
  const title = setTitle(examined);
  const live = seen.set ?? (side === "destination" ? workload.set : undefined);
  const hooks = live === undefined ? [] : hookFindings(half, live, title);
  const going = new Set(examined.moving.ordinals);
  const pods = [...podsOfSet(workload.set.metadata.name, seen.pods ?? [])].filter(([ordinal]) => going.has(ordinal));
  const claims = (seen.claims ?? []).filter(({ ordinal }) => going.has(ordinal));
  const objects: KubernetesObject[] = [
    ...(seen.set === undefined ? [] : [seen.set]),
    ...pods.map(([, pod]) => pod),
    ...claims.flatMap(({ claim, volume }) => [claim, volume].filter((object) => object !== undefined)),
  ];
  return [...hooks, ...finalizerFindings(objects, find)];
}

function hookFindings({ side }: SeenHalf, live: NonNullable<SeenHalf["seen"]["set"]>, title: string): Finding[] {
  const find = finder("endings", side);
  const hooks = containersOf(live).flatMap(({ container }) => {
    const hook = at(container, "lifecycle", "preStop");
    if (!isObject(hook) || isObject(hook.sleep)) return [];
    // The command itself is not shown: a password may stand in it.
    const word = partingWords.exec(listAt(hook, "exec", "command").map(String).join(" ") || canonicalJson(hook))?.[0];
    const of = `container ${String(container.name)}`;
    return [
      word === undefined
        ? find(
            "advice",
            title,
            `runs a preStop hook in ${of} before every stop, so in every step`,
            "See that it does no more than stopping well",
          )
        : find(
            "warning",
            title,
            `has a preStop hook in ${of} with the word ${JSON.stringify(word)}: in every step it would run, and may take the member out of its application, or delete what the other cluster is to go on with`,
            "Read it. If it does, take it out for the time of the move, in a roll-out on both halves",
          ),
    ];
  });
  if (graceOf(live) > 0) return hooks;
  return [
    ...hooks,
    find(
      "error",
      title,
      "has terminationGracePeriodSeconds: 0: its pods are deleted by force, and no kubelet says that they stopped",
      "Give the application the time that it needs to stop, in a roll-out before the move",
    ),
  ];
}

/** Finalizers that nobody knows, each told once with the first object that has it. */
function finalizerFindings(objects: readonly KubernetesObject[], find: ReturnType<typeof finder>): Finding[] {
  const holding = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    for (const finalizer of listAt(object, "metadata", "finalizers")) {
      if (typeof finalizer !== "string" || usualFinalizers.test(finalizer)) continue;
      const key = `${object.kind} ${finalizer}`;
      holding.set(key, [...(holding.get(key) ?? []), object]);
    }
  }
  return [...holding].map(([key, held]) => {
    const [first] = held;
    const finalizer = key.slice(key.indexOf(" ") + 1);
    const others = held.length > 1 ? ` and ${held.length - 1} more` : "";
    const what =
      first?.kind === "Pod"
        ? "a pod that leaves stays until its controller has acted, and the step waits for it"
        : "its controller acts when it is deleted, and may delete data";
    return find(
      "warning",
      `${first === undefined ? "" : titleOf(first)}${others}`,
      `has the finalizer ${finalizer}: ${what}`,
      "Find out what sets it (an operator, a backup tool), and what it does when its object goes",
    );
  });
}
