import type { Carried } from "../set/carried";
import { isObject } from "../json";
import { parseRange } from "../ordinals";
import type { OrdinalRange, Side } from "../ordinals";
import type { SetIdentity } from "./pinned";
import type { HalfRecord } from "../protocol/protocol";
import { rememberingLast } from "./rememberingLast";
import type { Problem } from "../userError";
import type { Reading } from "../verdict";
import type { Inventory, OfferedVolume, Offer } from "../volumes/volume";

/** The version of the outputs that this program writes and reads. */
export const contract = 1;

/**
 * The outputs of a half, as it writes them: the contract between the two stacks. Whoever writes outputs names each of these,
 * and whoever reads them checks each, so that neither side changes one alone. Undefined: there is no such output.
 */
export interface WrittenOutputs extends Omit<HalfRecord, "set"> {
  /** Version of this table. */
  readonly contract: typeof contract;
  readonly side: Side;
  /** uid of the namespace `kube-system` of the half's cluster. */
  readonly cluster: string;
  readonly set: SetIdentity;
  /** Whether a range lock is around the set. */
  readonly rangeLock: boolean;
  /** What the half declares beside its set, one text, see `declaredText`. */
  readonly declared: string;
  /** What the half's last completed `up` warned about, see `warnedText`. Undefined where there was nothing. */
  readonly warned: string | undefined;
  /** Pods that a person has vouched for as stopped. Undefined where there are none. */
  readonly fenced: readonly FencedPod[] | undefined;
  /** Source: volumes and claims for the ordinals within a batch of the cut, on both sides. A secret output. */
  readonly offer: Offer | undefined;
  /** Source: where the data of every claim is, as `inventoryText` has it. A secret output. */
  readonly inventory: string | undefined;
  /** Source: the carried Secrets and ConfigMaps, kind, then name. A secret output. */
  readonly carried: Carried | undefined;
}

/** The outputs of a stack as plain values, secrets included, before anybody has checked them; empty if it has none yet. */
export type StackOutputs = Readonly<Partial<Record<keyof WrittenOutputs | "fence", unknown>>>;

/** Outputs that earlier versions of this program did not write. */
type Newer = "rangeLock" | "declared";

/** The outputs of a half, read and found good. */
export interface HalfOutputs
  extends
    Omit<WrittenOutputs, Newer | "warned" | "fenced" | "offer" | "inventory" | "carried">,
    Partial<Pick<WrittenOutputs, Newer | "warned" | "fenced">> {
  /** Empty on the destination. */
  readonly offer: Offer;
  /** Empty on the destination. */
  readonly inventory: Inventory;
  /** Empty on the destination. */
  readonly carried: Carried;
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

/** What an output must be. */
interface Form<T> {
  readonly isLegal: (value: unknown) => value is T;
  readonly legal: string;
  /** Default: to restore the state. */
  readonly todo?: string;
  /** Whether its value is not to be shown. */
  readonly secret?: true;
}

/** Of each output but `contract`, which comes first, and `inventory`, which is parsed. */
type Forms = { readonly [output in Exclude<keyof HalfOutputs, "contract" | "inventory">]: Form<HalfOutputs[output]> };

const forms: Omit<Forms, "side"> = {
  held: { isLegal: isRange, legal: "{ start, replicas }" },
  set: { isLegal: isIdentity, legal: "{ name, namespace, start, replicas, fingerprint }" },
  cutoverIndex: { isLegal: isCount, legal: "a whole number" },
  turn: { isLegal: isCount, legal: "a whole number" },
  peerTurn: { isLegal: isCount, legal: "a whole number" },
  cluster: { isLegal: isText, legal: "uid of a cluster" },
  rangeLock: { isLegal: orNone(isBoolean), legal: "true or false" },
  declared: { isLegal: orNone(isText), legal: "text" },
  warned: { isLegal: orNone(isText), legal: "text" },
  fenced: { isLegal: orNone(isListOf(isFencedPod)), legal: "a list of { pod, uid, node }" },
  offer: { isLegal: isMapOf(isMapOf(isOfferedVolume)), legal: "a map of ordinals and claims", secret: true },
  carried: { isLegal: isMapOf(isMapOf(isObject)), legal: "a map of kinds and names", secret: true },
};

function formsOf(side: Side): Forms {
  const isSide = (value: unknown): value is Side => value === side;
  const todo = "Give each half a stack of its own: check side and peerStack in the config of both stacks";
  return { side: { isLegal: isSide, legal: side, todo }, ...forms };
}

const restore = "Restore the stack's state from a backup: pulumi stack import";

/**
 * Reads the outputs of a stack. Any of them may have been changed by hand, so each is checked.
 *
 * @param stack name of the stack, for messages.
 * @returns no value if the stack has not vouched for anything yet, or has a problem: its holdings are unknown.
 */
export function readOutputs(outputs: StackOutputs, stack: string, side: Side): Reading<HalfOutputs | undefined> {
  if (outputs.contract === undefined && outputs.held === undefined) return { value: undefined, problems: [] };
  const where = (output: keyof HalfOutputs): string => `stack ${stack}: output ${output}`;
  const what = "cannot be used";
  if (outputs.contract !== contract) {
    const todo = "Use the same version of statefulset-cutover for both stacks";
    const legal = String(contract);
    const problem = { where: where("contract"), what, received: outputs.contract, legal, todo };
    return { value: undefined, problems: [problem] };
  }
  // `fence` is an earlier name of `rangeLock`. The policy itself is the same object under both, so nothing has to be taken away.
  const { fence, rangeLock = fence, offer = {}, carried = {}, ...named } = outputs;
  const found = { ...named, offer, carried, ...(rangeLock !== undefined && { rangeLock }) };
  const problems: Problem[] = [];
  for (const [name, { isLegal, legal, todo = restore, secret }] of Object.entries(formsOf(side))) {
    const output = name as keyof Forms;
    const received = found[output];
    if (isLegal(received)) continue;
    problems.push(
      secret
        ? { where: where(output), what: `${what}: it is not ${legal}`, todo }
        : { where: where(output), what, received, legal, todo },
    );
  }
  const inventory = inventoryIn(found.inventory);
  if (inventory === undefined) {
    problems.push({
      where: where("inventory"),
      what: `${what}: it is not the JSON text of an inventory`,
      todo: restore,
    });
  }
  if (inventory === undefined || problems.length > 0) return { value: undefined, problems };
  return { value: { ...(found as Omit<HalfOutputs, "inventory">), inventory }, problems };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isRange(value: unknown): value is OrdinalRange {
  const { start, replicas } = isObject(value) ? value : {};
  return parseRange(`${String(start)}+${String(replicas)}`) !== undefined;
}

function isIdentity(value: unknown): value is SetIdentity {
  const { name, namespace, fingerprint } = isObject(value) ? value : {};
  const { claimTemplates, podTemplate } = isObject(fingerprint) ? fingerprint : {};
  return isRange(value) && [name, namespace, claimTemplates, podTemplate].every(isText);
}

function isFencedPod(value: unknown): value is FencedPod {
  return isObject(value) && isText(value.pod) && isText(value.uid) && orNone(isText)(value.node);
}

function isOfferedVolume(value: unknown): value is OfferedVolume {
  return isObject(value) && isObject(value.persistentVolume) && isObject(value.persistentVolumeClaim);
}

function orNone<T>(isOne: (value: unknown) => value is T): (value: unknown) => value is T | undefined {
  return (value): value is T | undefined => value === undefined || isOne(value);
}

function isListOf<T>(isOne: (value: unknown) => value is T): (value: unknown) => value is readonly T[] {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(isOne);
}

function isMapOf<T>(isOne: (value: unknown) => value is T): (value: unknown) => value is Readonly<Record<string, T>> {
  return (value): value is Readonly<Record<string, T>> => isObject(value) && Object.values(value).every(isOne);
}
