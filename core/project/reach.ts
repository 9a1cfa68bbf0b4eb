// eslint-disable-next-line no-restricted-imports -- a pure class that Node has built in
import { BlockList } from "node:net";
import type { Node, PersistentVolume, StatefulSet } from "../kubernetes";
import { unmetDemands } from "../set/nodeSelection";

/** What of one cluster must fit the other, beside storage classes and drivers. */

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/**
 * Pod networks that both clusters have, as a warning; undefined if none overlap, or no node tells its own (`spec.podCIDRs`;
 * some clouds give pods addresses of their own).
 */
export function podNetworkWarning(source: readonly Node[], destination: readonly Node[]): string | undefined {
  const theirs = destination.flatMap(networksOf);
  const both = source
    .flatMap(networksOf)
    .filter((network) => theirs.some((other) => overlap(network, other)))
    .map(({ address, prefix }) => `${address}/${prefix}`);
  if (both.length === 0) return undefined;
  const [first = ""] = both;
  return (
    `both clusters give their pods addresses of one network (${first}${both.length > 1 ? ` and ${both.length - 1} more` : ""}): ` +
    "members of the set in different clusters cannot reach each other by pod address. Where they must, give the clusters " +
    "pod networks that do not overlap"
  );
}

/** Volumes that no node of the destination may mount, a warning each; none if its nodes are not known. */
export function unreachableVolumes(volumes: readonly PersistentVolume[], nodes: readonly Node[]): string[] {
  if (nodes.length === 0) return [];
  return volumes.flatMap((volume) => {
    const terms = termsOf(volume);
    if (terms.length === 0 || terms.some((term) => nodes.some((node) => matches(node, term)))) return [];
    const wanted = terms
      .map((term) => term.map(({ key, values = [] }) => `${key} ${values.join(" or ")}`).join(", "))
      .join("; ");
    return [
      `PersistentVolume ${volume.metadata.name} is for nodes with ${wanted} (spec.nodeAffinity), and the destination has ` +
        "none: its pod would stay Pending there",
    ];
  });
}

/** What the pods of a set ask of a node and no node of the destination has, a warning each; none if its nodes are not known. */
export function unreachableNodes({ spec }: StatefulSet, nodes: readonly Node[]): string[] {
  return unmetDemands(spec.template.spec, nodes).map(
    ({ path, text }) =>
      `the pods are for nodes with ${text} (spec.template.spec.${path}), and the destination has none: they would not start ` +
      "there. Change it in the destination by patches",
  );
}

function networksOf({ spec }: Node): Network[] {
  const { podCIDRs = [] } = (spec ?? {}) as { podCIDRs?: readonly string[] };
  return podCIDRs.flatMap((text) => {
    const [address = "", prefix = ""] = text.split("/");
    return prefix === "" ? [] : [{ address, prefix: Number(prefix), family: address.includes(":") ? "ipv6" : "ipv4" }];
  });
}

/** Of two networks that overlap, one has the address of the other. */
function overlap(a: Network, b: Network): boolean {
  return a.family === b.family && (has(a, b) || has(b, a));
}

function has({ address, prefix, family }: Network, inner: Network): boolean {
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return list.check(inner.address, family);
}

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Terms of which one must hold, each with labels that must be so. Labels that name one node are refused elsewhere. */
function termsOf(volume: PersistentVolume): readonly (readonly Expression[])[] {
  const affinity = volume.spec.nodeAffinity as
    { required?: { nodeSelectorTerms?: { matchExpressions?: Expression[] }[] } } | undefined;
  return (affinity?.required?.nodeSelectorTerms ?? []).map(({ matchExpressions = [] }) =>
    matchExpressions.filter(({ operator }) => operator === "In"),
  );
}

function matches({ metadata: { labels = {} } }: Node, term: readonly Expression[]): boolean {
  return term.every(({ key, values = [] }) => values.includes(labels[key] ?? ""));
}
