import { field, isObject, listAt, at } from "../json";
import { readyOf } from "../kubernetes";
import type { Node, Pod, StatefulSet } from "../kubernetes";
import { thousandthsOf } from "../quantity";
import { nodeDemands, unmetDemands } from "../set/nodeSelection";
import { asLabels, selects } from "../set/selectors";
import { finder } from "./finding";
import type { Finding } from "./finding";
import { nextOrdinals, setTitle } from "./seen";
import type { Examined, SeenHalf } from "./seen";

/** Amounts by name (`cpu`, `memory`, `nvidia.com/gpu`), in thousandths. */
type Amounts = Readonly<Record<string, number>>;

/** Whether the cluster that ordinals go to has nodes for their pods, and room on them. */
export function checkNodes(half: SeenHalf, examined: Examined): Finding[] {
  const { side, seen, workload, context } = half;
  const { moving } = examined;
  if (moving.to !== side || moving.ordinals.length === 0 || seen.nodes === undefined) return [];
  const find = finder("nodes", side);
  const title = `nodes of context ${context}`;
  const spec = workload.set.spec.template.spec;
  if (seen.nodes.length === 0) return [find("error", title, "are none: no pod starts there", "Add nodes")];
  const unmet = unmetDemands(spec, seen.nodes);
  if (unmet.length > 0) {
    return unmet.map(({ path, text }) =>
      find(
        "error",
        title,
        `are none with ${text}, which the pods of ${setTitle(examined)} ask for (spec.template.spec.${path})`,
        "Add such nodes, or change it in the destination by patches",
      ),
    );
  }
  const fitting = seen.nodes.map((node) => ({ node, why: whyNoPod(node, spec) }));
  const open = fitting.filter(({ why }) => why === undefined).map(({ node }) => node);
  if (open.length === 0) {
    const each = fitting.map(({ node, why }) => `${node.metadata.name} ${why ?? ""}`).slice(0, 5);
    const more = fitting.length > 5 ? ` and ${fitting.length - 5} more` : "";
    const why = `take no pod of ${setTitle(examined)}: ${each.join("; ")}${more}`;
    return [find("error", title, why, "Uncordon a node, or give the pods a toleration by patches")];
  }
  if (seen.everyPod === undefined) return [];
  const room = roomFor(workload.set, open, seen.everyPod, moving.ordinals.length);
  if (room >= moving.ordinals.length) return [];
  const next = nextOrdinals(examined).length;
  return [
    find(
      room < next ? "error" : "warning",
      title,
      `have room for ${room} of the ${moving.ordinals.length} pods that are to come, by what they request (${requested(spec)}): the others would stay Pending`,
      "Add nodes, or see that an autoscaler does",
    ),
  ];
}

/** Why a node takes no pod of this template, a clause; undefined if it may. */
function whyNoPod(node: Node, spec: unknown): string | undefined {
  if (readyOf(node)?.status !== "True") return "is not Ready";
  if (at(node, "spec", "unschedulable") === true) return "is cordoned";
  const unmet = nodeDemands(spec).find(({ meets }) => !meets(node));
  if (unmet !== undefined) return `has not ${unmet.text}`;
  const taint = listAt(node, "spec", "taints").find(
    (each) =>
      field(each, "effect") !== "PreferNoSchedule" && !listAt(spec, "tolerations").some((one) => tolerates(one, each)),
  );
  if (taint === undefined) return undefined;
  const [key, value] = [field(taint, "key"), field(taint, "value")].map((each) =>
    typeof each === "string" ? each : "",
  );
  return `has the taint ${key ?? ""}${value === "" ? "" : `=${value ?? ""}`}:${String(field(taint, "effect"))}`;
}

/** As the scheduler has it (`ToleratesTaint` in k8s.io/component-helpers). */
function tolerates(toleration: unknown, taint: unknown): boolean {
  const [effect, key, operator = "Equal", value = ""] = ["effect", "key", "operator", "value"].map((name) =>
    field(toleration, name),
  );
  if (effect !== undefined && effect !== "" && effect !== field(taint, "effect")) return false;
  if (key === undefined || key === "") return operator === "Exists";
  if (key !== field(taint, "key")) return false;
  return operator === "Exists" || value === (field(taint, "value") ?? "");
}

/**
 * How many pods of a template these nodes have room for, by requests, the number of pods a node takes, and a required
 * anti-affinity of the pods among themselves. Topology spread and the affinity to others' pods are left to the scheduler.
 */
function roomFor(set: StatefulSet, nodes: readonly Node[], pods: readonly Pod[], most: number): number {
  const wanted = requestsOf(set.spec.template.spec);
  const labels = asLabels(set.spec.template.metadata?.labels);
  const on = new Map<string, Pod[]>();
  for (const pod of pods.filter(isRunning)) {
    const { nodeName = "" } = pod.spec ?? {};
    on.set(nodeName, [...(on.get(nodeName) ?? []), pod]);
  }
  const apart = keepsApart(set.spec.template.spec, labels);
  const isOwn = (pod: Pod): boolean => selects(set.spec.selector, asLabels(pod.metadata.labels));
  return nodes.reduce((room, node) => {
    const there = on.get(node.metadata.name) ?? [];
    if (apart && there.some(isOwn)) return room;
    return room + freeFor(wanted, node, there, apart ? 1 : most);
  }, 0);
}

/** How many such pods a node has room for, beside those that are on it. */
function freeFor(wanted: Amounts, node: Node, there: readonly Pod[], most: number): number {
  const has = amountsIn(at(node, "status", "allocatable"));
  // Nothing is known of a node that tells nothing.
  if (Object.keys(has).length === 0) return most;
  const taken = there.map((pod) => requestsOf(pod.spec));
  const slots = has.pods === undefined ? most : has.pods / 1_000 - there.length;
  const counts = Object.entries(wanted)
    .filter(([, amount]) => amount > 0)
    .map(([name, amount]) => {
      const used = taken.reduce((sum, one) => sum + (one[name] ?? 0), 0);
      return Math.floor(((has[name] ?? 0) - used) / amount);
    });
  return Math.max(0, Math.min(most, slots, ...counts));
}

function isRunning({ status }: Pod): boolean {
  return status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

/** What a pod asks for: the sum of its containers, or the largest of those that run first, and its overhead. */
export function requestsOf(spec: unknown): Amounts {
  const of = (list: string, which: (container: unknown) => boolean): Amounts[] =>
    listAt(spec, list)
      .filter(which)
      .map((container) =>
        amountsIn({
          ...asObject(at(container, "resources", "limits")),
          ...asObject(at(container, "resources", "requests")),
        }),
      );
  const isSidecar = (container: unknown): boolean => field(container, "restartPolicy") === "Always";
  const running = [...of("containers", () => true), ...of("initContainers", isSidecar)];
  const first = of("initContainers", (container) => !isSidecar(container));
  const overhead = amountsIn(field(spec, "overhead"));
  const names = new Set([...running, ...first, overhead].flatMap(Object.keys));
  return Object.fromEntries(
    [...names].map((name) => {
      const sum = running.reduce((total, one) => total + (one[name] ?? 0), 0);
      return [name, Math.max(sum, ...first.map((one) => one[name] ?? 0)) + (overhead[name] ?? 0)];
    }),
  );
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function amountsIn(value: unknown): Amounts {
  return Object.fromEntries(Object.entries(asObject(value)).map(([name, amount]) => [name, thousandthsOf(amount)]));
}

function requested(spec: unknown): string {
  const wanted = Object.entries(requestsOf(spec)).filter(([, amount]) => amount > 0);
  if (wanted.length === 0) return "no resources, but a place each";
  return wanted
    .map(([name, amount]) => `${name} ${name === "cpu" ? amount / 1_000 : inUnits(amount / 1_000)}`)
    .join(", ");
}

/** A number of bytes as people write it. */
function inUnits(amount: number): string {
  const steps = Math.min(3, Math.floor(Math.log2(Math.max(1, amount)) / 10));
  return `${Math.round((amount / 1024 ** steps) * 10) / 10}${["", "Ki", "Mi", "Gi"][steps] ?? ""}`;
}

/** Whether no two pods of the template may be on one node. */
function keepsApart(spec: unknown, labels: Readonly<Record<string, string>>): boolean {
  return listAt(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution").some(
    (term) => field(term, "topologyKey") === "kubernetes.io/hostname" && selects(field(term, "labelSelector"), labels),
  );
}
