import { inventoryText, readOutputs } from "../../../core/contract/record";
import { renderProblem } from "../../../core/userError";
import { outputs, without } from "../builders";

function read(given: Readonly<Record<string, unknown>>): { record: unknown; lines: string[] } {
  const { value: record, problems } = readOutputs(given, "old", "source");
  return { record, lines: problems.map(renderProblem) };
}
const good = { ...outputs("source", 5, 2) };

test("a stack that has vouched for nothing", () => {
  expect(read({})).toEqual({ record: undefined, lines: [] });
  expect(read({ offer: {} })).toEqual({ record: undefined, lines: [] });
});

test("the outputs as they are; offer, inventory and carried may be missing, as on the destination or in older ones", () => {
  expect(read(good)).toEqual({ record: good, lines: [] });
  const rest = without(good, "offer", "inventory", "carried");
  expect(read(rest)).toEqual({ record: { ...rest, offer: {}, inventory: {}, carried: {} }, lines: [] });
});

test("whether there is a range lock, under its earlier name too", () => {
  expect(read({ ...good, fence: true }).record).toEqual({ ...good, rangeLock: true });
  expect(read({ ...good, rangeLock: false }).record).toEqual({ ...good, rangeLock: false });
});

test("the inventory is one text; earlier versions wrote an object", () => {
  const inventory = { 5: { data: { driver: "disk.example.com", volumeHandle: "disk-5" } } };
  const text = inventoryText(inventory);
  expect(text).toBe('{"5":{"data":{"driver":"disk.example.com","volumeHandle":"disk-5"}}}');
  expect(read({ ...good, inventory: text })).toEqual({ record: { ...good, inventory }, lines: [] });
  expect(read({ ...good, inventory })).toEqual({ record: { ...good, inventory }, lines: [] });
});

test.each(["{", "7", "null"])("an inventory that reads %j is refused, without its value", (inventory) => {
  expect(read({ ...good, inventory })).toEqual({
    record: undefined,
    lines: [
      "stack old: output inventory cannot be used: it is not the JSON text of an inventory. " +
        "Restore the stack's state from a backup: pulumi stack import",
    ],
  });
});

test("all that a half may write is read as it is", () => {
  const every = {
    ...good,
    ...{ rangeLock: true, declared: "Service web", warned: "0123456789ab" },
    fenced: [
      { pod: "web-5", uid: "u" },
      { pod: "web-4", uid: "v", node: "node-1" },
    ],
    offer: { 5: { data: { persistentVolume: {}, persistentVolumeClaim: {} } } },
    carried: { Secret: { login: { apiVersion: "v1", kind: "Secret", metadata: { name: "login" } } } },
  };
  expect(read(every)).toEqual({ record: every, lines: [] });
});

test("another version of the contract is the only thing told", () => {
  expect(read({ ...good, contract: 2, turn: -1 })).toEqual({
    record: undefined,
    lines: [
      "stack old: output contract cannot be used (received 2); legal: 1. Use the same version of statefulset-cutover for both stacks",
    ],
  });
});

const restore = "Restore the stack's state from a backup: pulumi stack import";
test.each([
  [
    { side: "destination" },
    'side cannot be used (received "destination"); legal: source. Give each half a stack of its own: check side and peerStack ' +
      "in the config of both stacks",
  ],
  [{ held: undefined }, `held cannot be used (received nothing); legal: { start, replicas }. ${restore}`],
  [
    { held: { start: -1, replicas: 2 } },
    `held cannot be used (received {"start":-1,"replicas":2}); legal: { start, replicas }. ${restore}`,
  ],
  [
    { set: { start: 0, replicas: 6, name: "web", namespace: "shop" } },
    'set cannot be used (received {"start":0,"replicas":6,"name":"web","namespace":"shop"}); legal: ' +
      `{ name, namespace, start, replicas, fingerprint }. ${restore}`,
  ],
  [
    { set: null },
    `set cannot be used (received null); legal: { name, namespace, start, replicas, fingerprint }. ${restore}`,
  ],
  [{ cutoverIndex: "5" }, `cutoverIndex cannot be used (received "5"); legal: a whole number. ${restore}`],
  [{ turn: 1.5 }, `turn cannot be used (received 1.5); legal: a whole number. ${restore}`],
  [{ peerTurn: -1 }, `peerTurn cannot be used (received -1); legal: a whole number. ${restore}`],
  [{ cluster: 7 }, `cluster cannot be used (received 7); legal: uid of a cluster. ${restore}`],
  [{ rangeLock: "yes" }, `rangeLock cannot be used (received "yes"); legal: true or false. ${restore}`],
  [{ fence: 1 }, `rangeLock cannot be used (received 1); legal: true or false. ${restore}`],
  [{ declared: [] }, `declared cannot be used (received []); legal: text. ${restore}`],
  [{ warned: null }, `warned cannot be used (received null); legal: text. ${restore}`],
  [
    { fenced: ["web-5"] },
    `fenced cannot be used (received ["web-5"]); legal: a list of { pod, uid, node }. ${restore}`,
  ],
  [{ offer: { 5: { data: "secret" } } }, `offer cannot be used: it is not a map of ordinals and claims. ${restore}`],
  [
    { carried: { Secret: { login: "secret" } } },
    `carried cannot be used: it is not a map of kinds and names. ${restore}`,
  ],
])("%j is refused", (change, message) => {
  expect(read({ ...good, ...change })).toEqual({ record: undefined, lines: [`stack old: output ${message}`] });
});
