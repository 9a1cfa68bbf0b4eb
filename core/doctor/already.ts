import { whyNotTaken } from "../adopt/compare";
import { namesakeProblems } from "../adopt/namesake";
import { annotations, rangeOfSet, titleOf } from "../kubernetes";
import { formatRange } from "../ordinals";
import { isHalf } from "../set/half";
import { finder, findingOf } from "./finding";
import type { Finding } from "./finding";
import type { SeenHalf } from "./seen";

/** What has the names already that a first `up` would write, and is somebody else's. */
export function checkNames({ side, seen, config, record, stack }: SeenHalf): Finding[] {
  if (record !== undefined) return [];
  const adopts = side === "source" && config.adopt && !isHalf(seen.set);
  if (adopts) {
    const live = seen.beside.map(({ live: object }) => object).filter((object) => object !== undefined);
    return live
      .map(whyNotTaken)
      .filter((problem) => problem !== undefined)
      .map((problem) => findingOf("names", side, "critical", problem));
  }
  const adoptCommand = side === "source" ? `pulumi config set adopt true -s ${stack}` : undefined;
  return namesakeProblems(seen.beside, seen.set, { adoptCommand }).map((problem) =>
    findingOf("names", side, "critical", problem),
  );
}

/** What an earlier move has left: annotations, range locks, noted reclaim policies. */
export function checkLeftovers({ side, seen, record, workload, context, stack }: SeenHalf): Finding[] {
  const find = finder("leftovers", side);
  const { set, rangeLock, claims = [] } = seen;
  const marks = set?.metadata.annotations ?? {};
  const isNew = record === undefined;
  const range = marks[annotations.range];
  const scaled = set !== undefined && isHalf(set) && range !== undefined && range !== formatRange(rangeOfSet(set));
  const noted = isNew
    ? claims.filter(({ volume }) => volume?.metadata.annotations?.[annotations.reclaimPolicy] !== undefined)
    : [];
  const { name } = workload.set.metadata;
  const other = workload.namespace;
  const namespaceOf = seen.namespaceObject?.metadata.annotations?.[annotations.namespaceOf];
  return [
    ...(isNew && isHalf(set)
      ? [
          find(
            "error",
            titleOf(set),
            `carries the annotations of a move (turn ${marks[annotations.turn] ?? ""}, range ${range ?? "none"}), and stack ${stack} has no outputs: they are of an earlier move, or its first up was interrupted`,
            `If it was, run it again: pulumi up -s ${stack}. If not, remove the annotations statefulset-cutover/* first`,
          ),
        ]
      : []),
    ...(scaled
      ? [
          find(
            "error",
            titleOf(set),
            `has ${formatRange(rangeOfSet(set))} (start+replicas), and its annotation says ${range}: somebody has scaled it past the program`,
            `See who did. An up at the index where the half stands writes it back: pulumi up -s ${stack}`,
          ),
        ]
      : []),
    ...(isNew && rangeLock !== undefined && !isHalf(set)
      ? [
          find(
            "warning",
            titleOf(rangeLock),
            `is left in the cluster of context ${context} from an earlier move of ${other}/${name}: it denies to scale or delete such a set`,
            `If no other move needs it: kubectl --context ${context} delete validatingadmissionpolicybinding,validatingadmissionpolicy ${rangeLock.metadata.name}`,
          ),
        ]
      : []),
    ...(noted.length > 0
      ? [
          find(
            "warning",
            noted.length === 1
              ? `PersistentVolume ${noted[0]?.volume?.metadata.name ?? ""}`
              : `${noted.length} PersistentVolumes`,
            `have the annotation ${annotations.reclaimPolicy} of an earlier move, which made them Retain`,
            "See that no other cluster uses these disks, then remove the annotation",
          ),
        ]
      : []),
    ...(isNew && namespaceOf !== undefined && namespaceOf !== name
      ? [
          find(
            "advice",
            `Namespace ${other}`,
            `was created for the move of the set ${namespaceOf}`,
            "See that the other move is over, or that both may share it",
          ),
        ]
      : []),
  ];
}
