import { sides } from "../ordinals";
import { finder } from "./finding";
import type { Finding } from "./finding";
import { setTitle } from "./seen";
import type { Examined, ExaminedHalf, Moving } from "./seen";

/** What the program says about config and outputs of both halves together. */
export function checkConfig(examined: Examined): Finding[] {
  const { halves } = examined;
  const find = finder("config", undefined);
  const title = setTitle(examined);
  const [source, destination] = sides.map((side) => halves[side]) as [ExaminedHalf, ExaminedHalf];
  const [ours, theirs] = [source.workload, destination.workload];
  const names = ({ workload }: ExaminedHalf): string => `${workload.namespace}/${workload.set.metadata.name}`;
  const todo = "Give both stacks the same value: keep it in Pulumi.yaml alone";
  const differing = (what: string, a: unknown, b: unknown): Finding[] =>
    a === b
      ? []
      : [
          find(
            "critical",
            title,
            `has another ${what} in the source (${String(a)}) than in the destination (${String(b)})`,
            todo,
          ),
        ];
  const shape = (what: string, same: boolean): Finding[] =>
    same
      ? []
      : [find("critical", title, `has other ${what} in the source's manifests than in the destination's`, todo)];
  const common = [
    ...differing("name", names(source), names(destination)),
    ...differing("first ordinal", ours.range.start, theirs.range.start),
    ...differing("number of replicas", ours.range.replicas, theirs.range.replicas),
    ...differing("value of volumes", source.config.volumes, destination.config.volumes),
    ...shape("claim templates", ours.fingerprint.claimTemplates === theirs.fingerprint.claimTemplates),
    ...shape("pods (spec.template)", ours.fingerprint.podTemplate === theirs.fingerprint.podTemplate),
  ];
  const batches = [source.config.batch, destination.config.batch];
  const carried = [source, destination].map(({ config }) => config.carried.map(({ kind, name }) => `${kind} ${name}`));
  const alone = (carried[1] ?? []).filter((name) => carried[0]?.includes(name) !== true);
  return [
    ...common,
    ...(batches[0] === batches[1]
      ? []
      : [
          find(
            "warning",
            "batch",
            `is ${batches.join(" in the source and ")} in the destination: steps take the smaller one`,
            todo,
          ),
        ]),
    ...alone.map((name) =>
      find(
        "critical",
        name,
        "is to be carried by the destination's config, and the source does not hand it over",
        todo,
      ),
    ),
    ...[source, destination].flatMap((half) => recordFindings(half, title, examined.moving)),
    ...[source, destination]
      .filter(({ config }) => config.peerContext === undefined)
      .map(({ side, stack }) =>
        finder("config", side)(
          "advice",
          `stack ${stack}`,
          "has no peerContext: what happened to the other half since its last up is not seen before ordinals are claimed",
          `Where one person may read both clusters: pulumi config set peerContext <context> -s ${stack}`,
        ),
      ),
  ];
}

/** A changed manifest is rolled out before ordinals move. */
function recordFindings({ side, record, workload, stack }: ExaminedHalf, title: string, moving: Moving): Finding[] {
  if (record === undefined) return [];
  const find = finder("config", side);
  const { fingerprint } = record.set;
  return [
    ...(fingerprint.podTemplate === workload.fingerprint.podTemplate
      ? []
      : [
          find(
            moving.asked ? "critical" : "warning",
            title,
            "has another pod template in the manifests than in the last up of this half, and a step changes nothing else",
            `Roll it out on both halves at the index where they are: pulumi up -s ${stack}`,
          ),
        ]),
    ...(fingerprint.claimTemplates === workload.fingerprint.claimTemplates
      ? []
      : [
          find(
            "critical",
            title,
            "has other claim templates in the manifests than in the last up",
            "Give them their earlier value",
          ),
        ]),
  ];
}
