/**
 * `pulumi up` killed with SIGKILL at points spread over a step, on either half and on both at once. Afterwards either the
 * step is finished or the config is reverted, with nothing to go by but the messages.
 *
 * The points are not moments but states, so that they mean the same on a slow machine: how much the run has printed, and
 * how long ago it wrote its set.
 */
import { useGround } from "./ground";
import { expectWholeSet, orderOf, Scenario } from "./harness";
import type { Interruption } from "./pulumiProcess";
import type { Side } from "./project";
import { describeWithPulumi, wholeSuite } from "./tools";

interface Point {
  readonly name: string;
  /** Share of what an undisturbed run prints. */
  readonly printed?: number;
  /** Time since the live set was written. */
  readonly sinceWriteMs?: number;
}

const byOutput = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((printed) => ({
  ...{ name: `${Math.round(printed * 100)} % of its output`, printed },
}));
const byWrite = [0, 20, 50, 100, 150, 200, 300, 500, 800, 1_200].map((sinceWriteMs) => ({
  ...{ name: `${sinceWriteMs} ms after its write`, sinceWriteMs },
}));
const points: Point[] = [...byOutput, ...byWrite];
const inSmoke = [0.6, 0, 200];
const tried = points.filter(
  ({ printed, sinceWriteMs }) => wholeSuite || inSmoke.includes(printed ?? sinceWriteMs ?? -1),
);

describeWithPulumi("at most one, with ups killed", () => {
  const ground = useGround();
  let scenario: Scenario;
  /** What undisturbed runs print, by half and index. */
  const lengths = new Map<string, number>();

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace: "kills" });
    for (const index of [2, 3]) {
      for (const side of orderOf(scenario.project.cutoverIndex, index)) {
        lengths.set(`${side} ${index}`, (await scenario.mustUp(side, index)).output.length);
      }
    }
  });

  const killedAt = async (side: Side, index: number, point: Point): Promise<Interruption> => {
    if (point.printed !== undefined) {
      const length = (lengths.get(`${side} ${index}`) ?? 0) * point.printed;
      return { when: (output) => output.length >= length };
    }
    const before = (await scenario.live(side)).metadata.generation;
    let writtenMs = Infinity;
    return {
      when: async () => {
        if (writtenMs === Infinity && (await scenario.live(side)).metadata.generation > before) writtenMs = Date.now();
        return Date.now() >= writtenMs + (point.sinceWriteMs ?? 0);
      },
    };
  };

  const rounds = tried.flatMap((point, index) =>
    (["first", "second", "both"] as const).map((whose) => ({
      ...{ point, whose, name: point.name, then: index % 2 === 1 ? "the config is reverted" : "the step is finished" },
    })),
  );

  test.each(rounds)("$whose half killed at $name, then $then", async ({ point, whose, then }) => {
    const from = scenario.project.cutoverIndex;
    const to = from === 3 ? 2 : 3;
    const order = orderOf(from, to);
    if (whose === "second") await scenario.mustUp(order[0], to);
    scenario.project.cutoverIndex = to;
    const killed = order.filter((_, index) => whose === "both" || (whose === "first") === (index === 0));
    await Promise.all(killed.map(async (side) => scenario.up(side, to, await killedAt(side, to, point))));

    const goal = then === "the step is finished" ? to : from;
    await scenario.settle(goal === to ? order : orderOf(to, from), goal);
    await expectWholeSet(scenario, goal);
  });
});
