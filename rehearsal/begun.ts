import { carriedOf } from "../core/set/carried";
import { hasRangeLock } from "../core/contract/clusterIdentity";
import { claimName } from "../core/kubernetes";
import { endOf, rangeOf } from "../core/ordinals";
import type { OrdinalRange, Side } from "../core/ordinals";
import { contract, inventoryText } from "../core/contract/record";
import type { StackOutputs, WrittenOutputs } from "../core/contract/record";
import type { Standing } from "../core/project/standing";
import type { FoundSet } from "../core/project/survey";
import { findClaims, inventoryOf, mergeInventories, offerOf } from "../core/volumes/volume";
import type { Inventory, Offer } from "../core/volumes/volume";
import { offeredOrdinals } from "../core/volumes/claims";
import { withoutUndefined } from "../core/json";
import type { JsonObject } from "../core/json";
import type { RehearsalInput } from "./rehearsalInput";
import { makeSecret } from "./engine/secrets";

/** What the stacks of a move that has begun are taken to have recorded. */
export interface AssumedRecords {
  /** The outputs of the half, as on the wire. */
  readonly outputs: JsonObject;
  /** As if nothing were unfinished: what the half and its peer say while its resources are taken up. */
  readonly settled: { readonly own: JsonObject; readonly peer: JsonObject };
  /** The index that the half's live set stands at. */
  readonly cutoverIndex: number;
}

/**
 * The outputs that the `up` so far have left in the stack of a half, as its live set tells; undefined if it has not run.
 *
 * While its resources are taken up, the peer counts as holding all others and as having the lower turn: so the program
 * finds nothing to claim, to give up or to answer, and declares what it declared last.
 */
export function assumedRecords(input: RehearsalInput, standing: Standing, side: Side): AssumedRecords | undefined {
  const half = standing.halves[side];
  const peer = standing.halves[side === "source" ? "destination" : "source"];
  if (half === undefined) return undefined;
  const cutoverIndex = indexAt(side, half.range);
  const record = (of: Side, held: OrdinalRange, turn: number, peerTurn: number): JsonObject =>
    recordOf(input, standing, of, { held, turn, peerTurn });
  const other: Side = side === "source" ? "destination" : "source";
  const known = record(other, rangeOf(other, standing.set, cutoverIndex), 0, 0);
  return {
    outputs: record(side, half.held, half.turn, peer?.turn ?? 0),
    settled: { own: record(side, half.range, half.turn, 0), peer: peer === undefined ? {} : known },
    cutoverIndex,
  };
}

function indexAt(side: Side, range: OrdinalRange): number {
  return side === "source" ? endOf(range) : range.start;
}

function recordOf(
  input: RehearsalInput,
  { set }: Standing,
  side: Side,
  told: { readonly held: OrdinalRange; readonly turn: number; readonly peerTurn: number },
): JsonObject {
  const { name, namespace, batch } = input.set;
  const { fingerprint } = input.halves[side].workload;
  const survey = input.found?.[side];
  const cutoverIndex = indexAt(side, told.held);
  const isSource = side === "source";
  const standIns = input.standIns.filter(({ kind }) => kind !== "Namespace");
  const carried = carriedOf(
    standIns.map((object) => ({ kind: object.kind as "Secret" | "ConfigMap", name: object.metadata.name, object })),
  );
  return onTheWire({
    contract,
    side,
    cutoverIndex,
    cluster: survey?.clusterUid ?? "",
    set: { name, namespace, ...set, fingerprint },
    ...told,
    rangeLock: hasRangeLock(survey?.version ?? ""),
    // Not told by what runs.
    declared: "",
    warned: undefined,
    fenced: undefined,
    offer: isSource ? offerNear(input, set, { cutoverIndex, set, batch }) : undefined,
    inventory: isSource ? inventoryText(knownVolumes(input, set)) : undefined,
    carried: isSource ? carried : undefined,
  });
}

const secretOutputs: readonly string[] = ["offer", "inventory", "carried"] satisfies (keyof WrittenOutputs)[];

function onTheWire(outputs: WrittenOutputs): JsonObject {
  return Object.fromEntries(
    Object.entries(withoutUndefined(outputs)).map(([name, value]: [string, unknown]) => [
      name,
      secretOutputs.includes(name) ? makeSecret(value) : value,
    ]),
  );
}

function claimsIn(input: RehearsalInput, found: FoundSet | undefined, ordinals: readonly number[]) {
  const templates = (input.halves.source.workload.set.spec.volumeClaimTemplates ?? []).map((t) => t.metadata.name);
  return findClaims(input.set.name, templates, ordinals, found?.claims ?? [], found?.volumes ?? []);
}

function ordinals({ start, replicas }: OrdinalRange): number[] {
  return Array.from({ length: replicas }, (_, index) => start + index);
}

/** Where the data of every ordinal is: where the source's claim is, else where the destination's is. */
function knownVolumes(input: RehearsalInput, set: OrdinalRange): Inventory {
  if (input.set.volumes === "fresh") return {};
  const there = inventoryOf(claimsIn(input, input.found?.destination.half, ordinals(set)));
  return mergeInventories(there, inventoryOf(claimsIn(input, input.found?.source, ordinals(set))));
}

function offerNear(input: RehearsalInput, set: OrdinalRange, near: Parameters<typeof offeredOrdinals>[0]): Offer {
  if (input.set.volumes === "fresh" || set.replicas === 0) return {};
  return offerOf(claimsIn(input, input.found?.source, offeredOrdinals(near)));
}

/** The offer of a source without what the destination has not taken in yet: that is not in its state. */
export function withoutMissing(peer: JsonObject, input: RehearsalInput): JsonObject {
  const { offer: offered }: StackOutputs = peer;
  const offer = offered as { value?: Offer } | undefined;
  if (offer?.value === undefined) return peer;
  const claims = new Set((input.found?.destination.half?.claims ?? []).map(({ metadata }) => metadata.name));
  const taken = Object.entries(offer.value).map(([ordinal, volumes]) => {
    const has = ([template]: [string, unknown]): boolean =>
      claims.has(claimName(template, input.set.name, Number(ordinal)));
    return [ordinal, Object.fromEntries(Object.entries(volumes).filter(has))];
  });
  return { ...peer, offer: makeSecret(Object.fromEntries(taken)) };
}
