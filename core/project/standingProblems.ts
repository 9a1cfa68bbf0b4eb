import { isHalf, liveHalf } from "../set/half";
import { annotations, titleOf } from "../kubernetes";
import type { StatefulSet } from "../kubernetes";
import { endOf, ordinalsText } from "../ordinals";
import type { Side } from "../ordinals";
import type { Problem } from "../userError";

/** What one cluster has of a set, by its name. */
export interface FoundHalf {
  /** The kubeconfig context that leads there. */
  readonly context: string;
  /** Uid of the namespace `kube-system`. */
  readonly clusterUid: string;
  /** The live set; undefined if there is none. */
  readonly set: StatefulSet | undefined;
  /** Ordinals of the set that have a pod, terminating ones included. */
  readonly pods: readonly number[];
}

/** A cluster that has such a set. */
export type FoundSetHalf = FoundHalf & { readonly set: StatefulSet };

/** Whether a cluster has such a set. */
export function hasSet(half: FoundHalf | undefined): half is FoundSetHalf {
  return half?.set !== undefined;
}

/** What a set holds, and its turn if it has one: `ordinals 0 to 3 (turn 2)`. */
export function holdings(set: StatefulSet): string {
  const { range, turn } = liveHalf(set);
  return `${ordinalsText(range)} (${isHalf(set) ? `turn ${turn}` : "no turn"})`;
}

/** Whether the half of the low ordinals is in the cluster that was named as the destination. */
export function isSwapped(source: StatefulSet, destination: StatefulSet): boolean {
  if (!isHalf(source)) return false;
  // A destination that has claimed nothing stands at the end of the set, also beside one that is yet to be taken over.
  const [here, there] = [liveHalf(source).range, liveHalf(destination).range];
  return endOf(there) <= here.start && (isHalf(destination) || here.replicas === 0);
}

/** The contexts of the two clusters were exchanged. */
export function swapProblem(source: FoundSetHalf, destination: FoundSetHalf): Problem {
  return {
    where: "--from-cluster and --destination-context",
    what:
      `are exchanged: the set in context ${source.context} is the half of the destination (start ` +
      `${liveHalf(source.set).range.start}, ${holdings(source.set)}), and the one in context ${destination.context} that ` +
      `of the source (${holdings(destination.set)})`,
    todo: `Exchange the two: --from-cluster ${destination.context} --destination-context ${source.context}`,
  };
}

/** Half of a move was found, and nobody has said where the other half is. */
export function unknownOther({ context, set }: FoundSetHalf): Problem {
  return {
    where: "--destination-context",
    what:
      `is not given, and the move of ${titleOf(set)} has begun: in context ${context} it has ${holdings(set)}, by its ` +
      `annotation ${annotations.turn}. What the other half holds is told by its own cluster alone`,
    todo: "Name the context of the cluster that the set moves to",
  };
}

/** A half was found, and the other cluster has a set of the name that this program never wrote. */
export function strangerProblem(side: Side, own: FoundSetHalf, other: FoundSetHalf): Problem {
  const theirs =
    `${holdings(own.set)} of it in context ${own.context} ${side === "source" ? "are" : "were claimed as"} the ` +
    `${side}'s half`;
  return {
    where: `${titleOf(other.set)} in context ${other.context}`,
    what: `carries no annotation ${annotations.turn}, so this program did not make it or somebody removed its annotations; but the move has begun, and ${theirs}`,
    todo:
      side === "source"
        ? "If it is another set, name the context of the cluster that the set moves to (--destination-context), or rename one of the two. " +
          "If it is the other half, pulumi preview -s destination says what was recorded last"
        : "Make sure that no ordinal runs in both clusters; pulumi preview -s source says what was recorded last",
  };
}

/** A half was found that has given up or claimed ordinals, and the other cluster has no such set. */
export function lonelyProblem(side: Side, own: FoundSetHalf, other: FoundHalf): Problem {
  const { context, set } = own;
  const where = `context ${other.context}:`;
  const has = `the one in context ${context} has ${holdings(set)}`;
  const anew = "take the annotations statefulset-cutover/… off the set";
  return side === "source"
    ? {
        where,
        what: `has no ${titleOf(set)}, but ${has}, so there was another half that it handed ordinals to`,
        todo:
          "If that is in another cluster, name its context (--destination-context). If the other half was deleted in the middle of " +
          `the move, pulumi preview -s destination says how its ordinals come back. If an earlier move is over or was called off, ${anew} and start a new one`,
      }
    : {
        where,
        what: `has no ${titleOf(set)}, but ${has} as the half of a destination, so its source's half is gone`,
        todo:
          "If the contexts are exchanged, or the source is in another cluster, correct --from-cluster. If the move is over and its source was destroyed, " +
          `nothing of it is left to rehearse: the way back is a move of its own, --from-cluster ${context}, once you ${anew}. If the set was deleted in the ` +
          "middle of the move, pulumi preview -s source says how its ordinals come back",
      };
}
