/**
 * Watches both clusters and records the life of every pod, claim, volume and set. Start it before a test does anything, and
 * stop it when all is done; `observation.ts` tells what the records mean.
 */
import { request as httpsRequest } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { PlaygroundApi } from "../api";
import type { KubeObject } from "../api";
import { CONTEXTS } from "../clusters";
import type { ContextName } from "../clusters";
import { readAccess } from "../kubeconfig";
import type { Access } from "../kubeconfig";
import { observe } from "./observation";
import type { Observation, Sighting, WatchedKind } from "./observation";

const PATHS: Record<WatchedKind, string> = {
  Pod: "/api/v1/pods",
  PersistentVolumeClaim: "/api/v1/persistentvolumeclaims",
  PersistentVolume: "/api/v1/persistentvolumes",
  StatefulSet: "/apis/apps/v1/statefulsets",
};
/** How soon a server that went away is asked again: the shorter, the less is missed. */
const RETRY_MS = 20;
const SETTLE_LIMIT_MS = 10_000;

interface WatchedObject extends KubeObject {
  readonly metadata: KubeObject["metadata"] & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly volumeName?: string; readonly csi?: { readonly volumeHandle: string } };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface ObjectList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly WatchedObject[];
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: WatchedObject;
}

/** Which kubeconfig leads to the two contexts. */
export interface ObserverOptions {
  /** Path of a kubeconfig with the contexts `source` and `destination`. */
  readonly kubeconfig: string;
}

/** A running watch on both clusters. */
export class Observer {
  /** Everything that was heard, in that order. */
  public readonly sightings: Sighting[] = [];
  private readonly watches: Watch[];

  private constructor({ kubeconfig }: ObserverOptions) {
    this.watches = CONTEXTS.flatMap((context) =>
      (Object.keys(PATHS) as WatchedKind[]).map(
        (kind) => new Watch(kind, context, readAccess(kubeconfig, context), this.sightings),
      ),
    );
  }

  /** Starts watching. What exists already has been recorded when this resolves. */
  public static async start(options: ObserverOptions): Promise<Observer> {
    const observer = new Observer(options);
    await Promise.all(observer.watches.map((watch) => watch.start()));
    return observer;
  }

  /** What was observed so far of one set. */
  public report(namespace: string, set: string): Observation {
    return observe(this.sightings, { namespace, set, untilMs: Date.now() });
  }

  /** Waits until both clusters' watches have heard of everything that is stored there now, and stops. */
  public async stop(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.stop()));
  }
}

/** The watch on one kind in one cluster. It lists, then listens, and begins again whenever the stream breaks. */
class Watch {
  private readonly client: PlaygroundApi;
  /** Objects that exist, by uid, as last heard of. */
  private readonly known = new Map<string, Sighting>();
  private readonly gone = new Set<string>();
  private stream: ClientRequest | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  public constructor(
    private readonly kind: WatchedKind,
    private readonly cluster: ContextName,
    private readonly access: Access,
    private readonly record: Sighting[],
  ) {
    this.client = new PlaygroundApi(access);
  }

  public async start(): Promise<void> {
    const version = await this.list();
    this.running = this.run(version);
  }

  public async stop(): Promise<void> {
    const deadline = Date.now() + SETTLE_LIMIT_MS;
    // What a stream is still to tell is found by a last list, if the server is there.
    while (Date.now() < deadline) {
      try {
        await this.list();
        break;
      } catch {
        await sleep(RETRY_MS);
      }
    }
    this.stopped = true;
    this.stream?.destroy();
    await this.running;
    this.client.close();
  }

  private async run(version: string): Promise<void> {
    let from: string | undefined = version;
    while (!this.stopped) {
      try {
        from ??= await this.list();
        await this.listen(from);
      } catch {
        await sleep(RETRY_MS);
      }
      // Anything may have been missed while the stream was broken, so the next round lists again.
      from = undefined;
    }
  }

  /** Records all that exists, and as gone what was known and is not there any more. */
  private async list(): Promise<string> {
    const { items, metadata } = await this.client.get<ObjectList>(PATHS[this.kind]);
    const present = new Set(items.map((item) => item.metadata.uid));
    for (const [uid, last] of this.known) {
      if (!present.has(uid)) this.note({ ...last, atMs: Date.now(), type: "gone" });
    }
    for (const item of items) this.note(this.sighting(item, "seen"));
    return metadata.resourceVersion;
  }

  /** Listens until the stream ends or breaks. */
  private listen(from: string): Promise<void> {
    const { server, ca, cert, key, token } = this.access;
    const query = new URLSearchParams({ watch: "1", resourceVersion: from });
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(`${server.replace(/\/$/, "")}${PATHS[this.kind]}?${query.toString()}`, {
        agent: false,
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      });
      this.stream = sent;
      sent.on("error", reject);
      sent.on("close", resolve);
      sent.on("response", (answer) => {
        answer.on("error", reject);
        this.hear(answer, () => sent.destroy());
      });
      sent.end();
      if (this.stopped) sent.destroy();
    });
  }

  private hear(answer: IncomingMessage, again: () => void): void {
    let rest = "";
    answer.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const { type, object } = JSON.parse(line) as WatchEvent;
        if (type === "ERROR") again();
        else if (type !== "BOOKMARK") this.note(this.sighting(object, type === "DELETED" ? "gone" : "seen"));
      }
    });
  }

  /** Records a sighting unless it says nothing new: a list and a stream tell of the same things. */
  private note(sighting: Sighting): void {
    const { uid, type } = sighting;
    const last = this.known.get(uid);
    if (this.gone.has(uid)) return;
    if (type === "gone") {
      this.known.delete(uid);
      this.gone.add(uid);
    } else {
      if (last !== undefined && sameFacts(last, sighting)) return;
      this.known.set(uid, sighting);
    }
    this.record.push(sighting);
  }

  private sighting({ metadata, spec, status }: WatchedObject, type: "seen" | "gone"): Sighting {
    const { name, namespace = "", uid, generation, deletionTimestamp } = metadata;
    const volumeHandle = spec?.csi?.volumeHandle;
    return {
      atMs: Date.now(),
      cluster: this.cluster,
      type,
      kind: this.kind,
      namespace,
      name,
      uid,
      ...(this.kind === "Pod" && {
        ready: (status?.conditions ?? []).some((each) => each.type === "Ready" && each.status === "True"),
      }),
      ...(deletionTimestamp !== undefined && { terminating: true }),
      ...(this.kind === "PersistentVolumeClaim" && spec?.volumeName !== undefined && { volumeName: spec.volumeName }),
      ...(volumeHandle !== undefined && { volumeHandle }),
      ...(this.kind === "StatefulSet" && generation !== undefined && { generation }),
    };
  }
}

function sameFacts(a: Sighting, b: Sighting): boolean {
  return JSON.stringify({ ...a, atMs: 0 }) === JSON.stringify({ ...b, atMs: 0 });
}
