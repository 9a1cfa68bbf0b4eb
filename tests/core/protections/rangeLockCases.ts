import type { RangeLockRule } from "../../../core/protections/rangeLock";
import type { StatefulSet } from "../../../core/kubernetes";

/** One write to a fenced set, and which rule denies it. The end-to-end test asks a real API server about the same ones. */
export interface RangeLockCase {
  readonly what: string;
  /** Left out: the set is created. */
  readonly before?: StatefulSet;
  /** Left out: the set is deleted. */
  readonly after?: StatefulSet;
  readonly denied?: RangeLockRule;
}

/** A set with these ordinals, whose annotations say this. An empty `range` or `turn` is left out. */
export function lockedSet(ordinals: string, range = ordinals, turn = "2", image = "example.com/web:1"): StatefulSet {
  const [start, replicas] = ordinals.split("+").map(Number);
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: {
      name: "web",
      namespace: "shop",
      annotations: {
        ...(range === "" ? {} : { "statefulset-cutover/range": range }),
        ...(turn === "" ? {} : { "statefulset-cutover/turn": turn }),
      },
    },
    spec: {
      replicas: replicas ?? 0,
      ...(start ? { ordinals: { start } } : {}),
      serviceName: "web",
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
    },
  };
}

const newImage = "example.com/web:2";

/** What may happen to a set, allowed or not. */
export const rangeLockCases: readonly RangeLockCase[] = [
  { what: "a step of the source", before: lockedSet("0+3"), after: lockedSet("0+2", "0+2", "4") },
  { what: "a claim of the destination", before: lockedSet("3+0"), after: lockedSet("2+1") },
  { what: "a roll-out", before: lockedSet("2+1"), after: lockedSet("2+1", "2+1", "2", newImage) },
  { what: "the set taken over", before: lockedSet("0+3", "", ""), after: lockedSet("0+3", "0+3", "0") },
  { what: "more replicas", before: lockedSet("0+2"), after: lockedSet("0+3", "0+2"), denied: "range" },
  { what: "no replicas", before: lockedSet("0+2"), after: lockedSet("0+0", "0+2"), denied: "range" },
  { what: "another start", before: lockedSet("2+1"), after: lockedSet("1+1", "2+1"), denied: "range" },
  { what: "no start", before: lockedSet("2+1"), after: lockedSet("0+1", "2+1"), denied: "range" },
  { what: "both, and no annotations", before: lockedSet("2+1"), after: lockedSet("0+3", "", ""), denied: "range" },
  {
    what: "an annotation for another range",
    before: lockedSet("0+2"),
    after: lockedSet("0+3", "0+4"),
    denied: "range",
  },
  { what: "the range annotation alone", before: lockedSet("0+2"), after: lockedSet("0+2", "0+3"), denied: "range" },
  { what: "no range annotation", before: lockedSet("0+2"), after: lockedSet("0+2", ""), denied: "range" },
  { what: "a copy of an earlier state", before: lockedSet("0+2"), after: lockedSet("0+3", "0+3", "0"), denied: "turn" },
  {
    what: "a lower turn alone",
    before: lockedSet("0+2", "0+2", "10"),
    after: lockedSet("0+2", "0+2", "9"),
    denied: "turn",
  },
  { what: "no turn", before: lockedSet("0+2"), after: lockedSet("0+2", "0+2", ""), denied: "turn" },
  { what: "a turn that is none", before: lockedSet("0+2"), after: lockedSet("0+2", "0+2", "-1"), denied: "turn" },
  { what: "a higher turn", before: lockedSet("0+2", "0+2", "9"), after: lockedSet("0+2", "0+2", "10") },
  { what: "a turn in the place of none", before: lockedSet("0+2", "0+2", "x"), after: lockedSet("0+2", "0+2", "0") },
  {
    what: "a roll-out of a set that was scaled before it was fenced",
    before: lockedSet("0+3", "0+2"),
    after: lockedSet("0+3", "0+2", "2", newImage),
  },
  { what: "and its way back", before: lockedSet("0+3", "0+2"), after: lockedSet("0+2") },
  { what: "a creation by the program", after: lockedSet("3+0") },
  { what: "a creation by someone else", after: lockedSet("0+3", "", ""), denied: "range" },
  { what: "the deletion of an empty half", before: lockedSet("3+0") },
  { what: "the deletion of a half with ordinals", before: lockedSet("2+1"), denied: "deletion" },
];
