import { rules } from "../../../core/protocol/protocol";
import type { Action } from "./actions";
import { wholeGuard } from "./guard";
import type { Scenario } from "./scene";
import { play, told } from "./story";
import { TroubledWorld } from "./world";

jest.mock("@pulumi/pulumi", () => jest.requireActual<typeof import("./standIn")>("./standIn").pulumi);
jest.mock("../../../plan/stackOutputs", () => jest.requireActual<typeof import("./standIn")>("./standIn").peer);

afterEach(() => {
  jest.restoreAllMocks();
});

const scenario: Scenario = {
  replicas: 3,
  start: 0,
  parallel: false,
  attaches: true,
  protection: "outputs",
  others: "restore",
};

async function storyOf(schedule: readonly Action[], given: Partial<Scenario> = {}): Promise<string[]> {
  const world = await TroubledWorld.atFirst({ ...scenario, ...given }, wholeGuard, new Map());
  return told(world.scenario, await play(world, schedule, "source")).split("\n");
}

const next = { do: "next", towards: "destination", stop: undefined, givesUp: false } as const;
const back = { do: "up", side: "source", to: { steps: 1 }, stop: undefined, givesUp: false } as const;

test("a broken invariant is told as what people did", async () => {
  jest.spyOn(rules, "ownTurnIsLower").mockReturnValue(undefined);
  const killed = { ...next, stop: { at: "wrote", how: "killed" } } as const;
  expect(await storyOf([next, killed, { do: "rest" }, back])).toEqual([
    "At first the ordinals 0 to 2 run in the source (OrderedReady; neither peerContext nor a range lock), both up are done, batch is 1.",
    "1. pulumi up -s source with cutoverIndex 2: done",
    "2. pulumi up -s destination with cutoverIndex 2: killed right after it wrote the set",
    "3. the controllers of both clusters come to rest",
    "4. pulumi up -s source with cutoverIndex 3: done",
    "=> now ordinal 2 lives in both clusters (source: its live spec allows it, destination: a pod)",
  ]);
});

test("two ups at once, a restored backup, pods and a batch", async () => {
  const heldUp = { ...next, stop: { at: "guarded", how: "paused" } } as const;
  const schedule: Action[] = [
    { do: "batch", to: 2 },
    heldUp,
    { do: "pod", what: "stuckTerminating", side: "source", offset: 1 },
    { ...next, givesUp: true },
    { do: "goOn", side: "source", stop: { at: "proven", how: "killed" } },
    { do: "pod", what: "mend", side: "source", offset: 1 },
    { do: "others", side: "destination", back: 1, by: 1 },
    next,
    { do: "others", side: "source", back: 1, by: 1 },
  ];
  expect(await storyOf(schedule)).toEqual([
    "At first the ordinals 0 to 2 run in the source (OrderedReady; neither peerContext nor a range lock), both up are done, batch is 1.",
    "1. batch is set to 2 in both stacks",
    "2. pulumi up -s source with cutoverIndex 1: held up between its last look and its write of the set",
    "3. the pod of ordinal 1 in the source does not end when it is deleted",
    expect.stringMatching(/^4. the up of the source goes on: fails: the set did not become ready in time: /),
    "5. the pod of ordinal 1 in the source is mended",
    "6. pulumi up -s source with cutoverIndex 1: done",
    "7. the state of the source is restored from a backup, of when it was at cutover index 3",
    "=> all is well",
  ]);
});

test("foreign hands", async () => {
  const others = { do: "others", side: "source", back: 1, by: -1 } as const;
  expect(await storyOf([others], { others: "scale" })).toContain("1. kubectl scale in the source: 1 fewer");
  expect(await storyOf([others], { others: "scale", protection: "rangeLock" })).toHaveLength(2);
  expect(await storyOf([others], { others: "delete", start: 1, parallel: true, protection: "livePeer" })).toEqual([
    "At first the ordinals 1 to 3 run in the source (Parallel; peerContext on both halves), both up are done, batch is 1.",
    "1. kubectl delete statefulset in the source",
    "=> all is well",
  ]);
});
