/**
 * What must not be done is refused before anything changes, and the message leads out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { sides } from "../../core/ordinals";
import type { KubeObject } from "../../dev/playground/api";
import { useGround } from "./ground";
import { adviceIn, expectNothingLost, Scenario, untouched } from "./harness";
import { setManifest } from "./manifests";
import type { Run, Side } from "./project";
import { describeWithPulumi } from "./tools";

describeWithPulumi("refusals", () => {
  const ground = useGround();
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.begin(ground(), { namespace: "refusals" });
  });

  /** Runs something that must be refused and must change nothing in either cluster. */
  const refused = async (run: () => Promise<Run>): Promise<string> => {
    const before = [await untouched(scenario, "source"), await untouched(scenario, "destination")];
    const { code, output, diagnostics } = await run();
    expect(code === 0 ? "it went through" : "failed").toBe("failed");
    expect([await untouched(scenario, "source"), await untouched(scenario, "destination")]).toEqual(before);
    // No stack trace: the message is for a person.
    expect(output).not.toMatch(/^ +at |node_modules/m);
    return diagnostics.join(" ").replace(/\s+/g, " ");
  };
  const refusedUp = (side: Side, cutoverIndex?: number): Promise<string> =>
    refused(() => scenario.up(side, cutoverIndex));

  test("a jump", async () => {
    const output = await refusedUp("source", 1);
    expect(adviceIn(output, 1)?.text).toBe("Run pulumi up -s source with cutoverIndex 2 first, then this again");
    scenario.project.cutoverIndex = 3;
  });

  test("an index that the set does not have", async () => {
    expect(await refusedUp("source", 7)).toContain("cutoverIndex");
    scenario.project.cutoverIndex = 3;
  });

  test("the wrong order forward; what the message says leads on", async () => {
    const output = await refusedUp("destination", 2);
    expect(adviceIn(output, 2)?.text).toBe("Run pulumi up -s source with cutoverIndex 2 first, then this again");
    expect(await scenario.followAdvice("destination", 2)).toHaveLength(1);
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1], destination: [2] });
  });

  test("destroying a half that holds ordinals", async () => {
    for (const side of sides) {
      expect(await refused(() => scenario.project.destroy(side))).toContain("protect");
    }
  });

  test("contexts that were swapped", async () => {
    const { kubeconfig } = ground();
    const swapped = join(scenario.project.root, "swapped");
    const config = parse(readFileSync(kubeconfig, "utf8")) as { contexts: { name: string }[] };
    for (const context of config.contexts) context.name = context.name === "source" ? "destination" : "source";
    writeFileSync(swapped, stringify(config));
    scenario.project.setEnv("KUBECONFIG", swapped);
    try {
      for (const side of sides) {
        expect(await refusedUp(side)).toMatch(/leads to (another cluster|the cluster of the)/);
      }
    } finally {
      scenario.project.setEnv("KUBECONFIG", kubeconfig);
    }
  });

  test("a peer stack that does not exist", async () => {
    const output = await scenario.project.withConfig("source", "peerStack", "nowhere", () => refusedUp("source"));
    expect(output).toContain("pulumi stack init nowhere");
  });

  test("a destination whose cluster cannot be reached", async () => {
    await ground().without("destination", "kube-apiserver", async () => {
      for (const run of [await scenario.up("destination"), await scenario.project.preview("destination")]) {
        expect(run.code).not.toBe(0);
        expect(run.diagnostics.join(" ")).toContain("unreachable cluster");
      }
    });
  });

  test("ending a move while both halves hold ordinals", async () => {
    const output = await scenario.project.withConfig("source", "peerStack", "none", () => refusedUp("source"));
    expect(output).toContain("does not hold all ordinals");
  });

  test("the wrong order back; what the message says leads on", async () => {
    const output = await refusedUp("source", 3);
    expect(adviceIn(output, 3)?.text).toBe("Run pulumi up -s destination with cutoverIndex 3 first, then this again");
    expect(await scenario.followAdvice("source", 3)).toHaveLength(1);
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1, 2], destination: [] });
    expectNothingLost(scenario);
  });

  test("calling a move off: the source keeps all, and nothing of it is touched", async () => {
    await scenario.project.must("config", "set", "peerStack", "none", "-s", "source");
    await scenario.mustUp("source");
    const before = await untouched(scenario, "source");
    const left = await scenario.data("destination");
    expect((await scenario.project.destroy("destination")).code).toBe(0);
    expect(await untouched(scenario, "source")).toEqual(before);
    expect(await scenario.data("destination")).toEqual(left);
    expect(await ground().client("destination").find("/api/v1/namespaces/refusals")).toBeDefined();
    expectNothingLost(scenario);
  });
});

describeWithPulumi("refusals at the start", () => {
  const ground = useGround();

  test("both stacks on one cluster", async () => {
    const scenario = await Scenario.prepare(ground(), { namespace: "one-cluster" });
    await scenario.project.must("config", "set", "kubernetes:context", "source", "-s", "destination");
    await scenario.mustUp("destination");
    const { code, output, operations } = await scenario.up("source");
    expect([code === 0, operations]).toEqual([false, []]);
    expect(output).toContain("both halves would be one");
    expect(await scenario.ordinals("source")).toEqual([]);
  });

  test("a set of that name that someone else made", async () => {
    const scenario = await Scenario.prepare(ground(), { namespace: "foreign" });
    const client = ground().client("source");
    await client.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "foreign" } });
    const set = setManifest({}).split("---\n")[1] ?? "";
    await client.create("/apis/apps/v1/namespaces/foreign/statefulsets", parse(set) as KubeObject);
    await scenario.mustUp("destination");
    const before = (await scenario.live("source")).metadata.generation;
    const { code, output, operations } = await scenario.up("source");
    expect([code === 0, operations]).toEqual([false, []]);
    expect(output.replace(/\s+/g, " ")).toContain("was not made by this program");
    expect((await scenario.live("source")).metadata.generation).toBe(before);
    expectNothingLost(scenario);
  });
});
