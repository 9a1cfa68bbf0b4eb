import { sentCommand, usualTimeLimitMs } from "../../core/gates/ask";
import type { Answer, ExecAsk, HttpAsk, ProxyTarget } from "../../core/gates/ask";
import type { Pod, StatefulSet } from "../../core/kubernetes";
import { field } from "../../core/json";
import { ApiClient } from "../client/apiClient";
import { NotAllowed, Unreachable } from "../client/cluster";
import type { Cluster, Connection } from "../client/cluster";
import { KubernetesCluster } from "../client/kubernetesCluster";
import { listPods, readStatefulSet } from "../client/objects";
import { getThroughProxy } from "./httpGet";
import { execInPod } from "./podExec";

/** One half's cluster, as gates and actions need it. All of it throws `Unreachable` if the cluster does not answer. */
export class AskedCluster {
  private readonly server: ApiClient;
  private readonly cluster: Cluster;

  /** @param namespace of the set. */
  public constructor(
    connection: Connection,
    private readonly namespace: string,
  ) {
    this.server = new ApiClient(connection);
    this.cluster = new KubernetesCluster(this.server);
  }

  /** The pods of the namespace. */
  public pods(): Promise<Pod[]> {
    return listPods(this.cluster, this.namespace);
  }

  /** The set of that name; undefined if there is none. */
  public set(name: string): Promise<StatefulSet | undefined> {
    return readStatefulSet(this.cluster, this.namespace, name);
  }

  /** What tells this cluster from others: the uid of its namespace kube-system. */
  public async uid(): Promise<string | undefined> {
    const space = await this.cluster.read({ apiVersion: "v1", kind: "Namespace", name: "kube-system" });
    return space?.metadata.uid;
  }

  /** Where it is, for messages. */
  public describe(): string {
    return this.server.describe();
  }

  /** The value of a key of a Secret in the namespace; undefined if there is no such Secret or key. */
  public async secretValue(name: string, key: string): Promise<string | undefined> {
    const secret = await this.cluster.read({ apiVersion: "v1", kind: "Secret", namespace: this.namespace, name });
    const value = field(secret?.data, key);
    return typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : undefined;
  }

  /** @param secret the value that `ask.secret` is about. */
  public exec(ask: ExecAsk, secret: string | undefined): Promise<Answer> {
    const { pod, container, timeLimitMs = usualTimeLimitMs } = ask;
    return answered(
      execInPod(this.server, {
        ...{ namespace: this.namespace, pod, command: sentCommand(ask), timeLimitMs },
        ...(container === undefined ? {} : { container }),
        ...(secret === undefined ? {} : { stdin: `${secret}\n` }),
      }),
    );
  }

  public get(target: ProxyTarget, { timeLimitMs = usualTimeLimitMs }: HttpAsk): Promise<Answer> {
    return answered(getThroughProxy(this.server, this.namespace, target, timeLimitMs));
  }
}

async function answered(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Unreachable) return notAnswered(error);
    throw error;
  }
}

/** A cluster that does not answer, as an answer. */
export function notAnswered(error: Unreachable): Answer {
  return { trouble: error.message.replace(/\.$/, ""), ...(error instanceof NotAllowed ? { lasting: true } : {}) };
}
