import type { Carried } from "../set/carried";
import { parseRange } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import type { SetIdentity } from "./pinned";
import type { HalfRecord } from "../protocol/protocol";
import { rememberingLast } from "./rememberingLast";
import type { Problem } from "../userError";
import type { Inventory, Offer } from "../volumes/volume";

/** The version of the outputs that this program writes and reads. */
export const contract = 1;

/** The outputs of a half: the contract between the two stacks. */
export interface HalfOutputs extends Omit<HalfRecord, "set"> {
  /** Version of this table. */
  readonly contract: typeof contract;
  readonly side: Side;
  /** uid of the namespace `kube-system` of the half's cluster. */
  readonly cluster: string;
  readonly set: SetIdentity;
  /** Whether a range lock is around the set. Left out: by a version of this program that had none. */
  readonly rangeLock?: boolean;
  /** What the half declares beside its set, one text. Left out: by a version of this program that did not tell. */
  readonly declared?: string;
  /** What the half's last completed `up` warned about, see `warnedText`. Left out where there was nothing. */
  readonly warned?: string;
  /** Source: volumes and claims for the ordinals within a batch of the cut, on both sides. A secret output. */
  readonly offer: Offer;
  /** Source: where the data of every claim is. In the stack's outputs it is JSON text, see `inventoryText`. */
  readonly inventory: Inventory;
  /** Source: the carried Secrets and ConfigMaps, kind, then name. A secret output. */
  readonly carried: Carried;
  /** Pods that a person has vouched for as stopped. Left out where there are none. */
  readonly fenced?: readonly FencedPod[];
}

/** A pod that a person vouched for as stopped (`fenced`). */
export interface FencedPod {
  readonly pod: string;
  readonly uid: string;
  readonly node?: string;
}

/**
 * The inventory as it stands in the outputs: one text. As an object, the engine and the SDK would walk every value of it
 * in each `up`, and a step would cost more the larger the set.
 */
export function inventoryText(inventory: Inventory): string {
  return JSON.stringify(inventory);
}

const parsed = rememberingLast((text): unknown => JSON.parse(text));

/** Undefined if it is no inventory. An object was written by earlier versions. */
function inventoryIn(output: unknown): Inventory | undefined {
  try {
    const value: unknown = typeof output === "string" ? parsed(output) : (output ?? {});
    return typeof value === "object" && value !== null ? (value as Inventory) : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): boolean {
  const { name, namespace, fingerprint } = (value ?? {}) as Partial<Record<string, unknown>>;
  const { claimTemplates, podTemplate } = (fingerprint ?? {}) as Partial<Record<string, unknown>>;
  return isRange(value) && [name, namespace, claimTemplates, podTemplate].every((text) => typeof text === "string");
}

function isRange(value: unknown): value is OrdinalRange {
  const { start, replicas } = (value ?? {}) as Partial<Record<string, unknown>>;
  return parseRange(`${String(start)}+${String(replicas)}`) !== undefined;
}

/**
 * Reads the outputs of a stack.
 *
 * @param stack name of the stack, for messages.
 * @returns undefined if the stack has not vouched for anything yet: its holdings are unknown.
 */
export function readOutputs(
  outputs: Readonly<Record<string, unknown>>,
  stack: string,
  side: Side,
  problems: Problem[],
): HalfOutputs | undefined {
  if (outputs.contract === undefined && outputs.held === undefined) return undefined;
  const candidate = outputs as Partial<Record<keyof HalfOutputs, unknown>>;
  const count = problems.length;
  const check = (ok: boolean, output: keyof HalfOutputs, legal: string, todo: string): void => {
    if (!ok)
      problems.push({
        where: `stack ${stack}: output ${output}`,
        what: "cannot be used",
        received: candidate[output],
        legal,
        todo,
      });
  };
  const restore = "Restore the stack's state from a backup: pulumi stack import";
  check(
    candidate.contract === contract,
    "contract",
    String(contract),
    "Use the same version of statefulset-cutover for both stacks",
  );
  if (problems.length > count) return undefined;
  check(
    candidate.side === side,
    "side",
    side,
    "Give each half a stack of its own: check side and peerStack in the config of both stacks",
  );
  check(isRange(candidate.held), "held", "{ start, replicas }", restore);
  check(isIdentity(candidate.set), "set", "{ name, namespace, start, replicas, fingerprint }", restore);
  for (const output of ["cutoverIndex", "turn", "peerTurn"] as const) {
    check(Number.isSafeInteger(candidate[output]) && Number(candidate[output]) >= 0, output, "a whole number", restore);
  }
  check(typeof candidate.cluster === "string", "cluster", "uid of a cluster", restore);
  const inventory = inventoryIn(candidate.inventory);
  if (inventory === undefined) {
    // Without its value, which is secret.
    const what = "cannot be used: it is not the JSON text of an inventory";
    problems.push({ where: `stack ${stack}: output inventory`, what, todo: restore });
  }
  if (inventory === undefined || problems.length > count) return undefined;
  // `fence` is its earlier name. The policy itself is the same object under both, so nothing has to be taken away.
  const { fence, ...named } = outputs as Omit<HalfOutputs, "offer" | "inventory" | "carried"> & { fence?: boolean };
  const rangeLock = named.rangeLock ?? fence;
  return {
    offer: {},
    carried: {},
    ...named,
    ...(rangeLock !== undefined && { rangeLock }),
    inventory,
  };
}
