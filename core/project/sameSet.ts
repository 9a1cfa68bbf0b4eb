import { canonicalJson } from "../json";
import { titleOf } from "../kubernetes";
import type { StatefulSet } from "../kubernetes";
import type { Problem } from "../userError";

/** What makes two sets of one name the same set, whatever their ordinals are and whatever config changes in one of them. */
const identity: Readonly<Record<string, (set: StatefulSet) => unknown>> = {
  serviceName: ({ spec }) => spec.serviceName,
  selector: ({ spec }) => spec.selector,
  podManagementPolicy: ({ spec }) => spec.podManagementPolicy ?? "OrderedReady",
  volumeClaimTemplates: ({ spec }) => (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
};

/** The fields in which two sets differ that the halves of one set have in common, a clause each. */
export function whySetsDiffer(source: StatefulSet | undefined, destination: StatefulSet | undefined): string[] {
  if (source === undefined || destination === undefined) return [];
  return Object.entries(identity).flatMap(([name, read]) => {
    const [here, there] = [read(source), read(destination)].map(canonicalJson);
    return here === there ? [] : [`its spec.${name} is ${there}, and that of the source ${here}`];
  });
}

/** Why a set of the destination is no half of the set that is to move. */
export function otherSetProblem(
  { context, set }: { readonly context: string; readonly set: StatefulSet | undefined },
  what: string,
): Problem {
  return {
    where: `${set === undefined ? "the StatefulSet" : titleOf(set)} in context ${context}`,
    what: `is another set, and only has the name of the one that moves: ${what}`,
    todo: "Name the context of the cluster that the set moves to, or rename one of the two",
  };
}
