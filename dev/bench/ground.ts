/**
 * What the benchmark stands on: two control planes in a temporary folder, watched from beginning to end.
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PlaygroundApi } from "../playground/api";
import { playgroundFolder } from "../playground/build";
import { Clusters, CONTEXTS } from "../playground/clusters";
import type { ContextName } from "../playground/clusters";
import { Observer } from "../playground/observer/observer";
import type { Observation } from "../playground/observer/observation";
import { createVolumesForSet } from "../playground/storage";
import { span } from "../playground/talk";
import type { Talk } from "../playground/talk";
import { SET, TEMPLATE } from "./manifests";
import { difference, requestsSoFar } from "./requests";
import type { Counted } from "./requests";

/** As many connections at once as an API server likes. */
const VOLUMES_AT_ONCE = 50;
/** What the controllers still write after a step, such as events, counts as its own. */
const AFTERMATH_MS = 1_000;

/** Two control planes. */
export class Ground {
  private readonly clients: Readonly<Record<ContextName, PlaygroundApi>>;
  private readonly namespaces: string[] = [];
  private stopping: Promise<void> | undefined;

  private constructor(
    /** A temporary folder for everything; removed at the end. */
    public readonly folder: string,
    private readonly clusters: Clusters,
    private readonly observer: Observer,
    public readonly talk: Talk,
  ) {
    const client = (context: ContextName): PlaygroundApi => ApiClientOf(clusters, context);
    this.clients = { source: client("source"), destination: client("destination") };
  }

  /** Starts both; the binaries are built first if they never were. */
  public static async start(talk: Talk, onFolder: (clean: () => Promise<void>) => void): Promise<Ground> {
    const folder = mkdtempSync(join(tmpdir(), "cutover-bench-"));
    const clusters = new Clusters(join(folder, "clusters"), talk);
    onFolder(async () => {
      if (!(await clusters.interrupt())) await clusters.down();
      rmSync(folder, { recursive: true, force: true });
    });
    await clusters.up();
    return new Ground(folder, clusters, await Observer.start({ kubeconfig: clusters.kubeconfig }), talk);
  }

  /** Ends both and removes everything. */
  public async stop(): Promise<void> {
    this.stopping ??= this.observer.stop().then(async () => {
      for (const context of CONTEXTS) this.clients[context].close();
      await this.clusters.down();
      rmSync(this.folder, { recursive: true, force: true });
    });
    await this.stopping;
  }

  /** Root of this repository, which `pulumi` runs. */
  public get repository(): string {
    return dirname(dirname(realpathSync(playgroundFolder())));
  }

  /** Path of the kubeconfig with both contexts. */
  public get kubeconfig(): string {
    return this.clusters.kubeconfig;
  }

  /** A client with the administrator's rights. */
  public client(context: ContextName): PlaygroundApi {
    return this.clients[context];
  }

  /** A namespace of its own for a set, and in the source a volume for every claim to come. */
  public async prepare(namespace: string, replicas: number): Promise<void> {
    this.namespaces.push(namespace);
    for (let start = 0; start < replicas; start += VOLUMES_AT_ONCE) {
      const some = Math.min(VOLUMES_AT_ONCE, replicas - start);
      const of = { namespace, set: SET, template: TEMPLATE, storageClass: "shared" };
      await createVolumesForSet(this.client("source"), { ...of, start, replicas: some });
    }
  }

  /** How long an ordinal was down when it moved last: from gone in one cluster to Ready in the other. */
  public async downMs(namespace: string, ordinal: number): Promise<number> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const move = this.observed(namespace).moves.findLast((each) => each.ordinal === ordinal);
      if (move !== undefined) return move.downMs;
      // The observer may hear of it a moment later than whoever waited for it.
      if (Date.now() > deadline) throw new Error(`ordinal ${ordinal} of ${namespace} was not seen to move`);
      await sleep(20);
    }
  }

  /** Pods of one ordinal that were alive in both clusters at once, over all sets so far. Must be 0. */
  public duplicates(): number {
    return this.namespaces.reduce((sum, namespace) => sum + this.observed(namespace).overlaps.length, 0);
  }

  /** Does something and counts the requests to both API servers meanwhile. */
  public async counted<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly counted: Counted }> {
    const clients = CONTEXTS.map((context) => this.client(context));
    const before = await requestsSoFar(clients);
    const startedMs = Date.now();
    const result = await work();
    await sleep(AFTERMATH_MS);
    const ms = Date.now() - startedMs;
    return { result, counted: { ms, requests: difference(await requestsSoFar(clients), before) } };
  }

  /** What the clusters ask for in some time when nothing happens. */
  public async idle(ms: number): Promise<Counted> {
    this.talk.say(`counting the requests of idle clusters for ${span(ms)}`);
    return (await this.counted(() => sleep(ms - AFTERMATH_MS))).counted;
  }

  private observed(namespace: string): Observation {
    return this.observer.report(namespace, SET);
  }
}

function ApiClientOf(clusters: Clusters, context: ContextName): PlaygroundApi {
  const plane = clusters.controlPlane(context);
  if (plane === undefined) throw new Error(`${context} was not started`);
  return plane.client();
}
