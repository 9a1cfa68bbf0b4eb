import type { Node } from "../../../core/kubernetes";
import { nodeDemands, unmetDemands } from "../../../core/set/nodeSelection";

const node = (name: string, labels: Record<string, string>): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
});
const required = (...nodeSelectorTerms: readonly unknown[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});

const nodes = [node("a", { zone: "1", cores: "8" }), node("b", { zone: "2", cores: "16", fast: "" })];

test.each([
  ["a label", { nodeSelector: { zone: "2" } }, "b"],
  ["a label that no node has", { nodeSelector: { zone: "3" } }, ""],
  ["a name", { nodeName: "a" }, "a"],
  ["In", required({ matchExpressions: [{ key: "zone", operator: "In", values: ["1", "3"] }] }), "a"],
  ["NotIn", required({ matchExpressions: [{ key: "zone", operator: "NotIn", values: ["1"] }] }), "b"],
  [
    "NotIn of a label that is not there",
    required({ matchExpressions: [{ key: "fast", operator: "NotIn", values: [""] }] }),
    "a",
  ],
  ["Exists", required({ matchExpressions: [{ key: "fast", operator: "Exists" }] }), "b"],
  ["DoesNotExist", required({ matchExpressions: [{ key: "fast", operator: "DoesNotExist" }] }), "a"],
  ["Gt", required({ matchExpressions: [{ key: "cores", operator: "Gt", values: ["8"] }] }), "b"],
  ["Lt", required({ matchExpressions: [{ key: "cores", operator: "Lt", values: ["16"] }] }), "a"],
  ["a field", required({ matchFields: [{ key: "metadata.name", operator: "In", values: ["b"] }] }), "b"],
  [
    "one of two terms",
    required(
      { matchExpressions: [{ key: "zone", operator: "In", values: ["1"] }] },
      { matchExpressions: [{ key: "zone", operator: "In", values: ["2"] }] },
    ),
    "ab",
  ],
  ["an empty term, which meets none", required({}), ""],
])("%s is met as the scheduler has it", (_, podSpec, met) => {
  const [demand] = nodeDemands(podSpec);
  expect(
    nodes
      .filter((one) => demand?.meets(one))
      .map(({ metadata }) => metadata.name)
      .join(""),
  ).toBe(met);
  expect(unmetDemands(podSpec, nodes)).toHaveLength(met === "" ? 1 : 0);
});

test("pods that ask for nothing run anywhere", () => {
  expect(nodeDemands({ nodeSelector: null, affinity: { nodeAffinity: {} }, containers: [] })).toStrictEqual([]);
});
