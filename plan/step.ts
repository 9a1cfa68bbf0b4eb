import { annotations } from "../core/kubernetes";
import type { StatefulSet } from "../core/kubernetes";
import { leavingNote, leavingPods } from "../core/protections/leaving";
import type { Decision, LiveHalf } from "../core/protocol/protocol";
import { halfOfSet } from "../core/set/half";
import { arrivalOf } from "../core/volumes/arriving";
import type { Arrival } from "../core/volumes/arriving";
import { newOrdinals } from "../core/volumes/claims";
import type { Inventory } from "../core/volumes/volume";
import type { GuardedSet } from "../live/guard";
import type { HalfArgs } from "./arguments";
import type { RangeLockQuestion } from "./judge/rangeLock";
import type { HalfSeen } from "./seen";

/** What a decision means for the half, before anything of it is looked at. */
export interface Step {
  readonly decision: Decision;
  /** The StatefulSet as it will be written. */
  readonly halfSet: StatefulSet;
  readonly guard: GuardedSet;
  /** Whether volumes are handed over. */
  readonly carries: boolean;
  /** Destination: the volumes that the source offers for the ordinals near the cut. */
  readonly arrival: Arrival;
  readonly locking: RangeLockQuestion;
}

/** What an `up` of this decision is about. */
export function stepOf(
  args: HalfArgs,
  { look, records, stack }: HalfSeen,
  { decision, live, clusterUid }: { decision: Decision; live: LiveHalf | undefined; clusterUid: string },
): Step {
  const { namespace, set } = args.workload;
  const name = set.metadata.name;
  const templates = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  const volumes = args.volumes ?? "carry";
  const carries = volumes === "carry" && templates.length > 0;
  const { peer, ended } = records;
  const inventory: Inventory = (decision.side === "source" ? records.own : peer)?.inventory ?? {};
  const noted = look?.set?.metadata.annotations?.[annotations.leaving];
  const leaving = look === undefined ? [] : leavingPods(name, decision, live, look.pods, noted);
  const takesIn = carries && decision.side === "destination";
  return {
    decision,
    halfSet: halfOfSet(set, decision, clusterUid, leavingNote(name, decision, leaving, noted)),
    guard: {
      decision,
      namespace,
      name,
      templates,
      volumes,
      decidedOn: live,
      newOrdinals: newOrdinals(decision, records.own?.set),
      inventory,
      known: inventory,
      pods: look?.pods ?? [],
      leaving,
      fenced: args.fenced ?? [],
      peer: undefined,
    },
    carries,
    arrival: takesIn
      ? arrivalOf(peer?.offer ?? {}, args, decision, templates)
      : { arriving: [], refusals: [], warnings: [] },
    locking: {
      set: { namespace, name, stack },
      asked: args.rangeLock,
      recorded: records.own?.rangeLock,
      version: look?.version,
      ended,
    },
  };
}
