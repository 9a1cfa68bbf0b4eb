/**
 * Random lives of one StatefulSet: what people and faults do to it, one thing after the other. Plain data, so that the same
 * life can be led in a simulated and in a real cluster.
 */
import fc from "fast-check";

/** `OrderedReady` or `Parallel`, and so on: what stays the same for the whole life of a set. */
export interface Circumstances {
  readonly podManagementPolicy: "OrderedReady" | "Parallel";
  /** Whether it has a claim template, and how its class binds. */
  readonly storage: "none" | "Immediate" | "WaitForFirstConsumer";
  /** Whether each volume is reserved for one claim. */
  readonly reserved: boolean;
  readonly revisionHistoryLimit: number;
}

/** A change of the set's spec. */
export type SpecChange =
  | { readonly do: "range"; readonly start: number; readonly replicas: number }
  | { readonly do: "template"; readonly version: number; readonly broken: boolean }
  | { readonly do: "rolling"; readonly partition: number; readonly maxUnavailable?: number | string }
  | { readonly do: "onDelete" }
  | { readonly do: "minReady"; readonly seconds: number }
  | { readonly do: "retention"; readonly whenScaled: "Retain" | "Delete"; readonly whenDeleted: "Retain" | "Delete" };

/** Something that happens to a pod, a claim or a volume. */
export interface Happening {
  readonly do: "deletePod" | "failPod" | "unready" | "stick" | "heal" | "deleteClaim" | "deleteVolume";
  readonly ordinal: number;
}

/** One thing that is done. */
export type Operation =
  | SpecChange
  | Happening
  | { readonly do: "deleteSet"; readonly propagation: "Background" | "Foreground" | "Orphan" }
  | { readonly do: "createSet" }
  /** Replaces volumes whose claim is gone, as a provisioner would make new ones. */
  | { readonly do: "newVolumes" };

/** One life. */
export interface Sequence {
  readonly circumstances: Circumstances;
  readonly operations: readonly Operation[];
}

/** No ordinal is higher. */
export const highestOrdinal = 6;

/** What the real cluster of a run is like. */
export interface SequenceOptions {
  /** Whether its feature gate lets sets have `maxUnavailable`. */
  readonly maxUnavailable: boolean;
}

function operations({ maxUnavailable }: SequenceOptions): fc.Arbitrary<Operation> {
  const policy = fc.constantFrom("Retain" as const, "Delete" as const);
  const happening = (...what: Happening["do"][]): fc.Arbitrary<Happening> =>
    fc.record({ do: fc.constantFrom(...what), ordinal: fc.integer({ min: 0, max: 4 }) });
  const range = fc.record({
    do: fc.constant("range" as const),
    start: fc.integer({ min: 0, max: 3 }),
    replicas: fc.integer({ min: 0, max: 4 }),
  });
  const several = fc.constantFrom<number | string | undefined>(undefined, 2, 3, "25%", "60%");
  const rolling = fc.record(
    {
      do: fc.constant("rolling" as const),
      partition: fc.integer({ min: 0, max: 3 }),
      // Also where the gate is off: the API server must drop it.
      maxUnavailable: several,
    },
    { requiredKeys: ["do", "partition"] },
  );
  return fc.oneof(
    { weight: 8, arbitrary: range },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("template" as const),
        version: fc.integer({ min: 1, max: 4 }),
        broken: fc.constantFrom(false, false, true),
      }),
    },
    { weight: maxUnavailable ? 6 : 3, arbitrary: rolling },
    { weight: 1, arbitrary: fc.constant({ do: "onDelete" as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("minReady" as const), seconds: fc.integer({ min: 0, max: 2 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("retention" as const), whenScaled: policy, whenDeleted: policy }),
    },
    { weight: 5, arbitrary: happening("deletePod", "failPod") },
    { weight: 5, arbitrary: happening("unready", "stick") },
    { weight: 8, arbitrary: happening("heal") },
    { weight: 3, arbitrary: happening("deleteClaim", "deleteVolume") },
    { weight: 1, arbitrary: fc.constant({ do: "newVolumes" as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("deleteSet" as const),
        propagation: fc.constantFrom("Background" as const, "Foreground" as const, "Orphan" as const),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ do: "createSet" as const }) },
  );
}

/** The lives of a run: the same ones for the same seed. */
export function sequencesOf(seed: number, count: number, options: SequenceOptions): Sequence[] {
  const sequence = fc.record({
    circumstances: fc.record({
      podManagementPolicy: fc.constantFrom("OrderedReady" as const, "OrderedReady" as const, "Parallel" as const),
      storage: fc.constantFrom("none" as const, "Immediate" as const, "WaitForFirstConsumer" as const),
      reserved: fc.boolean(),
      revisionHistoryLimit: fc.constantFrom(0, 1, 10),
    }),
    operations: fc.array(operations(options), { minLength: 6, maxLength: 14, size: "max" }),
  });
  return fc.sample(sequence, { seed, numRuns: count });
}

/** An operation in a line. */
export function inWords(operation: Operation): string {
  return JSON.stringify(operation);
}
