import type { Side } from "../../../core/ordinals";
import type { Scenario } from "./scene";
import type { Outcome } from "./run";
import type { Point } from "./up";
import type { PodTrouble } from "./hands";

/** Where an `up` was stopped, as its user would say it. */
const stopped: Readonly<Record<Point, string>> = {
  read: "after it read the outputs of both stacks",
  decided: "after it decided, before it changed anything",
  declared: "after it declared what the set needs, before its last look",
  guarded: "between its last look and its write of the set",
  wrote: "right after it wrote the set",
  awaited: "when its pods were ready, before it read them again",
  proven: "before it recorded its outputs",
};

function ending(outcome: Outcome): string {
  switch (outcome.kind) {
    case "done":
      return "done";
    case "refused":
      return `refused: ${outcome.message}`;
    case "failed":
      return `fails: ${outcome.message}`;
    case "killed":
      return `killed ${stopped[outcome.at]}`;
    case "paused":
      return `held up ${stopped[outcome.at]}`;
  }
}

const protections = {
  outputs: "neither peerContext nor a range lock",
  livePeer: "peerContext on both halves",
  rangeLock: "a range lock in both clusters",
} as const;

/** What happens, in words. */
export const inWords = {
  scene: ({ replicas, start, parallel, protection }: Scenario): string =>
    `At first the ordinals ${start} to ${start + replicas - 1} run in the source (${parallel ? "Parallel" : "OrderedReady"}; ` +
    `${protections[protection]}), both up are done, batch is 1.`,
  /** The name of the invariant is left out where the sentence says it. */
  end: (broken: string | undefined): string =>
    broken === undefined
      ? "=> all is well"
      : `=> now ${broken.replace(/^(at most one|told from what is|one write|one step at a time): /, "")}`,
  up: (side: Side, index: number, givesUp: boolean, outcome: Outcome | undefined): string | undefined => {
    if (outcome === undefined) return undefined;
    const impatient = givesUp && outcome.kind === "failed" ? ", which does not wait for its pods" : "";
    return `pulumi up -s ${side} with cutoverIndex ${index}${impatient}: ${ending(outcome)}`;
  },
  goesOn: (side: Side, outcome: Outcome | undefined): string | undefined =>
    outcome === undefined ? undefined : `the up of the ${side} goes on: ${ending(outcome)}`,
  rest: "the controllers of both clusters come to rest",
  batch: (to: number): string => `batch is set to ${to} in both stacks`,
  restore: (side: Side, index: number): string =>
    `the state of the ${side} is restored from a backup, of when it was at cutover index ${index}`,
  pod: (what: PodTrouble, side: Side, ordinal: number): string =>
    ({
      delete: `kubectl delete pod web-${ordinal} in the ${side}`,
      forceDelete: `kubectl delete pod web-${ordinal} --force in the ${side}`,
      cutOff: `the node of ordinal ${ordinal} in the ${side} is cut off`,
      neverReady: `the pod of ordinal ${ordinal} in the ${side} does not get ready`,
      stuckTerminating: `the pod of ordinal ${ordinal} in the ${side} does not end when it is deleted`,
      mend: `the pod of ordinal ${ordinal} in the ${side} is mended`,
    })[what],
  scale: (side: Side, by: number): string =>
    `kubectl scale in the ${side}: ${Math.abs(by)} ${by > 0 ? "more" : "fewer"}`,
  deleteSet: (side: Side): string => `kubectl delete statefulset in the ${side}`,
};
