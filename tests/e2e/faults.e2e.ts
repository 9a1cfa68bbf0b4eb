/**
 * Clusters that fail in the middle of a step. Whatever happens, the messages lead out and nothing is there twice.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { sides } from "../../core/ordinals";
import type { ComponentName } from "../../dev/playground/components";
import { until, useGround } from "./ground";
import { expectNothingLost, expectWholeSet, orderOf, Scenario } from "./harness";
import type { Side } from "./project";
import { describeInWhole, tell } from "./tools";

const OUTAGE_MS = 4_000;

describeInWhole("at most one, with clusters that fail", () => {
  const ground = useGround();
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace: "faults" });
  });

  /** Whether a half's set has been written since `before`. */
  const writtenSince = async (side: Side): Promise<() => Promise<boolean>> => {
    const before = (await scenario.live(side)).metadata.generation;
    return async () => (await scenario.live(side)).metadata.generation > before;
  };

  const settle = async (order: readonly Side[], cutoverIndex: number): Promise<void> => {
    await scenario.settle(order, cutoverIndex);
    await expectWholeSet(scenario, cutoverIndex);
  };

  const outages = sides.flatMap((side) =>
    (["SIGKILL", "SIGSTOP"] as const).flatMap((how) =>
      (["written", "early"] as const).map((when) => ({ side, how, when })),
    ),
  );

  test.each(outages)(
    "API server of the $side gone ($how) in the middle of its up ($when)",
    async ({ side, how, when }) => {
      const from = scenario.project.cutoverIndex;
      const to = from === 3 ? 2 : 3;
      const order = orderOf(from, to);
      if (order[1] === side) await scenario.mustUp(order[0], to);
      const written = await writtenSince(side);
      const up = scenario.up(side, to);
      await (when === "written" ? until("the set is written", written, 120_000) : sleep(1_500));
      await ground().without(side, "kube-apiserver", () => sleep(OUTAGE_MS), how);
      const { code } = await up;
      tell(`  the up ${code === 0 ? "went through" : "failed"}`);
      await settle(order, to);
    },
  );

  /** Runs both ups while a component is gone; an up that waits for it is interrupted once, as Ctrl-C does. */
  const stepWithout = async (side: Side, component: ComponentName, from: number, to: number): Promise<void> => {
    const order = orderOf(from, to);
    if (order[1] === side) await scenario.mustUp(order[0], to);
    await ground().without(side, component, async () => {
      const written = await writtenSince(side);
      let writtenMs = Infinity;
      const waited = async (): Promise<boolean> => {
        if (writtenMs === Infinity && (await written())) writtenMs = Date.now();
        return Date.now() > writtenMs + 5_000;
      };
      const run = await scenario.up(side, to, { when: waited, signal: "SIGINT" });
      expect(run.code).not.toBe(0);
      const other = await scenario.up(side === "source" ? "destination" : "source", to);
      tell(`  meanwhile the other half ${other.code === 0 ? "went through" : "was refused"}`);
      expectNothingLost(scenario);
    });
  };

  test.each([
    ["source", "kube-controller-manager"],
    ["destination", "kube-controller-manager"],
    ["source", "kwok"],
    ["destination", "kwok"],
  ] as const)("%s without %s: pods are neither removed nor made", async (side, component) => {
    await settle(orderOf(scenario.project.cutoverIndex, 3), 3);
    await stepWithout(side, component, 3, 2);
    await settle(["source", "destination"], 2);
    await stepWithout(side, component, 2, 3);
    await settle(["destination", "source"], 3);
  });

  test.each(sides)("a pod of the %s is stuck terminating", async (side) => {
    const [from, to] = side === "source" ? [3, 2] : [2, 3];
    await settle(orderOf(scenario.project.cutoverIndex, from), from);
    const pod = `/api/v1/namespaces/faults/pods/web-2`;
    const client = ground().client(side);
    await client.patch(pod, { metadata: { annotations: { "playground/stuck": "terminating" } } });
    const leaving = async (): Promise<boolean> => (await client.get(pod)).metadata.deletionTimestamp !== undefined;
    expect((await scenario.up(side, to, { when: leaving, signal: "SIGINT" })).code).not.toBe(0);
    // It is there, however much the config says otherwise.
    const order = orderOf(from, to);
    expect((await scenario.up(order[1], to)).code).not.toBe(0);
    expect(await scenario.ordinals(order[1])).not.toContain(2);
    await client.patch(pod, { metadata: { annotations: { "playground/stuck": null } } });
    await settle(order, to);
  });

  test("a pod that is not ready blocks a release before anything is written; ready again, the step goes on", async () => {
    await settle(orderOf(scenario.project.cutoverIndex, 3), 3);
    const pod = `/api/v1/namespaces/faults/pods/web-0`;
    const client = ground().client("source");
    await client.patch(pod, { metadata: { annotations: { "playground/stuck": "unready" } } });
    await until("unready", async () => (await scenario.live("source")).status?.readyReplicas === 2);
    const before = (await scenario.live("source")).metadata.generation;
    const { code, output } = await scenario.up("source", 2);
    expect(code).not.toBe(0);
    expect(output.replace(/\s+/g, " ")).toContain("not Ready: pod web-0");
    expect((await scenario.live("source")).metadata.generation).toBe(before);
    await client.patch(pod, { metadata: { annotations: { "playground/stuck": null } } });
    await until("ready", async () => (await scenario.live("source")).status?.readyReplicas === 3);
    await settle(["source", "destination"], 2);
  });

  test("the claimed pod never gets ready: the way back works, and the ordinal lives again where it was", async () => {
    await settle(orderOf(scenario.project.cutoverIndex, 3), 3);
    await scenario.mustUp("source", 2);
    const made = async (): Promise<boolean> => (await scenario.ordinals("destination")).includes(2);
    await ground().without("destination", "kwok", async () => {
      expect((await scenario.up("destination", 2, { when: made, signal: "SIGINT" })).code).not.toBe(0);
      await ground()
        .client("destination")
        .patch("/api/v1/namespaces/faults/pods/web-2", {
          metadata: { annotations: { "playground/stuck": "unready" } },
        });
    });
    await settle(["destination", "source"], 3);
  });
});
