import type { Answer } from "../ask";
import { whyFailed } from "../ask";
import type { Kind } from "../kind";
import type { Scene } from "../scene";
import { leaverOf } from "./handOver";
import { askedPods, flag, hear, heardOf, once, readCli, whyMute, whyNotThere } from "./members";
import type { Heard, Mute } from "./members";

/** A drain waits for connections, transactions and leases, each with a limit of its own (`server.shutdown.*`). */
const drainMs = 600_000;

/**
 * `cockroachdb`. As a gate: every node is live and available, none drains or is decommissioned, and no range is unavailable or
 * under-replicated. As an action of `before`: a node that leaves is drained, so that it hands its leases over and takes no new
 * clients (https://www.cockroachlabs.com/docs/stable/cockroach-node, https://www.cockroachlabs.com/docs/stable/node-shutdown).
 * Both by cockroach in the pods, with the certificates there. A node that is drained serves again once it is started anew.
 */
export const cockroachdb: Kind = (options) => {
  const cli = readCli(options, undefined, 30_000);
  const binary = options.text("cockroach", "the path of cockroach in the container") ?? "/cockroach/cockroach";
  const certificates = options.text("certsDir", "the folder of client certificates in the container");
  const insecure = options.boolean("insecure") === true;
  if (insecure === (certificates !== undefined)) {
    const what = insecure ? "stands beside insecure: true" : "is missing";
    options.report("certsDir", what, "the folder of client certificates in the container, or insecure: true");
  }
  const host = options.text("host", "host:port of the node in its own pod") ?? "localhost:26257";
  const members = options.number("members", 1, 1_000);
  const to = [...(insecure ? ["--insecure"] : flag("--certs-dir", certificates)), ...flag("--host", host)];
  const status = [binary, "node", "status", "--ranges", "--decommission", "--format=csv", ...to];
  return {
    gate: {
      asks: (scene) => askedPods(scene).map((pod) => cli(pod, status)),
      why: (answers, scene) =>
        whyNotWhole(scene, hear(askedPods(scene), answers, nodesIn), members ?? scene.set.replicas),
    },
    before: {
      asks: (scene) => {
        const leaver = leaverOf(scene);
        return leaver === undefined ? [] : [cli(leaver, status)];
      },
      next: ([answer], scene, [deed]) => {
        const leaver = leaverOf(scene);
        const name = `${scene.set.name}-${scene.ordinal}`;
        if (leaver === undefined) return { done: `${name} does not run` };
        const drained = deed?.answers[0];
        const failed = drained === undefined ? undefined : whyFailed(drained);
        if (drained !== undefined && failed === undefined) return { done: `${name} is drained` };
        if (failed !== undefined) {
          const todo =
            "See why; a node that has begun to drain serves again once its pod is made anew. Then run the same again";
          return { refuses: `${name} could not be drained: ${failed}`, todo };
        }
        const mute = whySilent(answer);
        if (mute !== undefined) return { waits: `${name} does not answer: ${mute}` };
        return {
          does: `${name} is drained`,
          asks: [{ ...cli(leaver, [binary, "node", "drain", "--self", ...to]), timeLimitMs: drainMs }],
        };
      },
    },
  };
};

function whySilent(answer: Answer | undefined): string | undefined {
  return answer === undefined ? "it was not asked" : whyFailed(answer);
}

/** A row of `node status`, by the names of its columns (`baseNodeColumnHeaders` and after, of pkg/cli/node.go). */
type NodeRow = ReadonlyMap<string, string>;

function nodesIn(output: string): readonly NodeRow[] | undefined {
  const [head = [], ...rows] = output.trim().split(/\r?\n/).map(cellsOf);
  if (!head.includes("id") || !head.includes("ranges_underreplicated")) return undefined;
  return rows.map((row) => new Map(head.map((name, index) => [name, row[index] ?? ""])));
}

/** Cells of a line of CSV: localities have commas, and are quoted then. No cell has a line break. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

function whyNotWhole(scene: Scene, views: readonly (Heard<readonly NodeRow[]> | Mute)[], wanted: number): string[] {
  return once([
    ...whyNotThere(scene),
    ...whyMute(views),
    ...heardOf(views).flatMap(({ pod, says }) => [
      ...(says.length === wanted ? [] : [`${pod.name} knows ${says.length} nodes instead of ${wanted}`]),
      ...says.flatMap(whyNodeNotWell),
    ]),
  ]);
}

function whyNodeNotWell(row: NodeRow): string[] {
  const node = `node ${row.get("id") ?? ""} (${row.get("address") ?? ""})`;
  const wanted = [
    ["is_live", "true", "is not live"],
    ["is_available", "true", "is not available"],
    ["is_draining", "false", "drains"],
    ["is_decommissioning", "false", "is decommissioned"],
  ] as const;
  const ranges = [
    ["ranges_unavailable", "unavailable"],
    ["ranges_underreplicated", "under-replicated"],
  ] as const;
  return [
    // A version may leave a column out, but not turn it over.
    ...wanted.flatMap(([name, value, says]) => ((row.get(name) ?? value) === value ? [] : [`${node} ${says}`])),
    ...ranges.flatMap(([name, says]) => {
      const count = row.get(name) ?? "";
      return count === "0" ? [] : [`${node} has ${count === "" ? "an unknown number of" : count} ${says} ranges`];
    }),
  ];
}
