/**
 * A real cluster as its watches tell of it: every object of some kinds, and what happened to each, without asking again.
 */
import { request as httpsRequest } from "node:https";
import type { RequestOptions } from "node:https";
import type { KubernetesObject } from "../../core/kubernetes";
import { PlaygroundApi } from "../../dev/playground/api";
import { readAccess } from "../../dev/playground/kubeconfig";

/** A change of one object. */
export interface Change {
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubernetesObject;
}

const keyOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace ?? ""} ${metadata.name}`;

/** Watches that never end: a stream that breaks ends the test, because what it would have told is missed. */
export class FollowedCluster {
  private readonly objects = new Map<string, KubernetesObject>();
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly streams: { destroy(): unknown }[] = [];
  private failure: Error | undefined;
  private closed = false;
  public readonly client: PlaygroundApi;

  public constructor(
    private readonly kubeconfig: string,
    private readonly context: string,
  ) {
    this.client = PlaygroundApi.fromKubeconfig(kubeconfig, context);
  }

  /** Watches every object of the kinds at these paths, from a list on. */
  public async watch(kinds: Readonly<Record<string, string>>): Promise<void> {
    for (const [kind, path] of Object.entries(kinds)) {
      const list = await this.client.get<{ metadata: { resourceVersion: string }; items: KubernetesObject[] }>(path);
      for (const item of list.items) this.note({ ...item, kind }, true);
      this.listen(kind, `${path}?watch=1&timeoutSeconds=7200&resourceVersion=${list.metadata.resourceVersion}`);
    }
  }

  /** Is told of every change from now on, until the answer is called. */
  public onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Throws if a watch has broken: something may have been missed. */
  public check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  public close(): void {
    this.closed = true;
    for (const stream of this.streams) stream.destroy();
    this.client.close();
  }

  private listen(kind: string, path: string): void {
    const { server, ca, token } = readAccess(this.kubeconfig, this.context);
    const options: RequestOptions = {
      agent: false,
      ...(ca === undefined ? {} : { ca }),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    };
    const broken = (why: string) => (): void => {
      if (!this.closed) this.failure ??= new Error(`the watch on ${path} ${why}`);
    };
    const sent = httpsRequest(server.replace(/\/$/, "") + path, options);
    sent.on("error", broken("failed"));
    sent.on("close", broken("ended"));
    sent.on("response", (answer) => {
      let rest = "";
      answer.on("error", broken("failed"));
      answer.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const { type, object } = JSON.parse(line) as WatchEvent;
          if (type === "ERROR") broken("told of an error")();
          else if (type !== "BOOKMARK") this.note({ ...object, kind }, type !== "DELETED");
        }
      });
    });
    sent.end();
    this.streams.push(sent);
  }

  private note(object: KubernetesObject, isThere: boolean): void {
    const key = keyOf(object);
    const before = this.objects.get(key);
    if (isThere) this.objects.set(key, object);
    else this.objects.delete(key);
    for (const listener of this.listeners) listener({ before, after: isThere ? object : undefined });
  }
}
