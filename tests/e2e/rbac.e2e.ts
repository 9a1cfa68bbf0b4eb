/**
 * A set that runs is taken over and moved, forward and back, with exactly the rights of `deploy/rbac/`, each half looking at its live peer.
 */
import { sides } from "../../core/ordinals";
import { contextOf, giveRights, kubeconfigIn, objectsOf, pathOf } from "./accounts";
import { useGround } from "./ground";
import { expectNothingLost, expectWholeSet, Scenario } from "./harness";
import { setManifest } from "./manifests";
import type { Side } from "./project";
import { runAlready } from "./runningSet";
import { describeInWhole } from "./tools";

const namespace = "rbac";
describeInWhole("least privilege", () => {
  const ground = useGround();
  let scenario: Scenario;

  beforeAll(async () => {
    const config = { carrySecrets: ["carried"], carryConfigMaps: ["carried"] };
    scenario = await Scenario.prepare(ground(), { namespace, config });
    for (const side of sides) {
      const metadata = { name: namespace };
      await ground().client(side).create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
      for (const account of [side, "peer-reader"] as const) await giveRights(ground(), side, account, namespace);
    }
    for (const [plural, kind] of [
      ["secrets", "Secret"],
      ["configmaps", "ConfigMap"],
    ] as const) {
      const object = { apiVersion: "v1", kind, metadata: { name: "carried" }, data: { key: "dmFsdWU=" } };
      await ground().client("source").create(`/api/v1/namespaces/${namespace}/${plural}`, object);
    }
    const contexts = sides.flatMap((side) => [
      contextOf(ground(), side, side, side),
      contextOf(ground(), side, "peer-reader", `${side}-peer`),
    ]);
    const kubeconfig = kubeconfigIn(scenario.project.root, "accounts", await Promise.all(contexts));
    scenario.project.setEnv("KUBECONFIG", kubeconfig);
    await scenario.project.must("config", "set", "peerContext", "destination-peer", "-s", "source");
    await scenario.project.must("config", "set", "peerContext", "source-peer", "-s", "destination");
    // The set runs already, so that the rights to take it over are tried too.
    await runAlready(ground(), namespace, setManifest({}), "kubectl apply");
    await scenario.project.must("config", "set", "adopt", "true", "-s", "source");
    await scenario.mustUp("destination");
    expect((await scenario.mustUp("source")).output.replace(/\s+/g, " ")).toContain("is taken over as it runs");
  });

  test("a move to the destination and back", async () => {
    await expectWholeSet(scenario, 3);
    await scenario.moveTo(0);
    await expectWholeSet(scenario, 0);
    await scenario.moveTo(3);
    await expectWholeSet(scenario, 3);
  });

  test("two ordinals a step, and previews", async () => {
    scenario.project.setConfig({ batch: 2, cutoverIndex: 1 });
    for (const side of sides) expect((await scenario.project.preview(side)).code).toBe(0);
    scenario.project.setConfig({ cutoverIndex: 3 });
    await scenario.moveTo(1, 2);
    await scenario.moveTo(3, 2);
    await expectWholeSet(scenario, 3);
    scenario.project.setConfig({ batch: 1 });
  });

  /** Runs something while a rule of an account's cluster role is missing. */
  const withoutRule = async (side: Side, resource: string, work: () => Promise<void>): Promise<void> => {
    const role = objectsOf(side, namespace).find(({ kind }) => kind === "ClusterRole");
    if (role === undefined) throw new Error(`${side}.yaml has no ClusterRole`);
    const rules = role.rules as { resources: string[] }[];
    const client = ground().client(side);
    const path = `${pathOf(role)}/${role.metadata.name}`;
    await client.patch(path, { rules: rules.filter(({ resources }) => !resources.includes(resource)) });
    try {
      await work();
    } finally {
      await client.patch(path, { rules });
    }
  };

  test.each([
    ["source", "nodes", "Give the account the right to get nodes"],
    ["source", "persistentvolumes", "Give the account the right to get persistentvolumes"],
  ] as const)("the %s may not look at %s: told in words, and nothing is written", async (side, resource, words) => {
    const before = (await scenario.live("source")).metadata.generation;
    await withoutRule(side, resource, async () => {
      const { code, output } = await scenario.up("source", 2);
      expect(code).not.toBe(0);
      expect(output.replace(/\s+/g, " ")).toContain(words);
    });
    expect((await scenario.live("source")).metadata.generation).toBe(before);
    scenario.project.cutoverIndex = 3;
  });

  test("the peer may not be looked at: an up that claims is refused, its preview says so", async () => {
    await scenario.mustUp("source", 2);
    const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/statefulset-cutover-peer-reader`;
    const { rules } = await ground().client("source").get(role);
    await ground().client("source").patch(role, { rules: [] });
    const preview = await scenario.project.preview("destination");
    expect(preview.code).toBe(0);
    const refused = await scenario.up("destination");
    expect(refused.code).not.toBe(0);
    for (const { output } of [preview, refused]) {
      expect(output.replace(/\s+/g, " ")).toContain(
        "Give the account the right to get statefulsets.apps in namespace rbac",
      );
    }
    expect(await scenario.ordinals("destination")).toEqual([]);
    await ground().client("source").patch(role, { rules });
    await scenario.mustUp("destination");
    await expectWholeSet(scenario, 2);
    await scenario.moveTo(3);
  });

  test("the end of a move: the empty half can be destroyed", async () => {
    await scenario.project.must("config", "set", "peerStack", "none", "-s", "source");
    await scenario.mustUp("source");
    expect((await scenario.project.destroy("destination")).code).toBe(0);
    expect(await scenario.whereabouts()).toEqual({ source: [0, 1, 2], destination: [] });
    expectNothingLost(scenario);
  });
});
