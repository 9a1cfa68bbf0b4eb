import type { Node, StatefulSet } from "../../../core/kubernetes";
import { podNetworkWarning, unreachableNodes, unreachableVolumes } from "../../../core/project/reach";
import { volume } from "../builders";
import { podTemplate, set } from "../manifest";
import type { Draft } from "../manifest";

const node = (podCIDRs?: readonly string[], labels: Record<string, string> = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node", labels },
  ...(podCIDRs && { spec: { podCIDRs } }),
});

describe("pod networks", () => {
  test.each([
    ["the same", ["10.1.0.0/24"], ["10.1.0.0/24"], "10.1.0.0/24"],
    ["one in the other", ["10.1.0.0/16"], ["10.1.7.0/24"], "10.1.0.0/16"],
    ["one around the other", ["10.1.7.0/24"], ["10.0.0.0/8"], "10.1.7.0/24"],
    ["of IPv6", ["fd00:1::/64"], ["fd00:1::/48"], "fd00:1::/64"],
  ])("%s", (_, source, destination, told) => {
    expect(podNetworkWarning([node(source)], [node(["192.168.0.0/24"]), node(destination)])).toBe(
      `both clusters give their pods addresses of one network (${told}): members of the set in different clusters cannot reach ` +
        "each other by pod address. Where they must, give the clusters pod networks that do not overlap",
    );
  });

  test("several are counted", () => {
    const nodes = [node(["10.1.0.0/24"]), node(["10.1.1.0/24", "fd00::/64"])];
    expect(podNetworkWarning(nodes, nodes)).toContain("(10.1.0.0/24 and 2 more)");
  });

  test.each([
    ["neighbours", ["10.1.0.0/24"], ["10.1.1.0/24"]],
    ["of two families", ["10.1.0.0/24"], ["fd00::/8"]],
    ["not told", undefined, ["10.1.0.0/24"]],
    ["unreadable", ["10.1.0.0"], ["10.1.0.0"]],
  ])("%s: nothing to say", (_, source, destination) => {
    expect(podNetworkWarning([node(source)], [node(destination)])).toBeUndefined();
  });
});

describe("volumes", () => {
  const zone = "topology.kubernetes.io/zone";
  const inZones = (...zones: readonly string[]) =>
    volume(5, {
      nodeAffinity: {
        required: {
          nodeSelectorTerms: zones.map((each) => ({
            matchExpressions: [{ key: zone, operator: "In", values: [each] }],
          })),
        },
      },
    });

  test("of a zone that the destination does not have", () => {
    expect(unreachableVolumes([inZones("a", "b"), volume(4)], [node([], { [zone]: "c" })])).toEqual([
      "PersistentVolume pv-5 is for nodes with topology.kubernetes.io/zone a; topology.kubernetes.io/zone b (spec.nodeAffinity), " +
        "and the destination has none: its pod would stay Pending there",
    ]);
  });

  test("of one that it has, or whose nodes nobody knows", () => {
    expect(unreachableVolumes([inZones("a", "b")], [node([], { [zone]: "b" })])).toEqual([]);
    expect(unreachableVolumes([inZones("a")], [])).toEqual([]);
  });
});

describe("nodes", () => {
  const pinned = (nodeSelector: Draft) => set({ template: podTemplate({ nodeSelector }) }) as unknown as StatefulSet;

  test("that the pods ask for and the destination does not have", () => {
    expect(unreachableNodes(pinned({ pool: "db" }), [node([], { pool: "web" }), node([])])).toEqual([
      "the pods are for nodes with pool db (spec.template.spec.nodeSelector), and the destination has none: they would not " +
        "start there. Change it in the destination by patches",
    ]);
  });

  test("that it has, or that nobody knows", () => {
    expect(unreachableNodes(pinned({ pool: "db" }), [node([], { pool: "db" })])).toEqual([]);
    expect(unreachableNodes(pinned({ pool: "db" }), [])).toEqual([]);
  });
});
