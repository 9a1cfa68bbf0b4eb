import * as fc from "fast-check";

import type { Side } from "../../../core/ordinals";
import { actions, type ForeignHands } from "./actions";
import type { Scenario } from "./scene";
import { play, told } from "./story";
import { TroubledWorld } from "./world";

jest.mock("@pulumi/pulumi", () => jest.requireActual<typeof import("./standIn")>("./standIn").pulumi);
jest.mock("../../../components/peer", () => jest.requireActual<typeof import("./standIn")>("./standIn").peer);

test("smoke", async () => {
  const hands: ForeignHands = (process.env.HANDS ?? "none") as ForeignHands;
  const scenario: fc.Arbitrary<Scenario> = fc.record({
    replicas: fc.constantFrom(2, 3, 3, 4),
    start: fc.constantFrom(0, 1),
    parallel: fc.boolean(),
    protection: fc.constantFrom(...((process.env.PROT ?? "outputs,livePeer,fence").split(",") as Scenario["protection"][])),
  });
  const arb = scenario.chain((s) => fc.tuple(fc.constant(s), actions(s, hands), fc.constantFrom<Side>("source", "destination")));
  let most = 0;
  let total = 0;
  const t = Date.now();
  const numRuns = Number(process.env.SCHEDULES ?? 200);
  const result = await fc.check(
    fc.asyncProperty(arb, async ([s, schedule, last]) => {
      const story = await play(new TroubledWorld(s), schedule, last);
      most = Math.max(most, story.ups);
      total += story.ups;
      if (story.broken !== undefined) throw new Error(story.broken);
    }),
    { numRuns, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
  );
  console.log(numRuns, "runs", Date.now() - t, "ms; most ups", most, total);
  if (result.failed && result.counterexample) {
    const [[s, schedule, last]] = result.counterexample;
    console.log(result.seed, result.numRuns, result.numShrinks, String(result.errorInstance), JSON.stringify(s), JSON.stringify(schedule));
    console.log(told(await play(new TroubledWorld(s), schedule, last)));
  }
  expect(result.failed).toBe(false);
}, 6_000_000);
