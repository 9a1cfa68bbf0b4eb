/**
 * The ground that end-to-end tests stand on: two control planes for a test file, with helpers to look at them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PlaygroundApi, KubeObject } from "../../dev/playground/api";
import { Clusters } from "../../dev/playground/clusters";
import type { ContextName } from "../../dev/playground/clusters";
import type { ComponentName } from "../../dev/playground/components";
import type { ControlPlane } from "../../dev/playground/controlPlane";
import { talkTo } from "../../dev/playground/talk";
import { tell } from "./tools";

const BUILD_AND_START_MS = 45 * 60_000;

/** A StatefulSet as tests look at it. */
export interface LiveSet extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly uid: string; readonly generation: number };
  readonly spec: { readonly replicas: number; readonly ordinals?: { readonly start: number } };
  readonly status?: { readonly readyReplicas?: number };
}

/** Any object with a phase. */
export interface LiveObject extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: { readonly phase?: string };
}

/** Two control planes, for as long as a test file runs. */
export class Ground {
  private readonly clients = new Map<ContextName, PlaygroundApi>();
  private readonly leftovers: (() => Promise<void>)[] = [];

  private constructor(
    private readonly parent: string,
    private readonly clusters: Clusters,
  ) {}

  /** Starts both. The binaries are built first if they never were. */
  public static async start(): Promise<Ground> {
    const startedMs = Date.now();
    const parent = mkdtempSync(join(tmpdir(), "cutover-e2e-clusters-"));
    const clusters = new Clusters(join(parent, "clusters"), talkTo(process.stderr, process.env));
    await clusters.up();
    tell(`two control planes in ${Date.now() - startedMs} ms`);
    return new Ground(parent, clusters);
  }

  /** Has something cleaned up before the clusters go, also where a test failed. Must bear being done twice. */
  public onStop(clean: () => Promise<void>): void {
    this.leftovers.push(clean);
  }

  /** Kills both, and removes their files. */
  public async stop(): Promise<void> {
    for (const clean of this.leftovers) await clean();
    for (const client of this.clients.values()) client.close();
    await this.clusters.down();
    rmSync(this.parent, { recursive: true, force: true });
  }

  /** Path of the kubeconfig with both contexts. */
  public get kubeconfig(): string {
    return this.clusters.kubeconfig;
  }

  /** One of the control planes. */
  public plane(side: ContextName): ControlPlane {
    const plane = this.clusters.controlPlane(side);
    if (plane === undefined) throw new Error(`${side} was not started`);
    return plane;
  }

  /** A client with the administrator's rights. */
  public client(side: ContextName): PlaygroundApi {
    const client = this.clients.get(side) ?? this.plane(side).client();
    this.clients.set(side, client);
    return client;
  }

  /** Runs something while a component of a cluster is gone, or hangs; starts it again afterwards. */
  public async without<T>(
    side: ContextName,
    component: ComponentName,
    work: () => Promise<T>,
    // A KWOK that starts again waits for the leases of its predecessor on the nodes: the better part of a minute.
    how: "SIGKILL" | "SIGSTOP" = component === "kwok" ? "SIGSTOP" : "SIGKILL",
  ): Promise<T> {
    await this.plane(side).stopComponent(component, how);
    try {
      return await work();
    } finally {
      await this.plane(side).startComponent(component);
    }
  }

  /** The live set of a half; undefined if there is none. */
  public set(side: ContextName, namespace: string, name: string): Promise<LiveSet | undefined> {
    return this.client(side).find<LiveSet>(`/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`);
  }

  /** Every object of a kind (its plural) in a namespace of one cluster, or in the whole cluster, by name. */
  public async all(side: ContextName, plural: string, namespace?: string): Promise<Map<string, LiveObject>> {
    const path = namespace === undefined ? `/api/v1/${plural}` : `/api/v1/namespaces/${namespace}/${plural}`;
    const { items } = await this.client(side).get<{ readonly items: readonly LiveObject[] }>(path);
    return new Map(items.map((item) => [item.metadata.name, item]));
  }
}

/** Gives a test file its two control planes; `ground()` is there as soon as tests run. */
export function useGround(): () => Ground {
  let ground: Ground | undefined;
  beforeAll(async () => {
    ground = await Ground.start();
  }, BUILD_AND_START_MS);
  afterAll(async () => {
    await ground?.stop();
  }, 60_000);
  return () => {
    if (ground === undefined) throw new Error("the control planes are not there");
    return ground;
  };
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(20);
  }
}
