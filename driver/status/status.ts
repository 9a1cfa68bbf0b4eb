import type { Step } from "../../core/gates/scene";
import { endOf, ordinalsOf, sides, towards } from "../../core/ordinals";
import type { Side } from "../../core/ordinals";
import type { GateStatus, StatusReport } from "../../core/status/report";
import { isSeen } from "../../core/status/seen";
import type { ClusterSeen, Seen, Unseen } from "../../core/status/seen";
import { statusOf } from "../../core/status/status";
import type { Cluster, Connection } from "../../live/client/cluster";
import { connectCluster } from "../../live/client/kubernetesCluster";
import { lookAtStatus } from "../../live/status";
import { Gatekeeper } from "../gates/gatekeeper";
import { realWorld } from "../gates/realWorld";
import { NoSecret, openConnection } from "../secretConfig";
import type { Pulumi } from "../pulumi";
import type { AskGates } from "../walk";
import { readStacks } from "./stacks";
import type { StacksSeen, StatusOptions } from "./stacks";

export type { StatusOptions } from "./stacks";

/** How a status reaches what is outside. Tests put their own in its place. */
export interface StatusPorts {
  readonly connect: (connection: Connection) => Cluster;
  readonly askGates: AskGates;
  readonly now: () => Date;
}

/** The real clusters, the real application, the real clock. */
export const realPorts: StatusPorts = {
  connect: connectCluster,
  askGates: (about, pulumi) => realWorld(about, pulumi, process.env),
  now: () => new Date(),
};

/** How long what the stacks say is good for, while the clusters stay as they are. */
const stacksForMs = 10_000;
/** How often is looked at most until an ordinal that seems to be in both clusters has been in both at one moment. */
const mostLooks = 3;

/** Looks at a move, as often as it is asked. It changes nothing. */
export class StatusLook {
  private known: { readonly stacks: StacksSeen; readonly atMs: number } | undefined;
  private clusters: Partial<Record<Side, Cluster>> = {};
  private lastLive = "";

  public constructor(
    private readonly options: StatusOptions,
    private readonly pulumi: Pulumi,
    private readonly ports: StatusPorts = realPorts,
  ) {}

  /**
   * Where the move stands. What the stacks say is read again when a live set has changed, and every ten seconds.
   *
   * @throws UserError if nobody can tell which set it is about.
   */
  public async look(): Promise<StatusReport> {
    const stacks = await this.stacks();
    let report = await this.reportOf(stacks, await this.bothClusters(stacks));
    // The two clusters are not seen at the same moment. What was in both twice was in both in between.
    for (let looks = 1, last = ""; looks < mostLooks && doubled(report) !== last; looks++) {
      last = doubled(report);
      report = await this.reportOf(stacks, await this.bothClusters(stacks), report.gates);
    }
    return report;
  }

  private async reportOf(stacks: StacksSeen, clusters: Seen["clusters"], gates?: readonly GateStatus[]) {
    this.noteLive(clusters);
    const seen = {
      at: this.ports.now().toISOString(),
      stacks: stacks.stacks,
      clusters,
      offered: stacks.offered,
      gates: gates ?? (await this.gates(stacks)),
    };
    const report = statusOf(seen);
    if (report === undefined) throw new Error("no stack could be read, and nobody said so");
    return report;
  }

  private async stacks(): Promise<StacksSeen> {
    const nowMs = this.ports.now().getTime();
    if (this.known !== undefined && nowMs - this.known.atMs < stacksForMs) return this.known.stacks;
    const stacks = await readStacks(this.options, this.pulumi);
    this.known = { stacks, atMs: nowMs };
    this.clusters = {};
    return stacks;
  }

  private noteLive(clusters: Seen["clusters"]): void {
    const live = sides
      .map((side) => clusters[side])
      .map((cluster) => (isSeen(cluster) ? cluster.set?.metadata.generation : "unseen"))
      .join();
    if (this.lastLive !== "" && live !== this.lastLive) this.known = undefined;
    this.lastLive = live;
  }

  private async bothClusters(stacks: StacksSeen): Promise<Seen["clusters"]> {
    const [source, destination] = await Promise.all(sides.map((side) => this.clusterOf(side, stacks)));
    return { source, destination };
  }

  private async clusterOf(side: Side, { halves, set }: StacksSeen): Promise<ClusterSeen | Unseen | undefined> {
    const half = halves[side];
    if (half === undefined) return undefined;
    const context = half.encrypted.includes("kubernetes:context") ? "(encrypted)" : half.connection.context;
    try {
      const cluster = (this.clusters[side] ??= this.ports.connect(await openConnection(half, this.pulumi)));
      return await lookAtStatus(cluster, context, set);
    } catch (error) {
      if (error instanceof NoSecret) return { context, unreachable: error.message };
      throw error;
    }
  }

  private async gates({ checks, asked, stacks }: StacksSeen): Promise<GateStatus[]> {
    if (asked === undefined || checks.gates.length === 0) return [];
    const keeper = new Gatekeeper(checks, asked.set, this.ports.askGates(asked, this.pulumi), {
      reports: [],
      listener: {},
      interrupted: () => false,
    });
    const { source, destination } = stacks;
    const at = source.record?.cutoverIndex ?? endOf(asked.set);
    const goal = source.config?.wanted ?? at;
    const then = towards(at, goal, Math.min(source.config?.batch ?? 1, destination.config?.batch ?? 1));
    const next = ordinalsOf({ start: Math.min(at, then), replicas: Math.abs(at - then) });
    const leaves = goal > at ? "destination" : "source";
    const step: Step = { moment: "start", from: at, to: at, goal, leaves, ordinals: [], next };
    return keeper.now(step);
  }
}

/** The ordinals that seem to be in both clusters, as text. */
function doubled({ ordinals }: StatusReport): string {
  return ordinals
    .filter(({ home }) => home === "both")
    .map(({ ordinal }) => ordinal)
    .join();
}
