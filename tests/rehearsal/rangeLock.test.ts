import { rangeLockOf, rangeLockRules } from "../../core/protections/rangeLock";
import type { StatefulSet } from "../../core/kubernetes";
import { SimulatedCluster } from "../../rehearsal/cluster/simulatedCluster";
import { rangeLockCases, lockedSet } from "../core/protections/rangeLockCases";
import { World } from "./world";

jest.setTimeout(60_000);

const rangeLock = rangeLockOf({ namespace: "shop", name: "web", stack: "source" });
const web = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "shop", name: "web" };

/** A cluster with the set as it was before the range lock, and the range lock. */
function fenced(before: StatefulSet | undefined, deny = true): SimulatedCluster {
  const cluster = new SimulatedCluster({ name: "source" });
  cluster.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  if (before !== undefined) cluster.seed(before);
  cluster.seed(rangeLock.policy);
  const spec = { policyName: rangeLock.binding.metadata.name, validationActions: deny ? ["Deny"] : ["Warn"] };
  cluster.seed({ ...rangeLock.binding, spec });
  return cluster;
}

function tries(cluster: SimulatedCluster, before: StatefulSet | undefined, after: StatefulSet | undefined): string {
  try {
    if (after === undefined) cluster.delete(web);
    else if (before === undefined) cluster.seed(after);
    else
      cluster.edit(web, (live) => ({ ...live, metadata: { ...live.metadata, ...after.metadata }, spec: after.spec }));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test.each(rangeLockCases.map((each) => ({ ...each, verdict: each.denied ?? "allowed" })))(
  "the simulated API server: $what: $verdict",
  ({ before, after, denied }) => {
    const { validations } = rangeLock.policy.spec as { validations: { message: string }[] };
    const why = denied && (validations[rangeLockRules.indexOf(denied)]?.message ?? "no rule");
    const by = "ValidatingAdmissionPolicy 'statefulset-cutover.shop.web' with binding 'statefulset-cutover.shop.web'";
    expect(tries(fenced(before), before, after)).toBe(
      why === undefined ? "" : `statefulsets.apps "web" is forbidden: ${by} denied request: ${why}`,
    );
    expect(tries(fenced(before, false), before, after)).toBe("");
  },
);

test("a dry run of a creation is denied before the set is found to exist", async () => {
  const cluster = fenced(lockedSet("0+3"));
  expect(await cluster.tryCreate(lockedSet("0+3", "", ""))).toMatchObject({ reason: "Forbidden" });
  expect(await cluster.tryCreate(lockedSet("0+3"))).toMatchObject({ reason: "AlreadyExists" });
});

test("an old API server serves no policies", async () => {
  const cluster = new SimulatedCluster({ name: "source", version: "v1.29.0" });
  expect(await cluster.tryCreate(rangeLock.policy)).toMatchObject({ reason: "NotFound" });
});

describe("a move", () => {
  const set = { name: "web", namespace: "shop", replicas: 2, start: 0, batch: 1, volumes: "carry" } as const;
  const scale = (cluster: SimulatedCluster): string => {
    try {
      cluster.edit(web, (live) => ({ ...live, spec: { ...(live as StatefulSet).spec, replicas: 5 } }));
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const locks = (cluster: SimulatedCluster): number =>
    [rangeLock.policy, rangeLock.binding].flatMap(({ apiVersion, kind }) => cluster.objects(apiVersion, kind)).length;

  test("is fenced from its first up to its end, and the program passes", async () => {
    const config: Record<string, string> = {};
    const world = new World(set, config);
    const { source, destination } = world.clusters;
    const step = async (index: number, ...sides: ("source" | "destination")[]): Promise<void> => {
      for (const side of sides) expect((await world.up(side, index)).diagnostics).toEqual([]);
    };
    await step(2, "destination", "source");
    expect(scale(source)).toContain("denied request: web is being moved between clusters by the Pulumi stack source");
    expect(scale(destination)).toContain("by the Pulumi stack destination");
    await step(1, "source", "destination");
    await step(2, "destination", "source");
    await step(1, "source", "destination");
    await step(0, "source", "destination");
    const before = destination.get(web);
    config["shop:peerStack"] = "none";
    const ended = await world.up("destination", 0);
    const gone = ended.operations.filter(({ op }) => op !== "retain");
    expect(gone.map(({ op, type }) => `${op} ${type.replace(/.*:/, "")}`)).toEqual([
      "delete ValidatingAdmissionPolicyBinding",
      "delete ValidatingAdmissionPolicy",
    ]);
    expect(destination.get(web)).toBe(before);
    expect([locks(source), locks(destination)]).toEqual([2, 0]);
    expect((await world.stacks.source.destroy()).diagnostics).toEqual([]);
    expect(locks(source)).toBe(0);
    expect([...world.violations]).toEqual([]);
  });
});
